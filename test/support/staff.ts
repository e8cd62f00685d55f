import type { BrowserContext } from 'playwright-core'
import type { House } from '../../src/actions/house.ts'
import { beginStaffSession } from '../../src/actions/staff-session.ts'
import { addStaff } from '../../src/actions/staff.ts'
import type { Staff, StaffRole } from '../../src/domain/staff-role.ts'
import { readStaffCookie, staffSeal } from '../../src/domain/staff-session.ts'
import { visitor, type App, type Visitor } from './app.ts'

/** Somebody of the staff with an open session: a browser without script that holds it, its cookie, and its forms' seal. */
export type SignedIn = { staff: Staff; visit: Visitor; cookie: { name: string; value: string }; seal: string }

let number = 0

/** Somebody new with that role, signed in without a round of mail. */
export async function signedIn(
  { house, server }: App,
  role: StaffRole,
  more: { name?: string } = {},
): Promise<SignedIn> {
  const staff = await addStaff(house, `${role}${++number}@fern.example`, { role, ...more })
  return { staff, ...(await anotherSession({ house, server }, staff.id)) }
}

/** One more session of somebody, on another device. */
export async function anotherSession(
  { house, server }: Pick<App, 'house' | 'server'>,
  staff: string,
): Promise<Omit<SignedIn, 'staff'>> {
  const cookie = await newSession(house, staff)
  const visit = visitor(server)
  visit.cookies.set(cookie.name, cookie.value)
  const id = readStaffCookie(house.keys.sessions, cookie.value)?.id ?? ''
  return { visit, cookie, seal: staffSeal(house.keys.sessions, id) }
}

/** The cookie of a new session of somebody. */
export async function newSession(house: House, staff: string): Promise<SignedIn['cookie']> {
  const value = await house.database.sql.begin((tx) => beginStaffSession(house, tx, staff, null))
  const name = house.publicUrl.startsWith('https:') ? '__Host-courtesy-staff' : 'courtesy-staff'
  return { name, value }
}

/** Gives a browser that session, for pages that listen at `origin`. */
export async function giveSession(
  context: BrowserContext,
  origin: string,
  { cookie }: Pick<SignedIn, 'cookie'>,
): Promise<void> {
  await context.addCookies([{ ...cookie, url: origin }])
}
