import t from 'tap'
import { unnamedBrand } from '../../src/domain/brand.ts'
import { notAsked } from '../../src/domain/choices.ts'
import type { Channel, Choices, TopicAnswer } from '../../src/domain/choices.ts'
import { judge, laterReasons, neverReasons, reasons, stopsService, storable } from '../../src/domain/gate.ts'
import type { LaterReason, NeverReason, Rules, ServiceKind, Standing, TopicSending } from '../../src/domain/gate.ts'
import { Problem } from '../../src/domain/problem.ts'

type Reason = NeverReason | LaterReason
type Case = { sending: TopicSending; person: Standing; rules: Rules }

/** A Saturday, 10:00 in London. */
const now = new Date('2026-11-21T10:00:00.000Z')
const wording = 'a'.repeat(64)

const yes: TopicAnswer = {
  answer: 'yes',
  at: '2026-01-14T09:00:00.000Z',
  entry: 7,
  basis: { evidence: 'seen', wording, confirmedAt: '2026-01-14T09:00:00.000Z' },
  pace: null,
}

/** Somebody who wants emails about topic 1 as they happen, and a message about it. */
const wanted: Case = {
  sending: { kind: 'topic', topic: 1, channel: 'email', languages: null, usefulUntil: null },
  person: {
    choices: { ...notAsked(), topics: { 1: yes }, pace: 'as-it-happens', channels: { email: 'yes' } },
    recent: [],
    suppressions: [],
  },
  rules: { brand: { ...unnamedBrand, timeZone: 'Europe/London' }, wordings: new Set([wording]) },
}

const withChoices =
  (change: (choices: Choices) => Partial<Choices>) =>
  (one: Case): Case => ({
    ...one,
    person: { ...one.person, choices: { ...one.person.choices, ...change(one.person.choices) } },
  })
const withAnswer = (change: Partial<TopicAnswer>) =>
  withChoices(({ topics }) => ({ topics: { ...topics, 1: { ...(topics[1] ?? yes), ...change } } }))
const withSuppression =
  (reason: Standing['suppressions'][number]) =>
  (one: Case): Case => ({
    ...one,
    person: { ...one.person, suppressions: [...one.person.suppressions, reason] },
  })

/** One row per reason: what makes it apply to somebody whom everything else lets through. */
const causes: Record<Reason, (one: Case) => Case> = {
  erased: withSuppression('erased'),
  do_not_contact: withSuppression('do_not_contact'),
  bounced: withSuppression('bounced'),
  complained: withSuppression('complained'),
  stopped: withChoices(() => ({ stopped: { at: '2026-03-03T09:00:00.000Z', by: 'herself', reason: null } })),
  topic: withAnswer({ answer: 'no', basis: null }),
  channel: withChoices(({ channels }) => ({ channels: { ...channels, email: 'no' } })),
  paused: withChoices(() => ({ paused: { from: '2026-11-01T00:00:00.000Z', until: '2026-12-21T00:00:00.000Z' } })),
  not_asked: withChoices(() => ({ topics: {} })),
  unconfirmed: withAnswer({ answer: 'pending' }),
  no_wording: withAnswer({ basis: { evidence: 'seen', wording: 'b'.repeat(64), confirmedAt: yes.at } }),
  consent_expired: (one) => ({ ...one, rules: { ...one.rules, brand: { ...one.rules.brand, seenDays: 30 } } }),
  no_language: (one) => ({
    ...withChoices(() => ({ language: 'cy' }))(one),
    sending: { ...one.sending, languages: ['en', 'de'] },
  }),
  expired_before_slot: (one) => ({ ...one, sending: { ...one.sending, usefulUntil: '2026-11-21T09:59:59.999Z' } }),
  digest: withChoices(() => ({ pace: 'digest-weekly' })),
  cap_reached: (one) => ({
    ...withChoices(() => ({ pace: '1-per-day' }))(one),
    person: {
      ...withChoices(() => ({ pace: '1-per-day' }))(one).person,
      recent: [{ at: '2026-11-21T09:00:00.000Z', topic: 2, delivery: 'd' }],
    },
  }),
  quiet_hours: withChoices(() => ({ quiet: { from: '09:30', to: '11:00' } })),
}

