import { lockAnyOf } from './audience.ts'
import type { Sql, Transaction } from './database.ts'

/** A delivery of which nobody knows whether it arrived. `carrier` is the mail it was in: its digest, or itself. `plannedAt` is ISO. */
export type Unknown = { id: string; person: string; carrier: string; plannedAt: string }

export async function countUnknown(sql: Sql, message: string): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from deliveries where message = ${message} and state = 'unknown'`
  return row?.n ?? 0
}

/**
 * Locks the next people by id of whom a delivery of that message is unknown, then those deliveries.
 * @param after the last person done, null to begin.
 */
export async function lockUnknown(
  tx: Transaction,
  message: string,
  after: string | null,
  limit: number,
): Promise<Unknown[]> {
  const people = tx`
    select p.id from people p
    where p.id in (
      select person from deliveries
      where message = ${message} and state = 'unknown' and (${after}::uuid is null or person > ${after})
      order by person limit ${limit})
    order by p.id`
  const locked = await lockAnyOf(tx, people, limit)
  const rows = await tx<{ id: string; person: string; carrier: string; planned_at: string }[]>`
    select id, person, coalesce(digest, id) as carrier, planned_at from deliveries
    where message = ${message} and person = any (${locked}::uuid[]) and state = 'unknown'
    order by person for update`
  return rows.map((row) => ({
    id: row.id,
    person: row.person,
    carrier: row.carrier,
    plannedAt: new Date(row.planned_at).toISOString(),
  }))
}
