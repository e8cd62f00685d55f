import { continues, openCheckpoint, pastedNote } from '../domain/checkpoint-check.ts'
import { newestCheckpoint, newestCheckpoints, type SignedAt } from '../store/checkpoints.ts'
import { consistencyPaths } from '../store/tree-nodes.ts'
import { ledgerSize } from '../store/ledger.ts'
import type { House } from './house.ts'
import { keysOfLedger } from './keys-of-ledger.ts'
import { ledgerKey } from './sign-checkpoint.ts'

const mostListed = 50

/** The signed states of the ledger: the newest ones, how many there are, how many entries there are now, and the key. */
export type Checkpoints = { newest: SignedAt[]; count: number; size: number; key: string }

export async function listCheckpoints(house: House): Promise<Checkpoints> {
  const sql = house.database.readOnly
  const [{ newest, count }, size, key] = await Promise.all([
    newestCheckpoints(sql, mostListed),
    ledgerSize(sql),
    ledgerKey(house, sql),
  ])
  return { newest, count, size, key }
}

/** What came of checking an earlier checkpoint; `reason` is a word for the page, `detail` what was found in the text. */
export type CheckpointCheck =
  | { verdict: 'verified'; old: number; current: number }
  | {
      verdict: 'not verified'
      reason: 'signature' | 'longer' | 'forked' | 'rewritten'
      old: number
      current: number
      detail: string
    }
  | { verdict: 'could not check'; reason: 'empty' | 'unreadable' | 'unsigned' | 'own'; detail: string }

/**
 * Whether the log of a checkpoint that somebody kept is a beginning of the log of now: its signature by this ledger's key,
 * and the proof that the newest signed state continues it, made from the stored tree. It writes nothing.
 */
export async function checkCheckpoint(house: House, text: string): Promise<CheckpointCheck> {
  const sql = house.database.readOnly
  const [newest, { keys }] = await Promise.all([newestCheckpoint(sql), keysOfLedger(house, sql)])
  const given = openCheckpoint(pastedNote(text), keys)
  if (given.kind === 'refused') {
    const { wrong, reason: detail } = given
    return wrong
      ? { verdict: 'not verified', reason: 'signature', old: 0, current: newest?.size ?? 0, detail }
      : { verdict: 'could not check', reason: 'unreadable', detail }
  }
  if (given.checkpoint.size === 0) return { verdict: 'could not check', reason: 'empty', detail: '' }
  if (!newest) return { verdict: 'could not check', reason: 'unsigned', detail: '' }
  const now = openCheckpoint(newest.note, keys)
  if (now.kind === 'refused') return { verdict: 'could not check', reason: 'own', detail: now.reason }
  const [old, current] = [given.checkpoint.size, now.checkpoint.size]
  const proofs = old < current ? await consistencyPaths(sql, [old], current) : new Map<number, string[]>()
  const result = continues(given.checkpoint, now.checkpoint, proofs.get(old) ?? [])
  if (result.verdict === 'verified') return { verdict: 'verified', old, current }
  return { verdict: 'not verified', reason: result.reason, old, current, detail: '' }
}
