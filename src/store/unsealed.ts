import type { Sql, Transaction } from './database.ts'

export type SealKind = 'released' | 'outcomes'

/**
 * The release of a delivery `d`, as the statement that releases it returns it: RFC 8785 text, keys in order, which a leaf commits
 * to (docs/ledger-format.md). Its values are identifiers, times and numbers, so that nothing in it is to be escaped.
 */
export function releaseRecord(sql: Sql) {
  return sql`format('{"at":"%s","delivery":"%s","mail":"%s","message":%s,"person":"%s","verdict":"now","version":%s}',
    utc_text(d.released_at), d.id, coalesce(d.digest, d.id), coalesce('"' || d.message || '"', 'null'), d.person, d.version) as record`
}

/** What became of a delivery `d`, as the statement that settles it returns it; text as that of a release. */
export function outcomeRecord(sql: Sql) {
  return sql`format('{"at":"%s","delivery":"%s","outcome":"%s","released":"%s"}',
    utc_text((select instant())), d.id, d.state, utc_text(d.released_at)) as record`
}

/** The end of a statement that has its records in `moved`: notes them as one row, for the next seal. */
export function noteUnsealed(sql: Sql, kind: SealKind, slice: string | null = null) {
  return sql`insert into unsealed (kind, slice, records)
    select ${kind}, ${slice}, array_agg(record) from moved having count(*) > 0`
}

/** Batches looked at for one seal: measuring all of them each time would take longer the more there are. */
const mostBatches = 500

/**
 * Locks the oldest batches that are in no seal yet, together at most `most` records (or one batch) and {@link mostBatches}, and leaves out those that
 * somebody else is sealing. @returns how many records each has. @param slice only what that slice released; null for everything.
 */
export async function lockUnsealed(
  tx: Transaction,
  kind: SealKind,
  slice: string | null,
  most: number,
): Promise<{ id: string; records: number }[]> {
  return tx<{ id: string; records: number }[]>`
    with oldest as (
      select id, records from unsealed where kind = ${kind} and (${slice}::text is null or slice = ${slice})
      order by id limit ${mostBatches}),
    next as (
      select id, sum(cardinality(records)) over (order by id) as records, row_number() over (order by id) as n
      from oldest)
    select u.id, cardinality(u.records) as records from unsealed u
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
    update unsealed u set records = array(
      select r from unnest(u.records) with ordinality as e (r, n)
      where r::json ->> 'delivery' <> all (${ids}::text[]) order by n)
    where id in (
      select id from unsealed w where exists (
        select from unnest(w.records) as r where r::json ->> 'delivery' = any (${ids}::text[]))
      order by id for update)`
}
