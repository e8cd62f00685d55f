import type { Sql, Transaction } from './database.ts'

/** One number: what it counts, and of which kind. */
export type Figure = { figure: string; key: string; n: number }
/** One number of one day (`YYYY-MM-DD`, in UTC). */
export type DayFigure = Figure & { day: string }

/** The last day that is counted, and the last ledger entry of it; null before the first. */
export async function lastCounted(sql: Sql): Promise<{ day: string; entry: number } | null> {
  const [row] = await sql<{ day: string; n: string }[]>`
    select day::text, n from insights where figure = 'ledger' order by day desc limit 1`
  return row ? { day: row.day, entry: Number(row.n) } : null
}

/** The present day, and the day on which the ledger begins (the present one where it is empty), both in UTC. */
export async function daysOfHouse(sql: Sql): Promise<{ today: string; first: string }> {
  const [row] = await sql<{ today: string; first: string | null }[]>`
    select (instant() at time zone 'UTC')::date::text as today,
      (select substr(body, 8, 10) from entries order by number limit 1) as first`
  if (!row) throw new Error('the database gave no time')
  return { today: row.today, first: row.first ?? row.today }
}

/** Lets one process at a time count, for as long as it takes. Readers do not wait. */
export async function lockInsights(tx: Transaction): Promise<void> {
  await tx`set local statement_timeout = '60min'`
  await tx`lock table insights in share row exclusive mode`
}

/** Keeps what was counted of days. */
export async function insertFigures(tx: Transaction, rows: readonly DayFigure[]): Promise<void> {
  await tx`
    insert into insights (day, figure, key, n)
    select day, figure, key, n from unnest(${rows.map((row) => row.day)}::date[], ${rows.map((row) => row.figure)}::text[],
      ${rows.map((row) => row.key)}::text[], ${rows.map((row) => String(row.n))}::bigint[]) as t (day, figure, key, n)`
}

/** Forgets some figures of a day, to count them anew. */
export async function deleteFigures(tx: Transaction, day: string, figures: readonly string[]): Promise<void> {
  await tx`delete from insights where day = ${day} and figure = any (${[...figures]}::text[])`
}

/** What is kept of these figures from one day to another, day by day. */
export async function figuresOf(
  sql: Sql,
  figures: readonly string[],
  { from, until }: { from: string; until: string },
): Promise<DayFigure[]> {
  const rows = await sql<(Omit<DayFigure, 'n'> & { n: string })[]>`
    select day::text, figure, key, n from insights
    where day between ${from} and ${until} and figure = any (${[...figures]}::text[]) order by day`
  return rows.map((row) => ({ ...row, n: Number(row.n) }))
}

/** For each of some days (ascending) the newest day up to it of which this figure is kept; each once. */
export async function keptDays(sql: Sql, figure: string, days: readonly string[]): Promise<string[]> {
  const rows = await sql<{ day: string }[]>`
    select distinct k.day::text from unnest(${[...days]}::date[]) as wanted (day)
      cross join lateral (
        select i.day from insights i where i.figure = ${figure} and i.day <= wanted.day order by i.day desc limit 1) as k
    order by 1`
  return rows.map(({ day }) => day)
}

/** The figures of a few days. */
export async function figuresOn(sql: Sql, figures: readonly string[], days: readonly string[]): Promise<DayFigure[]> {
  const rows = await sql<(Omit<DayFigure, 'n'> & { n: string })[]>`
    select day::text, figure, key, n from insights
    where day = any (${[...days]}::date[]) and figure = any (${[...figures]}::text[]) order by day`
  return rows.map((row) => ({ ...row, n: Number(row.n) }))
}

/** Whether there are no more people than `most`. It looks at no more than that. */
export async function atMostPeople(sql: Sql, most: number): Promise<boolean> {
  const [row] = await sql<{ n: number }[]>`select count(*)::int as n from (select from people limit ${most + 1}) as p`
  return (row?.n ?? 0) <= most
}
