import { cancelUnfinished, endOutgoing, type EndedBatch } from '../store/outgoing.ts'
import { forgetPromises } from '../store/turns.ts'
import { commit } from './commit.ts'
import type { House } from './house.ts'

/** Campaigns and deliveries that were cancelled, and deliveries of which nobody knows any more whether they left. */
export type Ended = { campaigns: number; cancelled: number; unknown: number }

/** People in one transaction. */
const peopleAtOnce = 500

/**
 * Ends everything that is on its way, because a database that went back does not know what was sent since: nothing may go out twice.
 * Every campaign that is not finished is cancelled, drafts too; what waits is cancelled; what is in flight is unknown.
 * Done again, it does what was left undone.
 */
export async function endAllOutgoing(house: House, note: string): Promise<Ended> {
  const ended: Ended = { campaigns: await commit(house, (tx) => cancelUnfinished(tx, note)), cancelled: 0, unknown: 0 }
  for (let after: string | null = null; ;) {
    const from: string | null = after
    const batch: EndedBatch | null = await commit(house, (tx) => endOutgoing(tx, from, peopleAtOnce))
    if (batch === null) break
    ended.cancelled += batch.cancelled
    ended.unknown += batch.unknown
    after = batch.through
  }
  await forgetPromises(house.database.sql)
  return ended
}
