import fc from 'fast-check'
import t from 'tap'
import { unnamedBrand } from '../../src/domain/brand.ts'
import { nextSlot, quietUntil, zoneFor } from '../../src/domain/calendar.ts'
import { notAsked } from '../../src/domain/choices.ts'
import type { Choices } from '../../src/domain/choices.ts'
import { judge, laterReasons, neverReasons, reasons } from '../../src/domain/gate.ts'
import type { Rules, Sending, Standing, TopicSending } from '../../src/domain/gate.ts'
import { isDigest, termsOf } from '../../src/domain/pace.ts'
import { appendRecent, capWindow } from '../../src/domain/recent.ts'
import type { Release } from '../../src/domain/recent.ts'
import {
  arbitraryBrand,
  arbitraryChoices,
  arbitraryInstant,
  arbitraryLowering,
  arbitraryOpenChoices,
  arbitraryRecent,
  arbitrarySuppressions,
  someTopics,
  someWording,
  someZones,
} from '../support/arbitrary-choices.ts'

const day = 86_400_000
const wordings = new Set([someWording])
const runs = { numRuns: 3000 }

type Asked = { sending: TopicSending; person: Standing; rules: Rules; now: Date }

/** Anything that may be asked; half the time of somebody who is open to email, so that later rules are reached too. */
const arbitraryQuestion = (): fc.Arbitrary<Asked> =>
  arbitraryInstant().chain((now) =>
    fc.record({
      now: fc.constant(now),
      sending: fc.record({
        kind: fc.constant('topic' as const),
        topic: fc.integer({ min: 1, max: someTopics.length }),
        channel: fc.constantFrom('email', 'email', 'email', 'post', 'text', 'phone'),
        languages: fc.option(fc.subarray(['en', 'de', 'cy'], { minLength: 2 }), { freq: 1 }),
        usefulUntil: fc.option(
          arbitraryInstant().map((at) => at.toISOString()),
          { freq: 1 },
        ),
        plannedAt: fc.option<string>(
          fc.integer({ min: 0, max: 40 }).map((days) => new Date(now.getTime() - days * day).toISOString()),
        ),
      }),
      person: fc.record({
        choices: fc.oneof(arbitraryOpenChoices(), arbitraryChoices()),
        recent: arbitraryRecent(now),
        suppressions: arbitrarySuppressions(),
      }),
      rules: arbitraryBrand().map((brand) => ({ brand, wordings })),
    }),
  )

const verdictOf = ({ sending, person, rules, now }: Asked) => judge(sending, person, rules, now)

t.test('now is said only to somebody whom nothing holds back', async (t) => {
  const counts = { now: 0, later: 0, never: 0 }
  fc.assert(
    fc.property(arbitraryQuestion(), (asked) => {
      const verdict = verdictOf(asked)
      counts[verdict.kind]++
      return verdict.kind !== 'now' || whyNot(asked) === null
    }),
    runs,
  )
  t.ok(
    Object.values(counts).every((count) => count > 50),
    `each verdict was met: ${JSON.stringify(counts)}`,
  )
})

/** The law told again, from the person's side and without the gate's own rules: the first thing that forbids a mail. */
function whyNot({ sending, person: { choices, recent, suppressions }, rules: { brand }, now }: Asked): string | null {
  const time = now.getTime()
  const said = choices.topics[sending.topic]
  if (suppressions.length > 0) return 'suppressed'
  if (choices.stopped !== null) return 'stopped'
  if (said?.answer !== 'yes' || said.basis?.wording !== someWording) return 'lacks the topic'
  if (choices.channels[sending.channel] !== 'yes') return 'lacks the channel'
  if (choices.paused !== null && Date.parse(choices.paused.until) > time) return 'paused'
  const days = said.basis.evidence === 'seen' ? brand.seenDays : brand.attestedDays
  if (days !== null && time - Date.parse(said.basis.confirmedAt) >= days * day) return 'too old'
  if (sending.usefulUntil !== null && Date.parse(sending.usefulUntil) < time) return 'useless'
  const pace = said.pace ?? choices.pace
  const terms = termsOf(pace)
  if (terms.kind === 'cap') {
    const counted = recent.filter(
      ({ at, topic }) =>
        (said.pace === null || topic === sending.topic) && time - Date.parse(at) < capWindow[terms.period],
    )
    if (new Set(counted.map(({ delivery }) => delivery)).size >= terms.limit) return 'at the limit'
  }
  if (isDigest(pace)) {
    const planned = sending.plannedAt
    if (!planned || nextSlot(pace, new Date(planned), choices.timeZone, brand) > now) return 'before its slot'
  }
  const zone = zoneFor(choices.timeZone, brand)
  const isQuiet = [brand.quiet, choices.quiet].some((quiet) => quietUntil(now, quiet, zone) !== null)
  return isQuiet ? 'quiet hours' : null
}