/** An answer is one of these at a time, and only a yes has a wording, an age, a language and a moment. */
const answers: readonly Reason[] = ['topic', 'not_asked', 'unconfirmed']
const needYes: readonly Reason[] = [
  'no_wording',
  'consent_expired',
  'no_language',
  'expired_before_slot',
  'digest',
  'cap_reached',
  'quiet_hours',
]
function exclude(first: Reason, second: Reason): boolean {
  if (answers.includes(first)) return answers.includes(second) || needYes.includes(second)
  return first === 'digest' && second === 'cap_reached'
}

const judged = ({ sending, person, rules }: Case) => judge(sending, person, rules, now)
const reasonOf = (one: Case) => {
  const verdict = judged(one)
  return verdict.kind === 'now' ? null : verdict.reason
}
const allReasons = ({ sending, person, rules }: Case) => reasons(sending, person, rules, now)
const inOrder: readonly Reason[] = [...neverReasons, ...laterReasons]

t.test('the order of reasons is frozen, because reports depend on it', async (t) => {
  t.same(neverReasons, [
    'erased',
    'do_not_contact',
    'bounced',
    'complained',
    'stopped',
    'topic',
    'channel',
    'paused',
    'not_asked',
    'unconfirmed',
    'no_wording',
    'consent_expired',
    'no_language',
    'expired_before_slot',
  ])
  t.same(laterReasons, ['digest', 'cap_reached', 'quiet_hours'])
})

t.test('what she wants goes now', async (t) => {
  t.same(judged(wanted), { kind: 'now' })
  t.same(allReasons(wanted), [])
})

t.test('each reason alone holds it back, and is named', async (t) => {
  for (const reason of inOrder) {
    const one = causes[reason](wanted)
    t.equal(judged(one).kind, neverReasons.some((never) => never === reason) ? 'never' : 'later', reason)
    t.equal(reasonOf(one), reason)
    t.same(allReasons(one), [reason])
  }
})

t.test('of two reasons the earlier one in the order is given, and both are listed', async (t) => {
  let pairs = 0
  for (const [place, first] of inOrder.entries()) {
    for (const second of inOrder.slice(place + 1)) {
      if (exclude(first, second)) continue
      pairs++
      for (const both of [causes[first](causes[second](wanted)), causes[second](causes[first](wanted))]) {
        t.equal(reasonOf(both), first, `${first} before ${second}`)
        t.same(allReasons(both), [first, second], `${first} and ${second}`)
      }
    }
  }
  t.equal(pairs, 136 - 3 - 21 - 1)
})

t.test('all reasons are listed in their order, whichever came about first', async (t) => {
  const most: Reason[] = inOrder.filter((reason) => !answers.includes(reason) && reason !== 'cap_reached')
  const everything = most.toReversed().reduce((one, reason) => causes[reason](one), wanted)
  t.same(allReasons(everything), most)
})

t.test('a later verdict says until when', async (t) => {
  t.same(judged(causes.digest(wanted)), { kind: 'later', reason: 'digest', until: new Date('2026-11-27T09:00:00Z') })
  t.same(judged(causes.cap_reached(wanted)), {
    kind: 'later',
    reason: 'cap_reached',
    until: new Date('2026-11-22T09:00:00Z'),
  })
  t.same(judged(causes.quiet_hours(wanted)), {
    kind: 'later',
    reason: 'quiet_hours',
    until: new Date('2026-11-21T11:00:00Z'),
  })
})

t.test('the seed table of the standards page', async (t) => {
  const service = (kind: ServiceKind, one: Case) =>
    judge({ kind: 'service', serviceKind: kind, channel: 'email' }, one.person, one.rules, now).kind
  t.equal(judged(wanted).kind, 'now', 'consent given: send')
  t.equal(reasonOf(causes.topic(wanted)), 'topic', 'consent withdrawn: refuse')
  t.equal(reasonOf(causes.consent_expired(wanted)), 'consent_expired', 'consent expired: refuse')
  t.equal(reasonOf(causes.not_asked(wanted)), 'not_asked', 'consent unknown: refuse')
  t.equal(reasonOf(causes.do_not_contact(wanted)), 'do_not_contact', 'suppressed: refuse')
  t.equal(judged(causes.quiet_hours(wanted)).kind, 'later', 'quiet: defer')
  t.equal(judged(causes.cap_reached(wanted)).kind, 'later', 'cap: defer')
  t.equal(service('receipt', causes.topic(causes.stopped(wanted))), 'now', 'service, consent withdrawn: send')
  t.equal(service('receipt', causes.bounced(wanted)), 'never', 'service, hard bounce: refuse')
})

