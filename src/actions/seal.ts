import { randomBytes } from 'node:crypto'
import { rootOfAll } from '../domain/merkle-path.ts'
import { mostInSeal, type SealPayload } from '../domain/seal.ts'
import type { Transaction } from '../store/database.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { insertLeaves, insertSeal } from '../store/seals.ts'
import { deleteUnsealed, lockUnsealed, type SealKind } from '../store/unsealed.ts'
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

/**
 * Seals what one slice of a campaign released: one entry, for a slice has fewer people than a seal has room. And one with what became
 * known of this or other mails since: what comes meanwhile is for the next.
 */
export async function sealSlice(house: House, message: string, number: number): Promise<void> {
  await sealAll(house, 'released', sliceName(message, number))
  await commit(house, (tx) => sealNext(tx, 'outcomes', null))
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
  const locked = await lockUnsealed(tx, kind, slice, mostInSeal)
  const batches = locked.map(({ id }) => id)
  const records = locked.reduce((sum, batch) => sum + batch.records, 0)
  for (let skip = 0; skip < records; skip += mostInSeal) {
    await appendSeal(tx, kind, { batches, skip, count: Math.min(mostInSeal, records - skip) })
  }
  await deleteUnsealed(tx, batches)
  return batches.length
}

async function appendSeal(
  tx: Transaction,
  kind: SealKind,
  chosen: { batches: readonly string[]; skip: number; count: number },
): Promise<void> {
  const head = await lockHead(tx)
  const entry = head.size + 1
  // All random bytes in one go.
  const { hashes, first, last } = await insertLeaves(tx, entry, chosen, randomBytes(32 * chosen.count))
  const payload: SealPayload = { count: chosen.count, first, last, root: rootOfAll(hashes) }
  await Promise.all([
    appendEntries(tx, head, [{ kind, topics: [], wording: null, person: null, payload }]),
    insertSeal(tx, { entry, kind }, hashes),
  ])
}
