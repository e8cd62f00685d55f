import type { Sql, Transaction } from './database.ts'

export type SealKind = 'released' | 'outcomes'

/** One release or outcome as it is sealed: its canonical JSON is what the leaf commits to (docs/ledger-format.md). */
export type SealRecord = { readonly delivery: string } & Readonly<Record<string, string | number | null>>

/** The release of a delivery `d`, as the statement that releases it returns it. */
export function releaseRecord(sql: Sql) {
  return sql`jsonb_build_object('at', utc_text(d.released_at), 'delivery', d.id, 'mail', coalesce(d.digest, d.id),
    'message', d.message, 'person', d.person, 'verdict', 'now', 'version', d.version) as record`
}

/** What became of a delivery `d`, as the statement that settles it returns it. */
export function outcomeRecord(sql: Sql) {
  return sql`jsonb_build_object('at', utc_text((select instant())), 'delivery', d.id, 'outcome', d.state,
    'released', utc_text(d.released_at)) as record`
}

/** The end of a statement that has its records in `moved`: notes them as one row, for the next seal. */
export function noteUnsealed(sql: Sql, kind: SealKind, slice: string | null = null) {
  return sql`insert into unsealed (kind, slice, records)
    select ${kind}, ${slice}, jsonb_agg(record) from moved having count(*) > 0`
}

/** Batches looked at for one seal: measuring all of them each time would take longer the more there are. */
const mostBatches = 500

/**
 * Locks the oldest batches that are in no seal yet, together at most `most` records (or one batch) and {@link mostBatches}, and leaves out those that
 * somebody else is sealing. @param slice only what that slice released; null for everything.
 */
export async function lockUnsealed(
  tx: Transaction,
  kind: SealKind,
  slice: string | null,
  most: number,
): Promise<{ id: string; records: SealRecord[] }[]> {
  return tx<{ id: string; records: SealRecord[] }[]>`
    with oldest as (
      select id, records from unsealed where kind = ${kind} and (${slice}::text is null or slice = ${slice})
      order by id limit ${mostBatches}),
    next as (
      select id, sum(jsonb_array_length(records)) over (order by id) as records, row_number() over (order by id) as n
      from oldest)
    select u.id, u.records from unsealed u
    where u.id in (select id from next where records <= ${most} or n = 1)
    order by u.id for update skip locked`
}

/** Forgets batches, in the transaction that seals them. */
export async function deleteUnsealed(tx: Transaction, batches: readonly string[]): Promise<void> {
  await tx`delete from unsealed where id = any (${batches as string[]}::bigint[])`
}

/** Takes deliveries that are about to go out of what is to be sealed; waits for whoever is sealing them. */
export async function forgetUnsealed(tx: Transaction, deliveries: readonly string[]): Promise<void> {
  const ids = deliveries as string[]
  await tx`
    update unsealed u set records = (
      select coalesce(jsonb_agg(r order by n), '[]') from jsonb_array_elements(u.records) with ordinality as e (r, n)
      where r ->> 'delivery' <> all (${ids}::text[]))
    where id in (
      select id from unsealed w where exists (
        select from jsonb_array_elements(w.records) as r where r ->> 'delivery' = any (${ids}::text[]))
      order by id for update)`
}
