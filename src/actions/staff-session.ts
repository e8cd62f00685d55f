import { randomBytes } from 'node:crypto'
import {
  isAwake,
  makeStaffCookie,
  readStaffCookie,
  staffLimits,
  storedKey,
  type StaffCookie,
} from '../domain/staff-session.ts'
import type { Transaction } from '../store/database.ts'
import { instantNow } from '../store/instant.ts'
import {
  deleteStaffSession,
  deleteStaffSessions,
  insertStaffSession,
  openStaffSession,
  type OpenStaffSession,
} from '../store/staff.ts'
import type { House } from './house.ts'

/** Who looks, by an open session. */
export type StaffSession = OpenStaffSession & { cookie: StaffCookie }

/**
 * Opens a session of somebody who proved who they are, in the transaction that used the proof up. Its id is always a new one,
 * and the session of the cookie that came with the press, if any, ends: nobody can give a browser a session beforehand.
 * @returns the cookie.
 */
export async function beginStaffSession(
  house: House,
  tx: Transaction,
  staff: string,
  before: string | null,
): Promise<string> {
  const old = before === null ? null : readStaffCookie(house.keys.sessions, before)
  if (old) await deleteStaffSession(tx, storedKey(old.id))
  const id = randomBytes(32).toString('base64url')
  await insertStaffSession(tx, storedKey(id), staff)
  return makeStaffCookie(house.keys.sessions, { id, seen: await instantNow(tx) })
}

/** The open session of a cookie as of this instant, null for none. Reads on the pool that cannot write. */
export async function staffSessionOf(house: House, text: string): Promise<StaffSession | null> {
  const cookie = readStaffCookie(house.keys.sessions, text)
  if (!cookie) return null
  const open = await openStaffSession(house.database.readOnly, storedKey(cookie.id), staffLimits.hours)
  return open && isAwake(cookie, open.now) ? { ...open, cookie } : null
}

/** Ends a session, or every one of theirs, for whoever has a copy of its cookie too. */
export async function endStaffSession(house: House, session: StaffSession, everywhere: boolean): Promise<void> {
  await house.database.sql.begin(async (tx) => {
    await deleteStaffSession(tx, storedKey(session.cookie.id))
    if (everywhere) await deleteStaffSessions(tx, session.staff.id)
  })
}
