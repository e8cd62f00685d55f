import type { OutcomeTold, ReleaseTold } from '../domain/seal-check.ts'
import type { Sql, Transaction } from './database.ts'
import { forgetUnsealed, type SealKind } from './unsealed.ts'

/** The leaves of a seal in order, 64 hex digits each, and the ISO instants between which its records lie. */
export type Leaves = { hashes: string[]; first: string; last: string }

/**
 * Makes leaves of the records of batches that are locked: `count` of them behind the first `skip`, in their order, for the seal that will be
 * `entry`. The records never leave the database. @param salts 32 random bytes for each.
 */
export async function insertLeaves(
  tx: Transaction,
  entry: number,
  { batches, skip, count }: { batches: readonly string[]; skip: number; count: number },
  salts: Uint8Array,
): Promise<Leaves> {
  const [row] = await tx<{ hashes: string; first: string; last: string }[]>`
    with salts as materialized (select decode(${Buffer.from(salts).toString('hex')}, 'hex') as bytes),
    chosen as (
      select row_number() over (order by u.id, r.n) - 1 - ${skip}::bigint as leaf, record
      from unsealed u cross join unnest(u.records) with ordinality as r (record, n) where u.id = any (${batches as string[]}::bigint[])),
    leaves as (
      insert into sealed (entry, leaf, delivery, salt, record)
      select ${entry}, leaf, (record::json ->> 'delivery')::uuid, substring(bytes from leaf::int * 32 + 1 for 32), record
      from chosen cross join salts where leaf between 0 and ${count}::int - 1
      returning leaf, record, sha256('\\x00'::bytea || salt || convert_to(record, 'UTF8')) as hash)
    select string_agg(encode(hash, 'hex'), '' order by leaf) as hashes, min(record::json ->> 'at') as first, max(record::json ->> 'at') as last
    from leaves`
  return { hashes: row?.hashes.match(/.{64}/g) ?? [], first: row?.first ?? '', last: row?.last ?? '' }
}

/** Keeps the leaves of a seal beside its entry, for good. */
export async function insertSeal(
  tx: Transaction,
  { entry, kind }: { entry: number; kind: SealKind },
  hashes: readonly string[],
): Promise<void> {
  await tx`insert into seals (entry, kind, leaves) values (${entry}, ${kind}, decode(${hashes.join('')}, 'hex'))`
}

/**
 * Forgets what leaves about these deliveries are made of; every root stays. First what is in no seal yet, which waits for
 * whoever is sealing it: what they seal is there to be deleted then.
 */
export async function forgetSealed(tx: Transaction, deliveries: readonly string[]): Promise<void> {
  await forgetUnsealed(tx, deliveries)
  await tx`delete from sealed where delivery = any (${deliveries as string[]}::uuid[])`
}

/** What the record says of these deliveries, sealed or not yet. */
export async function toldOf(
  sql: Sql,
  deliveries: readonly string[],
): Promise<Map<string, { releases: ReleaseTold[]; outcomes: OutcomeTold[] }>> {
  const ids = deliveries as string[]
  const rows = await sql<{ delivery: string; entry: string | null; record: string }[]>`
    select delivery, entry, record from sealed where delivery = any (${ids}::uuid[])
    union all
    select (r::json ->> 'delivery')::uuid, null, r from unsealed u, unnest(u.records) as r
    where r::json ->> 'delivery' = any (${ids}::text[])`
  const told = new Map(ids.map((id) => [id, { releases: [] as ReleaseTold[], outcomes: [] as OutcomeTold[] }]))
  for (const row of rows) {
    const record = JSON.parse(row.record) as Omit<ReleaseTold, 'entry'> | Omit<OutcomeTold, 'entry'>
    const entry = row.entry === null ? null : Number(row.entry)
    if ('outcome' in record) told.get(row.delivery)?.outcomes.push({ ...record, entry })
    else told.get(row.delivery)?.releases.push({ ...record, entry })
  }
  return told
}

/** How many leaves about releases there are whose records are gone, with people who were erased or by their age. */
export async function forgottenReleases(sql: Sql): Promise<number> {
  const [row] = await sql<{ n: string }[]>`
    select coalesce(sum(octet_length(leaves) / 32 - (select count(*) from sealed s where s.entry = seals.entry)), 0) as n
    from seals where kind = 'released'`
  return Number(row?.n ?? 0)
}
