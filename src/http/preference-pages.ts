import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readChangeResult } from '../actions/change-result.ts'
import {
  endPause,
  pause,
  readPreferences,
  savePreferences,
  slowToMonthly,
  stopAll,
  stopSome,
  type Saved,
} from '../actions/preferences.ts'
import { whoIsGone } from '../actions/erase.ts'
import { whyDelivered } from '../actions/why.ts'
import { dayOf, makeLink, readLink, type LinkPurpose } from '../domain/link-token.ts'
import { pauseEnd, pauseLengths } from '../domain/pause-length.ts'
import { Problem } from '../domain/problem.ts'
import type { NoticePage } from '../page-views.ts'
import { needsFreshLinkPage, pausePage, stoppedPage, stopPage, unchangedPage } from './ask-models.ts'
import { maySee, urlOf, type Look } from './her-view.ts'
import { pageLanguage } from './page-frame.ts'
import { readPreferencesForm } from './preferences-form.ts'
import { changedElsewherePage, preferencesPage } from './preferences-model.ts'
import { resultPage, undonePage } from './result-models.ts'
import { fieldOf, linkOf, page, sendPage, tokenOf, type Site } from './site.ts'
import { whyPage } from './why-model.ts'

/** Her page and everything that hangs on its link. The token is the authority; there is no login and no cookie. */
export function preferencePages(server: FastifyInstance, site: Site): void {
  page(server, '/p/:link', {
    get: (request, reply) => showPreferences(site, request, reply),
    post: (request, reply) => change(site, request, reply, saveForm),
  })
  page(server, '/p/:link/stop', {
    get: (request, reply) => show(site, request, reply, stopPage),
    post: (request, reply) => change(site, request, reply, (look) => stopAll(site.house, look.link, look.now)),
  })
  page(server, '/p/:link/pause', {
    get: (request, reply) => show(site, request, reply, pausePage),
    post: (request, reply) => change(site, request, reply, pauseFor),
  })
  page(server, '/p/:link/why', { get: (request, reply) => showWhy(site, request, reply) })
  const presses = { '/stop-topic': stopTopic, '/slower': slower, '/resume': startAgain }
  for (const [path, press] of Object.entries(presses)) {
    page(server, `/p/:link${path}`, {
      get: async (request, reply) => reply.redirect(urlOf(await lookAt(site, tokenOf(request), 'preferences')), 303),
      post: (request, reply) => change(site, request, reply, press),
    })
  }
}

/**
 * Who this link is about, and what holds for her now.
 * @throws Problem `link-invalid` for a token that is none; `erased` when she was erased.
 */
export async function lookAt(site: Site, token: string, purpose: LinkPurpose): Promise<Look> {
  const link = linkOf(site, token, purpose)
  const now = site.now()
  const preferences = await readPreferences(site.house, link, pageLanguage, now)
  if (!preferences) throw await whoIsGone(site.house, link.person)
  return { preferences, link, token, now }
}

/** The proof that a POST made that change: only who pressed can show its result, or undo it. */
export function undoToken(site: Site, person: string, entry: number): string {
  return makeLink(site.house.keys.links, {
    purpose: 'undo',
    person,
    day: dayOf(site.now()),
    topics: [],
    delivery: null,
    entry,
  })
}

async function showPreferences(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await lookAt(site, tokenOf(request), 'preferences')
  const saved = fieldOf(request.query, 'saved')
  const result = saved === undefined ? null : await resultOf(site, look, saved)
  if (saved !== undefined && result) return sendPage(reply, 'notice', resultPage(look, result, saved))
  const undone = fieldOf(request.query, 'undone')
  if (undone !== undefined && (await resultOf(site, look, undone))) return sendPage(reply, 'notice', undonePage(look))
  if (maySee(look) && look.preferences.person.choices.stopped) return sendPage(reply, 'notice', stoppedPage(look))
  if (fieldOf(request.query, 'unchanged') !== undefined) return sendPage(reply, 'notice', unchangedPage(look))
  return sendPage(reply, 'preferences', preferencesPage(look))
}

/** What the latest change did, where a token from its POST names it; null for any other token, another person's or an old one. */
export async function resultOf(site: Site, look: Look, token: string): ReturnType<typeof readChangeResult> {
  const proof = readLink(site.house.keys.links, token)
  if (proof?.purpose !== 'undo' || proof.person !== look.link.person || proof.entry === null) return null
  const version = look.preferences.person.entry
  return readChangeResult(site.house, proof.person, { entry: proof.entry, version }, look.now)
}

async function show(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  model: (look: Look) => NoticePage,
): Promise<FastifyReply> {
  return sendPage(reply, 'notice', model(await lookAt(site, tokenOf(request), 'preferences')))
}

async function showWhy(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await lookAt(site, tokenOf(request), 'preferences')
  return sendPage(reply, 'notice', whyPage(look, await whyDelivered(site.house, look.link)))
}

type Press = (look: Look, body: unknown, site: Site) => Promise<Saved>

/** One press on one button: change, then show the result under an address of its own, so that reloading does nothing. */
async function change(site: Site, request: FastifyRequest, reply: FastifyReply, press: Press): Promise<FastifyReply> {
  const again = () => lookAt(site, tokenOf(request), 'preferences')
  const look = await again()
  const saved = await press(look, request.body, site)
  switch (saved.kind) {
    case 'changed':
      return reply.redirect(urlOf(look, `?saved=${undoToken(site, look.link.person, saved.entry)}`), 303)
    case 'unchanged':
      // Answered in place: an old link may say that she had stopped to whom presses Stop, and to nobody who only looks.
      if (saved.choices.stopped) return sendPage(reply, 'notice', stoppedPage(await again()))
      return reply.redirect(urlOf(look, '?unchanged'), 303)
    case 'needs-fresh-link':
      return sendPage(reply, 'notice', needsFreshLinkPage(look), 403)
    case 'changed-elsewhere':
      return sendPage(reply, 'preferences', changedElsewherePage(await again(), saved), 409)
  }
}

const saveForm: Press = (look, body, site) =>
  savePreferences(site.house, look.link, readPreferencesForm(body), look.now)

const stopTopic: Press = (look, body, site) => {
  const topic = look.preferences.topics.find(({ id }) => String(id) === fieldOf(body, 'topic'))
  if (!topic) throw new Problem('invalid-input', 'there is no such topic')
  return stopSome(site.house, look.link, [topic.id], look.now)
}

const pauseFor: Press = (look, body, site) => {
  const length = pauseLengths.find((each) => each === fieldOf(body, 'for'))
  if (!length) throw new Problem('invalid-input', `a pause is one of ${pauseLengths.join(', ')}`)
  const { person, brand } = look.preferences
  return pause(site.house, look.link, pauseEnd(length, look.now, person.choices.timeZone, brand), look.now)
}

const slower: Press = (look, _body, site) => slowToMonthly(site.house, look.link, look.now)

const startAgain: Press = (look, _body, site) => endPause(site.house, look.link, look.now)
