import type { Sql, Transaction } from './database.ts'

/**
 * A range of the audience that is taken through the gate in one go; its bounds are nobody's id. `after` is the last person
 * whose verdict is committed.
 */
export type Slice = { number: number; first: string; last: string; after: string | null }

/** Plans the slices of a campaign, once: a campaign that has slices keeps them. */
export async function planSlices(
  tx: Transaction,
  message: string,
  ranges: readonly { first: string; last: string }[],
): Promise<void> {
  await tx`
    insert into slices (message, number, first, last)
    select ${message}, n, first, last
    from unnest(${ranges.map((range) => range.first)}::uuid[], ${ranges.map((range) => range.last)}::uuid[]) with ordinality as t (first, last, n)
    on conflict do nothing`
}

export async function unfinishedSlices(sql: Sql, message: string): Promise<Slice[]> {
  const rows = await sql<{ number: number; first: string; last: string; through: string | null }[]>`
    select number, first, last, through from slices where message = ${message} and not finished order by number`
  return rows.map((row) => ({ number: row.number, first: row.first, last: row.last, after: row.through }))
}

/**
 * Moves a slice on, in the transaction that writes its deliveries: `through` is the last person judged and `verdicts`
 * the counts of this batch by `now`, `later:<reason>` and `never:<reason>`, added to those before.
 */
export async function moveSlice(
  tx: Transaction,
  message: string,
  number: number,
  through: string,
  verdicts: Readonly<Record<string, number>>,
): Promise<void> {
  await tx`
    update slices set through = ${through}, verdicts = (
      select jsonb_object_agg(key, total) from (
        select key, sum(value::int) as total
        from (select * from jsonb_each_text(verdicts) union all select * from jsonb_each_text(${JSON.stringify(verdicts)}::jsonb)) as both_sides
        group by key
      ) as summed)
    where message = ${message} and number = ${number}`
}

/** How far a slice is now: the last person whose verdict is committed, and whether it is done. */
export async function sliceAfter(
  sql: Sql,
  message: string,
  number: number,
): Promise<{ after: string | null; finished: boolean }> {
  const [row] = await sql<{ through: string | null; finished: boolean }[]>`
    select through, finished from slices where message = ${message} and number = ${number}`
  return { after: row?.through ?? null, finished: row?.finished ?? true }
}

/** Ends a slice, and forgets at whom it stood. */
export async function finishSlice(tx: Sql, message: string, number: number): Promise<void> {
  await tx`update slices set finished = true, through = null where message = ${message} and number = ${number}`
}

/** The verdicts of a campaign as they were when each person was planned; they stay (design.md section 6, Report). */
export async function plannedVerdicts(sql: Sql, message: string): Promise<Record<string, number>> {
  const rows = await sql<{ key: string; total: number }[]>`
    select v.key, sum(v.value::int)::int as total from slices s, jsonb_each_text(s.verdicts) v
    where s.message = ${message} group by v.key`
  return Object.fromEntries(rows.map((row) => [row.key, row.total]))
}
