import t from 'tap'
import { volumeOf, volumeTogether } from '../../src/domain/volume.ts'

const now = new Date('2026-11-21T09:30:00.000Z')
const weeksAgo = (weeks: number) => new Date(now.getTime() - weeks * 7 * 86_400_000).toISOString()

function monthly(sent: number, since: string | null): number | string {
  const volume = volumeOf({ topic: 1, sent, since, expected: 9 }, now)
  return volume.kind === 'counted' ? Math.round(volume.monthly * 100) / 100 : 'new'
}

t.test('the mean of the last twelve weeks, of fewer where there are fewer, and none under four', async (t) => {
  t.equal(monthly(12, weeksAgo(100)), 4.35)
  t.equal(monthly(12, weeksAgo(12)), 4.35)
  t.equal(monthly(6, weeksAgo(6)), 4.35)
  t.equal(monthly(4, weeksAgo(4)), 4.35)
  t.equal(monthly(4, new Date(Date.parse(weeksAgo(4)) + 1).toISOString()), 'new')
  t.equal(monthly(0, weeksAgo(50)), 0)
  t.equal(monthly(0, null), 'new')
  t.equal(monthly(1, 'no time'), 'new')
})

t.test('what was expected counts only while nothing can be counted', async (t) => {
  t.same(volumeOf({ topic: 1, sent: 0, since: null, expected: 2 }, now), { kind: 'new', expected: 2 })
  t.same(volumeOf({ topic: 1, sent: 1, since: weeksAgo(1), expected: null }, now), { kind: 'new', expected: null })
})

t.test('several together: the sum, or nothing where one of them cannot be told', async (t) => {
  const counted = { kind: 'counted', monthly: 3.5 } as const
  t.equal(volumeTogether([counted, { kind: 'new', expected: 2 }]), 5.5)
  t.equal(volumeTogether([counted, { kind: 'new', expected: null }]), null)
  t.equal(volumeTogether([]), 0)
})
