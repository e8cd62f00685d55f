import { createHmac } from 'node:crypto'
import { ownPath } from './own-path.ts'
import type { SessionKeys } from './session-cookie.ts'
import { isSame } from './staff-session.ts'

/**
 * A sign-in at an identity provider that a browser began: `begun.random.path`, in a cookie of that browser. All that
 * the provider's answer must fit is derived from it, so that nothing is stored, and an answer that another browser got does nothing here.
 */
export type Attempt = { begun: Date; path: string | null; state: string; nonce: string; verifier: string }

export const attemptMinutes = 10

/** @param random 32 random bytes in base64url. @param path where to go on afterwards. */
export function makeAttempt(random: string, begun: Date, path: string | null): string {
  return [Math.floor(begun.getTime() / 1000).toString(36), random, Buffer.from(path ?? '').toString('base64url')].join(
    '.',
  )
}

/** The attempt of a cookie; null for what is none. Whether it is still young enough is for {@link isYoung}. */
export function readAttempt({ staff }: SessionKeys, cookie: string): Attempt | null {
  const [begun = '', random = '', path = '', ...more] = cookie.split('.')
  if (!/^[\da-z]{1,8}$/.test(begun) || !/^[\w-]{43}$/.test(random) || more.length > 0) return null
  const derive = (what: string) => createHmac('sha256', staff).update(`attempt ${what} ${cookie}`).digest('base64url')
  return {
    begun: new Date(Number.parseInt(begun, 36) * 1000),
    path: ownPath(Buffer.from(path, 'base64url').toString()),
    state: derive('state'),
    nonce: derive('nonce'),
    verifier: derive('verifier'),
  }
}

export function isYoung({ begun }: Attempt, now: Date): boolean {
  return Math.abs(now.getTime() - begun.getTime()) < attemptMinutes * 60_000
}

/** Compares in constant time. */
export function isStateOf({ state }: Attempt, given: string): boolean {
  return isSame(given, state)
}
