import { Problem } from '../domain/problem.ts'
import { lockMark } from '../store/checkpoints.ts'
import type { Transaction } from '../store/database.ts'
import { appendEntries, ledgerOrigin, lockHead, recoveryFrom } from '../store/ledger.ts'
import { applyNoList, type Applied } from './apply-no-list.ts'
import { endAllOutgoing, type Ended } from './end-outgoing.ts'
import { lookAtMark, type MarkLook } from './high-water.ts'
import type { House } from './house.ts'
import { requireKey, signHead } from './sign-checkpoint.ts'

/** What a recovery did; `entry` is the number of the one that says so. */
export type Recovered = { entry: number; had: number; mark: number | null; ended: Ended; noList: Applied }

const nothing: Ended = { campaigns: 0, cancelled: 0, unknown: 0 }

/**
 * Goes on with a database that does not fit this machine's high-water mark, because a person decided so: ends what is on its way, makes
 * later stops and erasures hold again, writes an entry that says what was lost, signs it, and moves the mark there. Cut
 * off anywhere it is done again, and never written twice: not on another machine either, whose mark stood at the same place. @returns null when there is nothing to recover from.
 * @throws Problem `verification-failed` when the ledger does not even fit itself, `not-ready` with a keyring of another time.
 */
export async function recoverLedger(house: House): Promise<Recovered | null> {
  const look = await lookAtMark(house)
  if (look.fault === null) return null
  if (!look.whole) {
    throw new Problem(
      'verification-failed',
      `${look.fault}. Nothing can go on from that: restore a backup of the database`,
    )
  }
  await requireKey(house, house.database.sql, await ledgerOrigin(house.database.sql))
  const before = look.mark && (await recoveryFrom(house.database.sql, look.mark.size, look.mark.root))
  const ended = before ? nothing : await endAllOutgoing(house, 'the ledger was recovered')
  const noList = await applyNoList(house)
  const written = await house.database.sql.begin(async (tx) => {
    const entry = before ?? (await appendRecovered(tx, look, { ended, noList }))
    return { entry, checkpoint: await signHead(house, tx) }
  })
  await house.database.sql.begin(async (tx) => {
    await lockMark(tx)
    await house.highWater.write(written.checkpoint.note)
  })
  return { entry: written.entry, had: look.size, mark: look.mark?.size ?? null, ended, noList }
}

async function appendRecovered(
  tx: Transaction,
  { mark, size, root }: MarkLook,
  { ended, noList }: { ended: Ended; noList: Applied },
): Promise<number> {
  const payload = {
    what: 'recovered',
    mark: mark && { size: mark.size, root: mark.root },
    had: { size, root },
    ended,
    noList,
  }
  const head = await appendEntries(tx, await lockHead(tx), [
    { kind: 'recovered', topics: [], wording: null, person: null, payload },
  ])
  return head.size
}
