import type { Basis, Channel, Choices, TopicAnswer } from './choices.ts'
import type { Brand } from './brand.ts'
import { quietUntilOfAll, slotsAround, zoneFor } from './calendar.ts'
import { termsOf } from './pace.ts'
import type { Pace } from './pace.ts'
import { Problem } from './problem.ts'
import { capUntil, releasedSince } from './recent.ts'
import type { Release } from './recent.ts'
import type { SuppressionReason } from './suppression.ts'

/** Why a delivery never leaves: the address, then her no, then our gap, then time. Frozen, because reports depend on the order. */
export const neverReasons = [
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
] as const
export type NeverReason = (typeof neverReasons)[number]

/** Why a delivery waits, in the same frozen order. */
export const laterReasons = ['digest', 'cap_reached', 'quiet_hours'] as const
export type LaterReason = (typeof laterReasons)[number]

export type Verdict =
  | { kind: 'now' }
  | { kind: 'later'; reason: LaterReason; until: Date }
  | { kind: 'never'; reason: NeverReason }

export type ServiceKind =
  | 'confirmation'
  | 'own_link'
  | 'acknowledgement'
  | 'receipt'
  | 'order'
  | 'security'
  | 'legal'
  | 'staff'

/**
 * What is to be sent. `languages` are those the message exists in, null when any will do; `usefulUntil` is the ISO
 * instant after which it is of no use. `plannedAt` is the ISO instant at which a waiting delivery was planned: it lets a
 * digest go at the first slot after it, and is left out for a new delivery. `askedAtStart` marks the confirmation that
 * she asked for herself on the sign-up page.
 */
export type Sending = TopicSending | ServiceSending
export type TopicSending = {
  kind: 'topic'
  topic: number
  channel: Channel
  languages: readonly string[] | null
  usefulUntil: string | null
  plannedAt?: string | null
}
export type ServiceSending = { kind: 'service'; serviceKind: ServiceKind; channel: Channel; askedAtStart?: boolean }

/** What is known of the person: her choices, what was released to her lately, and what holds for her address. */
export type Standing = {
  choices: Choices
  recent: readonly Release[]
  suppressions: readonly SuppressionReason[]
}

/** What holds for everybody: the brand's rules, and which wordings the store has, by their hash. */
export type Rules = { brand: Brand; wordings: { has(hash: string): boolean } }

/**
 * Which reasons stop each kind of service mail; it passes all others and counts against no limit. An order in hand, a
 * security notice and a legal one come from a credential bound to the kind, which supplies the address.
 */
export const stopsService: Readonly<Record<ServiceKind, readonly SuppressionReason[]>> = {
  confirmation: ['erased', 'do_not_contact', 'bounced'],
  own_link: ['erased', 'do_not_contact', 'bounced'],
  acknowledgement: ['erased', 'do_not_contact', 'bounced'],
  receipt: ['erased', 'do_not_contact', 'bounced'],
  order: ['bounced'],
  security: ['bounced'],
  legal: ['bounced'],
  staff: ['erased', 'do_not_contact', 'bounced'],
}

/** Reasons that are stored with a delivery, so that she can see what was held back: only ever behind a yes for the topic. */
const storedReasons: ReadonlySet<NeverReason> = new Set<NeverReason>([
  'paused',
  'channel',
  'bounced',
  'no_wording',
  'consent_expired',
  'no_language',
  'expired_before_slot',
])

/** Another system has to attest a text or phone number before her yes to it counts, and none can yet. */
const unverified: ReadonlySet<Channel> = new Set<Channel>(['text', 'phone'])

const day = 86_400_000

/**
 * The law: whether this may go to her now, later, or never, with the first reason that applies. The check, the release,
 * the explanation on her page and the auditor's replay all ask here. Doubt means less mail: stored data that cannot be
 * read never lets through what data that can be read would not.
 * @throws Problem unavailable when `now` is no time.
 */
export function judge(sending: Sending, person: Standing, rules: Rules, now: Date): Verdict {
  if (sending.kind === 'service') {
    const reason = stopsOf(sending).find((stop) => person.suppressions.includes(stop))
    return reason === undefined ? { kind: 'now' } : { kind: 'never', reason }
  }
  const question = questionOf(sending, person, rules, now)
  for (const reason of neverReasons) if (never[reason](question)) return { kind: 'never', reason }
  return firstLater(question) ?? { kind: 'now' }
}

/** All reasons that apply, in the frozen order; none exactly when `judge` says now. The first is the one `judge` gives. */
export function reasons(sending: Sending, person: Standing, rules: Rules, now: Date): (NeverReason | LaterReason)[] {
  if (sending.kind === 'service') return stopsOf(sending).filter((stop) => person.suppressions.includes(stop))
  const question = questionOf(sending, person, rules, now)
  return [
    ...neverReasons.filter((reason) => never[reason](question)),
    ...laterReasons.filter((reason) => later[reason](question) !== null),
  ]
}

/** True for a never that is kept as a held-back delivery, provided that she said yes to the topic; others are only counted. */
export function storable(reason: NeverReason): boolean {
  return storedReasons.has(reason)
}

/** One question to the gate. `pace` is the topic's own pace where she set one, else the overall one. */
type Question = {
  sending: TopicSending
  choices: Choices
  recent: readonly Release[]
  suppressions: readonly SuppressionReason[]
  rules: Rules
  now: Date
  answer: TopicAnswer | undefined
  yes: boolean
  pace: Pace
}

