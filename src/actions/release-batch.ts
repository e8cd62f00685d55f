import { randomUUIDv7 } from 'node:crypto'
import { beginWithin } from '../domain/begin-within.ts'
import { storable } from '../domain/gate.ts'
import { notChosen, type Outcome } from '../domain/narrowing.ts'
import { appendRecent } from '../domain/recent.ts'
import { lockNext, readPeople, type Recipient } from '../store/audience.ts'
import type { Campaign } from '../store/campaigns.ts'
import { instantNow } from '../store/instant.ts'
import { insertDeliveries, saveRecent, type Planned } from '../store/releases.ts'
import { moveSlice, type Slice } from '../store/slices.ts'
import { attestedKey, count, listOf, outcomeFor, sendingOf, theRules } from './check-campaign.ts'
import type { House } from './house.ts'
import { sliceName } from './seal.ts'
import { takeTurns } from './take-turns.ts'

/** A delivery that may leave now, with the choices that allow it, if it begins within so many milliseconds (null: any). */
export type Released = { delivery: string; person: Recipient; within: number | null }

/**
 * `through` is the last person judged, null when the slice is done. `at` is the instant of the judgement, `perDestination`
 * what the brand allows at once to one recipient domain.
 */
export type Batch = {
  people: number
  released: Released[]
  through: string | null
  at: Date
  perDestination: number | null
}

/**
 * Takes the next people of a slice through the gate: lock their rows, read choices and suppressions after the lock,
 * judge, write the deliveries and what was released to each; one transaction. Only what it gives back may touch a
 * socket (design.md section 6; I-1, I-9). Held deliveries wait in the table until they are due, and so do those which the
 * gate lets through and whose turn has not come: `now` stays their verdict.
 */
export async function releaseBatch(
  house: House,
  worker: number,
  campaign: Campaign,
  slice: Slice,
  limit: number,
): Promise<Batch> {
  return house.database.sql.begin(async (tx) => {
    const ids = await lockNext(tx, { ...slice, addedBefore: campaign.startedAt }, limit)
    // Sent together and answered in this order: her choices, then the instant they are judged at, both after the lock.
    const [people, at, rules] = await Promise.all([readPeople(tx, ids, listOf(campaign)), instantNow(tx), theRules(tx)])
    const last = people.at(-1)
    const perDestination = rules.brand.destinationConnections
    if (!last) return { people: 0, released: [], through: null, at, perDestination }
    const sending = sendingOf(campaign)
    const tally = new Map<string, number>()
    const planned: Planned[] = []
    const released: Released[] = []
    const recents: { id: string; recent: Recipient['recent'] }[] = []
    const judged = people.map((person) => ({ person, verdict: outcomeFor(campaign, person, rules, at) }))
    const going = judged.filter(({ verdict }) => verdict.kind === 'now')
    const fresh = going.map(({ person }) => ({
      person: person.id,
      spelling: person.spelling,
      waited: false,
      queues: true,
    }))
    const turns = await takeTurns(tx, rules.brand, at, fresh)
    for (const { person, verdict } of judged) {
      count(tally, verdict)
      if (verdict.kind !== 'never' && person.choices.topics[campaign.topic]?.basis?.evidence === 'attested') {
        tally.set(attestedKey, (tally.get(attestedKey) ?? 0) + 1)
      }
      const row = plannedDelivery(campaign, person, verdict, turns.get(person.id) ?? null)
      if (!row) continue
      planned.push(row)
      if (row.state !== 'released') continue
      released.push({ delivery: row.id, person, within: beginWithin(sending, person, rules, at) })
      const release = { at: at.toISOString(), topic: campaign.topic, delivery: row.id }
      recents.push({ id: person.id, recent: appendRecent(person.recent, release, at) })
    }
    await Promise.all([
      insertDeliveries(tx, worker, planned, at, sliceName(campaign.message, slice.number)),
      saveRecent(tx, recents),
      moveSlice(tx, campaign.message, slice.number, last.id, Object.fromEntries(tally)),
    ])
    return { people: people.length, released, through: last.id, at, perDestination }
  })
}

/**
 * The row that a verdict leaves. A never is stored only where she said yes to the topic and may want to know why
 * nothing came; everything else is only counted: writing rows about people who said no would be processing after their no.
 * @param turn until when it waits although it may go; null where it need not.
 */
function plannedDelivery(campaign: Campaign, person: Recipient, verdict: Outcome, turn: Date | null): Planned | null {
  const answer = person.choices.topics[campaign.topic]
  const base = {
    id: randomUUIDv7(),
    message: campaign.message,
    slot: null,
    person: person.id,
    version: person.version,
    allowedBy: answer?.entry ?? null,
  }
  switch (verdict.kind) {
    case 'now':
      if (turn) return { ...base, state: 'held', verdict: 'now', reason: null, dueAt: turn.toISOString() }
      return { ...base, state: 'released', verdict: 'now', reason: null, dueAt: null }
    case 'later':
      return { ...base, state: 'held', verdict: 'later', reason: verdict.reason, dueAt: verdict.until.toISOString() }
    case 'never':
      if (answer?.answer !== 'yes' || verdict.reason === notChosen || !storable(verdict.reason)) return null
      return { ...base, state: 'held_back', verdict: 'never', reason: verdict.reason, dueAt: null }
  }
}
