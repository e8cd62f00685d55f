import { randomBytes } from 'node:crypto'
import { rootOfAll } from '../domain/merkle-path.ts'
import { mostInSeal, sealLeaf, sealText, type SealPayload } from '../domain/seal.ts'
import type { Transaction } from '../store/database.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { insertSeal, type Leaf } from '../store/seals.ts'
import { deleteUnsealed, lockUnsealed, type SealKind, type SealRecord } from '../store/unsealed.ts'
import { commit } from './commit.ts'
import type { House } from './house.ts'

/**
 * Seals whatever was released and whatever became of it since the last seal, also what a worker left that died. Any number
 * may do it at once: a batch is sealed once, in the transaction that takes it off the list.
 */
export async function sealPending(house: House): Promise<void> {
  await sealAll(house, 'released', null)
  await sealAll(house, 'outcomes', null)
}

/** Seals what one slice of a campaign released: one entry, for a slice has fewer people than a seal has room. */
export async function sealSlice(house: House, message: string, number: number): Promise<void> {
  await sealAll(house, 'released', sliceName(message, number))
}

/** What a release is noted under until its slice is sealed. */
export function sliceName(message: string, number: number): string {
  return `${message}/${number}`
}

async function sealAll(house: House, kind: SealKind, slice: string | null): Promise<void> {
  while ((await commit(house, (tx) => sealNext(tx, kind, slice))) > 0);
}

/** @returns how many batches it took. */
async function sealNext(tx: Transaction, kind: SealKind, slice: string | null): Promise<number> {
  const batches = await lockUnsealed(tx, kind, slice, mostInSeal)
  const records = batches.flatMap((batch) => batch.records)
  for (let from = 0; from < records.length; from += mostInSeal) {
    await appendSeal(tx, kind, records.slice(from, from + mostInSeal))
  }
  await deleteUnsealed(
    tx,
    batches.map(({ id }) => id),
  )
  return batches.length
}

async function appendSeal(tx: Transaction, kind: SealKind, records: readonly SealRecord[]): Promise<void> {
  // All random bytes in one go.
  const salts = randomBytes(32 * records.length)
  const leaves = records.map((record, n): Leaf => ({
    delivery: record.delivery,
    salt: salts.subarray(32 * n, 32 * (n + 1)),
    record: sealText(record),
  }))
  const hashes = leaves.map(({ record, salt }) => sealLeaf(record, salt))
  const times = records.map(({ at }) => String(at)).toSorted()
  const payload: SealPayload = {
    count: records.length,
    first: times[0] ?? '',
    last: times.at(-1) ?? '',
    root: rootOfAll(hashes),
  }
  const head = await lockHead(tx)
  await appendEntries(tx, head, [{ kind, topics: [], wording: null, person: null, payload }])
  await insertSeal(tx, { entry: head.size + 1, kind }, hashes, leaves)
}
