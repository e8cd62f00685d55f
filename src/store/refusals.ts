import { lockAnyOf } from './audience.ts'
import type { Sql, Transaction } from './database.ts'

/** Where a refusal is judged: among the answers to its campaign, or to all service mail of the last day. Null for service mail. */
export type AnswersTo = string | null

/**
 * Campaigns (null: service mail) with refusals that nobody has looked at. One of which anything is being sent, or due to be,
 * is left out, and service mail of the last quarter of an hour: what share of the answers a text is, shows only afterwards.
 */
export async function unreadRefusals(sql: Sql): Promise<AnswersTo[]> {
  const rows = await sql<{ message: string | null }[]>`
    select distinct c.message from deliveries d left join campaigns c on c.message = d.message
    where d.state = 'refused' and d.refusal is null and d.message is not null
      and case when c.message is null then d.settled_at < instant() - interval '15 minutes'
        else c.state <> 'sending' and c.message not in (
          select message from deliveries where message is not null and state = 'released'
          union all select message from deliveries where message is not null and state in ('held', 'deferred') and due_at <= (select instant())) end`
  return rows.map((row) => row.message)
}

/** How many answers there were to a campaign, or to service mail within a day. */
export async function answersTo(sql: Sql, to: AnswersTo): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from deliveries d
    where (d.state in ('sent', 'refused') or (d.state = 'deferred' and d.attempts > 0)) and ${among(sql, to)}`
  return row?.n ?? 0
}

/** The texts of all refusals among those answers, with how often each came: in batches, as there may be one for each. */
export async function* refusalTexts(sql: Sql, to: AnswersTo): AsyncGenerator<{ reply: string; n: number }[]> {
  yield* sql<{ reply: string; n: number }[]>`
    select d.reply, count(*)::int as n from deliveries d
    where d.state = 'refused' and d.reply is not null and ${among(sql, to)} group by d.reply`.cursor(1_000)
}

/** The deliveries that are judged together, as `d`. */
function among(sql: Sql, to: AnswersTo) {
  return to === null
    ? sql`d.message in (select id from messages where service_kind is not null) and coalesce(d.settled_at, d.planned_at) > instant() - interval '1 day'`
    : sql`d.message = ${to}`
}

/** A refusal that is looked at. `fingerprint` is of her address, null where she has none any more. */
export type Refusal = { delivery: string; person: string; reply: string; fingerprint: string | null }

/** Locks the next people by id who have such a refusal. @returns their refusals, none when all were looked at. */
export async function lockRefusals(tx: Transaction, to: AnswersTo, limit: number): Promise<Refusal[]> {
  const unread = tx`
    d.state = 'refused' and d.refusal is null and d.message is not null
      and case when ${to}::uuid is null then not exists (select from campaigns c where c.message = d.message) else d.message = ${to} end`
  const next = tx`
    select p.id from people p where p.id in (select d.person from deliveries d where ${unread} order by d.person limit ${limit})
    order by p.id`
  const people = await lockAnyOf(tx, next, limit)
  const rows = await tx<Refusal[]>`
    select d.id as delivery, d.person, coalesce(d.reply, '') as reply,
      (select a.fingerprint from addresses a where a.person = d.person and a.channel = 'email') as fingerprint
    from deliveries d where d.person = any (${people}::uuid[]) and ${unread}
    order by d.id`
  return [...rows]
}

/** Writes down what was concluded from refusals. Their people are locked. */
export async function concludeRefusals(
  tx: Transaction,
  concluded: readonly { delivery: string; refusal: 'bounced' | 'doubtful' | 'passed' }[],
): Promise<void> {
  await tx`
    update deliveries d set refusal = r.refusal
    from unnest(${concluded.map((one) => one.delivery)}::uuid[], ${concluded.map((one) => one.refusal)}::text[]) as r (id, refusal)
    where d.id = r.id`
}

/**
 * On how many different days (UTC) each of these people was doubtfully refused since the last mail that was taken, with
 * `deliveries` counted among the doubtful.
 */
export async function doubtfulDaysOf(
  sql: Sql,
  people: readonly string[],
  deliveries: readonly string[],
): Promise<Map<string, number>> {
  const rows = await sql<{ person: string; days: number }[]>`
    select d.person, count(distinct (d.settled_at at time zone 'UTC')::date)::int as days from deliveries d
    where d.person = any (${people as string[]}::uuid[]) and (d.refusal = 'doubtful' or d.id = any (${deliveries as string[]}::uuid[]))
      and not exists (
      select from deliveries s where s.person = d.person and s.state = 'sent' and s.settled_at > d.settled_at)
    group by d.person`
  return new Map(rows.map((row) => [row.person, row.days]))
}

/** Cancels all that waits for these people: nothing passes `bounced`. They are locked. */
export async function cancelForBounced(tx: Transaction, people: readonly string[]): Promise<void> {
  await tx`
    update deliveries set state = 'cancelled', reason = 'bounced', due_at = null, settled_at = instant()
    where person = any (${people as string[]}::uuid[]) and state in ('held', 'deferred')`
}

/** How many refusals of a campaign's deliveries led to a suppression. */
export async function bouncedOf(sql: Sql, message: string): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select (select count(*) from deliveries where message = ${message} and refusal = 'bounced')::int
      + (select coalesce(sum(n), 0) from delivery_counts where message = ${message} and refusal = 'bounced')::int as n`
  return row?.n ?? 0
}
