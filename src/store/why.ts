import type { Sql } from './database.ts'

/**
 * What a delivery carried and what became of it. `topic` is null for a message of a service kind; `at` is when it left or
 * ended, else when it was planned; `sentIn` is the time of the digest that carried it, null for a mail of its own;
 * `reported`: she said that it was not about its topic. Times are ISO.
 */
export type Carried = {
  delivery: string
  subject: string
  topic: number | null
  state: string
  reason: string | null
  plannedAt: string
  dueAt: string | null
  at: string
  sentIn: string | null
  reported: boolean
}

/**
 * What one delivery of hers carried: one message, or for a digest each of its items, oldest first. Empty when there is no
 * such delivery, or it is somebody else's.
 */
export async function carriedTo(sql: Sql, person: string, delivery: string): Promise<Carried[]> {
  const rows = await sql<Carried[]>`
    select d.id as delivery, m.subject, m.topic, d.state, d.reason, d.planned_at as "plannedAt", d.due_at as "dueAt",
      coalesce(d.settled_at, d.planned_at) as at, coalesce(g.settled_at, g.planned_at) as "sentIn",
      exists (select from wrong_topic_reports w where w.delivery = d.id) as reported
    from deliveries d join messages m on m.id = d.message left join deliveries g on g.id = d.digest
    where d.person = ${person} and (d.id = ${delivery} or d.digest = ${delivery})
    order by d.planned_at, d.id`
  return rows.map(({ plannedAt, dueAt, at, sentIn, ...rest }) => ({
    ...rest,
    plannedAt: new Date(plannedAt).toISOString(),
    dueAt: isoOrNull(dueAt),
    at: new Date(at).toISOString(),
    sentIn: isoOrNull(sentIn),
  }))
}

function isoOrNull(at: string | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
