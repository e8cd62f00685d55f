import type { Sql } from './database.ts'

/** A mail that went to somebody, or may have: its subject (null for a digest), and the entry that allowed it. Times are ISO. */
export type SentMail = {
  delivery: string
  subject: string | null
  topic: number | null
  serviceKind: string | null
  state: 'released' | 'sent' | 'unknown'
  entry: number | null
  at: string
}

/** The mails that were released to her by an instant, newest first, `most` of them, and how many there are. What a digest carried is not told apart. */
export async function sentBy(
  sql: Sql,
  person: string,
  { at, most }: { at: Date; most: number },
): Promise<{ mails: SentMail[]; count: number }> {
  const rows = await sql<(Omit<SentMail, 'entry'> & { entry: string | null; count: number })[]>`
    select d.id as delivery, m.subject, m.topic, m.service_kind as "serviceKind", d.state, d.allowed_by as entry,
      coalesce(d.released_at, d.settled_at, d.planned_at) as at, count(*) over ()::int as count
    from deliveries d left join messages m on m.id = d.message
    where d.person = ${person} and d.digest is null and d.state in ('released', 'sent', 'unknown')
      and coalesce(d.released_at, d.settled_at, d.planned_at) <= ${at.toISOString()}
    order by coalesce(d.released_at, d.settled_at, d.planned_at) desc, d.id limit ${most}`
  const mails = rows.map(({ delivery, subject, topic, serviceKind, state, entry, at: sentAt }) => ({
    delivery,
    subject,
    topic,
    serviceKind,
    state,
    entry: entry === null ? null : Number(entry),
    at: new Date(sentAt).toISOString(),
  }))
  return { mails, count: rows[0]?.count ?? 0 }
}
