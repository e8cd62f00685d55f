import { createHash, createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto'

/**
 * The session that a fresh link opens (design.md section 12): 30 minutes in the browser in which its button was pressed.
 * Nothing is stored for it; the cookie says whose it is and since when, under a MAC with a key of its own.
 *
 *     1 base64url( person since id mac )
 *
 *     person  16 bytes  UUID
 *     since    6 bytes  milliseconds since 1970-01-01 UTC: a change of her address ends only what was opened before it
 *     id      16 bytes  random, so that no two sessions are alike
 *     mac     16 bytes  HMAC-SHA-256 over the first character and all bytes before, cut to 128 bits
 */
export type Session = { person: string; since: Date; id: string }

export const sessionMinutes = 30

/** Seconds by which the clocks of two of our machines may differ. */
const skewSeconds = 120
const macBytes = 16
const payloadBytes = 38

/** One key makes cookies, one the tokens in the forms of their pages, one is for staff alone: none passes as another. */
export type SessionKeys = { cookie: KeyObject; form: KeyObject; staff: KeyObject }

/** @param master 32 bytes in hex: the current one of links. A new one ends the sessions that are open. */
export function sessionKeys(master: string): SessionKeys {
  const derive = (purpose: string) =>
    createSecretKey(Buffer.from(hkdfSync('sha256', Buffer.from(master, 'hex'), '', `courtesy session ${purpose}`, 32)))
  return { cookie: derive('cookie'), form: derive('form'), staff: derive('staff') }
}

/** The cookie of a session. `id` is 16 random bytes in hex. */
export function makeSession({ cookie }: SessionKeys, { person, since, id }: Session): string {
  const milliseconds = Buffer.alloc(6)
  milliseconds.writeUIntBE(since.getTime(), 0, 6)
  const payload = Buffer.concat([Buffer.from(person.replaceAll('-', ''), 'hex'), milliseconds, Buffer.from(id, 'hex')])
  return `1${Buffer.concat([payload, macOf(cookie, payload)]).toString('base64url')}`
}

/** The session of a cookie, or null for anything that `makeSession` did not make with this key. Its age is not looked at. */
export function readSession({ cookie }: SessionKeys, text: string): Session | null {
  if (!/^1[A-Za-z0-9_-]{72}$/.test(text)) return null
  const bytes = Buffer.from(text.slice(1), 'base64url')
  if (bytes.length !== payloadBytes + macBytes || bytes.toString('base64url') !== text.slice(1)) return null
  const payload = bytes.subarray(0, payloadBytes)
  if (!timingSafeEqual(bytes.subarray(payloadBytes), macOf(cookie, payload))) return null
  return {
    person: bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    since: new Date(payload.readUIntBE(16, 6)),
    id: bytes.toString('hex', 22, payloadBytes),
  }
}

/** Whether a session may still do anything at `now`: 30 minutes from its begin, and never one from the future. */
export function isOpen({ since }: Session, now: Date): boolean {
  const age = (now.getTime() - since.getTime()) / 1000
  return age >= -skewSeconds && age < sessionMinutes * 60
}

/** What each form of a session's pages carries: only who was shown the page knows it. */
export function formToken({ form }: SessionKeys, { person, id }: Session): string {
  return createHmac('sha256', form).update(`${person} ${id}`).digest().subarray(0, macBytes).toString('base64url')
}

/** Compares in constant time. */
export function isFormToken(keys: SessionKeys, session: Session, given: string): boolean {
  const [ours, theirs] = [formToken(keys, session), given].map((text) => createHash('sha256').update(text).digest())
  return ours !== undefined && theirs !== undefined && timingSafeEqual(ours, theirs)
}

/** The name under which it is kept that she ended a session: says nothing about whose it was. */
export function endKey({ id }: Session): string {
  return createHash('sha256').update(`session ${id}`).digest('hex')
}

function macOf(key: KeyObject, payload: Buffer): Buffer {
  return createHmac('sha256', key).update('1').update(payload).digest().subarray(0, macBytes)
}
