import { createHash, createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import type { SessionKeys } from './session-cookie.ts'

/**
 * The cookie of a staff session: `id.seen.mac`. What is stored is a hash of `id` (32 random bytes, base64url); `seen` is when
 * a page was shown last, in seconds since 1970 to the base of 36, and its MAC is what makes that our word. So a session that is
 * used stays open, and looking at a page writes nothing.
 */
export type StaffCookie = { id: string; seen: Date }

/** A session ends after an hour without a page, and after twelve hours whatever is done with it. */
export const staffLimits = { idleMinutes: 60, hours: 12 }

/** A cookie that is younger than this is not made anew. */
const renewSeconds = 60
/** Seconds by which the clocks of two of our machines may differ. */
const skewSeconds = 120
const idPattern = /^[\w-]{43}$/

export function makeStaffCookie({ staff }: SessionKeys, { id, seen }: StaffCookie): string {
  const text = `${id}.${Math.floor(seen.getTime() / 1000).toString(36)}`
  return `${text}.${macOf(staff, `cookie ${text}`)}`
}

/** The cookie that `makeStaffCookie` made with this key, or null for anything else. Whether its session is open is not looked at. */
export function readStaffCookie({ staff }: SessionKeys, text: string): StaffCookie | null {
  const [id = '', seen = '', mac = '', ...more] = text.split('.')
  if (!idPattern.test(id) || !/^[\da-z]{1,8}$/.test(seen) || more.length > 0) return null
  if (!isSame(mac, macOf(staff, `cookie ${id}.${seen}`))) return null
  return { id, seen: new Date(Number.parseInt(seen, 36) * 1000) }
}

/** Whether a page was shown so lately that the session goes on; never one from the future. */
export function isAwake({ seen }: StaffCookie, now: Date): boolean {
  const age = (now.getTime() - seen.getTime()) / 1000
  return age >= -skewSeconds && age < staffLimits.idleMinutes * 60
}

/** Whether the answer should carry a new cookie. */
export function isToRenew({ seen }: StaffCookie, now: Date): boolean {
  return now.getTime() - seen.getTime() >= renewSeconds * 1000
}

/** What is stored of a session, or of a link that opens one: whoever reads it can use neither. */
export function storedKey(id: string): string {
  return createHash('sha256').update(`staff ${id}`).digest('hex')
}

/** What each form of a session's pages carries: only who was shown the page knows it. */
export function staffSeal({ staff }: SessionKeys, id: string): string {
  return macOf(staff, `form ${id}`)
}

/** Compares in constant time. */
export function isStaffSeal(keys: SessionKeys, id: string, given: string): boolean {
  return isSame(given, staffSeal(keys, id))
}

function macOf(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest().subarray(0, 16).toString('base64url')
}

/** Compares two texts in constant time. */
export function isSame(given: string, ours: string): boolean {
  const [one, other] = [given, ours].map((text) => createHash('sha256').update(text).digest())
  return one !== undefined && other !== undefined && timingSafeEqual(one, other)
}