function questionOf(sending: TopicSending, person: Standing, rules: Rules, now: Date): Question {
  if (Number.isNaN(now.getTime()))
    throw new Problem('unavailable', 'the clock gave no time; nothing is judged without one')
  const { choices, recent, suppressions } = person
  const answer = choices.topics[sending.topic]
  const pace = answer?.pace ?? choices.pace
  return { sending, choices, recent, suppressions, rules, now, answer, yes: answer?.answer === 'yes', pace }
}

const never: Readonly<Record<NeverReason, (question: Question) => boolean>> = {
  erased: ({ suppressions }) => suppressions.includes('erased'),
  do_not_contact: ({ suppressions }) => suppressions.includes('do_not_contact'),
  bounced: ({ suppressions }) => suppressions.includes('bounced'),
  complained: ({ suppressions }) => suppressions.includes('complained'),
  stopped: ({ choices }) => choices.stopped !== null,
  topic: ({ answer }) => answer?.answer === 'no',
  channel: ({ choices, sending, answer }) => !allowsChannel(choices.channels[sending.channel], sending.channel, answer),
  paused: ({ choices, now }) => choices.paused !== null && !(Date.parse(choices.paused.until) <= now.getTime()),
  not_asked: ({ answer, yes }) => !yes && answer?.answer !== 'pending' && answer?.answer !== 'no',
  unconfirmed: ({ answer }) => answer?.answer === 'pending',
  no_wording: ({ yes, answer, rules }) => yes && !isEvident(answer?.basis, rules),
  consent_expired: ({ yes, answer, rules, now }) => yes && hasExpired(answer?.basis, rules.brand, now),
  no_language: ({ yes, choices, sending }) => yes && !speaksOneOf(sending.languages, choices.language),
  expired_before_slot: (question) => question.yes && isUselessWhenDue(question),
}

const later: Readonly<Record<LaterReason, (question: Question) => Date | null>> = {
  digest: (question) => (question.yes ? digestUntil(question) : null),
  cap_reached: ({ yes, recent, pace, answer, sending, now }) =>
    yes ? capUntil(recent, pace, answer?.pace ? sending.topic : null, now) : null,
  quiet_hours: ({ yes, choices, rules: { brand }, now }) =>
    yes && (choices.quiet !== null || brand.quiet !== null)
      ? quietUntilOfAll(now, [brand.quiet, choices.quiet], zoneFor(choices.timeZone, brand))
      : null,
}

function stopsOf(sending: ServiceSending): readonly SuppressionReason[] {
  const stops = stopsService[sending.serviceKind]
  return sending.serviceKind === 'confirmation' && sending.askedAtStart === true
    ? stops.filter((stop) => stop !== 'erased')
    : stops
}

function firstLater(question: Question): (Verdict & { kind: 'later' }) | null {
  for (const reason of laterReasons) {
    const until = later[reason](question)
    if (until !== null) return { kind: 'later', reason, until }
  }
  return null
}

/** A no to the channel forbids it; so does no answer, unless she was never asked about the topic either, which is its own reason. */
function allowsChannel(said: 'yes' | 'no' | undefined, channel: Channel, answer: TopicAnswer | undefined): boolean {
  if (said === 'no' || unverified.has(channel)) return false
  return said === 'yes' || answer === undefined
}

function isEvident(basis: Basis | null | undefined, rules: Rules): boolean {
  return (basis?.evidence === 'seen' || basis?.evidence === 'attested') && rules.wordings.has(basis.wording)
}

/** The age counts from the confirmation; a confirmation that lies ahead or cannot be read has no age and counts as expired. */
function hasExpired(basis: Basis | null | undefined, brand: Brand, now: Date): boolean {
  const days = basis?.evidence === 'seen' ? brand.seenDays : brand.attestedDays
  if (days === null) return false
  const age = now.getTime() - Date.parse(basis?.confirmedAt ?? '')
  return !(age >= 0 && age < days * day)
}

/** A person who named no language gets any; `en-GB` is served by `en` and the other way round. */
function speaksOneOf(offered: readonly string[] | null, hers: string | null): boolean {
  if (offered === null) return true
  if (hers === null) return offered.length > 0
  return offered.some((language) => primary(language) === primary(hers))
}

function primary(language: string): string | undefined {
  return language.toLowerCase().split('-', 1)[0]
}

function isUselessWhenDue(question: Question): boolean {
  const { usefulUntil } = question.sending
  if (usefulUntil === null) return false
  const due = firstLater(question)?.until ?? question.now
  return !(due.getTime() <= Date.parse(usefulUntil))
}

/** A digest goes at the first slot after it was planned, once: what comes after that slot's mail waits for the next slot. */
function digestUntil({ sending, choices, recent, rules, now, pace }: Question): Date | null {
  const terms = termsOf(pace)
  if (terms.kind !== 'digest') return null
  const { last, next } = slotsAround(terms.period, now, choices.timeZone, rules.brand)
  const waited = Date.parse(sending.plannedAt ?? '') < last.getTime()
  const inThisDigest = (topic: number) => {
    const other = choices.topics[topic]
    const its = termsOf(other?.pace ?? choices.pace)
    return other?.answer !== 'yes' || (its.kind === 'digest' && its.period === terms.period)
  }
  return waited && !releasedSince(recent, last, inThisDigest) ? null : next
}
