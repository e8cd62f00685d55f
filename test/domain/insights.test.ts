import fc from 'fast-check'
import t from 'tap'
import { facts, ladderOf, mostInThirtyDays, paceGroupOf, paceGroups, rungOf, rungs } from '../../src/domain/insights.ts'
import { daysIn, lastDays, samplesOf, spanOf } from '../../src/domain/span.ts'
import { arbitraryPace } from '../support/arbitrary-choices.ts'

t.test('nobody stands on a step without those below it', async (t) => {
  t.equal(rungOf([]), 'address')
  t.equal(rungOf(['chose', 'spoke', 'tells']), 'address', 'without permission all else is none')
  t.equal(rungOf(['permitted', 'spoke', 'tells']), 'permission')
  t.equal(rungOf([...facts]), 'tells')
})

t.test('each step of the ladder holds the one above it, and the first holds everybody', async () => {
  const groups = fc.array(fc.record({ key: fc.subarray([...facts]).map(String), n: fc.nat(1000) }))
  fc.assert(
    fc.property(groups, (people) => {
      const ladder = ladderOf(people)
      const all = people.reduce((sum, { n }) => sum + n, 0)
      return ladder.address === all && rungs.every((rung, at) => ladder[rung] <= ladder[rungs[at - 1] ?? rung])
    }),
  )
})

t.test('every pace is of one group, and one that cannot be read counts as the slowest', async (t) => {
  fc.assert(fc.property(arbitraryPace(), (pace) => paceGroups.includes(paceGroupOf(pace))))
  t.equal(paceGroupOf('7-per-month'), 'limited')
  t.equal(paceGroupOf('whenever'), 'digest-monthly')
  t.equal(paceGroupOf('own'), 'own')
  t.same(paceGroups.map(mostInThirtyDays), [null, 30, 30 / 7, 1, null, null])
})

t.test('a period has both of its ends, does not reach into days to come, and is refused by name', async (t) => {
  const today = '2026-03-01'
  t.same(spanOf({}, today), { from: '2025-12-02', until: today })
  t.equal(daysIn(spanOf({}, today)), 90)
  t.same(spanOf({ from: '2026-02-28', until: '2099-01-01' }, today), { from: '2026-02-28', until: today })
  t.same(lastDays(today, 1), { from: today, until: today })
  for (const given of [
    { from: 'yesterday' },
    { from: '2026-02-30' },
    { until: '26-1-1' },
    { from: '2026-02-02', until: '2026-02-01' },
    { from: '1900-01-01' },
  ])
    t.throws(() => spanOf(given, today), { code: 'invalid-input' }, JSON.stringify(given))
})

t.test('the moments of a period are its days, ascending, its last one among them', async () => {
  const length = fc.integer({ min: 1, max: 800 })
  fc.assert(
    fc.property(length, (days) => {
      const span = lastDays('2026-03-01', days)
      const samples = samplesOf(span, 12)
      const isAscending = samples.every((day, at) => at === 0 || day > (samples[at - 1] ?? ''))
      return (
        isAscending &&
        samples.length === Math.min(12, days) &&
        samples.at(-1) === span.until &&
        (samples[0] ?? '') >= span.from
      )
    }),
  )
})
