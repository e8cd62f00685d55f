import { lockAnyOf } from './audience.ts'
import type { Sql, Transaction } from './database.ts'
import { forgetEndedServiceMail } from './service-messages.ts'
import { noteUnsealed, outcomeRecord } from './unsealed.ts'

/**
 * Cancels every campaign that is not finished, and what was asked for at the public doors: all of it may have been sent after
 * what this database knows. `note` says why. @returns how many campaigns.
 */
export async function cancelUnfinished(tx: Transaction, note: string): Promise<number> {
  const { count } = await tx`
    update campaigns set state = 'cancelled', note = ${note} where state in ('draft', 'scheduled', 'sending', 'paused')`
  await tx`update slices set finished = true, through = null where not finished`
  await tx`delete from door_requests`
  return count
}

/** `through` is the last person whose deliveries it were. */
export type EndedBatch = { through: string; cancelled: number; unknown: number }

/**
 * Ends whatever is on its way to the next people by id, who are locked: what waits is cancelled, what is in flight is unknown, and nothing that is
 * unknown is sent again by itself. @param after the last person done, null to begin. @returns null when nobody is left.
 */
export async function endOutgoing(tx: Transaction, after: string | null, limit: number): Promise<EndedBatch | null> {
  const onTheirWay = tx`
    select p.id from people p
    where (${after}::uuid is null or p.id > ${after}) and exists (select from deliveries d where d.person = p.id and ${onItsWay(tx)})
    order by p.id`
  const people = await lockAnyOf(tx, onTheirWay, limit)
  const through = people.at(-1)
  if (through === undefined) return null
  const inFlight = await tx<{ id: string }[]>`
    with moved as (
      update deliveries d set state = 'unknown', due_at = null, lease_until = null, resent = true, settled_at = instant()
      where d.person = any (${people}::uuid[]) and d.state = 'released' returning id, ${outcomeRecord(tx)}
    ), noted as (${noteUnsealed(tx, 'outcomes')})
    select id from moved`
  const waiting = await tx<{ id: string; state: string }[]>`
    update deliveries d set
      state = case when state = 'unknown' then state else 'cancelled' end, reason = case when state = 'unknown' then reason end,
      due_at = null, resent = resent or state = 'unknown', settled_at = coalesce(settled_at, instant())
    where d.person = any (${people}::uuid[]) and ${onItsWay(tx)} returning id, state`
  const rows = [...inFlight, ...waiting]
  await forgetEndedServiceMail(
    tx,
    rows.map((row) => row.id),
  )
  const cancelled = waiting.filter(({ state }) => state === 'cancelled').length
  return { through, cancelled, unknown: rows.length - cancelled }
}

function onItsWay(sql: Sql) {
  return sql`(d.state in ('held', 'deferred', 'released') or (d.state = 'unknown' and d.due_at is not null))`
}
