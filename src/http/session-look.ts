import type { FastifyRequest } from 'fastify'
import { whoIsGone } from '../actions/erase.ts'
import { sessionOf } from '../actions/open-session.ts'
import { readPreferences } from '../actions/read-preferences.ts'
import { minuteOf, type Link } from '../domain/link-token.ts'
import { Problem } from '../domain/problem.ts'
import { formToken, isFormToken, sessionMinutes, type Session } from '../domain/session-cookie.ts'
import type { NoticePage, PreferencesPage, Press } from '../page-views.ts'
import type { Look } from './her-view.ts'
import { pageLanguage } from './page-frame.ts'
import { fieldOf, type Site } from './site.ts'

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
  const preferences = await readPreferences(site.house, link, pageLanguage, now)
  if (!preferences) throw await whoIsGone(site.house, person)
  return { preferences, link, token: '', now, session: { seal: formToken(site.house.keys.sessions, session) } }
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

/** The same page, with the session's seal in every form that acts on the session. */
export function sealed<Model extends NoticePage | PreferencesPage>(model: Model, look: Look): Model {
  if (!look.session) return model
  const seal = (press: Press) => sealedPress(press, look)
  if ('stopTopics' in model) {
    const { stopTopics, row, more, last } = model
    return {
      ...model,
      stopTopics: stopTopics.map(seal),
      row: row.map(seal),
      more: more.map(seal),
      last: last.map(seal),
    }
  }
  const { row } = model
  return { ...model, row: row && { ...row, buttons: row.buttons.map(seal) } }
}

/** One form, with the session's seal where it acts on the session. */
export function sealedPress(press: Press, { session }: Look): Press {
  if (!session || !press.action.startsWith('/me')) return press
  return { ...press, fields: [...press.fields, { name: 'seal', value: session.seal }] }
}

function fromElsewhere(): Error {
  return Object.assign(new Error('this press did not come from a page of the session'), { statusCode: 403 })
}

function isSecure({ house }: Site): boolean {
  return house.publicUrl.startsWith('https:')
}

/** Browsers take the prefix over TLS only; for development on this machine the name goes without. */
function cookieName(site: Site): string {
  return isSecure(site) ? '__Host-courtesy' : 'courtesy'
}

/** The value of a cookie; null where it is missing or stands there twice, because then one of them is not ours. */
function cookieOf(request: FastifyRequest, name: string): string | null {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const values = pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1))
  return values.length === 1 ? (values[0] ?? null) : null
}
