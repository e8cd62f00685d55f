import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readChangeResult } from '../actions/change-result.ts'
import { recordCounts } from '../actions/her-record.ts'
import {
  endPause,
  pause,
  savePreferences,
  slowToMonthly,
  stopAll,
  stopSome,
  type Saved,
} from '../actions/preferences.ts'
import { whoIsGone } from '../actions/erase.ts'
import { readPreferences } from '../actions/read-preferences.ts'
import { sendFreshLink } from '../actions/send-own-link.ts'
import { questionFor } from '../actions/talk.ts'
import { whyDelivered } from '../actions/why.ts'
import { networkOf } from '../domain/client-network.ts'
import { dayOf, makeLink, readLink, type LinkPurpose } from '../domain/link-token.ts'
import { pauseEnd, pauseLengths } from '../domain/pause-length.ts'
import { Problem } from '../domain/problem.ts'
import { topicIn } from '../domain/topic.ts'
import type { NoticePage } from '../page-views.ts'
import { freshPage, needsFreshLinkPage, pausePage, stoppedPage, stopPage, unchangedPage } from './ask-models.ts'
import { tooMany } from './find-pages.ts'
import { maySee, urlOf, type Look } from './her-view.ts'
import { readPreferencesForm } from './preferences-form.ts'
import { changedElsewherePage, preferencesPage } from './preferences-model.ts'
import { receiptUrl } from './receipt-model.ts'
import { opensIn } from './opens-at.ts'
import { recordShort } from './record-model.ts'
import { resultPage, undonePage } from './result-models.ts'
import { sealed, sessionLook } from './session-look.ts'
import { fieldOf, linkOf, page, sendPage, tokenOf, type Site } from './site.ts'
import { inSame, voiceFor } from './voice.ts'
import { tellPart } from './talk-models.ts'
import { whyPage } from './why-model.ts'

/** How somebody comes to her page: where it is then, and who she is and what holds for her. */
export type Way = { site: Site; url: string; look(request: FastifyRequest): Promise<Look> }

/**
 * Her page and everything that hangs on it: behind a link of a mail, where the token is the authority and no cookie is
 * looked at; and in a session, where there is no token.
 */
export function preferencePages(server: FastifyInstance, site: Site): void {
  const byLink = wayByLink(site)
  herPages(server, byLink)
  page(server, '/p/:link/why', { get: (request, reply) => showWhy(byLink, request, reply) })
  page(server, '/p/:link/fresh', {
    get: (request, reply) => show(byLink, request, reply, (look) => freshPage(look, isSent(request), opensIn(request))),
    post: (request, reply) => mailFresh(byLink, request, reply),
  })
  herPages(server, wayBySession(site))
}

export function wayByLink(site: Site): Way {
  return { site, url: '/p/:link', look: (request) => lookAt(site, request, 'preferences') }
}

export function wayBySession(site: Site): Way {
  return { site, url: '/me', look: (request) => sessionLook(site, request) }
}

function herPages(server: FastifyInstance, way: Way): void {
  const { house } = way.site
  page(server, way.url, {
    get: (request, reply) => showPreferences(way, request, reply),
    post: (request, reply) => change(way, request, reply, saveForm),
  })
  page(server, `${way.url}/stop`, {
    get: (request, reply) => show(way, request, reply, stopPage),
    post: (request, reply) => change(way, request, reply, (look) => stopAll(house, look.link, look.now)),
  })
  page(server, `${way.url}/pause`, {
    get: (request, reply) => show(way, request, reply, pausePage),
    post: (request, reply) => change(way, request, reply, pauseFor),
  })
  const presses = { '/stop-topic': stopTopic, '/slower': slower, '/resume': startAgain }
  for (const [path, press] of Object.entries(presses)) {
    page(server, `${way.url}${path}`, {
      get: async (request, reply) => reply.redirect(urlOf(await way.look(request)), 303),
      post: (request, reply) => change(way, request, reply, press),
    })
  }
}

/**
 * Who this link is about, and what holds for her now.
 * @throws Problem `link-invalid` for a token that is none; `erased` when she was erased.
 */
