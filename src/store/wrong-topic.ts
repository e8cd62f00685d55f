import type { Sql, Transaction } from './database.ts'

/**
 * Keeps that she said of these deliveries of hers that they were not about their topic; once each, the first time stays.
 * Only of messages about a topic that reached her, or may have. @returns how many are new.
 */
export async function reportWrongTopic(
  tx: Transaction,
  person: string,
  deliveries: readonly string[],
): Promise<number> {
  await tx`select from people where id = ${person} for no key update`
  const rows = await tx`
    insert into wrong_topic_reports (delivery, person, message)
    select d.id, d.person, d.message from deliveries d join messages m on m.id = d.message
    where d.id = any (${deliveries as string[]}::uuid[]) and d.person = ${person} and m.topic is not null
      and d.state in ('released', 'sent', 'unknown')
    order by d.id
    on conflict do nothing returning delivery`
  return rows.length
}

/** One message of which she said that it was not about its topic, and when (ISO). */
export type WrongTopicReport = { delivery: string; message: string; subject: string; topic: number; at: string }

/** What one person said so of, the newest first. */
export async function wrongTopicReportsOf(sql: Sql, person: string): Promise<WrongTopicReport[]> {
  const rows = await sql<WrongTopicReport[]>`
    select r.delivery, r.message, m.subject, m.topic, r.at from wrong_topic_reports r join messages m on m.id = r.message
    where r.person = ${person} order by r.at desc, r.delivery`
  return rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }))
}

/** How many people said of a message that it was not about its topic, those among them whose deliveries are gone. */
export async function wrongTopicReports(sql: Sql, message: string): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select (select count(*) from wrong_topic_reports where message = ${message})::int
      + coalesce((select n from wrong_topic_counts where message = ${message}), 0) as n`
  return row?.n ?? 0
}

/** A campaign that went out: to how many it went or may have, and how many of them said that it was not about its topic. */
export type WrongTopicRate = { campaign: string; subject: string; startedAt: string; reached: number; said: number }

/** The campaigns that went out, the newest first, `most` of them. One statement. */
export async function wrongTopicRates(sql: Sql, most: number): Promise<WrongTopicRate[]> {
  const rows = await sql<WrongTopicRate[]>`
    select c.slug as campaign, m.subject, c.started_at as "startedAt",
      (select count(*)::int from deliveries d where d.message = c.message and d.state in ('released', 'sent', 'unknown'))
        + (select coalesce(sum(n), 0)::int from delivery_counts k where k.message = c.message and k.state in ('released', 'sent', 'unknown')) as reached,
      (select count(*)::int from wrong_topic_reports w where w.message = c.message)
        + coalesce((select n from wrong_topic_counts k where k.message = c.message), 0) as said
    from campaigns c join messages m on m.id = c.message
    where c.started_at is not null order by c.started_at desc, c.slug limit ${most}`
  return rows.map((row) => ({ ...row, startedAt: new Date(row.startedAt).toISOString() }))
}

/** Turns what was said of deliveries that are about to go into numbers without a name. Their people are locked. */
export async function countWrongTopic(tx: Transaction, deliveries: readonly string[]): Promise<void> {
  await tx`
    with gone as (
      delete from wrong_topic_reports where delivery = any (${deliveries as string[]}::uuid[]) returning message)
    insert into wrong_topic_counts (message, n)
    select message, count(*) from gone group by message order by message
    on conflict (message) do update set n = wrong_topic_counts.n + excluded.n`
}
