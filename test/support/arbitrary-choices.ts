import fc from 'fast-check'
import type { Brand } from '../../src/domain/brand.ts'
import { unnamedBrand } from '../../src/domain/brand.ts'
import { pauseUntil, slowDown, stopEverything, stopTopics } from '../../src/domain/choice-changes.ts'
import { channels } from '../../src/domain/choices.ts'
import type { Choices, QuietHours, TopicAnswer } from '../../src/domain/choices.ts'
import { isPace, parsePace, termsOf } from '../../src/domain/pace.ts'
import type { Pace } from '../../src/domain/pace.ts'
import type { Release } from '../../src/domain/recent.ts'
import { suppressionReasons } from '../../src/domain/suppression.ts'
import type { SuppressionReason } from '../../src/domain/suppression.ts'
import type { Topic } from '../../src/domain/topic.ts'

/** The topics that arbitrary choices speak about. */
export const someTopics: readonly Topic[] = [
  { id: 1, slug: 'repairs', name: 'Repairs', promise: 'How to mend what you have.' },
  { id: 2, slug: 'new-patterns', name: 'New patterns', promise: 'What we have just drawn.' },
  { id: 3, slug: 'events-near-you', name: 'Events near you', promise: 'Mending evenings and fairs.' },
  { id: 4, slug: 'offers', name: 'Offers', promise: 'When something costs less.' },
  { id: 5, slug: 'stories', name: 'Stories from other makers', promise: 'Good things written by others.' },
  { id: 6, slug: 'diy', name: 'DIY', promise: 'Do it yourself.' },
]

export const someWording = 'a'.repeat(64)
export const missingWording = 'b'.repeat(64)

/** Zones with a gap and an overlap, half an hour and two hours of summer time, odd offsets, both ends of the date line. */
export const someZones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
  'Pacific/Apia',
  'Pacific/Pago_Pago',
  'America/Nuuk',
]

export const arbitraryInstant = (): fc.Arbitrary<Date> =>
  fc.date({ min: new Date('2026-06-01T00:00:00Z'), max: new Date('2027-12-31T00:00:00Z'), noInvalidDate: true })

const iso = (): fc.Arbitrary<string> => arbitraryInstant().map((at) => at.toISOString())

export const arbitraryPace = (): fc.Arbitrary<Pace> =>
  fc.oneof(
    fc.constantFrom<Pace>('as-it-happens', 'digest-daily', 'digest-weekly', 'digest-monthly'),
    fc
      .tuple(fc.integer({ min: 1, max: 31 }), fc.constantFrom('day', 'week', 'month'))
      .map(([limit, period]) => `${limit}-per-${period}`)
      .filter(isPace),
  )

const wallTime = (): fc.Arbitrary<string> =>
  fc
    .integer({ min: 0, max: 1439 })
    .map((at) => `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`)

export const arbitraryQuiet = (): fc.Arbitrary<QuietHours> =>
  fc.record({ from: wallTime(), to: wallTime() }).filter(({ from, to }) => from !== to)

const answer = (): fc.Arbitrary<TopicAnswer> =>
  fc.record({
    answer: fc.constantFrom('yes', 'yes', 'yes', 'pending', 'no'),
    at: iso(),
    entry: fc.integer({ min: 1, max: 1_000_000 }),
    basis: fc.option(
      fc.record({
        evidence: fc.constantFrom('seen', 'attested'),
        wording: fc.constantFrom(someWording, someWording, someWording, missingWording),
        confirmedAt: iso(),
      }),
      { freq: 10 },
    ),
    pace: fc.option(arbitraryPace(), { freq: 1 }),
  })

/** Choices as they may be stored, whatever she did: any mix of answers, paces, pause, stop, quiet hours and zone. */
export const arbitraryChoices = (): fc.Arbitrary<Choices> =>
  fc.record({
    topics: fc.dictionary(fc.integer({ min: 1, max: someTopics.length }).map(String), answer(), {
      noNullPrototype: true,
    }),
    pace: arbitraryPace(),
    paceChosen: fc.boolean(),
    channels: fc
      .record(
        {
          email: fc.constantFrom('yes', 'yes', 'yes', 'no'),
          text: fc.constantFrom('yes', 'no'),
          phone: fc.constantFrom('yes', 'no'),
          post: fc.constantFrom('yes', 'no'),
        },
        { requiredKeys: [], noNullPrototype: true },
      )
      .map((said) => said as Choices['channels']),
    paused: fc.option(fc.record({ from: iso(), until: iso() }), { freq: 1 }),
    stopped: fc.option(
      fc.record({
        at: iso(),
        by: fc.constantFrom('herself', 'one-click', 'staff', 'import'),
        reason: fc.option(fc.string()),
      }),
      { freq: 1 },
    ),
    quiet: fc.option(arbitraryQuiet(), { freq: 1 }),
    language: fc.option(fc.constantFrom('en', 'de', 'cy')),
    timeZone: fc.option(fc.constantFrom(...someZones, 'Mars/Olympus')),
    choseAt: fc.option(iso()),
    oneClick: fc.option(fc.record({ delivery: fc.uuid(), at: iso() })),
  })

