import { untouched, type Destination } from '../domain/destination-rate.ts'
import type { SendingDay } from '../domain/turns.ts'
import type { Sql, Transaction } from './database.ts'

/** Locks recipient domains in their order, each made where it isn't there, and reads how far their rate is used up. */
export async function lockDestinations(tx: Transaction, domains: readonly string[]): Promise<Map<string, Destination>> {
  if (domains.length === 0) return new Map()
  const rows = await tx<DestinationRow[]>`
    insert into destinations (domain) select distinct d from unnest(${domains as string[]}::text[]) as t (d) order by d
    on conflict (domain) do update set domain = excluded.domain
    returning domain, spent_until, promised_until`
  return new Map(rows.map((row) => [row.domain, destinationOf(row)]))
}

/** How far the rate of these domains is used up, without a lock. */
export async function readDestinations(sql: Sql, domains: readonly string[]): Promise<Map<string, Destination>> {
  const rows = await sql<DestinationRow[]>`
    select domain, spent_until, promised_until from destinations where domain = any (${domains as string[]}::text[])`
  return new Map(rows.map((row) => [row.domain, destinationOf(row)]))
}

/** Writes how far the rate of locked domains is used up now; part of a millisecond counts as a whole one. */
export async function saveDestinations(tx: Transaction, destinations: ReadonlyMap<string, Destination>): Promise<void> {
  if (destinations.size === 0) return
  const all = [...destinations.values()]
  await tx`
    update destinations d set spent_until = n.spent, promised_until = n.promised
    from unnest(
      ${[...destinations.keys()]}::text[], ${all.map((one) => isoOrNull(one.spentUntil))}::timestamptz[],
      ${all.map((one) => isoOrNull(one.promisedUntil))}::timestamptz[]
    ) as n (domain, spent, promised)
    where d.domain = n.domain`
}

/** Locks a day of the ramp, and reads it with the days after it. Whoever releases on that day waits for this. */
export async function lockDays(tx: Transaction, today: string): Promise<Map<string, SendingDay>> {
  // Read only once it is locked: sent together with the lock, the question could be answered first.
  await tx`insert into sending_days (day) values (${today}::text::date) on conflict (day) do update set day = excluded.day`
  return readDays(tx, today)
}

/** A day of the ramp and those after it, without a lock. */
export async function readDays(sql: Sql, today: string): Promise<Map<string, SendingDay>> {
  const rows = await sql<(SendingDay & { day: string })[]>`
    select day::text, released, promised from sending_days where day >= ${today}::text::date`
  return new Map(rows.map(({ day, released, promised }) => [day, { released, promised }]))
}

/** Adds to what was released and promised on days, the earliest first. Those after today are not locked, so only sums are written. */
export async function addToDays(tx: Transaction, more: ReadonlyMap<string, SendingDay>): Promise<void> {
  if (more.size === 0) return
  const all = [...more.values()]
  await tx`
    insert into sending_days as d (day, released, promised)
    select * from unnest(
      ${[...more.keys()]}::text[]::date[], ${all.map((one) => one.released)}::int[], ${all.map((one) => one.promised)}::int[]
    ) as t (day, released, promised) order by day
    on conflict (day) do update set
      released = d.released + excluded.released, promised = greatest(0, d.promised + excluded.promised)`
}

/**
 * Forgets the turns that were promised to those that wait: many of them need none any more. Who still waits and finds no
 * room when it wakes gets another.
 */
export async function forgetPromises(sql: Sql): Promise<void> {
  await sql`
    with those as (select domain from destinations where promised_until is not null order by domain for update)
    update destinations d set promised_until = null from those where d.domain = those.domain`
  await sql`
    with those as (select day from sending_days where promised > 0 order by day for update)
    update sending_days d set promised = 0 from those where d.day = those.day`
}

/** Deletes what is of no use any more: domains whose rate has rested for a day, and days of the ramp that are over. */
export async function forgetRested(sql: Sql): Promise<void> {
  await sql`
    delete from destinations where domain in (
      select domain from destinations
      where coalesce(greatest(spent_until, promised_until), '-infinity') < instant() - interval '1 day'
      for update skip locked)`
  await sql`
    delete from sending_days where day in (
      select day from sending_days where day < (instant() - interval '3 days')::date for update skip locked)`
}

/** How many deliveries of a message were let through and wait for their turn, and when the last should come (ISO). */
export async function waitingTurn(sql: Sql, message: string): Promise<{ count: number; until: string | null }> {
  const [row] = await sql<{ count: number; until: string | null }[]>`
    select count(*)::int as count, max(due_at) as until from deliveries
    where message = ${message} and state = 'held' and reason is null`
  return { count: row?.count ?? 0, until: row?.until ? new Date(row.until).toISOString() : null }
}

/** Where going through those that wait stands: from the last turn to the first. */
export type WaitingFrom = { dueAt: string; id: string }

/**
 * Lets the next topic mails that wait for a turn be due at once, their people locked first. @param from where the last call
 * ended, null to begin. @returns where this one did, null when none is left.
 */
export async function wakeWaiting(
  tx: Transaction,
  from: WaitingFrom | null,
  limit: number,
): Promise<WaitingFrom | null> {
  const waiting = await tx<(WaitingFrom & { person: string })[]>`
    select d.due_at as "dueAt", d.id, d.person from deliveries d join campaigns c on c.message = d.message
    where d.state = 'held' and d.reason is null and d.due_at > instant()
      and (${from?.dueAt ?? null}::timestamptz is null or (d.due_at, d.id) < (${from?.dueAt ?? null}::timestamptz, ${from?.id ?? null}::uuid))
    order by d.due_at desc, d.id desc limit ${limit}`
  if (waiting.length === 0) return null
  await tx`
    select id from people where id = any (${waiting.map((one) => one.person)}::uuid[]) order by id for no key update`
  await tx`
    update deliveries set due_at = instant()
    where id = any (${waiting.map((one) => one.id)}::uuid[]) and state = 'held' and reason is null and due_at > instant()`
  return waiting.at(-1) ?? null
}

type DestinationRow = { domain: string; spent_until: string | null; promised_until: string | null }

function destinationOf({ spent_until: spent, promised_until: promised }: DestinationRow): Destination {
  if (spent === null && promised === null) return untouched
  return {
    spentUntil: spent === null ? null : Date.parse(spent),
    promisedUntil: promised === null ? null : Date.parse(promised),
  }
}

function isoOrNull(at: number | null): string | null {
  return at === null ? null : new Date(Math.ceil(at)).toISOString()
}
