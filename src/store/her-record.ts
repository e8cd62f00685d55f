import type { Counted, PassedBy } from '../domain/her-record.ts'
import type { Sql } from './database.ts'

/**
 * How many deliveries of hers there are of each kind since the first of `starts` (ISO instants, ascending); `month` is the
 * place among them, from 0. A delivery counts where it left or ended, else where it was planned. One statement.
 */
export async function countDeliveries(sql: Sql, person: string, starts: readonly string[]): Promise<Counted[]> {
  const rows = await sql<(Omit<Counted, 'version'> & { version: string })[]>`
    select width_bucket(at, ${starts as string[]}::timestamptz[]) - 1 as month, state, reason, verdict, version, topic,
      service_kind as "serviceKind", slot is not null as "isDigest", digest is not null as "inDigest", count(*)::int as count
    from (
      select coalesce(d.settled_at, d.planned_at) as at, d.state, d.reason, d.verdict, d.version, d.slot, d.digest, m.topic, m.service_kind
      from deliveries d left join messages m on m.id = d.message where d.person = ${person}
    ) as hers
    where at >= ${starts[0] ?? ''}::timestamptz
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9`
  return rows.map((row) => ({ ...row, version: Number(row.version) }))
}

/** One delivery of hers as her record shows it. `digest` names the mail that carried it; `subject` is null for a digest. Times are ISO. */
export type RecordRow = {
  delivery: string
  message: string | null
  subject: string | null
  topic: number | null
  state: string
  reason: string | null
  digest: string | null
  isDigest: boolean
  dueAt: string | null
  at: string
}

/** Her deliveries of topic mail and her digests from one instant (ISO) to another, newest first, `most` of them. */
export async function deliveriesBetween(
  sql: Sql,
  person: string,
  { from, until, most }: { from: string; until: string; most: number },
): Promise<RecordRow[]> {
  const rows = await sql<RecordRow[]>`
    select d.id as delivery, d.message, m.subject, m.topic, d.state, d.reason, d.digest, d.slot is not null as "isDigest",
      d.due_at as "dueAt", coalesce(d.settled_at, d.planned_at) as at
    from deliveries d left join messages m on m.id = d.message
    where d.person = ${person} and m.service_kind is null
      and coalesce(d.settled_at, d.planned_at) >= ${from} and coalesce(d.settled_at, d.planned_at) < ${until}
    order by coalesce(d.settled_at, d.planned_at) desc, d.id desc limit ${most}`
  return rows.map((row) => ({
    ...row,
    dueAt: row.dueAt === null ? null : new Date(row.dueAt).toISOString(),
    at: new Date(row.at).toISOString(),
  }))
}

/** Campaigns that went out since an instant (ISO), and after she was added, and left no delivery of hers; oldest first. */
export async function campaignsWithout(sql: Sql, person: string, since: string): Promise<PassedBy[]> {
  const rows = await sql<PassedBy[]>`
    select c.message, m.subject, m.topic, c.started_at as at
    from campaigns c join messages m on m.id = c.message join people p on p.id = ${person}
    where c.state = 'sent' and c.started_at >= greatest(${since}::timestamptz, p.created_at)
      and not exists (select from deliveries d where d.message = c.message and d.person = p.id)
    order by c.started_at, c.message`
  return rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }))
}

/** Service mail that reached her or may have, by kind: how often, and the last time (ISO). */
export async function serviceMailTo(
  sql: Sql,
  person: string,
  since: string,
): Promise<{ kind: string; count: number; last: string }[]> {
  const rows = await sql<{ kind: string; count: number; last: string }[]>`
    select m.service_kind as kind, count(*)::int as count, max(coalesce(d.settled_at, d.planned_at)) as last
    from deliveries d join messages m on m.id = d.message
    where d.person = ${person} and m.service_kind is not null and d.state in ('released', 'sent', 'unknown')
      and coalesce(d.settled_at, d.planned_at) >= ${since}
    group by m.service_kind order by last desc`
  return rows.map((row) => ({ ...row, last: new Date(row.last).toISOString() }))
}

/** A delivery as her download lists it: of topic and of service mail. Times are ISO. */
export type ListedDelivery = Omit<RecordRow, 'isDigest' | 'dueAt'> & { serviceKind: string | null }

/**
 * Her deliveries that were planned by an instant (ISO), ordered by id, those after `after`, `most` of them: to be read in
 * pieces, each a statement of its own, so that a slow reader holds nothing.
 */
export async function deliveriesAfter(
  sql: Sql,
  person: string,
  { by, after, most }: { by: string; after: string | null; most: number },
): Promise<ListedDelivery[]> {
  const rows = await sql<ListedDelivery[]>`
    select d.id as delivery, d.message, m.subject, m.topic, m.service_kind as "serviceKind", d.state, d.reason, d.digest,
      coalesce(d.settled_at, d.planned_at) as at
    from deliveries d left join messages m on m.id = d.message
    where d.person = ${person} and d.planned_at <= ${by} and (${after}::uuid is null or d.id > ${after})
    order by d.id limit ${most}`
  return rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }))
}
