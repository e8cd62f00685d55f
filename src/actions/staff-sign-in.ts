import { randomUUIDv7 } from 'node:crypto'
import { parseAddress } from '../domain/address.ts'
import { storedKey } from '../domain/staff-session.ts'
import type { Transaction } from '../store/database.ts'
import { insertStaffMail, isStaffLink, useStaffLink } from '../store/staff-mails.ts'
import { lockStaff } from '../store/staff.ts'
import type { House } from './house.ts'
import { beginStaffSession } from './staff-session.ts'

/** Minutes in which a mailed link works. */
export const signInMinutes = 10

/** Lays out the mail with a link to sign in, where that address is on the staff list, and nothing where it is not. */
export async function mailSignIn(house: House, tx: Transaction, canonical: string, path: string | null): Promise<void> {
  const one = await lockStaff(tx, canonical)
  if (one) await insertStaffMail(tx, { id: randomUUIDv7(), staff: one.id, kind: 'sign_in', path })
}

/** Whether a mailed link still signs somebody in. Reads on the pool that cannot write. */
export async function isSignInLink(house: House, token: string): Promise<boolean> {
  return isStaffLink(house.database.readOnly, storedKey(token))
}

/**
 * Uses a mailed link up and opens a session for whom it was mailed to. Of any number of presses at once one opens it.
 * @param before the cookie that came with the press; its session ends. @returns the cookie, null when the link works no more.
 */
export async function signInByLink(house: House, token: string, before: string | null): Promise<string | null> {
  return house.database.sql.begin(async (tx) => {
    const staff = await useStaffLink(tx, storedKey(token))
    return staff === null ? null : beginStaffSession(house, tx, staff, before)
  })
}

/**
 * Opens a session for whoever of the staff has that address, which an identity provider has verified.
 * @returns the cookie, null when nobody of the staff has it.
 */
export async function signInAs(house: House, verified: string, before: string | null): Promise<string | null> {
  const address = parseAddress(verified)
  if (address.kind === 'refused') return null
  return house.database.sql.begin(async (tx) => {
    const one = await lockStaff(tx, address.canonical)
    return one && beginStaffSession(house, tx, one.id, before)
  })
}
