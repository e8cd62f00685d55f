import { fitOf } from '../domain/keyring.ts'
import { rootOf } from '../domain/merkle.ts'
import { Problem } from '../domain/problem.ts'
import { checkpointText, signNote, vkeyOf } from '../domain/signed-note.ts'
import { keepCheckpoint, newestCheckpoint } from '../store/checkpoints.ts'
import type { Sql, Transaction } from '../store/database.ts'
import { newestLedgerKey } from '../store/key-changes.ts'
import { ledgerOrigin, ledgerSize, lockHead } from '../store/ledger.ts'
import { raiseMark, requireMark } from './high-water.ts'
import type { House } from './house.ts'

/** A signed state of the ledger: a C2SP tlog-checkpoint in a signed note. */
export type SignedCheckpoint = { size: number; note: string }

/**
 * Signs the ledger as it stands, under the head's lock, so that no two checkpoints can contradict each other. One that
 * exists for this size is given again. Once it is committed, {@link raiseMark}.
 * @throws Problem `verification-failed` when the ledger does not fit the high-water mark: nothing is signed that contradicts it.
 */
export async function signCheckpoint(house: House, tx: Transaction): Promise<SignedCheckpoint> {
  await lockHead(tx)
  await requireMark(house, tx)
  return signHead(house, tx)
}

/**
 * As {@link signCheckpoint}, whatever the mark says: for a person who decided so.
 * @throws Problem `verification-failed` where something else was signed for this size: two would contradict each other.
 */
export async function signHead(house: House, tx: Transaction): Promise<SignedCheckpoint> {
  const head = await lockHead(tx)
  await requireKey(house, tx, head.origin)
  const text = checkpointText({ origin: head.origin, size: head.size, root: rootOf(head) })
  const note = signNote(text, head.origin, house.keys.ledger)
  const kept = await keepCheckpoint(tx, head.size, note)
  if (kept === note) return { size: head.size, note }
  throw new Problem(
    'verification-failed',
    `a checkpoint of ${head.size} entries is stored that is not of those that are there: they were changed by hand. Nothing was signed. Restore a backup of the database`,
  )
}

/**
 * Nothing is signed by a key that another one has followed, nor by one of which the ledger does not say whom it follows.
 * @throws Problem `not-ready` when the key was changed while this process ran, or the database is of before a change.
 */
export async function requireKey(house: House, sql: Sql, origin: string): Promise<void> {
  const fit = fitOf(house.keys, await newestLedgerKey(sql), (key) => vkeyOf(origin, key))
  if (fit === 'fits') return
  throw new Problem(
    'not-ready',
    fit === 'newer'
      ? 'this keyring signs with a key that this database knows nothing of: the database is older. Nothing was signed. Keep this keyring apart, and put back the keyring of the same backup.'
      : 'the key that signs the ledger was changed, and this process has another one. Nothing was signed. Give this machine the new keyring file and start again.',
  )
}

/** Signs the ledger if it grew since the newest checkpoint, so that what happened a minute ago can be proven. @returns whether it did. */
export async function signGrown(house: House): Promise<boolean> {
  const { sql } = house.database
  const [size, newest] = await Promise.all([ledgerSize(sql), newestCheckpoint(sql)])
  const grown = size > (newest?.size ?? 0)
  if (grown) await sql.begin((tx) => signCheckpoint(house, tx))
  // Also where it did not grow: whoever signed last may have died before this.
  await raiseMark(house)
  return grown
}

/** The newest signed state of the ledger, signed now if it grew. @throws Problem `not-found` while nothing is recorded. */
export async function currentCheckpoint(house: House): Promise<SignedCheckpoint> {
  await signGrown(house)
  const newest = await newestCheckpoint(house.database.sql)
  if (newest) return newest
  throw new Problem('not-found', 'nothing is recorded yet, so there is nothing to sign')
}

/** The newest signed state of the ledger as it stands; it writes nothing. Null while there is none. */
export async function readCheckpoint(house: House): Promise<SignedCheckpoint | null> {
  return newestCheckpoint(house.database.readOnly)
}

/** The public key that verifies the ledger's checkpoints, as a vkey: what an auditor keeps. */
export async function ledgerKey(house: House, sql: Sql = house.database.sql): Promise<string> {
  return vkeyOf(await ledgerOrigin(sql), house.keys.ledger)
}
