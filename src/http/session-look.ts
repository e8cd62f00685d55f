import type { FastifyRequest } from 'fastify'
import { whoIsGone } from '../actions/erase.ts'
import { sessionOf } from '../actions/open-session.ts'
import { readPreferences } from '../actions/read-preferences.ts'
import { minuteOf, type Link } from '../domain/link-token.ts'
import { Problem } from '../domain/problem.ts'
import { formToken, isFormToken, sessionMinutes, type Session } from '../domain/session-cookie.ts'
import { topicIn } from '../domain/topic.ts'
import type { Look } from './her-view.ts'
import { fieldOf, type Site } from './site.ts'
import { voiceFor } from './voice.ts'

/** The cookie of a session as a response sets it; `null` takes it away. The prefix makes browsers hold to host, path and TLS. */
export function sessionCookie(site: Site, value: string | null): string {
  const age = value === null ? 0 : sessionMinutes * 60
  const secure = isSecure(site) ? '; Secure' : ''
  return `${cookieName(site)}=${value ?? ''}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${secure}`
}

/**
 * Whose session this request belongs to, and what holds for her now. A press must come from a page of that session: it
 * carries the session's own seal, and where the browser says so, from this very site.
 * @throws Problem `sign-in-needed` where there is no session, `erased` when she was erased; 403 for a press from elsewhere.
 */
export async function sessionLook(site: Site, request: FastifyRequest): Promise<Look> {
  const found = await sessionIn(site, request)
  if (!found) throw new Problem('sign-in-needed', 'there is no open session; a fresh link opens one')
  const { session, now } = found
  if (request.method === 'POST') {
    requireOwnSite(request)
    const seal = fieldOf(request.body, 'seal') ?? ''
    if (!isFormToken(site.house.keys.sessions, session, seal)) throw fromElsewhere()
  }
  const { person, since } = session
  const link: Link = { purpose: 'session', person, ...minuteOf(since), topics: [], delivery: null, entry: null }
  const preferences = await readPreferences(site.house, link, now)
  if (!preferences) throw await whoIsGone(site.house, person)
  const voice = voiceFor(request, preferences.brand, preferences.person.choices.language)
  const topics = preferences.topics.map((topic) => topicIn(topic, voice.language))
  const seal = formToken(site.house.keys.sessions, session)
  return { ...voice, preferences: { ...preferences, topics }, link, token: '', now, session: { seal } }
}

/** The open session of a request, whatever it asks for. */
export async function sessionIn(site: Site, request: FastifyRequest): Promise<{ session: Session; now: Date } | null> {
  const cookie = cookieOf(request, cookieName(site))
  return cookie === null ? null : sessionOf(site.house, cookie)
}

/** @throws 403 where the browser says that another site sent this. Browsers that say nothing are held by the token. */
export function requireOwnSite(request: FastifyRequest): void {
  const from = request.headers['sec-fetch-site']
  if (from !== undefined && from !== 'same-origin' && from !== 'none') throw fromElsewhere()
}

/**
 * Whether a press was sent by another site, by what the browser says of it. `Origin: null` says nothing: our own pages send it,
 * because they tell nobody where they are.
 */
export function isFromElsewhere({ house }: Site, request: FastifyRequest): boolean {
  const { 'sec-fetch-site': from, origin } = request.headers
  if (from !== undefined && from !== 'same-origin' && from !== 'none') return true
  return origin !== undefined && origin !== 'null' && origin !== new URL(house.publicUrl).origin
}

/** @throws 403 for a press that another site sent: {@link isFromElsewhere}. */
export function requireFromHere(site: Site, request: FastifyRequest): void {
  if (isFromElsewhere(site, request)) throw fromElsewhere()
}

/** The same page, with the session's seal in every form that acts on the session, wherever on it that form stands. */
export function sealed<Model>(model: Model, { session }: Look): Model {
  return session ? (withSeal(model, session.seal) as Model) : model
}

function withSeal(part: unknown, seal: string): unknown {
  if (Array.isArray(part)) return part.map((each) => withSeal(each, seal))
  if (part === null || typeof part !== 'object') return part
  const parts = Object.fromEntries(Object.entries(part).map(([name, value]) => [name, withSeal(value, seal)]))
  const { action, fields } = parts
  const isForm = typeof action === 'string' && Array.isArray(fields)
  return isForm && isOfSession(action) ? { ...parts, fields: [...fields, { name: 'seal', value: seal }] } : parts
}

function isOfSession(action: string): boolean {
  return /^\/me(?:[/?]|$)/.test(action)
}

function fromElsewhere(): Error {
  return Object.assign(new Error('this press did not come from a page of the session'), { statusCode: 403 })
}

/** Whether people reach us by https. */
export function isSecure({ house }: Site): boolean {
  return house.publicUrl.startsWith('https:')
}

/** Browsers take the prefix over TLS only; for development on this machine the name goes without. */
function cookieName(site: Site): string {
  return isSecure(site) ? '__Host-courtesy' : 'courtesy'
}

/** The value of a cookie; null where it is missing or stands there twice, because then one of them is not ours. */
export function cookieOf(request: FastifyRequest, name: string): string | null {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const values = pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1))
  return values.length === 1 ? (values[0] ?? null) : null
}
