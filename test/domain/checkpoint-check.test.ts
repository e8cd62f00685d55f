import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import t from 'tap'
import { continues, openCheckpoint, pastedNote } from '../../src/domain/checkpoint-check.ts'
import type { LedgerKey } from '../../src/domain/key-change.ts'
import { appendLeaf, consistencyProof, emptyFrontier, leafHash, rootOf } from '../../src/domain/merkle.ts'
import { checkpointText, parseVkey, signNote, vkeyOf } from '../../src/domain/signed-note.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const origin = 'fern.example/consent'
const keyOf = (of: KeyObject, more: { from?: number; below?: number } = {}): LedgerKey => {
  const read = parseVkey(vkeyOf(origin, of))
  if (read.kind === 'refused') throw new Error(read.reason)
  return { ...read.vkey, from: 0, below: Infinity, ...more }
}
const key = [keyOf(privateKey)]
const leaves = Array.from({ length: 11 }, (_, n) => leafHash(`entry ${n + 1}`))
const at = (size: number, of = leaves) => ({
  origin,
  size,
  root: rootOf(of.slice(0, size).reduce(appendLeaf, emptyFrontier)),
})

t.test('a checkpoint is opened with the key of its log alone', async (t) => {
  const note = signNote(checkpointText(at(7)), origin, privateKey)
  t.same(openCheckpoint(note, key), { kind: 'checkpoint', checkpoint: at(7) })
  t.match(openCheckpoint(note.replace('\n7\n', '\n8\n'), key), { kind: 'refused', wrong: true })
  const other = generateKeyPairSync('ed25519').privateKey
  t.match(openCheckpoint(signNote(checkpointText(at(7)), origin, other), key), { kind: 'refused', wrong: false })
  const elsewhere = signNote(checkpointText({ ...at(7), origin: 'oak.example' }), origin, privateKey)
  t.match(openCheckpoint(elsewhere, key), {
    kind: 'refused',
    wrong: false,
    reason: 'it is of another log: oak.example',
  })
  t.match(openCheckpoint('', key), { kind: 'refused', wrong: false })
})

t.test('each key opens what it signed in its own time', async (t) => {
  const next = generateKeyPairSync('ed25519').privateKey
  const keys = [keyOf(privateKey, { below: 8 }), keyOf(next, { from: 8 })]
  const signed = (size: number, by: KeyObject) => openCheckpoint(signNote(checkpointText(at(size)), origin, by), keys)
  t.same(signed(7, privateKey), { kind: 'checkpoint', checkpoint: at(7) })
  t.same(signed(8, next), { kind: 'checkpoint', checkpoint: at(8) })
  t.match(signed(8, privateKey), { kind: 'refused', wrong: true })
  t.match(signed(7, next), { kind: 'refused', wrong: true })
})

t.test('a log continues an earlier one only where all of that is its beginning', async (t) => {
  for (let size = 1; size <= leaves.length; size++) {
    const proof = size < leaves.length ? consistencyProof(leaves, size) : []
    t.same(continues(at(size), at(leaves.length), proof), { verdict: 'verified' })
  }
  const altered = leaves.with(2, leafHash('another entry 3'))
  t.same(continues(at(5, altered), at(11), consistencyProof(leaves, 5)), {
    verdict: 'not verified',
    reason: 'rewritten',
  })
  t.same(continues(at(11, altered), at(11), []), { verdict: 'not verified', reason: 'forked' })
  t.same(continues(at(11), at(5), []), { verdict: 'not verified', reason: 'longer' })
})

t.test('a note is read as it was pasted: out of a mail, a form, with room around it', async (t) => {
  const note = signNote(checkpointText(at(7)), origin, privateKey)
  for (const text of [
    note,
    `\n\n${note}\n`,
    note.replaceAll('\n', '\r\n'),
    note.replaceAll(/^/gm, '> '),
    note.trim(),
  ]) {
    t.equal(pastedNote(text), note)
  }
})