t.test('which reasons stop which kind of service mail', async (t) => {
  const usual: Reason[] = ['erased', 'do_not_contact', 'bounced']
  const stops: Record<ServiceKind, Reason[]> = {
    confirmation: usual,
    own_link: usual,
    acknowledgement: usual,
    receipt: usual,
    order: ['bounced'],
    security: ['bounced'],
    legal: ['bounced'],
    staff: usual,
  }
  t.same(stopsService, stops)
  for (const [serviceKind, stopping] of Object.entries(stops) as [ServiceKind, Reason[]][]) {
    for (const reason of inOrder) {
      const { person, rules } = causes[reason](wanted)
      const sending = { kind: 'service', serviceKind, channel: 'email' } as const
      const expected = stopping.includes(reason) ? { kind: 'never', reason } : { kind: 'now' }
      t.same(judge(sending, person, rules, now), expected, `${serviceKind} and ${reason}`)
      t.same(reasons(sending, person, rules, now), stopping.includes(reason) ? [reason] : [])
    }
  }
})

t.test('a confirmation that she asked for at /start passes an erasure, and nothing more', async (t) => {
  const asked = (serviceKind: ServiceKind, one: Case) =>
    judge({ kind: 'service', serviceKind, channel: 'email', askedAtStart: true }, one.person, one.rules, now)
  t.same(asked('confirmation', causes.erased(wanted)), { kind: 'now' })
  t.same(asked('confirmation', causes.do_not_contact(causes.erased(wanted))), {
    kind: 'never',
    reason: 'do_not_contact',
  })
  t.same(asked('confirmation', causes.bounced(wanted)), { kind: 'never', reason: 'bounced' })
  t.same(asked('own_link', causes.erased(wanted)), { kind: 'never', reason: 'erased' })
})

t.test('what is stored so that she can see it, and what is only counted', async (t) => {
  const stored = ['bounced', 'channel', 'paused', 'no_wording', 'consent_expired', 'no_language', 'expired_before_slot']
  t.same(
    neverReasons.filter((reason) => storable(reason)),
    stored,
  )
})

t.test('a channel lets through only what she said yes to', async (t) => {
  t.equal(reasonOf(withChoices(() => ({ channels: {} }))(wanted)), 'channel', 'never asked about')
  t.equal(reasonOf(withChoices(() => notAsked())(wanted)), 'not_asked', 'nor about anything else: that is the reason')
  t.equal(reasonOf(withChoices(() => ({ ...notAsked(), channels: { email: 'no' } }))(wanted)), 'channel')
  const said: Choices['channels'] = { email: 'yes', text: 'yes', phone: 'yes', post: 'yes' }
  const by = (channel: Channel) => {
    const { sending, ...rest } = withChoices(() => ({ channels: said }))(wanted)
    return reasonOf({ ...rest, sending: { ...sending, channel } })
  }
  t.equal(by('post'), null)
  t.equal(by('text'), 'channel', 'an unverified wish')
  t.equal(by('phone'), 'channel', 'an unverified wish')
})

t.test('a pause ends at its instant', async (t) => {
  const paused = (until: string) =>
    reasonOf(withChoices(() => ({ paused: { from: now.toISOString(), until } }))(wanted))
  t.equal(paused('2026-11-21T10:00:00.001Z'), 'paused')
  t.equal(paused('2026-11-21T10:00:00.000Z'), null)
})

t.test('the age of a yes counts from its confirmation, by the kind of its evidence', async (t) => {
  const aged = (
    evidence: 'seen' | 'attested',
    confirmedAt: string,
    days: { seenDays?: number; attestedDays?: number },
  ) => {
    const one = withAnswer({ basis: { evidence, wording, confirmedAt } })(wanted)
    return reasonOf({ ...one, rules: { ...one.rules, brand: { ...one.rules.brand, ...days } } })
  }
  t.equal(aged('seen', '2026-11-11T10:00:00.000Z', { seenDays: 10 }), 'consent_expired')
  t.equal(aged('seen', '2026-11-11T10:00:00.001Z', { seenDays: 10 }), null)
  t.equal(aged('seen', '2006-11-11T10:00:00.000Z', { attestedDays: 10 }), null)
  t.equal(aged('attested', '2006-11-11T10:00:00.000Z', { attestedDays: 10 }), 'consent_expired')
  t.equal(aged('attested', '2006-11-11T10:00:00.000Z', {}), null, 'by default it does not expire')
})

