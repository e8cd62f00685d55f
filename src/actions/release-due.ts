import { randomUUIDv7 } from 'node:crypto'
import { beginWithin } from '../domain/begin-within.ts'
import { slotsAround } from '../domain/calendar.ts'
import { judge, storable, type Rules, type Sending, type ServiceKind, type Verdict } from '../domain/gate.ts'
import { termsOf } from '../domain/pace.ts'
import { appendRecent, withoutRelease, type Release } from '../domain/recent.ts'
import { readPeople, type Recipient } from '../store/audience.ts'
import { digestSlotsOf, lockDueOf, lockPeopleWithDue, type Due, type DueWanted } from '../store/due.ts'
import { instantNow } from '../store/instant.ts'
import { insertDeliveries, moveDeliveries, saveRecent, type Planned, type Rejudged } from '../store/releases.ts'
import { theRules } from './check-campaign.ts'
import type { House } from './house.ts'

/**
 * One mail that may leave now, if it begins within so many milliseconds (null: any): a single message, or a digest of
 * several under an id of its own.
 */
export type DueMail = {
  delivery: string
  person: Recipient
  service: boolean
  within: number | null
  items: readonly { delivery: string; message: string; sending: Sending }[]
}

/** `people` is how many were looked at; zero when nothing is due. `at` is the instant of the judgement. */
export type DueBatch = { people: number; mails: DueMail[]; at: Date }

/**
 * Wakes deliveries whose time has come and judges each again, with her row locked: what may go now goes as one mail, alone
 * as itself, several together as a digest (one per person and slot); what must wait on waits on; what her choices no
 * longer allow is withheld. One mail per person and batch, whatever is due.
 */
export async function releaseDue(
  house: House,
  worker: number,
  wanted: DueWanted & { limit: number },
): Promise<DueBatch> {
  return house.database.sql.begin(async (tx) => {
    const ids = await lockPeopleWithDue(tx, wanted.limit, wanted)
    const at = await instantNow(tx)
    if (ids.length === 0) return { people: 0, mails: [], at }
    const [people, due, rules] = await Promise.all([readPeople(tx, ids), lockDueOf(tx, ids, wanted), theRules(tx)])
    const bySlot = await digestSlotsOf(tx, ids)
    const changes = people.map((person) => {
      const hers = due.filter((one) => one.person === person.id)
      return rejudge(person, hers, { rules, at, usedSlots: bySlot.get(person.id) ?? [] })
    })
    await insertDeliveries(
      tx,
      worker,
      changes.flatMap((change) => change.digest ?? []),
      at,
    )
    await Promise.all([
      moveDeliveries(
        tx,
        worker,
        changes.flatMap((change) => change.moved),
        at,
      ),
      saveRecent(
        tx,
        changes.flatMap((change) => change.recent ?? []),
      ),
    ])
    return { people: people.length, mails: changes.flatMap((change) => change.mail ?? []), at }
  })
}

/** The instant of the judgement, the rules that hold at it, and the slots in which she had a digest. */
type Moment = { rules: Rules; at: Date; usedSlots: readonly string[] }

type Change = {
  moved: Rejudged[]
  digest: Planned | null
  recent: { id: string; recent: Release[] } | null
  mail: DueMail | null
}

