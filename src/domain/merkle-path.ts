import { appendLeaf, emptyFrontier, rootOf } from './merkle.ts'
import { Problem } from './problem.ts'

/** A run of leaves, `end` not included. */
export type Leaves = { readonly start: number; readonly end: number }

/** A full subtree of 2^level leaves; `position` counts those of its level from the left. */
export type Subtree = { readonly level: number; readonly position: number }

/**
 * The runs of leaves whose roots are the audit path of a leaf, nearest sibling first (RFC 6962 section 2.1.1): what has to
 * be known for a proof, without the leaves themselves.
 * @throws Problem `invalid-input` when the tree has no leaf of that index (0 is the first).
 */
export function pathOf(index: number, size: number): Leaves[] {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) {
    throw new Problem('invalid-input', `a tree of ${size} leaves has none with the index ${index}`)
  }
  const path: Leaves[] = []
  for (let start = 0, end = size; end - start > 1;) {
    const middle = start + largestPowerBelow(end - start)
    if (index < middle) {
      path.push({ start: middle, end })
      end = middle
    } else {
      path.push({ start, end: middle })
      start = middle
    }
  }
  return path.toReversed()
}

/**
 * The runs of leaves whose roots prove that a tree of `size` leaves continues that of its first `oldSize`, in the order of
 * the proof (RFC 6962 section 2.1.2).
 * @throws Problem `invalid-input` when the old size is not within 1 and the size.
 */
export function continuationOf(oldSize: number, size: number): Leaves[] {
  if (!Number.isSafeInteger(oldSize) || !Number.isSafeInteger(size) || oldSize < 1 || oldSize > size) {
    throw new Problem('invalid-input', `a tree of ${size} leaves continues none of ${oldSize}`)
  }
  const runs: Leaves[] = []
  let [start, end] = [0, size]
  // Nothing is told of the old tree as a whole: whoever verifies holds its root.
  let known = true
  while (oldSize < end) {
    const middle = start + largestPowerBelow(end - start)
    if (oldSize <= middle) {
      runs.push({ start: middle, end })
      end = middle
    } else {
      runs.push({ start, end: middle })
      start = middle
      known = false
    }
  }
  if (!known) runs.push({ start, end })
  return runs.toReversed()
}

/** Runs as fewer ones that do not overlap and cover the same leaves, in order. */
export function united(runs: readonly Leaves[]): Leaves[] {
  const whole: { start: number; end: number }[] = []
  for (const { start, end } of runs.toSorted((a, b) => a.start - b.start)) {
    const last = whole.at(-1)
    if (last && start <= last.end) last.end = Math.max(last.end, end)
    else whole.push({ start, end })
  }
  return whole
}

/** The full subtrees that a run of an audit path consists of, the largest (leftmost) first. */
export function subtreesIn({ start, end }: Leaves): Subtree[] {
  const subtrees: Subtree[] = []
  for (let at = start; at < end;) {
    let level = 0
    while (2 ** (level + 1) <= end - at) level++
    subtrees.push({ level, position: at / 2 ** level })
    at += 2 ** level
  }
  return subtrees
}

/** The leaves of a full subtree. */
export function leavesOf({ level, position }: Subtree): Leaves {
  return { start: position * 2 ** level, end: (position + 1) * 2 ** level }
}

/** The root over a run of an audit path, from the roots of its {@link subtreesIn}. */
export function rootOver(roots: readonly string[], { start, end }: Leaves): string {
  return rootOf({ size: end - start, hashes: roots })
}

/** The root of a tree over these leaf hashes. */
export function rootOfAll(leaves: readonly string[]): string {
  return rootOf(leaves.reduce(appendLeaf, emptyFrontier))
}

function largestPowerBelow(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}
