import type postgres from 'postgres'
import { readChoices } from '../domain/choices-schema.ts'
import type { Standing } from '../domain/gate.ts'
import type { Sql, Transaction } from './database.ts'

/** A person with an email address, as the gate and the letter need her. `version` numbers her choices. */
export type Recipient = Standing & {
  id: string
  name: string
  version: number
  spelling: string
  /** Whether she is on the list of the message that she was read for. */
  listed: boolean
}

type Row = {
  id: string
  name: string
  choices: unknown
  recent: Standing['recent']
  entry: string
  spelling: string
  listed: boolean
  suppressions: Standing['suppressions']
}

const cursorRows = 1_000

/**
 * Streams the audience in batches: everybody with an address on the channel, by id, as one snapshot.
 * Bounded memory whatever their number. @param message whose list they may be on, null for none. @param after begins after that person.
 */
export async function* audience(
  sql: Transaction,
  message: string | null,
  after: string | null = null,
): AsyncGenerator<Recipient[]> {
  const rows = sql<Row[]>`
    select p.id, p.name, p.choices, p.recent, p.entry, a.spelling, ${isListed(sql, message)} as listed,
      coalesce(array_agg(s.reason) filter (where s.reason is not null), '{}') as suppressions
    from people p
    join addresses a on a.person = p.id and a.channel = 'email'
    left join suppressions s on s.channel = 'email' and s.fingerprint = a.fingerprint
    where ${after}::uuid is null or p.id > ${after}
    group by p.id, a.spelling
    order by p.id`.cursor(cursorRows)
  for await (const batch of rows) yield batch.map(asRecipient)
}

/** Whether `p` is on the list of a message. */
function isListed(sql: Sql, message: string | null) {
  return message === null
    ? sql`false`
    : sql`exists (select from chosen_people c where c.message = ${message} and c.person = p.id)`
}

/**
 * Locks the next people of a range by id. What is judged is read in a statement after it ({@link readPeople}), so that it is
 * what holds (design.md section 6, Release).
 * @param range `after` is the last person done, null to begin with `first`; whoever was added later than `addedBefore`
 * (ISO) was in no check of this campaign and is left out.
 */
export async function lockNext(
  tx: Transaction,
  range: { first: string; last: string; after: string | null; addedBefore: string | null },
  limit: number,
): Promise<string[]> {
  const locked = await tx<{ id: string }[]>`
    select p.id from people p
    where p.id >= ${range.first} and p.id <= ${range.last} and (${range.after}::uuid is null or p.id > ${range.after})
      and (${range.addedBefore}::timestamptz is null or p.created_at <= ${range.addedBefore})
      and exists (select from addresses a where a.person = p.id and a.channel = 'email')
    order by p.id limit ${limit} for no key update`
  return locked.map((row) => row.id)
}

/**
 * Locks the first of the people that a query names, which itself takes only so many. Those who were erased while this waited
 * for them are left out; when that were all, the query is asked again: none are given back only when nobody is left.
 */
export async function lockAnyOf(tx: Transaction, people: postgres.Fragment, limit: number): Promise<string[]> {
  for (;;) {
    const locked = await tx<{ id: string }[]>`${people} limit ${limit} for no key update`
    if (locked.length > 0) return locked.map((row) => row.id)
    const [left] = await tx`${people} limit 1`
    if (!left) return []
  }
}

/** Reads people by id; where their rows are locked, in a statement after the lock. Who has no address is left out. */
export async function readPeople(
  tx: Sql,
  people: readonly string[],
  message: string | null = null,
): Promise<Recipient[]> {
  if (people.length === 0) return []
  const rows = await tx<Row[]>`
    select p.id, p.name, p.choices, p.recent, p.entry, a.spelling, ${isListed(tx, message)} as listed,
      coalesce((select array_agg(s.reason) from suppressions s where s.channel = 'email' and s.fingerprint = a.fingerprint), '{}') as suppressions
    from people p
    join addresses a on a.person = p.id and a.channel = 'email'
    where p.id = any (${people as string[]}::uuid[])
    order by p.id`
  return rows.map(asRecipient)
}

function asRecipient(row: Row): Recipient {
  return {
    id: row.id,
    name: row.name,
    choices: readChoices(row.choices),
    recent: row.recent,
    version: Number(row.entry),
    spelling: row.spelling,
    listed: row.listed,
    suppressions: row.suppressions,
  }
}

/**
 * Cuts the audience into ranges of about `size` people by id, in order, that meet without a gap. A bound is the beginning of
 * somebody's id, which it shares with about one in a million others, and not the id.
 */
export async function ranges(sql: Sql, size: number): Promise<{ first: string; last: string }[]> {
  const rows = await sql<{ beginning: string }[]>`
    select distinct left(id::text, ${boundDigits}) as beginning
    from (
      select p.id, row_number() over (order by p.id) - 1 as n
      from people p join addresses a on a.person = p.id and a.channel = 'email'
    ) as numbered
    where n % ${size}::int = 0 and n > 0 order by 1`
  const starts = [...new Set(['0'.repeat(boundDigits), ...rows.map((row) => row.beginning)])]
  return starts.map((start, index) => ({ first: boundAt(start, '0'), last: lastBefore(starts[index + 1]) }))
}

const boundDigits = 5

function boundAt(beginning: string, rest: string): string {
  return beginning.padEnd(32, rest).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function lastBefore(beginning: string | undefined): string {
  if (beginning === undefined) return boundAt('', 'f')
  return boundAt((Number.parseInt(beginning, 16) - 1).toString(16).padStart(boundDigits, '0'), 'f')
}
