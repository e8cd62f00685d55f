// The tree of RFC 6962 section 2.1, after its recursive definitions.
import { fromHex, joined, sha256, toHex } from './bytes.js'
import { isHash } from './canonical.js'

/** @import { Bytes } from './bytes.js' */

const leafMark = Uint8Array.of(0)
const nodeMark = Uint8Array.of(1)
/** So many hashes are asked for at a time. */
const batch = 4096

/**
 * @param {Bytes} body
 */
export function leafHash(body) {
  return sha256(joined(leafMark, body))
}

/**
 * @param {Bytes} left
 * @param {Bytes} right
 */
function nodeHash(left, right) {
  return sha256(joined(nodeMark, left, right))
}

/** A tree with all its full subtrees: `levels[k]` are those of 2^k leaves, from the left. */
export class Tree {
  /** @type {Bytes[][]} */
  #levels

  /** @param {Bytes[][]} levels */
  constructor(levels) {
    this.#levels = levels
  }

  /**
   * The tree over these bodies.
   * @param {Bytes[]} bodies
   */
  static async over(bodies) {
    const levels = [await inBatches(bodies.length, (index) => leafHash(at(bodies, index)))]
    for (let below = at(levels, 0); below.length > 1;) {
      const row = below
      below = await inBatches(Math.floor(row.length / 2), (index) =>
        nodeHash(at(row, index * 2), at(row, index * 2 + 1)),
      )
      levels.push(below)
    }
    return new Tree(levels)
  }

  /**
   * The hash of a leaf in hex.
   * @param {number} index
   */
  leaf(index) {
    return toHex(at(at(this.#levels, 0), index))
  }

  /**
   * The root of the first `size` leaves in hex.
   * @param {number} size
   */
  async rootOf(size) {
    if (size === 0) return toHex(await sha256(new Uint8Array()))
    return toHex(await this.#over(0, size))
  }

  /**
   * @param {number} start a multiple of the largest power of two that is not above the size
   * @param {number} size
   * @returns {Promise<Bytes>}
   */
  async #over(start, size) {
    if (Number.isInteger(Math.log2(size))) return at(at(this.#levels, Math.log2(size)), start / size)
    const first = split(size)
    return nodeHash(await this.#over(start, first), await this.#over(start + first, size - first))
  }
}

/**
 * Whether the audit path (section 2.1.1, from the leaf up) leads from leaf `index` of a tree of that size to its root.
 * @param {{ index: number, size: number, leaf: string, root: string, path: readonly string[] }} claim all hashes in hex
 */
export async function leadsToRoot({ index, size, leaf, root, path }) {
  const hashes = [leaf, root, ...path].every(isHash)
  const reached = hashes && index < size ? await rootAlong(index, size, fromHex(leaf), path) : null
  return reached !== null && toHex(reached) === root
}

/**
 * @param {number} index
 * @param {number} size
 * @param {Bytes} leaf
 * @param {readonly string[]} path
 * @returns {Promise<Bytes | null>}
 */
async function rootAlong(index, size, leaf, path) {
  if (size === 1) return path.length === 0 ? leaf : null
  const last = path.at(-1)
  if (last === undefined) return null
  const [first, rest] = [split(size), path.slice(0, -1)]
  if (index < first) {
    const left = await rootAlong(index, first, leaf, rest)
    return left && nodeHash(left, fromHex(last))
  }
  const right = await rootAlong(index - first, size - first, leaf, rest)
  return right && nodeHash(fromHex(last), right)
}

/**
 * Whether the proof (section 2.1.2) shows that the tree of `newSize` leaves begins with all those of the old one.
 * @param {{ oldSize: number, oldRoot: string, newSize: number, newRoot: string, proof: readonly string[] }} claim
 */
export async function continues({ oldSize, oldRoot, newSize, newRoot, proof }) {
  if (oldSize === 0 || oldSize > newSize || !proof.every(isHash)) return false
  const roots = await rootsAlong(oldSize, newSize, proof, fromHex(oldRoot))
  return roots !== null && toHex(roots.old) === oldRoot && toHex(roots.new) === newRoot
}

/**
 * The roots of the old and of the new part of a subtree.
 * @param {number} oldSize
 * @param {number} size
 * @param {readonly string[]} proof
 * @param {Bytes | null} known the root of the old part, as long as the proof does not tell it
 * @returns {Promise<{ old: Bytes, new: Bytes } | null>}
 */
async function rootsAlong(oldSize, size, proof, known) {
  const last = proof.at(-1)
  if (oldSize === size) {
    const told = known ?? (last === undefined ? null : fromHex(last))
    return told && proof.length === (known ? 0 : 1) ? { old: told, new: told } : null
  }
  if (last === undefined) return null
  const [first, rest, other] = [split(size), proof.slice(0, -1), fromHex(last)]
  if (oldSize <= first) {
    const roots = await rootsAlong(oldSize, first, rest, known)
    return roots && { old: roots.old, new: await nodeHash(roots.new, other) }
  }
  const roots = await rootsAlong(oldSize - first, size - first, rest, null)
  return roots && { old: await nodeHash(other, roots.old), new: await nodeHash(other, roots.new) }
}

/** The largest power of two below the size. @param {number} size */
function split(size) {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}

/**
 * @template Item
 * @param {readonly Item[]} list
 * @param {number} index
 * @returns {Item}
 */
function at(list, index) {
  const item = list[index]
  if (item === undefined) throw new RangeError(`nothing at ${index}`)
  return item
}

/**
 * @param {number} count
 * @param {(index: number) => Promise<Bytes>} hash
 */
async function inBatches(count, hash) {
  /** @type {Bytes[]} */
  const hashes = []
  while (hashes.length < count) {
    const start = hashes.length
    const size = Math.min(batch, count - start)
    hashes.push(...(await Promise.all(Array.from({ length: size }, (_, index) => hash(start + index)))))
  }
  return hashes
}
