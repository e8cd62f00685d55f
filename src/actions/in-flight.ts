import { setTimeout as wait } from 'node:timers/promises'
import { judge, type NeverReason, type Rules, type Sending, type Standing } from '../domain/gate.ts'
import { withoutRelease } from '../domain/recent.ts'
import type { Sql } from '../store/database.ts'
import { inFlightTo } from '../store/deliveries.ts'
import { instantNow } from '../store/instant.ts'
import { personById } from '../store/people.ts'
import { theRules } from './check-campaign.ts'
import type { House } from './house.ts'

/**
 * What may still arrive though she forbids it now (I-2): how many mails were released and have no answer yet, or none
 * since 24 hours, and when the earliest was handed over (ISO), null for none.
 */
export type InFlight = { count: number; since: string | null }

/** How long a change waits for what it forbids to come back from the workers, and how often it looks. */
const patienceMs = 2_000
const lookAgainMs = 20

/**
 * Why her choices forbid what was released already, null when they do not: judged anew, as if that very release (`carrier`,
 * the mail it went in) had not been.
 */
export function whyForbidden(
  sending: Sending,
  carrier: string,
  person: Standing,
  rules: Rules,
  at: Date,
): NeverReason | null {
  const verdict = judge(sending, { ...person, recent: withoutRelease(person.recent, carrier) }, rules, at)
  return verdict.kind === 'never' ? verdict.reason : null
}

/** What may still arrive though her choices, as they are now, forbid it; and whether any of it may yet be called back. */
export async function forbiddenInFlight(sql: Sql, id: string): Promise<InFlight & { inHand: boolean }> {
  const going = await inFlightTo(sql, id)
  const none = { count: 0, since: null, inHand: false }
  if (going.length === 0) return none
  const [person, rules, at] = await Promise.all([personById(sql, id), theRules(sql), instantNow(sql)])
  if (!person) return none
  const forbidden = going.filter((one) => whyForbidden(one.sending, one.carrier, person, rules, at) !== null)
  const since = forbidden.map((one) => one.plannedAt).toSorted()[0] ?? null
  const mails = new Set(forbidden.map((one) => one.carrier))
  return { count: mails.size, since, inHand: forbidden.some((one) => one.state === 'released') }
}

/**
 * What may still arrive after a change, once the workers had their time to call back what it forbids. Nothing is held
 * meanwhile, neither a connection nor a lock. @param waits false to say at once how it stands.
 */
export async function inFlightAfter(house: House, person: string, waits: boolean): Promise<InFlight> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const { count, since, inHand } = await forbiddenInFlight(house.database.sql, person)
    if (!inHand || !waits || performance.now() >= deadline) return { count, since }
    await wait(lookAgainMs)
  }
}
