import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readBrand } from '../actions/read-brand.ts'
import { staffSessionOf, type StaffSession } from '../actions/staff-session.ts'
import type { Brand } from '../domain/brand.ts'
import { ownPath } from '../domain/own-path.ts'
import type { Staff, StaffRole } from '../domain/staff-role.ts'
import { isStaffSeal, isToRenew, staffSeal } from '../domain/staff-session.ts'
import type { StaffPage, StaffPart } from '../staff-views.ts'
import { isFromElsewhere } from './session-look.ts'
import { fieldOf, page, sendPage, type Site } from './site.ts'
import { renewedCookie, staffCookieOf } from './staff-cookie.ts'
import { staffFrame, staffPageModel } from './staff-frame.ts'
import { closedPage, elsewherePage, problemPage, refusedPage } from './staff-problems.ts'

/** What a page of the staff is made for: who looks, the instant, and the seal that each of its forms carries. */
export type StaffLook = {
  staff: Staff
  session: StaffSession
  brand: Brand
  now: Date
  seal: string
  url: string
  /** Where the same page is shown again: with its query, where it was asked for by GET. */
  address: string
}

type Handler = (look: StaffLook, request: FastifyRequest, reply: FastifyReply) => unknown

/**
 * One address of the staff's. Whoever is not signed in is sent to the sign-in and comes back; another role is answered 403, and the
 * try is logged and counted; a press needs the seal of its session and to come from this site. The handler meets only who
 * may: `roles` to look, `postRoles` to press (the same where it is left out). A Problem it throws becomes a page that says its words.
 */
export function staffPage(
  server: FastifyInstance,
  site: Site,
  path: string,
  door: {
    roles: readonly StaffRole[]
    postRoles?: readonly StaffRole[]
    get: Handler
    post?: Handler
    bodyLimit?: number
  },
): void {
  const { roles, postRoles = roles, get, post, bodyLimit } = door
  page(server, path, {
    get: (request, reply) => enter(site, request, reply, roles, get),
    ...(post && {
      post: (request: FastifyRequest, reply: FastifyReply) => enter(site, request, reply, postRoles, post),
    }),
    ...(bodyLimit !== undefined && { bodyLimit }),
  })
}

async function enter(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  roles: readonly StaffRole[],
  handle: Handler,
): Promise<unknown> {
  const look = await requireStaff(site, request, reply, roles)
  if (look === null) return reply
  try {
    requireText(request)
    return await handle(look, request, reply)
  } catch (error) {
    return problemPage(look, error, request, reply)
  }
}

/** @throws 400 for a value with the one character that no stored text can have. */
function requireText({ params, query, body }: FastifyRequest): void {
  const values = [params, query, body].flatMap((part) => Object.values(Object(part) as object))
  if (values.flat().some((value) => typeof value === 'string' && value.includes('\u0000')))
    throw Object.assign(new Error('a value holds a NUL'), { statusCode: 400 })
}

/**
 * Who looks, where they are signed in and may. Otherwise the answer is given already: the way to the sign-in, or a 403.
 */
export async function requireStaff(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  roles: readonly StaffRole[],
): Promise<StaffLook | null> {
  const look = await staffLook(site, request)
  if (look === null) {
    await signedOut(site, request, reply)
    return null
  }
  const { session, now, seal } = look
  if (!roles.includes(look.staff.role)) {
    noteRefusal(site, look.staff, request)
    await refusedPage(look.brand, { staff: look.staff, seal }, request, reply)
    return null
  }
  if (request.method === 'POST') {
    const isOurs = isStaffSeal(site.house.keys.sessions, session.cookie.id, fieldOf(request.body, 'seal') ?? '')
    if (!isOurs || isFromElsewhere(site, request)) {
      await elsewherePage(look.brand, { staff: look.staff, seal }, request, reply)
      return null
    }
  }
  if (isToRenew(session.cookie, now)) reply.header('set-cookie', renewedCookie(site, session.cookie, now))
  return look
}

/** Who looks, by the open session of a request; null while nobody is signed in. */
export async function staffLook(site: Site, request: FastifyRequest): Promise<StaffLook | null> {
  const cookie = staffCookieOf(site, request)
  const session = cookie === null ? null : await staffSessionOf(site.house, cookie)
  if (!session) return null
  const brand = await readBrand(site.house)
  const seal = staffSeal(site.house.keys.sessions, session.cookie.id)
  const url = request.url.split('?', 1)[0] ?? ''
  const address = request.method === 'POST' ? url : request.url
  return { staff: session.staff, session, brand, now: session.now, seal, url, address }
}

/** Answers with a page of the staff; what is left out of `more` is not on it. */
export function sendStaff(
  reply: FastifyReply,
  look: StaffLook,
  heading: string,
  parts: StaffPage['parts'],
  more: Partial<Pick<StaffPage, 'notice' | 'problems'>> & { status?: number } = {},
): FastifyReply {
  const { status = 200, ...rest } = more
  const frame = staffFrame(look.brand, look, {
    heading,
    url: look.url,
    address: look.address,
    error: (rest.problems ?? null) !== null,
    charts: parts.some(hasChart),
  })
  return sendPage(reply, 'staff/page', staffPageModel(frame, heading, parts, rest), status)
}

function hasChart(part: StaffPart): boolean {
  return part.kind === 'chart' || (part.kind === 'columns' && part.columns.flat().some(hasChart))
}

/** A look is sent to the sign-in and comes back to its page; a press is told that it did nothing. */
async function signedOut(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const to = ownPath(request.url)
  const signIn = to === null ? '/staff/sign-in' : `/staff/sign-in?${new URLSearchParams({ to }).toString()}`
  if (request.method !== 'POST') return reply.redirect(signIn, 303)
  return closedPage(await readBrand(site.house), signIn, reply)
}

/** How often each of the staff met a closed door in this process. */
const refusals = new WeakMap<Site, Map<string, number>>()

/** Who they are stands in the log by their id alone. */
function noteRefusal(site: Site, { id, role }: Staff, request: FastifyRequest): void {
  const counts = refusals.get(site) ?? new Map<string, number>()
  refusals.set(site, counts)
  const times = (counts.get(id) ?? 0) + 1
  counts.set(id, times)
  request.log.warn({ staff: id, role, method: request.method, route: request.routeOptions.url, times }, 'refused')
}