t.test('a message goes in a language she reads', async (t) => {
  const inLanguages = (language: string | null, languages: string[] | null) => {
    const one = withChoices(() => ({ language }))(wanted)
    return reasonOf({ ...one, sending: { ...one.sending, languages } })
  }
  t.equal(inLanguages('cy', ['en', 'cy']), null)
  t.equal(inLanguages('cy', null), null, 'in any language')
  t.equal(inLanguages(null, ['en']), null, 'she named none')
  t.equal(inLanguages('en-GB', ['en']), null)
  t.equal(inLanguages('EN', ['en-US']), null)
  t.equal(inLanguages('de', ['en']), 'no_language')
  t.equal(inLanguages(null, []), 'no_language', 'it exists in no language')
})

t.test('what is of no use when it would come is not sent', async (t) => {
  const useful = (usefulUntil: string, one: Case) => reasonOf({ ...one, sending: { ...one.sending, usefulUntil } })
  t.equal(useful('2026-11-21T10:00:00.000Z', wanted), null)
  t.equal(useful('2026-11-27T09:00:00.000Z', causes.digest(wanted)), 'digest')
  t.equal(useful('2026-11-27T08:59:59.999Z', causes.digest(wanted)), 'expired_before_slot')
  t.equal(useful('2026-11-21T10:59:00.000Z', causes.quiet_hours(wanted)), 'expired_before_slot')
  t.equal(useful('soon', wanted), 'expired_before_slot')
})

t.test("a topic's own pace replaces the overall pace for that topic alone", async (t) => {
  const own = withAnswer({ pace: 'digest-monthly' })(wanted)
  t.same(judged(own), { kind: 'later', reason: 'digest', until: new Date('2026-12-04T09:00:00Z') })
  t.equal(reasonOf(withAnswer({ pace: 'as-it-happens' })(causes.digest(wanted))), null)
  const recent = [{ at: '2026-11-21T09:00:00.000Z', topic: 2, delivery: 'd' }]
  const ownLimit = withAnswer({ pace: '1-per-day' })({ ...wanted, person: { ...wanted.person, recent } })
  t.equal(reasonOf(ownLimit), null, 'a limit on one topic counts that topic only')
  const other = withChoices(() => ({ pace: '1-per-day' }))({ ...wanted, person: { ...wanted.person, recent } })
  t.equal(reasonOf(other), 'cap_reached', 'the overall limit counts every topic')
})

t.test("quiet hours of the brand and hers both hold, in her zone, else in the brand's", async (t) => {
  const brandQuiet = (one: Case): Case => ({
    ...one,
    rules: { ...one.rules, brand: { ...one.rules.brand, quiet: { from: '09:00', to: '10:30' } } },
  })
  t.same(judged(brandQuiet(wanted)), { kind: 'later', reason: 'quiet_hours', until: new Date('2026-11-21T10:30:00Z') })
  t.same(judged(brandQuiet(causes.quiet_hours(wanted))), {
    kind: 'later',
    reason: 'quiet_hours',
    until: new Date('2026-11-21T11:00:00Z'),
  })
  const inZone = (timeZone: string) => reasonOf(withChoices(() => ({ timeZone }))(brandQuiet(wanted)))
  t.equal(inZone('Asia/Kathmandu'), null, 'it is 15:45 there')
  t.equal(inZone('Mars/Olympus'), 'quiet_hours', "an unknown zone: the brand's")
})

