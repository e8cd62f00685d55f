/** A group of fewer people than this is never told in numbers. */
export const fewest = 10

/** A number as it may be told: `few` is 1 to 9, `hidden` one that would give such a number away. */
export type Told = number | 'few' | 'hidden'

/** A number of people, or of what people did. */
export function told(n: number): Told {
  return isFew(n) ? 'few' : n
}

/**
 * The parts of a whole whose sum is told elsewhere. Where a part is small, larger ones are hidden with it, the smallest first,
 * until every number from 1 to 9 is possible for each small one; where there are not enough of them, it is still never certain
 * which it is.
 */
export function toldParts(parts: readonly number[]): Told[] {
  const few = parts.filter(isFew)
  if (few.length === 0 || sum(parts) < fewest) return parts.map(told)
  const larger = parts.filter((n) => n >= fewest).toSorted((a, b) => a - b)
  const least = (count: number) => few.length + fewest * count
  const most = (count: number) => (fewest - 1) * few.length + fewest * count
  const wide = larger.findIndex((_n, at) => sum(few) + sum(larger.slice(0, at + 1)) >= most(at + 1)) + 1
  const count = wide === 0 ? larger.length : wide
  const together = sum(few) + sum(larger.slice(0, count))
  const isOpen = together > least(count) && (count > 0 || together < most(0))
  const limit = larger[count - 1] ?? 0
  return parts.map((n) => {
    if (isFew(n)) return isOpen ? 'few' : 'hidden'
    return n > 0 && n <= limit ? 'hidden' : n
  })
}

function isFew(n: number): boolean {
  return n > 0 && n < fewest
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, n) => all + n, 0)
}
