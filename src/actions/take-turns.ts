import { recipientDomain } from '../domain/address.ts'
import type { Brand } from '../domain/brand.ts'
import { pacingAt, Turns, type SendingDay } from '../domain/turns.ts'
import type { Transaction } from '../store/database.ts'
import {
  addToDays,
  lockDays,
  lockDestinations,
  saveDestinations,
  wakeWaiting,
  type WaitingFrom,
} from '../store/turns.ts'
import type { House } from './house.ts'

/**
 * A mail that the gate lets through to a person. One that has `waited` was promised this turn; one that does not `queue`
 * is promised none.
 */
export type Going = { person: string; spelling: string; waited: boolean; queues: boolean }

const nobody: ReadonlyMap<string, Date> = new Map()

/**
 * Takes a turn for each mail of topics that the gate lets through at `at`, within the rate of its destination and the day's
 * ramp, so that all workers together stay within them. Runs in the release's transaction with its people and deliveries
 * locked; without such settings it asks the database nothing. What is released and does not leave is not given back.
 * @param came how many people of this batch had been promised a turn.
 * @returns who has to wait, and until when.
 */
export async function takeTurns(
  tx: Transaction,
  brand: Brand,
  at: Date,
  mails: readonly Going[],
  came = 0,
): Promise<ReadonlyMap<string, Date>> {
  const pacing = pacingAt(brand, at)
  if (pacing === null || mails.length + came === 0) return nobody
  const domainOf = pacing.perMinute === null ? () => '' : recipientDomain
  const candidates = mails.map((mail) => ({ ...mail, domain: domainOf(mail.spelling) }))
  const domains = pacing.perMinute === null ? [] : candidates.map(({ domain }) => domain)
  const destinations = await lockDestinations(tx, domains)
  const days = pacing.ramp === null ? new Map<string, SendingDay>() : await lockDays(tx, pacing.today)
  const turns = new Turns(pacing, { destinations, days }, at)
  if (pacing.ramp !== null) turns.came(came)
  const waits = new Map<string, Date>()
  for (const mail of candidates) {
    const turn = turns.next(mail)
    if (turn !== null) waits.set(mail.person, turn)
  }
  await saveDestinations(tx, turns.destinations)
  await addToDays(tx, added(days, turns.days))
  return waits
}

/** What was added to each day, in their order. */
function added(before: ReadonlyMap<string, SendingDay>, after: ReadonlyMap<string, SendingDay>) {
  const more = new Map<string, SendingDay>()
  for (const [day, { released, promised }] of [...after].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const was = before.get(day) ?? { released: 0, promised: 0 }
    if (released !== was.released || promised !== was.promised)
      more.set(day, { released: released - was.released, promised: promised - was.promised })
  }
  return more
}

/** Deliveries woken in one transaction. */
const wokenAtOnce = 1_000

/** Lets everything that waits for its turn take one anew, as after a change of the limits. */
export async function takeTurnsAnew(house: House): Promise<void> {
  const { sql } = house.database
  let from: WaitingFrom | null = null
  do {
    const after: WaitingFrom | null = from
    from = await sql.begin((tx) => wakeWaiting(tx, after, wokenAtOnce))
  } while (from !== null)
}
