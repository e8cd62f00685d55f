import type { Sql } from './database.ts'

/** What a delivery carried, and when it was handed over (ISO). `topic` is null for a message of a service kind. */
export type Carried = { subject: string; topic: number | null; at: string }

/** The message of one delivery of hers; null when there is no such delivery, or it is somebody else's. */
export async function carriedTo(sql: Sql, person: string, delivery: string): Promise<Carried | null> {
  const [row] = await sql<{ subject: string; topic: number | null; at: string }[]>`
    select m.subject, m.topic, coalesce(d.settled_at, d.planned_at) as at
    from deliveries d join messages m on m.id = d.message
    where d.id = ${delivery} and d.person = ${person}`
  return row ? { ...row, at: new Date(row.at).toISOString() } : null
}
