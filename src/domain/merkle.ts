import { hash } from 'node:crypto'
import { Problem } from './problem.ts'

/**
 * The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1) over SHA-256. A hash is 64 lower-case hex digits
 * everywhere. Entry n of the ledger is leaf n−1.
 */

/**
 * All that is needed to append to a tree of `size` leaves and to tell its root: the roots of its perfect subtrees,
 * largest (leftmost) first, one for each 1 in the binary form of `size`. Plain data, to be stored as it is.
 */
export type Frontier = { readonly size: number; readonly hashes: readonly string[] }

export const emptyFrontier: Frontier = { size: 0, hashes: [] }

/** SHA-256(0x00 ‖ body). A string is taken as its UTF-8 bytes. */
export function leafHash(body: string | Uint8Array): string {
  return hash('sha256', typeof body === 'string' ? `\0${body}` : Buffer.concat([Buffer.of(0), body]), 'hex')
}

/** SHA-256(0x01 ‖ left ‖ right), so that no inner node can pass for a leaf. */
export function nodeHash(left: string, right: string): string {
  return hash('sha256', Buffer.from(`01${left}${right}`, 'hex'), 'hex')
}

/** The frontier with one leaf more; one hash on average, no more than log2(size) + 1. Take the root once per batch. */
export function appendLeaf(frontier: Frontier, leaf: string): Frontier {
  return appendLeafTelling(frontier, leaf, () => undefined)
}

/** As {@link appendLeaf}; `onFull` is told the root of each subtree of 2^level leaves that it fills, and its place among those. */
export function appendLeafTelling(
  frontier: Frontier,
  leaf: string,
  onFull: (level: number, position: number, root: string) => void,
): Frontier {
  const hashes = frontier.hashes.slice()
  let merged = leaf
  let level = 0
  for (let size = frontier.size; size % 2 === 1; size = Math.floor(size / 2)) {
    merged = nodeHash(hashes.pop() ?? '', merged)
    onFull(++level, Math.floor(size / 2), merged)
  }
  hashes.push(merged)
  return { size: frontier.size + 1, hashes }
}

/** The root of the tree; of the empty tree SHA-256 of nothing. */
export function rootOf(frontier: Frontier): string {
  if (frontier.size === 0) return hash('sha256', '', 'hex')
  return frontier.hashes.reduceRight((right, left) => nodeHash(left, right))
}

/**
 * The audit path of one leaf in the tree over all given leaf hashes, nearest sibling first (RFC 6962 section 2.1.1).
 * @throws Problem `invalid-input` when there is no leaf of that index (0 is the first).
 */
export function inclusionProof(leaves: readonly string[], index: number): string[] {
  requireWithin('leaf index', index, 0, leaves.length - 1)
  return pathTo(leaves, index)
}

/**
 * The proof that the tree over all given leaf hashes continues the tree over its first `oldSize` ones
 * (RFC 6962 section 2.1.2).
 * @throws Problem `invalid-input` when `oldSize` is not within 1 and the number of leaves.
 */
export function consistencyProof(leaves: readonly string[], oldSize: number): string[] {
  requireWithin('old tree size', oldSize, 1, leaves.length)
  return proofFrom(leaves, oldSize, true)
}

export type InclusionClaim = { index: number; size: number; leaf: string; root: string; proof: readonly string[] }

/** Whether the proof shows that `leaf` is leaf `index` of the tree with that size and root. RFC 9162 section 2.1.3.2. */
export function verifyInclusion({ index, size, leaf, root, proof }: InclusionClaim): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || ![leaf, root, ...proof].every(isHash)) return false
  let at = index
  let last = size - 1
  let computed = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      computed = nodeHash(sibling, computed)
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)]
    } else {
      computed = nodeHash(computed, sibling)
    }
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && computed === root
}

export type ConsistencyClaim = {
  oldSize: number
  newSize: number
  oldRoot: string
  newRoot: string
  proof: readonly string[]
}

/**
 * Whether the proof shows that the new tree begins with all leaves of the old one. RFC 9162 section 2.1.4.2.
 * An empty old tree proves nothing about the new one, so it is never accepted.
 */
export function verifyConsistency({ oldSize, newSize, oldRoot, newRoot, proof }: ConsistencyClaim): boolean {
  if (!isCount(oldSize) || !isCount(newSize) || oldSize === 0 || oldSize > newSize) return false
  if (oldSize === newSize) return proof.length === 0 && oldRoot === newRoot
  if (![oldRoot, newRoot, ...proof].every(isHash)) return false

  // Climb past the perfect subtree that both trees share; if it is all of the old tree, its hash is the old root.
  let at = oldSize - 1
  let last = newSize - 1
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  const [first, ...rest] = at === 0 ? [oldRoot, ...proof] : proof
  if (first === undefined) return false
  let oldComputed = first
  let newComputed = first
  for (const sibling of rest) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      oldComputed = nodeHash(sibling, oldComputed)
      newComputed = nodeHash(sibling, newComputed)
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, half(last)]
    } else {
      newComputed = nodeHash(newComputed, sibling)
    }
    ;[at, last] = [half(at), half(last)]
  }
  return last === 0 && oldComputed === oldRoot && newComputed === newRoot
}

/** Whether this is a hash as we write it: 64 lower-case hex digits. */
export function isHash(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}

function pathTo(leaves: readonly string[], index: number): string[] {
  if (leaves.length === 1) return []
  const [left, right] = halves(leaves)
  return index < left.length
    ? [...pathTo(left, index), rootOfLeaves(right)]
    : [...pathTo(right, index - left.length), rootOfLeaves(left)]
}

/** `known`: the verifier holds the root of the first `oldSize` leaves of this subtree already. */
function proofFrom(leaves: readonly string[], oldSize: number, known: boolean): string[] {
  if (oldSize === leaves.length) return known ? [] : [rootOfLeaves(leaves)]
  const [left, right] = halves(leaves)
  return oldSize <= left.length
    ? [...proofFrom(left, oldSize, known), rootOfLeaves(right)]
    : [...proofFrom(right, oldSize - left.length, false), rootOfLeaves(left)]
}

/** Split at the largest power of two below the length; trees that are not perfect are not padded. */
function halves(leaves: readonly string[]): [left: readonly string[], right: readonly string[]] {
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return [leaves.slice(0, split), leaves.slice(split)]
}

function rootOfLeaves(leaves: readonly string[]): string {
  return rootOf(leaves.reduce(appendLeaf, emptyFrontier))
}

function half(count: number): number {
  return Math.floor(count / 2)
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

function requireWithin(what: string, given: number, least: number, most: number): void {
  if (Number.isSafeInteger(given) && given >= least && given <= most) return
  throw new Problem('invalid-input', `the ${what} must be a whole number from ${least} to ${most}; given: ${given}`)
}