export async function lookAt(site: Site, request: FastifyRequest, purpose: LinkPurpose): Promise<Look> {
  const token = tokenOf(request)
  const link = linkOf(site, token, purpose)
  const now = site.now()
  const preferences = await readPreferences(site.house, link, now)
  if (!preferences) throw await whoIsGone(site.house, link.person)
  const { brand, person } = preferences
  const voice = voiceFor(request, brand, person.choices.language)
  const topics = preferences.topics.map((topic) => topicIn(topic, voice.language))
  return { ...voice, preferences: { ...preferences, topics }, link, token, now, session: null }
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

async function showPreferences({ site, look: lookBy }: Way, request: FastifyRequest, reply: FastifyReply) {
  const look = await lookBy(request)
  const saved = fieldOf(request.query, 'saved')
  const result = saved === undefined ? null : await resultOf(site, look, saved)
  if (saved !== undefined && result) {
    const thanked = fieldOf(request.query, 'thanked') !== undefined
    const proof = { undoToken: saved, receipt: receiptOf(site, look) }
    return noticeTo(reply, look, resultPage(look, result, proof, { thanked }))
  }
  const undone = fieldOf(request.query, 'undone')
  if (undone !== undefined && (await resultOf(site, look, undone))) {
    return noticeTo(reply, look, undonePage(look, receiptOf(site, look)))
  }
  const { mayRaise, person, brand } = look.preferences
  if (maySee(look) && person.choices.stopped && !mayRaise) return noticeTo(reply, look, stoppedPage(look))
  if (fieldOf(request.query, 'unchanged') !== undefined) return noticeTo(reply, look, unchangedPage(look))
  if (!maySee(look)) return sendPage(reply, 'preferences', preferencesPage(look))
  const [question, counts] = await Promise.all([
    questionFor(site.house, person),
    recordCounts(site.house, person, brand, look.now),
  ])
  const model = { ...preferencesPage(look), record: recordShort(look, counts), tell: tellPart(look, question) }
  return sendPage(reply, 'preferences', sealed(model, look))
}

/** Where the receipt of her latest change is: the one whose result is shown. */
export function receiptOf({ house }: Site, look: Look): string {
  const { preferences, link, now } = look
  return inSame(look, receiptUrl(house.keys.links, link.person, preferences.person.entry, now))
}

function noticeTo(reply: FastifyReply, look: Look, model: NoticePage, status = 200): FastifyReply {
  return sendPage(reply, 'notice', sealed(model, look), status)
}

/** What the latest change did, where a token from its POST names it; null for any other token, another person's or an old one. */
export async function resultOf(site: Site, look: Look, token: string): ReturnType<typeof readChangeResult> {
  const proof = readLink(site.house.keys.links, token)
  if (proof?.purpose !== 'undo' || proof.person !== look.link.person || proof.entry === null) return null
  const version = look.preferences.person.entry
  return readChangeResult(site.house, proof.person, { entry: proof.entry, version }, look.now)
}

async function show(
  way: Way,
  request: FastifyRequest,
  reply: FastifyReply,
  model: (look: Look) => NoticePage,
): Promise<FastifyReply> {
  const look = await way.look(request)
  return noticeTo(reply, look, model(look))
}

async function showWhy(way: Way, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await way.look(request)
  return noticeTo(reply, look, whyPage(look, await whyDelivered(way.site.house, look.link)))
}

/** Works with a link of any age: what it sends goes to her own mailbox. */
async function mailFresh({ site, look: lookBy }: Way, request: FastifyRequest, reply: FastifyReply) {
  const look = await lookBy(request)
  const asked = await sendFreshLink(site.house, look.link, networkOf(request.ip), opensIn(request))
  if (asked.kind === 'too-many') return tooMany(site, request, reply, asked.seconds)
  return reply.redirect(urlOf(look, '/fresh?sent'), 303)
}

function isSent(request: FastifyRequest): boolean {
  return fieldOf(request.query, 'sent') !== undefined
}

type Press = (look: Look, body: unknown, site: Site) => Promise<Saved>

/** One press on one button: change, then show the result under an address of its own, so that reloading does nothing. */
async function change(way: Way, request: FastifyRequest, reply: FastifyReply, press: Press): Promise<FastifyReply> {
  const { site } = way
  const again = () => way.look(request)
  const look = await again()
  const saved = await press(look, request.body, site)
  switch (saved.kind) {
    case 'changed':
      return reply.redirect(urlOf(look, `?saved=${undoToken(site, look.link.person, saved.entry)}`), 303)
    case 'unchanged':
      // Answered in place: an old link may say that she had stopped to whom presses Stop, and to nobody who only looks.
      if (saved.choices.stopped) return noticeTo(reply, look, stoppedPage(await again()))
      return reply.redirect(urlOf(look, '?unchanged'), 303)
    case 'needs-fresh-link':
      return noticeTo(reply, look, needsFreshLinkPage(look), 403)
    case 'changed-elsewhere': {
      // Only the form on her page comes to this.
      const sent = readPreferencesForm(request.body)
      return sendPage(reply, 'preferences', sealed(changedElsewherePage(await again(), saved, sent), look), 409)
    }
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
