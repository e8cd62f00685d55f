import { readMark } from '../domain/high-water.ts'
import { rootOf } from '../domain/merkle.ts'
import { Problem } from '../domain/problem.ts'
import type { Checkpoint } from '../domain/signed-note.ts'
import { lockMark, newestCheckpoint } from '../store/checkpoints.ts'
import type { Sql } from '../store/database.ts'
import { readHead } from '../store/ledger.ts'
import { rootAt } from '../store/tree-root.ts'
import type { House } from './house.ts'

/**
 * How the database's ledger and this machine's high-water mark go together; `fault` says in words why they do not. Not `whole`:
 * the ledger does not fit itself.
 */
export type MarkLook = { mark: Checkpoint | null; size: number; root: string; whole: boolean; fault: string | null }

/**
 * Compares the database's ledger with the mark (I-13): it must be the same log, at least as long, with the signed root at the
 * mark's size, its head must be the root of its entries, and no checkpoint may lie beyond it. The mark is read first: it is only ever written
 * after its checkpoint is committed.
 */
export async function lookAtMark(house: House, sql: Sql = house.database.sql): Promise<MarkLook> {
  const note = await house.highWater.read()
  const mark = note === null ? null : readMark(note, house.keys)
  const newest = await newestCheckpoint(sql)
  const head = await readHead(sql)
  const root = rootOf(head)
  const fault =
    (await rootAt(sql, head.size)) !== root
      ? broken(head.size)
      : newest && newest.size > head.size
        ? cut(head.size, newest.size)
        : null
  const found = { mark, size: head.size, root, whole: fault === null }
  if (fault !== null) return { ...found, fault }
  if (note === null) return { ...found, fault: null }
  return { ...found, fault: mark === null ? unreadable : await faultOf(sql, mark, head) }
}

function broken(size: number): string {
  return `the ledger's head is not the root of its ${size} entries: they were changed by hand`
}

function cut(size: number, signed: number): string {
  return `the ledger ends at entry ${size}, and a checkpoint of ${signed} is stored beside it: one of both was changed by hand`
}

const unreadable =
  'the high-water mark beside it was damaged, or signed by a key that this keyring does not know. If the keyring is older than mark and database, put the newer one back'

async function faultOf(sql: Sql, mark: Checkpoint, head: { origin: string; size: number }): Promise<string | null> {
  if (mark.origin !== head.origin) {
    return `the database holds the log "${head.origin}", and this machine's high-water mark was signed for "${mark.origin}"`
  }
  if (head.size < mark.size) {
    return `the database's ledger ends at entry ${head.size}, and ${mark.size} were signed: it is older than what was there, as after the restore of an old backup or a failover to a replica that lagged`
  }
  if ((await rootAt(sql, mark.size)) !== mark.root) {
    return `entries 1 to ${mark.size} of the database are not those that were signed: they were changed, or it went on from an older state`
  }
  return null
}

/**
 * Nothing may start, be signed or be sent on a ledger that does not fit its mark: a person decides.
 * @throws Problem `verification-failed` that says why, and what can be done.
 */
export async function requireMark(house: House, sql?: Sql): Promise<void> {
  const { fault } = await lookAtMark(house, sql)
  if (fault === null) return
  throw new Problem(
    'verification-failed',
    `${fault}. Nothing is started, signed or sent. Go back to the newer database if there is one; otherwise accept the loss, in writing: courtesy ledger recover --yes`,
  )
}

/**
 * Moves the mark to the newest signed checkpoint, once that is committed. It never goes back, however many processes do this at once: one at
 * a time, each looking again. A mark that does not fit or cannot be written stays, also where that checkpoint is not of these entries, and the log is told.
 */
export async function raiseMark(house: House): Promise<void> {
  try {
    await house.database.sql.begin(async (tx) => {
      await lockMark(tx)
      const newest = await newestCheckpoint(tx)
      const { mark, fault } = await lookAtMark(house, tx)
      if (fault !== null) return house.warn(`the high-water mark stays where it is: ${fault}`)
      if (!newest || newest.size <= (mark?.size ?? -1)) return
      // Whoever writes to the database must not be able to write to the mark.
      const signed = readMark(newest.note, house.keys)
      if (signed?.size !== newest.size || (await faultOf(tx, signed, await readHead(tx))) !== null)
        return house.warn(
          `the high-water mark stays where it is: the stored checkpoint of ${newest.size} entries is none that was signed of them`,
        )
      await house.highWater.write(newest.note)
    })
  } catch (error) {
    const { code } = error as { code?: string }
    house.warn(
      `the high-water mark could not be moved (${code ?? 'unknown'}); it is tried again with the next checkpoint`,
    )
  }
}
