import type postgres from 'postgres'
import type { Sql } from './database.ts'

/**
 * Which entries an export is of, all at once; null where it is not limited so. Numbers are of the first and last entry of
 * a period; `topic` is an id, `campaign` the id of its message.
 */
export type Choice = {
  first: number | null
  last: number | null
  person: string | null
  topic: number | null
  campaign: string | null
}

/** The number of the first entry of an instant (ISO) or later; one more than `size` where there is none. */
export async function firstEntryFrom(sql: Sql, at: string, size: number): Promise<number> {
  // Times never fall, so that some twenty entries tell. Each begins with its time: {"at":"…
  const [row] = await sql<{ number: string }[]>`
    with recursive search (low, high) as (
      select 1::bigint, ${size}::bigint + 1
      union all
      select case when earlier then middle + 1 else low end, case when earlier then high else middle end
      from (
        select s.low, s.high, e.number as middle, substr(e.body, 8, 24) collate "C" < ${at} as earlier
        from search s join entries e on e.number = (s.low + s.high) / 2 where s.low < s.high) as step)
    select max(low) as number from search`
  return Number(row?.number)
}

/** A condition on `e`. What concerns a campaign: what its deliveries rest on, what its mails led to, and what was sealed of it. */
function concerned(sql: Sql, { first, last, person, topic, campaign }: Choice) {
  const all = sql`true`
  const ofCampaign = () => sql`e.number in (
    select unnest(array[allowed_by, version]) from deliveries where message = ${campaign}
    union
    select p.number from deliveries d join payloads p on p.person = d.person
      and p.payload::jsonb #>> '{evidence,link,delivery}' = d.id::text
    where d.message = ${campaign}
    union
    select number from payloads where person is null and strpos(payload, ${campaign ?? ''}) > 0)`
  return sql`
    ${first === null ? all : sql`e.number >= ${first}`} and ${last === null ? all : sql`e.number <= ${last}`}
    and ${person === null ? all : sql`e.number in (select number from payloads where person = ${person})`}
    and ${topic === null ? all : sql`e.body ~ ${`"topics":\\[(\\d+,)*${topic}[],]`}`}
    and ${campaign === null ? all : ofCampaign()}`
}

/** Whether there is any such entry. */
export async function hasAny(sql: Sql, choice: Choice): Promise<boolean> {
  const [row] = await sql<{ has: boolean }[]>`
    select exists (select from entries e where ${concerned(sql, choice)}) as has`
  return row?.has ?? false
}

/** A session from which an export is read. `close` gives it back; `inTheMiddle` where something may be under way on it. */
export type Reading = { session: postgres.ReservedSql; close(inTheMiddle: boolean): Promise<void> }

/**
 * Takes a session and keeps on it the numbers of the entries that are chosen among the first `size`, whatever happens to
 * people and deliveries meanwhile: each file of an export is read in its turn, and all must be of the same entries.
 * @param choice null for all entries: then no numbers are kept
 */
export async function openReading(sql: postgres.Sql, choice: Choice | null, size: number): Promise<Reading> {
  const session = await sql.reserve()
  try {
    // An export may take longer than any single statement of ours.
    await session`set statement_timeout = 0`
    const [own] = await session<{ pid: number }[]>`select pg_backend_pid() as pid`
    if (choice) await choose(session, choice, size)
    return { session, close: (inTheMiddle) => closeReading(sql, session, inTheMiddle ? (own?.pid ?? null) : null) }
  } catch (error) {
    await closeReading(sql, session, null)
    throw error
  }
}

async function choose(session: postgres.ReservedSql, choice: Choice, size: number): Promise<void> {
  await session`drop table if exists pg_temp.chosen`
  await session`create temporary table chosen (number bigint primary key)`
  await session`
    insert into chosen select e.number from entries e where e.number <= ${size} and ${concerned(session, choice)}`
  await session`analyze chosen`
}

/** Cancels what may be under way on the session, and leaves it as it was. */
async function closeReading(sql: Sql, session: postgres.ReservedSql, toCancel: number | null): Promise<void> {
  try {
    if (toCancel !== null) {
      await sql`select pg_cancel_backend(${toCancel})`
      // Where nothing was under way any more the next statement may be what is cancelled: this one is nobody's.
      await session`select 1`.catch(() => undefined)
    }
    await session`drop table if exists pg_temp.chosen`
    await session`reset statement_timeout`
  } catch {
    // A session that is lost is thrown away by the pool, and with it all that it kept.
  } finally {
    session.release()
  }
}

/** The chosen numbers, ascending, in batches. */
export async function* chosenNumbers(session: postgres.ReservedSql, most: number): AsyncGenerator<number[]> {
  for (let after = 0; ;) {
    const rows = await session<{ number: string }[]>`
      select number from chosen where number > ${after} order by number limit ${most}`
    if (rows.length > 0) yield rows.map((row) => Number(row.number))
    if (rows.length < most) return
    after = Number(rows.at(-1)?.number)
  }
}

/** The texts that the chosen entries name. */
export async function chosenWordings(session: postgres.ReservedSql): Promise<{ hash: string; body: string }[]> {
  // Each body ends in "wording":"<64 digits>"} or in null}.
  return session<{ hash: string; body: string }[]>`
    select hash, body from wordings where hash in (
      select substr(e.body, length(e.body) - 65, 64) from entries e join chosen using (number))
    order by hash`
}
