import { finished, type Readable } from 'node:stream'
import type { ExportScope } from '../domain/export-scope.ts'
import { Problem } from '../domain/problem.ts'
import { exportIn } from '../domain/recorded-export.ts'
import type { Staff } from '../domain/staff-role.ts'
import { keptEntry } from '../store/audit-entries.ts'
import { exportOf } from '../store/exports.ts'
import { makeExport, readExport, type MadeExport } from './export-ledger.ts'
import type { House } from './house.ts'
import { requireLook } from './look-at.ts'

/** For how long the file of an export that was made at the desk may be fetched, and only by whoever made it. */
export const fetchMinutes = 60

export type DeskOrder = { scope: ExportScope; person: string | null; withPayloads: boolean; destroyBy: string | null }

/**
 * Makes an export for one of the staff: its entry, which names them by their id, and its row in the register under their address. About one person it needs
 * an open look at her.
 * @returns the entry's number, by which the file is fetched.
 * @throws Problem `refused-by-gate` without the look, else as `makeExport`.
 */
export async function makeDeskExport(house: House, staff: Staff, order: DeskOrder, now: Date): Promise<number> {
  if (order.person !== null) await requireLook(house, staff, order.person, now)
  return (await makeExport(house, { ...order, by: staff.address, staff: staff.id })).entry
}

/** Makes the proof of everything that is recorded about one person, within a look at her. @returns the entry's number. */
export async function makeProof(house: House, staff: Staff, person: string, now: Date): Promise<number> {
  await requireLook(house, staff, person, now)
  return (await makeExport(house, { person, what: 'proof', withPayloads: true, by: staff.address, staff: staff.id }))
    .entry
}

/** An export of theirs that may still be fetched. */
export type DeskExport = MadeExport & { at: string }

/**
 * The export that an entry records, as that entry says it: with her erasure it is gone.
 * @throws Problem `not-found` where no export of theirs was made with that entry, `link-expired` after the hour.
 */
export async function deskExport(house: House, staff: Staff, number: number, now: Date): Promise<DeskExport> {
  const sql = house.database.readOnly
  const [kept, row] = await Promise.all([keptEntry(sql, number), exportOf(sql, number)])
  const recorded = kept?.entry.kind === 'exported' ? exportIn(kept.payload) : null
  if (!kept || !row || recorded?.by !== staff.id) {
    throw new Problem('not-found', `no export of yours was made with entry ${number}; whoever made one fetches it`)
  }
  const { at } = kept.entry
  if (now.getTime() - at.getTime() >= fetchMinutes * 60_000) {
    throw new Problem('link-expired', `an export can be fetched for ${fetchMinutes} minutes; make it again`)
  }
  return { ...recorded, entry: number, destroyBy: row.destroyBy, at: at.toISOString() }
}

/** Each that is fetched holds a session as long as whoever fetches it takes, and people who change their choices need sessions, too. */
const mostAtOnce = 3
const fetchedNow = new WeakMap<House, number>()

/** The bytes of it. Fetching writes nothing. @throws Problem `too-many` while as many are fetched as may be at once. */
export async function fetchExport(house: House, made: DeskExport, withTable: boolean): Promise<Readable> {
  const others = fetchedNow.get(house) ?? 0
  if (others >= mostAtOnce) {
    throw new Problem(
      'too-many',
      `${mostAtOnce} exports are being fetched already; fetch this one when one of them is done`,
    )
  }
  fetchedNow.set(house, others + 1)
  const done = () => void fetchedNow.set(house, (fetchedNow.get(house) ?? 1) - 1)
  try {
    const zip = await readExport(house, made, { withTable, since: null })
    finished(zip, done)
    return zip
  } catch (error) {
    done()
    throw error
  }
}
