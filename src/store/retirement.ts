import { lockAnyOf } from './audience.ts'
import type { Sql, Transaction } from './database.ts'

/** What kind of mail a delivery was: digests go with topic mail. */
export type MailKind = 'topic' | 'service'

/** A condition on `d`: a delivery of that kind that ended longer ago than `interval`, and to which nothing will happen any more. */
function ended(sql: Sql, kind: MailKind, interval: string) {
  return sql`
    d.state in ('sent', 'refused', 'unknown', 'cancelled', 'held_back') and d.due_at is null
      and coalesce(d.settled_at, d.planned_at) < instant() - ${interval}::interval
      and exists (select from messages m where m.id = d.message and m.service_kind is not null) = ${kind === 'service'}`
}

/** Locks the people that a query of persons names. */
function lockNextOf(tx: Transaction, persons: ReturnType<typeof ended>, limit: number): Promise<string[]> {
  return lockAnyOf(tx, tx`select p.id from people p where p.id in (${persons}) order by p.id`, limit)
}

/** Locks the next people of whom a delivery is older than that, and names those deliveries. A digest waits for its items. */
export async function lockEndedDeliveries(
  tx: Transaction,
  kind: MailKind,
  interval: string,
  limit: number,
): Promise<string[]> {
  const old = tx`
    ${ended(tx, kind, interval)} and not exists (
      select from deliveries i where i.digest = d.id and not (
        i.due_at is null and i.state in ('sent', 'refused', 'unknown', 'cancelled', 'held_back')
          and coalesce(i.settled_at, i.planned_at) < instant() - ${interval}::interval))`
  const people = await lockNextOf(
    tx,
    tx`select d.person from deliveries d where ${old} order by d.person limit ${limit}`,
    limit,
  )
  const rows = await tx<{ id: string }[]>`
    select d.id from deliveries d where d.person = any (${people}::uuid[]) and ${old} order by d.id`
  return rows.map((row) => row.id)
}

/** Forgets the texts of answers that are older than that and were looked at, of the next people. @returns how many. */
export async function forgetReplies(tx: Transaction, interval: string, limit: number): Promise<number> {
  const old = tx`
    d.reply is not null and d.settled_at < instant() - ${interval}::interval and d.due_at is null
      and (d.state <> 'refused' or d.refusal is not null)`
  const people = await lockNextOf(
    tx,
    tx`select d.person from deliveries d where ${old} order by d.person limit ${limit}`,
    limit,
  )
  const { count } = await tx`update deliveries d set reply = null where d.person = any (${people}::uuid[]) and ${old}`
  return count
}

/** Deletes what was asked for at a public door longer ago than that, and never answered. @returns how many. */
export async function forgetDoorRequests(sql: Sql, interval: string): Promise<number> {
  const { count } = await sql`delete from door_requests where at < instant() - ${interval}::interval`
  return count
}

/** Forgets that people were asked something longer ago than that. @returns how many. */
export async function forgetAskings(sql: Sql, interval: string): Promise<number> {
  const { count } = await sql`delete from askings where at < instant() - ${interval}::interval`
  return count
}

/**
 * Deletes what the next people said about a stop longer ago than that, with our replies; one whose reply is on its way waits
 * until that has ended. @returns how many.
 */
export async function forgetReasons(tx: Transaction, interval: string, limit: number): Promise<number> {
  const old = tx`
    a.entry is not null and coalesce(a.edited_at, a.created_at) < instant() - ${interval}::interval and not exists (
      select from replies r join deliveries d on d.id = r.delivery
      where r.answer = a.id and (d.due_at is not null or d.state in ('held', 'deferred', 'released')))`
  const people = await lockNextOf(
    tx,
    tx`select a.person from answers a where ${old} order by a.person limit ${limit}`,
    limit,
  )
  const { count } = await tx`delete from answers a where a.person = any (${people}::uuid[]) and ${old}`
  return count
}

/**
 * People whose time is over: they stopped everything and said nothing since, never said anything at all, or signed up and
 * never confirmed it.
 */
export type Over = 'stopped' | 'not-asked' | 'sign-ups'

/** People whose time has been over for longer than that: the next ones, or of locked ones those of whom it still holds. */
export async function peopleOver(
  sql: Sql,
  over: Over,
  interval: string,
  which: { limit: number } | { among: readonly string[] },
): Promise<string[]> {
  const before = sql`instant() - ${interval}::interval`
  const holds = {
    stopped: sql`
      (choices -> 'stopped' ->> 'at')::timestamptz < ${before}
        and coalesce((choices ->> 'choseAt')::timestamptz, '-infinity') < ${before}`,
    // A no to anything is an answer too.
    'not-asked': sql`
      choices -> 'topics' = '{}' and choices -> 'channels' = '{}' and choices ->> 'stopped' is null
        and choices ->> 'paused' is null and choices ->> 'choseAt' is null`,
    'sign-ups': sql`
      choices -> 'topics' <> '{}' and choices ->> 'stopped' is null and not exists (
        select from jsonb_each(choices -> 'topics') as t (id, said)
        where said ->> 'answer' <> 'pending' or (said ->> 'at')::timestamptz >= ${before})`,
  }[over]
  const those = 'among' in which ? sql`and id = any (${which.among as string[]}::uuid[])` : sql``
  const rows = await sql<{ id: string }[]>`
    select id from people where created_at < ${before} and ${holds} ${those}
    order by id limit ${'limit' in which ? which.limit : null}`
  return rows.map((row) => row.id)
}