/** What becomes of everything of hers that is due. Service mail goes first and alone. */
function rejudge(person: Recipient, due: readonly Due[], moment: Moment): Change {
  const { rules, at } = moment
  const judged = due.map((one) => ({ one, verdict: verdictOn(one, person, rules, at) }))
  const mayGo = judged.filter(({ verdict }) => verdict.kind === 'now').map(({ one }) => one)
  const service = mayGo.find((one) => one.topic === null)
  const going = service ? [service] : mayGo
  const moved = judged
    .filter(({ one }) => !going.includes(one))
    .flatMap(({ one, verdict }) => (verdict.kind === 'now' ? [] : [waiting(person, one, verdict)]))
  const retried = going.length > 1 ? (going.find((one) => one.digest !== null)?.digest ?? null) : null
  const ended = new Set(due.flatMap((one) => (one.digest && one.digest !== retried ? [one.digest] : [])))
  const end = { state: 'cancelled', reason: null, dueAt: null, digest: null, version: person.version } as const
  moved.push(...[...ended].map((id) => ({ ...end, id })))
  const [first] = going
  if (!first) return { moved, digest: null, recent: null, mail: null }
  const delivery = going.length === 1 ? first.id : (retried ?? randomUUIDv7())
  const carrier = going.length === 1 ? null : delivery
  const released = { state: 'released', reason: null, dueAt: null, version: person.version } as const
  moved.push(...going.map((one) => ({ ...released, id: one.id, digest: carrier })))
  if (retried) moved.push({ ...released, id: retried, digest: null })
  const mail = {
    delivery,
    person,
    service: service !== undefined,
    within: soonest(going.map((one) => beginWithin(sendingOfDue(one), person, rules, at))),
    items: going.map((one) => ({ delivery: one.id, message: one.message, sending: sendingOfDue(one) })),
  }
  const digest = carrier && !retried ? digestDelivery(person, carrier, slotOf(person, going, moment)) : null
  return {
    moved,
    digest,
    recent: service ? null : { id: person.id, recent: releasesOf(person, going, delivery, at) },
    mail,
  }
}

function soonest(times: readonly (number | null)[]): number | null {
  return times.reduce((first, time) => (first === null || (time !== null && time < first) ? time : first), null)
}

/** The gate's word; and service mail whose link has ended meanwhile is of no use to her any more. */
function verdictOn(one: Due, person: Recipient, rules: Rules, at: Date): Verdict {
  const isOver = one.topic === null && one.usefulUntil !== null && !(at.getTime() < Date.parse(one.usefulUntil))
  return isOver ? { kind: 'never', reason: 'expired_before_slot' } : judge(sendingOfDue(one), person, rules, at)
}

/** A digest counts as one mail: its topics stand under one delivery. */
function releasesOf(person: Recipient, going: readonly Due[], delivery: string, at: Date): Release[] {
  let recent: readonly Release[] = withoutRelease(person.recent, delivery)
  for (const { topic } of going)
    recent = appendRecent(recent, { at: at.toISOString(), topic: topic ?? 0, delivery }, at)
  return [...recent]
}

/**
 * The calendar moment that a digest belongs to: the slot of its digest pace; this instant where several mails merely became
 * due together, or where that slot had its mail.
 */
function slotOf(person: Recipient, going: readonly Due[], { rules, at, usedSlots }: Moment): string {
  for (const { topic } of going) {
    const terms = termsOf(person.choices.topics[topic ?? 0]?.pace ?? person.choices.pace)
    if (terms.kind !== 'digest') continue
    const slot = slotsAround(terms.period, at, person.choices.timeZone, rules.brand).last.toISOString()
    return usedSlots.includes(slot) ? at.toISOString() : slot
  }
  return at.toISOString()
}

function digestDelivery(person: Recipient, id: string, slot: string): Planned {
  const base = { id, message: null, slot, person: person.id, version: person.version, allowedBy: null }
  return { ...base, state: 'released', verdict: 'now', reason: null, dueAt: null }
}

/**
 * A delivery that may not go now: it waits on, or is withheld for a reason that she can see, or ends; one that perhaps
 * arrived stays what it is, and is not sent again.
 */
function waiting(person: Recipient, one: Due, verdict: Exclude<Verdict, { kind: 'now' }>): Rejudged {
  const base = { id: one.id, digest: null, version: person.version, reason: verdict.reason }
  if (verdict.kind === 'later') return { ...base, state: 'held', dueAt: verdict.until.toISOString() }
  if (one.state === 'unknown') return { ...base, state: 'unknown', dueAt: null }
  const yes = one.topic !== null && person.choices.topics[one.topic]?.answer === 'yes'
  return { ...base, state: yes && storable(verdict.reason) ? 'held_back' : 'cancelled', dueAt: null }
}

/** What a waiting delivery is about, for the gate. */
export function sendingOfDue(one: Due): Sending {
  const channel = 'email'
  if (one.topic === null) {
    const serviceKind = one.serviceKind as ServiceKind
    return { kind: 'service', serviceKind, channel, askedAtStart: one.askedAtStart }
  }
  const languages = one.language ? [one.language] : null
  return { kind: 'topic', topic: one.topic, channel, languages, usefulUntil: one.usefulUntil, plannedAt: one.plannedAt }
}
