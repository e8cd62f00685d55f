import { lockAnyOf } from './audience.ts'
import type { Transaction } from './database.ts'

/**
 * Cancels what waits of a message for the next people by id, with their rows locked first; a digest of which nothing
 * waits any more ends with its items. @param after the last person done, null to begin.
 * @returns the last person looked at, null when nobody is left, and how many people that were.
 */
export async function cancelWaiting(
  tx: Transaction,
  message: string,
  after: string | null,
  limit: number,
): Promise<{ through: string | null; people: number }> {
  const waiting = tx`
    select p.id from people p
    where p.id in (
      select person from deliveries
      where message = ${message} and state in ('held', 'deferred') and (${after}::uuid is null or person > ${after})
      order by person limit ${limit})
    order by p.id`
  const people = await lockAnyOf(tx, waiting, limit)
  if (people.length === 0) return { through: null, people: 0 }
  await tx`
    update deliveries set state = 'cancelled', reason = null, due_at = null, settled_at = instant()
    where message = ${message} and person = any (${people}::uuid[]) and state in ('held', 'deferred')`
  await tx`
    update deliveries g set state = 'cancelled', due_at = null, settled_at = instant()
    where g.person = any (${people}::uuid[]) and g.slot is not null and g.state = 'deferred'
      and not exists (select from deliveries i where i.digest = g.id and i.state = 'deferred')`
  return { through: people.at(-1) ?? null, people: people.length }
}
