import fc from 'fast-check'
import t from 'tap'
import { told, toldParts } from '../../src/domain/small-groups.ts'

t.test('one to nine is few; nothing and ten are told', async (t) => {
  t.same([0, 1, 9, 10, 12_300].map(told), [0, 'few', 'few', 10, 12_300])
})

t.test('beside a small part the smallest of the larger ones is not told, and the others are', async (t) => {
  t.same(toldParts([40, 5, 300]), ['hidden', 'few', 300])
  t.same(toldParts([40, 0, 300]), [40, 0, 300])
  t.same(toldParts([12, 7, 300]), ['hidden', 'few', 300])
  t.same(toldParts([10, 1, 300]), ['hidden', 'few', 'hidden'], 'eleven would be one and ten')
  t.same(toldParts([1, 10]), ['hidden', 'hidden'])
  t.same(toldParts([4, 3]), ['few', 'few'])
})

/** All ways in which parts that are told like this can add up to `sum`. */
function readings(parts: ReturnType<typeof toldParts>, sum: number): number[][] {
  const [first, ...rest] = parts
  if (first === undefined) return sum === 0 ? [[]] : []
  const range = { few: [1, 9], hidden: [1, sum] }[first as 'few' | 'hidden'] ?? [first as number, first as number]
  const found: number[][] = []
  for (let n = range[0] ?? 0; n <= Math.min(range[1] ?? 0, sum); n++)
    for (const others of readings(rest, sum - n)) found.push([n, ...others])
  return found
}

t.test('no part from 1 to 9 can be reckoned from the others and the sum', async () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 4 }), (parts) => {
      const sum = parts.reduce((all, n) => all + n, 0)
      if (sum < 10) return true
      const possible = readings(toldParts(parts), sum)
      return parts.every((n, at) => n === 0 || n > 9 || new Set(possible.map((reading) => reading[at])).size > 1)
    }),
  )
})