t.test('a digest goes at the first slot after it was planned, and once a slot', async (t) => {
  const friday = new Date('2026-11-27T09:00:00.000Z')
  const planned = (plannedAt: string | null, at: Date, recent: Standing['recent'] = []) => {
    const { sending, person, rules } = causes.digest(wanted)
    const verdict = judge({ ...sending, plannedAt }, { ...person, recent }, rules, at)
    return verdict.kind === 'later' ? verdict.until.toISOString() : verdict.kind
  }
  t.equal(planned('2026-11-25T12:00:00.000Z', new Date('2026-11-27T08:59:59.999Z')), '2026-11-27T09:00:00.000Z')
  t.equal(planned('2026-11-25T12:00:00.000Z', friday), 'now')
  t.equal(
    planned('2026-11-25T12:00:00.000Z', new Date('2026-11-28T03:00:00Z')),
    'now',
    'a restart at the slot skips nothing',
  )
  t.equal(planned('2026-11-27T09:00:00.000Z', friday), '2026-12-04T09:00:00.000Z', 'planned at the slot: the next one')
  t.equal(planned(null, friday), '2026-12-04T09:00:00.000Z', 'a new one waits')
  t.equal(planned('a while ago', friday), '2026-12-04T09:00:00.000Z', 'an unreadable one waits')
  const sent = [{ at: '2026-11-27T09:00:05.000Z', topic: 2, delivery: 'digest' }]
  const late = new Date('2026-11-27T09:00:10Z')
  t.equal(
    planned('2026-11-25T12:00:00.000Z', late, sent),
    '2026-12-04T09:00:00.000Z',
    "after the slot's mail: the next slot",
  )
})

t.test('a topic that comes as it happens does not use up the digest of the others', async (t) => {
  const { sending, person, rules } = causes.digest(wanted)
  const choices = {
    ...person.choices,
    topics: { ...person.choices.topics, 2: { ...yes, pace: 'as-it-happens' as const } },
  }
  const recent = [{ at: '2026-11-27T09:00:05.000Z', topic: 2, delivery: 'd' }]
  const at = new Date('2026-11-27T09:00:10Z')
  const held = { ...sending, plannedAt: '2026-11-25T12:00:00.000Z' }
  t.same(judge(held, { ...person, choices, recent }, rules, at), { kind: 'now' })
})

t.test('a topic she has since said no to still counts as the mail of its slot', async (t) => {
  const { sending, person, rules } = withAnswer({ pace: 'digest-weekly' })(wanted)
  const choices = { ...person.choices, topics: { ...person.choices.topics, 2: { ...yes, answer: 'no' as const } } }
  const recent = [{ at: '2026-11-27T09:00:05.000Z', topic: 2, delivery: 'digest' }]
  const held = { ...sending, plannedAt: '2026-11-25T12:00:00.000Z' }
  const verdict = judge(held, { ...person, choices, recent }, rules, new Date('2026-11-27T09:00:10Z'))
  t.same(verdict, { kind: 'later', reason: 'digest', until: new Date('2026-12-04T09:00:00Z') })
})

t.test('stored data that cannot be read holds back', async (t) => {
  const unreadable: Record<string, (one: Case) => Case> = {
    'a pause without a time': withChoices(() => ({ paused: { from: '', until: 'next week' } })),
    'an unknown answer': withAnswer({ answer: 'maybe' as 'yes' }),
    'an unknown pace': withChoices(() => ({ pace: 'hourly' as 'as-it-happens' })),
    'a limit beyond what is kept': withAnswer({ pace: '99-per-day' }),
    'a yes without a basis': withAnswer({ basis: null }),
    'evidence of an unknown kind': withAnswer({
      basis: { evidence: 'rumour' as 'seen', wording, confirmedAt: yes.at },
    }),
    'an unknown yes to email': withChoices(() => ({ channels: { email: 'true' as 'yes' } })),
    'quiet hours that are no times': withChoices(() => ({ quiet: { from: 'evening', to: 'morning' } })),
    'an empty quiet span': withChoices(() => ({ quiet: { from: '03:00', to: '03:00' } })),
    'a missing stop': withChoices(() => ({ stopped: undefined as unknown as null })),
  }
  for (const [name, spoil] of Object.entries(unreadable)) t.not(judged(spoil(wanted)).kind, 'now', name)
  const confirmed = (confirmedAt: string) =>
    reasonOf(causes.consent_expired(withAnswer({ basis: { evidence: 'seen', wording, confirmedAt } })(wanted)))
  t.equal(confirmed('in spring'), 'consent_expired')
  t.equal(confirmed('2026-11-21T10:00:00.001Z'), 'consent_expired', 'a confirmation that lies ahead')
  t.equal(confirmed('2026-11-20T10:00:00.000Z'), null)
})

t.test('without a time nothing is judged', async (t) => {
  const { sending, person, rules } = wanted
  t.throws(
    () => judge(sending, person, rules, new Date('')),
    new Problem('unavailable', 'the clock gave no time; nothing is judged without one'),
  )
})
