import type { Choices } from './choices.ts'
import { unnamedBrand } from './brand.ts'
import { judge, type LaterReason, type NeverReason } from './gate.ts'
import type { RecordedChoices } from './resting-entry.ts'

/** For how long she is shown what was sent and held back. */
export const recordMonths = 24

/** What became of one message that was meant for her, in her terms. */
export const fates = [
  'sent',
  'unsure',
  'on-its-way',
  'in-digest',
  'waits',
  'refused',
  'not-sent',
  'called-back',
] as const
export type Fate = (typeof fates)[number]

/** A delivery as its row tells it. `inDigest`: a digest is, or was to be, the mail that carries it. */
export type DeliveryFacts = { state: string; reason: string | null; inDigest: boolean }

/**
 * What became of a delivery. Something in a digest came with it and was no mail of its own; what left perhaps, or is being
 * handed over, is not called sent.
 */
export function fateOf({ state, reason, inDigest }: DeliveryFacts): Fate {
  switch (state) {
    case 'sent':
      return inDigest ? 'in-digest' : 'sent'
    case 'unknown':
      return inDigest ? 'in-digest' : 'unsure'
    case 'released':
      return inDigest ? 'in-digest' : 'on-its-way'
    case 'refused':
      return 'refused'
    case 'held':
    case 'deferred':
      return 'waits'
    case 'cancelled':
      return reason === null ? 'called-back' : 'not-sent'
    default:
      return 'not-sent'
  }
}

/** Reasons that are her own word: what is held back for them is held back because of what she asked. */
const hers: ReadonlySet<string> = new Set<NeverReason | LaterReason>([
  'stopped',
  'topic',
  'channel',
  'paused',
  'not_asked',
  'unconfirmed',
  'do_not_contact',
  'complained',
  'digest',
  'cap_reached',
  'quiet_hours',
  'no_language',
  'expired_before_slot',
])

/** Deliveries that share everything that counts. `month` is the number of the stretch of time they fall into. */
export type Counted = DeliveryFacts & {
  month: number
  topic: number | null
  serviceKind: string | null
  isDigest: boolean
  verdict: string
  version: number
  count: number
}

/** A message about a topic that went out to others and of which nothing is stored about her. `at` is when it began (ISO). */
export type PassedBy = { message: string; subject: string; topic: number; at: string }
/** The same, with why it was not for her. */
export type LeftOut = PassedBy & { reason: NeverReason }

/**
 * What she was left out of, worked out from her own entries: what the gate says of her choices as they were when the message
 * went out. What it would have let through then is left out here: nobody can say any more why it was not sent.
 * @param history her choices after each entry with the entry's time (ISO), oldest first.
 */
export function leftOut(
  passed: readonly PassedBy[],
  history: readonly (RecordedChoices & { at: string })[],
): LeftOut[] {
  return passed.flatMap((one) => {
    const then = history.findLast(({ at }) => Date.parse(at) <= Date.parse(one.at))
    const reason = then ? forbids(then.choices, one.topic, one.at) : null
    return reason === null ? [] : [{ ...one, reason }]
  })
}

/** How much there was of what. `emails` are mails that left or may have; `heldBack` is what her choices kept from coming as an email of its own. */
export type Tally = {
  emails: number
  unsure: number
  waited: number
  notSent: number
  heldBack: number
  allWithin: boolean
}

/** The tally of some of her deliveries and of what she was left out of. Service mail is no part of it. */
export function tallyOf(
  counted: readonly Counted[],
  missed: readonly LeftOut[],
  history: readonly RecordedChoices[],
): Tally {
  const tally: Tally = { emails: 0, unsure: 0, waited: 0, notSent: 0, heldBack: 0, allWithin: true }
  const byEntry = new Map(history.map(({ entry, choices }) => [entry, choices]))
  for (const one of counted) {
    if (one.serviceKind !== null) continue
    const fate = fateOf(one)
    if (reached(fate)) {
      if (fate !== 'in-digest') tally.emails += one.count
      if (fate === 'unsure') tally.unsure += one.count
      if (!one.isDigest && !isWithin(one, byEntry.get(one.version))) tally.allWithin = false
    }
    if (one.isDigest) continue
    if (fate === 'in-digest' || fate === 'waits') tally.waited += one.count
    if (fate === 'not-sent' || fate === 'called-back' || fate === 'refused') tally.notSent += one.count
    if (fate === 'in-digest' || (isHeldBack(fate) && hers.has(one.reason ?? ''))) tally.heldBack += one.count
  }
  tally.notSent += missed.length
  tally.heldBack += missed.filter(({ reason }) => hers.has(reason)).length
  return tally
}

function reached(fate: Fate): boolean {
  return fate === 'sent' || fate === 'unsure' || fate === 'on-its-way' || fate === 'in-digest'
}

function isHeldBack(fate: Fate): boolean {
  return fate === 'waits' || fate === 'not-sent'
}

/** Whether the record says that this was within what she asked: the gate's word was not never, on choices that are kept and allow it. */
function isWithin({ verdict, topic }: Counted, then: Choices | undefined): boolean {
  return verdict !== 'never' && topic !== null && then !== undefined && forbids(then, topic, null) === null
}

/** What of the choices alone forbids this topic; `at` (ISO) null leaves a pause out, which is a matter of the very moment. */
function forbids(choices: Choices, topic: number, at: string | null): NeverReason | null {
  const asked = at === null ? { ...choices, paused: null } : choices
  const verdict = judge(
    { kind: 'topic', topic, channel: 'email', languages: null, usefulUntil: null },
    { choices: asked, recent: [], suppressions: [] },
    { brand: unnamedBrand, wordings: { has: () => true } },
    new Date(at ?? 0),
  )
  return verdict.kind === 'never' ? verdict.reason : null
}