t.test('what is held back has a reason, and the first of all reasons is the one given', async () => {
  fc.assert(
    fc.property(arbitraryQuestion(), (asked) => {
      const { sending, person, rules, now } = asked
      const verdict = verdictOf(asked)
      const all = reasons(sending, person, rules, now)
      const order: readonly string[] = [...neverReasons, ...laterReasons]
      const places = all.map((reason) => order.indexOf(reason))
      if (places.some((place, before) => before > 0 && place <= (places[before - 1] ?? 0))) return false
      if (verdict.kind === 'now') return all.length === 0 && whyNot(asked) === null
      return all[0] === verdict.reason && (verdict.kind === 'never' || verdict.until > now)
    }),
    runs,
  )
})

t.test('less permission never yields more mail', async () => {
  const less = arbitraryQuestion().chain((asked) => fc.tuple(fc.constant(asked), arbitraryLowering(asked.now)))
  fc.assert(
    fc.property(less, ([{ person, sending: planned, ...asked }, lowering]) => {
      const { plannedAt: _, ...sending } = planned
      const lowered = { ...person, choices: lowering.apply(person.choices) }
      const before = verdictOf({ ...asked, sending, person }).kind
      const after = verdictOf({ ...asked, sending, person: lowered }).kind
      const allowed = ['never', 'later', 'now']
      return allowed.indexOf(after) <= allowed.indexOf(before)
    }),
    runs,
  )
})

t.test('one suppression more never yields more mail', async () => {
  fc.assert(
    fc.property(arbitraryQuestion(), (asked) => {
      const person: Standing = { ...asked.person, suppressions: [...asked.person.suppressions, 'complained'] }
      return verdictOf({ ...asked, person }).kind === 'never'
    }),
    { numRuns: 300 },
  )
})

t.test('when a wait for room or for quiet is over, that reason is gone', async () => {
  fc.assert(
    fc.property(arbitraryQuestion(), ({ sending, person, rules, now }) => {
      const verdict = judge(sending, person, rules, now)
      if (verdict.kind !== 'later') return true
      const held: Sending = { ...sending, plannedAt: sending.plannedAt ?? now.toISOString() }
      return !reasons(held, person, rules, verdict.until).some((reason) => reason === verdict.reason)
    }),
    runs,
  )
})

t.test('52 weekly slots give 52 mails, one a slot, in every zone', async (t) => {
  for (const timeZone of someZones) {
    const rules: Rules = { brand: { ...unnamedBrand, timeZone: 'Europe/London' }, wordings }
    const basis = { evidence: 'seen' as const, wording: someWording, confirmedAt: '2026-01-01T00:00:00.000Z' }
    const answer = { answer: 'yes' as const, at: basis.confirmedAt, entry: 1, basis, pace: null }
    const choices: Choices = {
      ...notAsked(),
      topics: { 1: answer, 2: answer },
      pace: 'digest-weekly',
      channels: { email: 'yes' },
      timeZone,
    }
    let recent: Release[] = []
    let mails = 0
    let slot = nextSlot('digest-weekly', new Date('2026-01-03T12:00:00Z'), timeZone, rules.brand)
    for (let week = 0; week < 52; week++) {
      const sending = (topic: number): TopicSending => ({
        kind: 'topic',
        topic,
        channel: 'email',
        languages: null,
        usefulUntil: null,
        plannedAt: new Date(slot.getTime() - (1 + (week % 6)) * day).toISOString(),
      })
      const at = (ms: number) => new Date(slot.getTime() + ms)
      const early = judge(sending(1), { choices, recent, suppressions: [] }, rules, at(-1))
      if (early.kind !== 'later' || early.until.getTime() !== slot.getTime())
        t.fail(`${timeZone}: early in week ${week}`)
      if (judge(sending(1), { choices, recent, suppressions: [] }, rules, slot).kind === 'now') {
        mails++
        recent = appendRecent(recent, { at: slot.toISOString(), topic: 1, delivery: `week ${week}` }, slot)
      }
      if (judge(sending(2), { choices, recent, suppressions: [] }, rules, at(60_000)).kind === 'now') mails++
      slot = nextSlot('digest-weekly', slot, timeZone, rules.brand)
    }
    t.equal(mails, 52, timeZone)
  }
})

t.test('service mail counts against no limit and asks for no choice', async () => {
  fc.assert(
    fc.property(arbitraryQuestion(), ({ person, rules, now }) => {
      const sending: Sending = { kind: 'service', serviceKind: 'receipt', channel: 'email' }
      const stopped = (['erased', 'do_not_contact', 'bounced'] as const).some((stop) =>
        person.suppressions.includes(stop),
      )
      return judge(sending, person, rules, now).kind === (stopped ? 'never' : 'now')
    }),
    { numRuns: 300 },
  )
})
