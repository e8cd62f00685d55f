import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import tap from 'tap'
import {
  appendLeaf,
  consistencyProof,
  emptyFrontier,
  inclusionProof,
  leafHash,
  nodeHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '../../src/domain/merkle.ts'
import consistency from '../vectors/merkle/rfc6962-consistency.json' with { type: 'json' }
import hasher from '../vectors/merkle/hasher.json' with { type: 'json' }
import inclusion from '../vectors/merkle/rfc6962-inclusion.json' with { type: 'json' }
import reference from '../vectors/merkle/reference-tree-8.json' with { type: 'json' }

const hex = (base64: string) => Buffer.from(base64, 'base64').toString('hex')
const frontierOf = (leaves: readonly string[]) => leaves.reduce(appendLeaf, emptyFrontier)
const leavesUpTo = (size: number) => Array.from({ length: size }, (_, index) => leafHash(`leaf ${index}`))

await tap.test('the published hashes come out', async (t) => {
  for (const row of hasher.cases) {
    if (row.op === 'root') t.equal(rootOf(emptyFrontier), row.want, row.desc)
    if (row.op === 'leafHash') t.equal(leafHash(Buffer.from(row.dataHex ?? '', 'hex')), row.want, row.desc)
    if (row.op === 'nodeHash') t.equal(nodeHash(row.leftHex ?? '', row.rightHex ?? ''), row.want, row.desc)
  }
  t.equal(leafHash('é'), leafHash(Buffer.from('é')), 'a string is hashed as its UTF-8 bytes')
})

await tap.test('the reference tree of eight leaves: hashes, every root, every proof', async (t) => {
  const leaves = reference.leaves.map((leaf) => leafHash(Buffer.from(leaf, 'hex')))
  t.same(leaves, reference.leafHashes)
  for (const [size, root] of Object.entries(reference.roots)) {
    t.equal(rootOf(frontierOf(leaves.slice(0, Number(size)))), root, `root of ${size}`)
  }
  for (const { leafIndex, treeSize, proof } of reference.inclusion) {
    t.same(inclusionProof(leaves.slice(0, treeSize), leafIndex), proof, `inclusion ${leafIndex} in ${treeSize}`)
  }
  for (const { size1, size2, proof } of reference.consistency) {
    t.same(consistencyProof(leaves.slice(0, size2), size1), proof, `consistency ${size1} to ${size2}`)
  }
})

await tap.test('every published inclusion proof is judged as published', async (t) => {
  for (const { name, leafIdx, treeSize, root, leafHash: leaf, proof, wantErr } of inclusion.cases) {
    const claim = { index: leafIdx, size: treeSize, leaf: hex(leaf), root: hex(root), proof: (proof ?? []).map(hex) }
    t.equal(verifyInclusion(claim), !wantErr, name)
  }
  t.equal(inclusion.cases.length, 98)
})

await tap.test('every published consistency proof is judged as published', async (t) => {
  for (const { name, size1, size2, root1, root2, proof, wantErr } of consistency.cases) {
    const roots = { oldRoot: hex(root1), newRoot: hex(root2) }
    const claim = { oldSize: size1, newSize: size2, ...roots, proof: (proof ?? []).map(hex) }
    t.equal(verifyConsistency(claim), !wantErr, name)
  }
  t.equal(consistency.cases.length, 98)
})

await tap.test('the root of the frontier is the root by the recursive definition', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), (size) => {
      const leaves = leavesUpTo(size)
      const frontier = frontierOf(leaves)
      const stored: typeof frontier = JSON.parse(JSON.stringify(frontier))
      return frontier.size === size && rootOf(stored) === rootByDefinition(leaves)
    }),
    { numRuns: 60 },
  )
  t.pass()
})

await tap.test('every proof we make verifies, and for no other index, leaf, root or size', async (t) => {
  const sizes = fc
    .tuple(fc.integer({ min: 1, max: 90 }), fc.nat())
    .map(([size, seed]) => ({ size, index: seed % size }))
  fc.assert(
    fc.property(sizes, ({ size, index }) => {
      const leaves = leavesUpTo(size)
      const root = rootOf(frontierOf(leaves))
      const leaf = leaves[index] ?? ''
      const claim = { index, size, leaf, root, proof: inclusionProof(leaves, index) }
      const others = [
        { ...claim, index: index + 1 },
        { ...claim, index: index - 1 },
        { ...claim, index: index + 0.5 },
        { ...claim, leaf: leafHash('another') },
        { ...claim, leaf: leaf.toUpperCase() },
        { ...claim, root: leafHash('another') },
        { ...claim, proof: [...claim.proof, root] },
        { ...claim, proof: [...claim.proof.slice(1), 'no hash'] },
      ]
      return verifyInclusion(claim) && !others.some(verifyInclusion)
    }),
    { numRuns: 60 },
  )
  fc.assert(
    fc.property(sizes, ({ size, index }) => {
      const leaves = leavesUpTo(size)
      const oldSize = index + 1
      const [oldRoot, newRoot] = [rootOf(frontierOf(leaves.slice(0, oldSize))), rootOf(frontierOf(leaves))]
      const claim = { oldSize, newSize: size, oldRoot, newRoot, proof: consistencyProof(leaves, oldSize) }
      const others = [
        { ...claim, oldRoot: leafHash('another') },
        { ...claim, newRoot: leafHash('another') },
        { ...claim, oldSize: 0 },
        { ...claim, newSize: oldSize - 1 },
        { ...claim, proof: [...claim.proof, newRoot] },
        {
          ...claim,
          proof: claim.proof.map((hash) => hash.toUpperCase()),
          oldRoot: claim.proof.length > 0 ? oldRoot : '',
        },
      ]
      return verifyConsistency(claim) && !others.some(verifyConsistency)
    }),
    { numRuns: 60 },
  )
  t.pass()
})

await tap.test('a proof cannot climb above the tree whose size it claims', async (t) => {
  const leaves = leavesUpTo(4)
  const [first = '', second = ''] = leaves
  const root = rootOf(frontierOf(leaves.slice(0, 2)))
  t.notOk(verifyInclusion({ index: 0, size: 1, leaf: second, root, proof: [first] }))
  const above = (size: number) => nodeHash(first, rootOf(frontierOf(leaves.slice(0, size))))
  const proof = [...consistencyProof(leaves, 3), first]
  t.notOk(verifyConsistency({ oldSize: 3, newSize: 4, oldRoot: above(3), newRoot: above(4), proof }))
})

await tap.test('a proof of what is not in the tree is never made', async (t) => {
  t.throws(() => inclusionProof([], 0), { code: 'invalid-input' })
  t.throws(() => inclusionProof(leavesUpTo(3), 3), { code: 'invalid-input' })
  t.throws(() => consistencyProof(leavesUpTo(3), 0), { code: 'invalid-input' })
  t.throws(() => consistencyProof(leavesUpTo(3), 4), { code: 'invalid-input' })
})

/** RFC 6962 section 2.1 as it is written there, hashing bytes, sharing nothing with the code under test. */
function rootByDefinition(leaves: readonly string[]): string {
  const root = (from: number, to: number): Buffer => {
    if (to - from === 1) return Buffer.from(leaves[from] ?? '', 'hex')
    let split = 1
    while (split * 2 < to - from) split *= 2
    return sha256(Buffer.of(1), root(from, from + split), root(from + split, to))
  }
  return (leaves.length === 0 ? sha256('') : root(0, leaves.length)).toString('hex')
}

function sha256(...parts: readonly (string | Uint8Array)[]): Buffer {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(part)
  return sum.digest()
}
