import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Brand } from '../domain/brand.ts'
import { ownPath } from '../domain/own-path.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import type { StaffPage } from '../staff-views.ts'
import { fieldOf, sendPage, type Site } from './site.ts'
import { staffLook } from './staff-door.ts'
import { staffFrame, staffPageModel } from './staff-frame.ts'

/** Answers with a page for whoever is not signed in. */
export function sendSignIn(
  reply: FastifyReply,
  brand: Brand,
  heading: string,
  parts: StaffPage['parts'],
  more: Partial<Pick<StaffPage, 'notice' | 'problems'>> & { status?: number } = {},
): FastifyReply {
  const { status = 200, ...rest } = more
  const error = (rest.problems ?? null) !== null
  const frame = staffFrame(brand, null, { heading, url: '/staff/sign-in', error })
  return sendPage(reply, 'staff/page', staffPageModel(frame, heading, parts, rest), status)
}

export async function signedInAlready(site: Site, request: FastifyRequest): Promise<boolean> {
  return (await staffLook(site, request)) !== null
}

/** Where the query says to go on to, if it is a page of ours. */
export function wantedPath(request: FastifyRequest): string | null {
  return ownPath(fieldOf(request.query, 'to') ?? '')
}

/** An address that leads on to a path of ours. */
export function inPath(url: string, to: string | null): string {
  return to === null ? url : `${url}?${new URLSearchParams({ to }).toString()}`
}

/** What is said to whom has just signed out. */
export function endedNotice(request: FastifyRequest): StaffPage['notice'] {
  const ended = fieldOf(request.query, 'ended')
  if (ended !== 'here' && ended !== 'everywhere') return null
  const line = staffText(ended === 'here' ? 'staff.signedOut' : 'staff.signedOutEverywhere')
  return { kind: 'status', lines: [line] }
}
