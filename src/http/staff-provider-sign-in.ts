import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { countAnswer } from '../actions/count-try.ts'
import { readBrand } from '../actions/read-brand.ts'
import { signInAs } from '../actions/staff-sign-in.ts'
import { networkOf } from '../domain/client-network.ts'
import { attemptMinutes, isStateOf, isYoung, makeAttempt, readAttempt } from '../domain/sign-in-attempt.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import { Problem } from '../domain/problem.ts'
import type { IdentityProvider } from '../identity-provider.ts'
import type { StaffPart } from '../staff-views.ts'
import { faultOf } from './access-log.ts'
import { cookieOf, isSecure } from './session-look.ts'
import { fieldOf, page, type Site } from './site.ts'
import { staffCookie, staffCookieOf } from './staff-cookie.ts'
import { endedNotice, inPath, sendSignIn, signedInAlready, wantedPath } from './staff-sign-in-page.ts'

const form = '/staff/sign-in'
const answerPath = '/staff/sign-in/answer'

/**
 * The sign-in at an identity provider. What ties its answer to this browser is in a cookie of ten minutes and nowhere else; the
 * answer is the one press that comes from another site, and does nothing without that cookie.
 */
export function providerSignIn(server: FastifyInstance, site: Site, identity: IdentityProvider): void {
  page(server, form, {
    get: (request, reply) => unlessAway(site, request, reply, () => show(site, identity, request, reply)),
  })
  page(server, answerPath, {
    get: (_request, reply) => reply.redirect(form, 303),
    post: (request, reply) => unlessAway(site, request, reply, () => answered(site, identity, request, reply)),
  })
}

/** While the provider does not answer, nobody can sign in, and is told so. */
async function unlessAway(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'unavailable') throw error
    request.log.error(faultOf(error, request), 'failed')
    return notDone(site, reply.header('retry-after', 30), staffText('staff.signIn.away'), wantedPath(request), 503)
  }
}

async function show(
  site: Site,
  identity: IdentityProvider,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const to = wantedPath(request)
  if (await signedInAlready(site, request)) return reply.redirect(to ?? '/staff', 303)
  const brand = await readBrand(site.house)
  const cookie = makeAttempt(randomBytes(32).toString('base64url'), site.now(), to)
  const attempt = readAttempt(site.house.keys.sessions, cookie)
  if (attempt === null) throw new Error('an attempt of ours cannot be read')
  const url = await identity.signInUrl({ ...attempt, redirectUri: answerUrl(site) })
  reply.header('set-cookie', attemptCookie(site, cookie))
  return sendSignIn(
    reply,
    brand,
    staffText('staff.signIn.heading'),
    [
      { kind: 'text', lines: [staffText('staff.signIn.providerLead')] },
      { kind: 'links', links: [{ label: staffText('staff.signIn.provider'), url }] },
    ],
    { notice: endedNotice(request) },
  )
}

async function answered(
  site: Site,
  identity: IdentityProvider,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const cookie = cookieOf(request, attemptName(site))
  const attempt = cookie === null ? null : readAttempt(site.house.keys.sessions, cookie)
  reply.header('set-cookie', attemptCookie(site, null))
  if (!attempt || !isYoung(attempt, site.now()) || !isStateOf(attempt, fieldOf(request.body, 'state') ?? '')) {
    return notDone(site, reply, staffText('staff.signIn.tooLate', { minutes: attemptMinutes }), null)
  }
  const seconds = await countAnswer(site.house, networkOf(request.ip))
  if (seconds !== null) {
    const line = staffText('staff.signIn.tooManyLead', { minutes: Math.ceil(seconds / 60) })
    return notDone(site, reply.header('retry-after', seconds), line, attempt.path, 429)
  }
  const answer = await identity.answered({ ...attempt, redirectUri: answerUrl(site) }, paramsOf(request.body))
  if (answer.kind === 'refused') {
    request.log.warn({ code: answer.code }, 'sign-in refused')
    return notDone(site, reply, staffText('staff.signIn.refused'), attempt.path)
  }
  const session = await signInAs(site.house, answer.address, staffCookieOf(site, request))
  if (session === null) {
    request.log.warn({ code: 'not on the staff list' }, 'sign-in refused')
    return notDone(site, reply, staffText('staff.signIn.notStaff'), attempt.path)
  }
  reply.header('set-cookie', staffCookie(site, session))
  return reply.redirect(attempt.path ?? '/staff', 303)
}

async function notDone(
  site: Site,
  reply: FastifyReply,
  line: string,
  path: string | null,
  status = 403,
): Promise<FastifyReply> {
  const again = { label: staffText('staff.closed.again'), url: inPath(form, path) }
  const parts: StaffPart[] = [
    { kind: 'text', lines: [line] },
    { kind: 'links', links: [again] },
  ]
  return sendSignIn(reply, await readBrand(site.house), staffText('staff.signIn.notDone'), parts, { status })
}

function answerUrl({ house }: Site): string {
  return `${house.publicUrl}${answerPath}`
}

/** What the provider sent; a field that stands there twice is none. */
function paramsOf(body: unknown): URLSearchParams {
  const fields = Object.entries(Object(body) as Record<string, unknown>)
  return new URLSearchParams(fields.filter((field): field is [string, string] => typeof field[1] === 'string'))
}

/**
 * The answer is a press on the provider's site, so over TLS this cookie comes along from there. Without TLS browsers allow no
 * such cookie: there they send one that says nothing for two minutes.
 */
function attemptCookie(site: Site, value: string | null): string {
  const age = value === null ? 0 : attemptMinutes * 60
  const from = isSecure(site) ? '; SameSite=None; Secure' : ''
  return `${attemptName(site)}=${value ?? ''}; Path=/; Max-Age=${age}; HttpOnly${from}`
}

function attemptName(site: Site): string {
  return isSecure(site) ? '__Host-courtesy-sign-in' : 'courtesy-sign-in'
}
