import fc from 'fast-check'
import t from 'tap'
import { unnamedBrand, type Brand } from '../../src/domain/brand.ts'
import { changes } from '../../src/domain/choice-differences.ts'
import { notAsked, type Choices, type TopicAnswer } from '../../src/domain/choices.ts'
import { judge } from '../../src/domain/gate.ts'
import { renew, renewable, renewalDue } from '../../src/domain/renewal.ts'
import { arbitraryBrand, arbitraryChoices, arbitraryInstant } from '../support/arbitrary-choices.ts'

const day = 86_400_000
const now = new Date('2026-11-21T09:30:00.000Z')
const wording = 'a'.repeat(64)

/** Choices with one yes, confirmed that many days ago. */
function yes(days: number, evidence: 'seen' | 'attested' = 'seen', more: Partial<TopicAnswer> = {}): Choices {
  const confirmedAt = new Date(now.getTime() - days * day).toISOString()
  const basis = { evidence, wording, confirmedAt }
  const answer: TopicAnswer = { answer: 'yes', at: confirmedAt, entry: 1, basis, pace: null, ...more }
  return { ...notAsked(), channels: { email: 'yes' }, pace: 'as-it-happens', topics: { 1: answer } }
}
const yearly: Brand = { ...unnamedBrand, seenDays: 365, attestedDays: 180 }

t.test('the line stands in the last 60 days before a yes expires, and at no other time', async (t) => {
  const due = (days: number, evidence?: 'seen' | 'attested') => renewalDue(yes(days, evidence), 1, yearly, now)
  t.same(
    [0, 304, 304.99, 305, 330, 364.99, 365, 400].map((days) => due(days)),
    [false, false, false, true, true, true, false, false],
  )
  t.same(
    [119, 120, 179, 180].map((days) => due(days, 'attested')),
    [false, true, true, false],
  )
  t.equal(renewalDue(yes(1000), 1, unnamedBrand, now), false, 'by default a yes does not expire')
  t.equal(renewalDue(yes(330), 2, yearly, now), false, 'a topic she never answered')
  t.equal(renewalDue(yes(330, 'seen', { answer: 'pending' }), 1, yearly, now), false)
  t.equal(renewalDue(yes(330, 'seen', { basis: null }), 1, yearly, now), false)
})

t.test('a yes can be said again from then on, also once it has run out, and not twice in a day', async (t) => {
  const at = (days: number) => renewable(yes(days), [1, 2], yearly, now)
  t.same([100, 330, 400].map(at), [[], [1], [1]])
  const short = { ...unnamedBrand, seenDays: 30 }
  t.same(renewable(yes(2), [1], short, now), [1])
  t.same(renewable(yes(0.9), [1], short, now), [])
  t.same(renewable(yes(-1), [1], yearly, now), [1], 'one that the gate counts as expired because it lies ahead')
})

t.test('saying it again makes it seen, now, under the wording of the page, and changes nothing else', async (t) => {
  const before = yes(330, 'attested')
  const with2: Choices = { ...before, topics: { ...before.topics, 2: { ...yes(10).topics[1]! } }, choseAt: null }
  const at = now.toISOString()
  const said = renew(with2, [1, 2], { wording: 'b'.repeat(64), at }, yearly)
  t.same(changes(with2, said), ['topics.1'])
  t.same(said.topics[1], {
    ...with2.topics[1],
    basis: { evidence: 'seen', wording: 'b'.repeat(64), confirmedAt: at },
  })
  t.equal(renew(said, [1, 2], { wording, at }, yearly), said, 'pressed twice it is one renewal')
  t.equal(renew(with2, [2], { wording, at }, yearly), with2)
})

t.test('whoever is asked has a yes that still counts, and whose yes just ran out by age can say it again', async () => {
  fc.assert(
    fc.property(arbitraryChoices(), arbitraryBrand(), arbitraryInstant(), (choices, brand, at) => {
      const open = { ...choices, stopped: null, paused: null, channels: { email: 'yes' as const } }
      return Object.keys(choices.topics).every((key) => {
        const topic = Number(key)
        const sending = { kind: 'topic', topic, channel: 'email', languages: null, usefulUntil: null } as const
        const rules = { brand, wordings: { has: () => true } }
        const verdict = judge(sending, { choices: open, recent: [], suppressions: [] }, rules, at)
        const expired = verdict.kind === 'never' && verdict.reason === 'consent_expired'
        const asked = renewalDue(open, topic, brand, at)
        return !(asked && verdict.kind === 'never') && (!expired || renewable(open, [topic], brand, at).length === 1)
      })
    }),
    { numRuns: 2_000 },
  )
})