/** Choices that want email about every topic and are neither stopped nor paused: a property reaches what lies behind. */
export const arbitraryOpenChoices = (): fc.Arbitrary<Choices> =>
  fc.tuple(arbitraryChoices(), iso()).map(([choices, at]) => ({
    ...choices,
    topics: Object.fromEntries(
      someTopics.map(({ id }): [string, TopicAnswer] => {
        const basis = { evidence: 'seen', wording: someWording, confirmedAt: at } as const
        return [String(id), { answer: 'yes', at, entry: 1, basis, pace: choices.topics[id]?.pace ?? null }]
      }),
    ),
    stopped: null,
    paused: null,
    channels: { ...choices.channels, email: 'yes' as const },
  }))

export const arbitraryBrand = (): fc.Arbitrary<Brand> =>
  fc
    .record({
      timeZone: fc.constantFrom(...someZones),
      quiet: fc.option(arbitraryQuiet(), { freq: 1 }),
      attestedDays: fc.option(fc.integer({ min: 1, max: 800 }), { freq: 1 }),
      seenDays: fc.option(fc.integer({ min: 1, max: 800 }), { freq: 1 }),
    })
    .map((rules) => ({ ...unnamedBrand, ...rules }))

/** Up to 40 releases in the 40 days before `now`, newest first; a digest shares its delivery. */
export const arbitraryRecent = (now: Date): fc.Arbitrary<Release[]> =>
  fc
    .array(
      fc.record({
        minutes: fc.integer({ min: 0, max: 40 * 1440 }),
        topic: fc.integer({ min: 1, max: someTopics.length }),
        delivery: fc.integer({ min: 1, max: 16 }).map(String),
      }),
      { maxLength: 40 },
    )
    .map((releases) =>
      releases
        .toSorted((a, b) => a.minutes - b.minutes)
        .map(({ minutes, topic, delivery }) => ({
          at: new Date(now.getTime() - minutes * 60_000).toISOString(),
          topic,
          delivery,
        })),
    )

export const arbitrarySuppressions = (): fc.Arbitrary<SuppressionReason[]> =>
  fc.oneof(
    fc.constant<SuppressionReason[]>([]),
    fc.constant<SuppressionReason[]>([]),
    fc.subarray([...suppressionReasons]),
  )

/** A way in which she allows less: what it is called, and what it makes of her choices. */
export type Lowering = { name: string; apply(choices: Choices): Choices }

/**
 * Lowerings that at no moment let anything through that waited before. (A rate that is lower over a month may still have
 * room at a moment when the higher one has none: 29 a month after one today, against one a day.)
 */
export const arbitraryLowering = (now: Date): fc.Arbitrary<Lowering> => {
  const at = now.toISOString()
  const topic = fc.integer({ min: 1, max: someTopics.length })
  return fc.oneof(
    fc.constant<Lowering>({ name: 'stop', apply: (choices) => stopEverything(choices, at, 'herself', null) }),
    fc.integer({ min: 1, max: 200 }).map<Lowering>((days) => ({
      name: `pause ${days} days`,
      apply: (choices) => pauseUntil(choices, new Date(now.getTime() + days * 86_400_000).toISOString(), at),
    })),
    topic.map<Lowering>((id) => ({ name: `no to ${id}`, apply: (choices) => stopTopics(choices, [id], at) })),
    topic.map<Lowering>((id) => ({
      name: `never asked about ${id}`,
      apply: (choices) => ({
        ...choices,
        topics: Object.fromEntries(Object.entries(choices.topics).filter(([key]) => key !== String(id))),
      }),
    })),
    fc.constantFrom(...channels).map<Lowering>((channel) => ({
      name: `no to ${channel}`,
      apply: (choices) => ({ ...choices, channels: { ...choices.channels, [channel]: 'no' } }),
    })),
    arbitraryQuiet().map<Lowering>((quiet) => ({
      name: `quiet ${quiet.from}-${quiet.to}`,
      apply: (choices) => (choices.quiet === null ? { ...choices, quiet } : choices),
    })),
    fc.constantFrom<Pace>('digest-daily', 'digest-weekly', 'digest-monthly').map<Lowering>((pace) => ({
      name: `slow down to ${pace}`,
      apply: (choices) => slowDown(choices, pace),
    })),
    fc.constant<Lowering>({
      name: 'half the limits',
      apply: (choices) => ({
        ...choices,
        pace: halved(choices.pace),
        topics: Object.fromEntries(
          Object.entries(choices.topics).map(([id, said]) => [id, { ...said, pace: said.pace && halved(said.pace) }]),
        ),
      }),
    }),
  )
}

function halved(pace: Pace): Pace {
  const terms = termsOf(pace)
  return terms.kind === 'cap' ? parsePace(`${Math.ceil(terms.limit / 2)}-per-${terms.period}`) : pace
}
