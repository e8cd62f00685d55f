import { lookEnds, lookMinutes, lookReason } from '../domain/look.ts'
import { Problem } from '../domain/problem.ts'
import type { Staff } from '../domain/staff-role.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { newestLook, type Look } from '../store/looks.ts'
import { lockPerson } from '../store/people.ts'
import { commit } from './commit.ts'
import { whoIsGone } from './erase.ts'
import type { House } from './house.ts'

/** The same press within this time is the same look. */
const sameSeconds = 60

/**
 * Opens a look at a person for one of the staff: an entry about her that says who and why, and that she reads in her history.
 * @returns the entry's number.
 * @throws Problem `invalid-input` without a reason, `erased` when she was erased, `not-found` when there is no such person.
 */
export async function lookAt(house: House, staff: Staff, person: string, why: string): Promise<number> {
  const reason = lookReason(why)
  if (reason === null) throw new Problem('invalid-input', 'a look needs a reason, such as: complaint 118')
  return commit(house, async (tx) => {
    if (!(await lockPerson(tx, person))) throw await whoIsGone(house, person)
    const before = await newestLook(tx, person, staff.id)
    const head = await lockHead(tx)
    const isSame = before?.reason === reason && Date.parse(head.at) - Date.parse(before.at) < sameSeconds * 1000
    if (before && isSame) return before.entry
    const payload = { person, staff: staff.id, role: staff.role, reason }
    const entry = { kind: 'looked-at', topics: [], wording: null, person, payload } as const
    return (await appendEntries(tx, head, [entry])).size
  })
}

/** The look of this member of staff at this person that is open at an instant; null where there is none. Nobody else's counts. */
export async function openLook(house: House, staff: Staff, person: string, now: Date): Promise<Look | null> {
  const look = await newestLook(house.database.readOnly, person, staff.id)
  return look && now < lookEnds(look.at) ? look : null
}

/** @throws Problem `refused-by-gate` without an open look at her. */
export async function requireLook(house: House, staff: Staff, person: string, now: Date): Promise<Look> {
  const look = await openLook(house, staff, person, now)
  if (look) return look
  throw new Problem('refused-by-gate', `a look at a person is open for ${lookMinutes} minutes; open one and say why`)
}
