import type { SuppressionReason } from '../domain/suppression.ts'
import type { Sql } from './database.ts'

/** A delivery that was released, as its row tells it, with what its message is about. Times are ISO. */
export type ReleasedRow = {
  id: string
  person: string
  message: string
  mail: string
  version: number
  releasedAt: string
  plannedAt: string
  topic: number | null
  serviceKind: string | null
  askedAtStart: boolean
  language: string | null
  usefulUntil: string | null
}

/** The next people by id to whom something was released, or is said to have left. */
export async function peopleSentToAfter(sql: Sql, after: string | null, limit: number): Promise<string[]> {
  const rows = await sql<{ person: string }[]>`
    select p.id as person from people p
    where (${after}::uuid is null or p.id > ${after}) and exists (select from deliveries d where d.person = p.id)
    order by p.id limit ${limit}`
  return rows.map((row) => row.person)
}

/** Everything that was released to these people, or is said to have left; a digest is told by its items. */
export async function releasedTo(sql: Sql, people: readonly string[]): Promise<ReleasedRow[]> {
  const rows = await sql<(Omit<ReleasedRow, 'version'> & { version: string })[]>`
    select d.id, d.person, d.message, coalesce(d.digest, d.id) as mail, d.version,
      utc_text(coalesce(d.released_at, d.settled_at, d.planned_at)) as "releasedAt", utc_text(d.planned_at) as "plannedAt",
      m.topic, m.service_kind as "serviceKind", exists (select from sign_ups s where s.delivery = d.id) as "askedAtStart",
      m.language, utc_text(m.useful_until) as "usefulUntil"
    from deliveries d join messages m on m.id = d.message
    where d.person = any (${people as string[]}::uuid[])
      and (d.released_at is not null or d.state in ('released', 'sent', 'refused', 'deferred', 'unknown'))`
  return rows.map((row) => ({ ...row, version: Number(row.version) }))
}

/** What is suppressed of these people's addresses, and since when (ISO). */
export async function suppressionsOfAll(
  sql: Sql,
  people: readonly string[],
): Promise<Map<string, { reason: SuppressionReason; at: string }[]>> {
  const rows = await sql<{ person: string; reason: SuppressionReason; at: string }[]>`
    select a.person, s.reason, utc_text(s.at) as at
    from addresses a join suppressions s on s.channel = a.channel and s.fingerprint = a.fingerprint
    where a.channel = 'email' and a.person = any (${people as string[]}::uuid[])`
  return Map.groupBy(rows, (row) => row.person)
}
