import { continues, openCheckpoint } from '../domain/checkpoint-check.ts'
import { leafHash, verifyInclusion } from '../domain/merkle.ts'
import { firstCheckpointOver, newestCheckpoint } from '../store/checkpoints.ts'
import type { Sql } from '../store/database.ts'
import type { ListedEntry } from '../store/audit-entries.ts'
import { consistencyPaths, inclusionPaths } from '../store/tree-nodes.ts'
import type { House } from './house.ts'
import { keysOfLedger } from './keys-of-ledger.ts'

/**
 * What can be shown of an entry's place in the ledger, worked out now from the stored tree. `open`: no signed state covers it
 * yet. `good`: it is in the signed state of `size` entries, and nothing up to `since` has changed from the signed state that
 * first covered it. `bad`: `fault` is what does not fit.
 */
export type EntryEvidence =
  | { kind: 'open' }
  | { kind: 'good'; size: number; since: { size: number; at: string }; key: string; path: readonly string[] }
  | { kind: 'bad'; fault: 'leaf' | 'signature' | 'inclusion' | 'consistency' }

/** Checks one entry against the newest signed state of the ledger, with a handful of reads whatever its size. */
export async function entryEvidence(
  house: House,
  sql: Sql,
  { number, body, leaf }: Pick<ListedEntry, 'number' | 'body' | 'leaf'>,
): Promise<EntryEvidence> {
  if (leafHash(body) !== leaf) return { kind: 'bad', fault: 'leaf' }
  const [newest, first, { key, keys }] = await Promise.all([
    newestCheckpoint(sql),
    firstCheckpointOver(sql, number),
    keysOfLedger(house, sql),
  ])
  if (!newest || !first) return { kind: 'open' }
  const [now, then] = [openCheckpoint(newest.note, keys), openCheckpoint(first.note, keys)]
  if (now.kind === 'refused' || then.kind === 'refused') return { kind: 'bad', fault: 'signature' }
  const { size, root } = now.checkpoint
  const [paths, proofs] = await Promise.all([
    inclusionPaths(sql, [number], size),
    then.checkpoint.size < size ? consistencyPaths(sql, [then.checkpoint.size], size) : new Map<number, string[]>(),
  ])
  const proof = paths.get(number) ?? []
  if (!verifyInclusion({ index: number - 1, size, leaf, root, proof })) return { kind: 'bad', fault: 'inclusion' }
  const continued = continues(then.checkpoint, now.checkpoint, proofs.get(then.checkpoint.size) ?? [])
  if (continued.verdict !== 'verified') return { kind: 'bad', fault: 'consistency' }
  return { kind: 'good', size, since: { size: first.size, at: first.at }, key, path: proof }
}
