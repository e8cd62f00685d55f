import fc from 'fast-check'
import t from 'tap'
import { appendRecent, capUntil, capWindow, releasedSince, withoutRelease } from '../../src/domain/recent.ts'
import type { Release } from '../../src/domain/recent.ts'
import { arbitraryRecent, someTopics } from '../support/arbitrary-choices.ts'

const now = new Date('2026-11-21T10:00:00.000Z')
const hour = 3_600_000
const day = 24 * hour
const ago = (ms: number, topic = 1, delivery = `d${ms}`): Release => ({
  at: new Date(now.getTime() - ms).toISOString(),
  topic,
  delivery,
})

t.test('a release is put in front, and a repeated one only once', async (t) => {
  const first = appendRecent([], ago(hour), now)
  const both = appendRecent(first, ago(0), now)
  t.same(both, [ago(0), ago(hour)])
  t.same(appendRecent(both, ago(0), now), both)
})

t.test('one that was released earlier is put in its place, so that the newest stays first', async (t) => {
  t.same(appendRecent([ago(0), ago(2 * hour)], ago(hour), now), [ago(0), ago(hour), ago(2 * hour)])
})

t.test('of each topic the newest 31 of the last 31 days are kept', async (t) => {
  const many = Array.from({ length: 31 }, (_, place) => ago((place + 1) * hour))
  const kept = appendRecent([...many, ago(40 * hour, 2)], ago(0), now)
  t.equal(kept.filter(({ topic }) => topic === 1).length, 31)
  t.equal(kept.filter(({ topic }) => topic === 2).length, 1, 'another topic is not pushed out')
  t.notOk(
    kept.some(({ delivery }) => delivery === `d${31 * hour}`),
    'the oldest of that topic is',
  )
  t.same(appendRecent([ago(31 * day), ago(31 * day + 1)], ago(0), now), [ago(0), ago(31 * day)])
})

t.test('what provably did not leave is taken back, with all items of that digest', async (t) => {
  t.same(withoutRelease([ago(1, 1, 'digest'), ago(1, 2, 'digest'), ago(2)], 'digest'), [ago(2)])
})

t.test('windows roll over 24 hours, 7 days and 30 days', async (t) => {
  t.same(capWindow, { day, week: 7 * day, month: 30 * day })
})

t.test('a limit has room until the n-th newest is inside its window', async (t) => {
  t.equal(capUntil([], '1-per-day', null, now), null)
  t.equal(capUntil([ago(1)], '2-per-day', null, now), null)
  t.same(capUntil([ago(hour)], '1-per-day', null, now), new Date(now.getTime() + 23 * hour))
  t.same(capUntil([ago(1), ago(hour)], '2-per-day', null, now), new Date(now.getTime() + 23 * hour))
  t.same(
    capUntil([ago(1), ago(hour), ago(2 * hour)], '1-per-day', null, now),
    new Date(now.getTime() + day - 1),
    'after a lowered limit the newest one has to leave too',
  )
})

t.test('a window ends at its instant: then there is room', async (t) => {
  t.equal(capUntil([ago(day)], '1-per-day', null, now), null)
  t.not(capUntil([ago(day - 1)], '1-per-day', null, now), null)
  t.equal(capUntil([ago(7 * day)], '1-per-week', null, now), null)
  t.not(capUntil([ago(7 * day - 1)], '1-per-week', null, now), null)
  t.equal(capUntil([ago(30 * day)], '1-per-month', null, now), null)
  t.not(capUntil([ago(30 * day - 1)], '1-per-month', null, now), null)
})

t.test("a topic's limit counts that topic, the overall limit counts all", async (t) => {
  const recent = [ago(hour, 1), ago(2 * hour, 2)]
  t.equal(capUntil(recent, '2-per-day', 1, now), null)
  t.not(capUntil(recent, '1-per-day', 2, now), null)
  t.equal(capUntil(recent, '1-per-day', 3, now), null)
  t.not(capUntil(recent, '2-per-day', null, now), null)
})

t.test('a digest of several topics counts as one mail', async (t) => {
  t.equal(capUntil([ago(hour, 1, 'digest'), ago(hour, 2, 'digest')], '2-per-day', null, now), null)
})

t.test('a release whose time cannot be read or lies ahead counts as inside the window', async (t) => {
  t.not(capUntil([{ ...ago(0), at: 'yesterday' }], '1-per-day', null, now), null)
  t.not(capUntil([ago(-day)], '1-per-day', null, now), null)
  t.not(capUntil([{ ...ago(0), at: '' }, ago(1)], '2-per-month', null, now), null)
})

t.test('the order in which releases are stored makes no difference', async (t) => {
  t.same(
    capUntil([ago(2 * hour), ago(hour)], '1-per-day', null, now),
    capUntil([ago(hour), ago(2 * hour)], '1-per-day', null, now),
  )
})

t.test('paces that are no limit count nothing', async (t) => {
  t.equal(capUntil([ago(1)], 'as-it-happens', null, now), null)
  t.equal(capUntil([ago(1)], 'digest-daily', null, now), null)
})

t.test('a release at or after an instant is found, an unreadable one too', async (t) => {
  t.ok(releasedSince([ago(hour)], new Date(now.getTime() - hour), () => true))
  t.notOk(releasedSince([ago(hour)], new Date(now.getTime() - hour + 1), () => true))
  t.notOk(releasedSince([ago(0, 2)], now, (topic) => topic === 1))
  t.ok(releasedSince([{ ...ago(0), at: '?' }], now, () => true))
})

t.test('when a limit says until, there is room at that instant and none a millisecond before', async () => {
  fc.assert(
    fc.property(
      arbitraryRecent(now),
      fc.integer({ min: 1, max: 31 }),
      fc.constantFrom('day' as const, 'week' as const, 'month' as const),
      fc.option(fc.integer({ min: 1, max: someTopics.length })),
      (recent, limit, period, topic) => {
        const counted = recent.filter(
          (one) => (topic === null || one.topic === topic) && now.getTime() - Date.parse(one.at) < capWindow[period],
        )
        const mails = new Set(counted.map(({ delivery }) => delivery)).size
        const until = capUntil(recent, `${limit}-per-${period}`, topic, now)
        if (until === null) return mails < limit
        const justBefore = new Date(until.getTime() - 1)
        return (
          mails >= limit &&
          capUntil(recent, `${limit}-per-${period}`, topic, until) === null &&
          capUntil(recent, `${limit}-per-${period}`, topic, justBefore) !== null
        )
      },
    ),
    { numRuns: 1000 },
  )
})

t.test('a thousand releases through a limit of three a day never put four into any 24 hours', async (t) => {
  let recent: Release[] = []
  const sent: number[] = []
  for (let step = 0; step < 1000; step++) {
    const at = new Date(now.getTime() + step * 37 * 60_000)
    if (capUntil(recent, '3-per-day', null, at) !== null) continue
    recent = appendRecent(recent, { at: at.toISOString(), topic: 1 + (step % 3), delivery: `s${step}` }, at)
    sent.push(at.getTime())
  }
  const most = Math.max(...sent.map((first) => sent.filter((at) => at >= first && at < first + day).length))
  t.equal(most, 3)
  t.ok(recent.length <= 93)
})
