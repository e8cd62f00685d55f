import type { Transaction } from './database.ts'
import { forgetUnsealed } from './unsealed.ts'

/** One record with the salt that hides it; both go when their delivery does. */
export type Leaf = { delivery: string; salt: Uint8Array; record: string }

/** Keeps a seal beside its entry: its leaves for good, and what each is made of. Two statements whatever its size. */
export async function insertSeal(
  tx: Transaction,
  entry: number,
  hashes: readonly string[],
  leaves: readonly Leaf[],
): Promise<void> {
  await Promise.all([
    tx`insert into seals (entry, leaves) values (${entry}, decode(${hashes.join('')}, 'hex'))`,
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
