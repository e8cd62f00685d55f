import { applyNoList, type Applied } from './apply-no-list.ts'
import { endAllOutgoing, type Ended } from './end-outgoing.ts'
import { lookAtMark } from './high-water.ts'
import type { House } from './house.ts'

/** What the mark says of a restored database (`fault` in words, null where it fits), and what was made to hold again. */
export type AfterRestore = {
  entries: number
  mark: number | null
  fault: string | null
  ended: Ended
  noList: Applied
}

/**
 * Makes a restored database safe before anything may start on it: what was on its way when the backup was made may have gone out
 * since, and stops and erasures may have come since. @param nothingSince nothing ran between the backup and now, so that campaigns go on
 */
export async function afterRestore(house: House, { nothingSince }: { nothingSince: boolean }): Promise<AfterRestore> {
  const look = await lookAtMark(house)
  const goesOn = nothingSince && look.fault === null
  const ended = goesOn
    ? { campaigns: 0, cancelled: 0, unknown: 0 }
    : await endAllOutgoing(house, 'the database was restored from a backup')
  const noList = await applyNoList(house)
  return { entries: look.size, mark: look.mark?.size ?? null, fault: look.fault, ended, noList }
}
