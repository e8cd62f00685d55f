import type { FastifyRequest } from 'fastify'
import { makeStaffCookie, type StaffCookie } from '../domain/staff-session.ts'
import { cookieOf, isSecure } from './session-look.ts'
import type { Site } from './site.ts'

/**
 * The cookie of a staff session as a response sets it; `null` takes it away. `Lax`, not `Strict`: the sign-in of an identity
 * provider and links in our own mail lead here from elsewhere, and no GET does anything.
 */
export function staffCookie(site: Site, value: string | null): string {
  const age = value === null ? '; Max-Age=0' : ''
  return `${nameOf(site)}=${value ?? ''}; Path=/${age}; HttpOnly; SameSite=Lax${isSecure(site) ? '; Secure' : ''}`
}

/** The same session, shown a page at `now`. */
export function renewedCookie(site: Site, { id }: StaffCookie, now: Date): string {
  return staffCookie(site, makeStaffCookie(site.house.keys.sessions, { id, seen: now }))
}

/** The value that a request brings, whatever it is worth. */
export function staffCookieOf(site: Site, request: FastifyRequest): string | null {
  return cookieOf(request, nameOf(site))
}

/** Browsers take the prefix over TLS only; for development on this machine the name goes without. */
function nameOf(site: Site): string {
  return isSecure(site) ? '__Host-courtesy-staff' : 'courtesy-staff'
}
