import type { OutcomeTold, ReleaseTold } from '../domain/seal-check.ts'
import type { Sql, Transaction } from './database.ts'
import { forgetUnsealed, type SealKind } from './unsealed.ts'

/** One record with the salt that hides it; both go when their delivery does. */
export type Leaf = { delivery: string; salt: Uint8Array; record: string }

/** Keeps a seal beside its entry: its leaves for good, and what each is made of. Two statements whatever its size. */
export async function insertSeal(
  tx: Transaction,
  { entry, kind }: { entry: number; kind: SealKind },
  hashes: readonly string[],
  leaves: readonly Leaf[],
): Promise<void> {
  await Promise.all([
    tx`insert into seals (entry, kind, leaves) values (${entry}, ${kind}, decode(${hashes.join('')}, 'hex'))`,
    tx`
      insert into sealed (entry, leaf, delivery, salt, record)
      select ${entry}, n - 1, delivery, decode(salt, 'hex'), record
      from unnest(${leaves.map((leaf) => leaf.delivery)}::uuid[], ${leaves.map((leaf) => Buffer.from(leaf.salt).toString('hex'))}::text[],
        ${leaves.map((leaf) => leaf.record)}::text[]) with ordinality as t (delivery, salt, record, n)`,
  ])
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
    select (r ->> 'delivery')::uuid, null, r::text from unsealed u, jsonb_array_elements(u.records) as r
    where r ->> 'delivery' = any (${ids}::text[])`
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
