import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { askToStart } from '../actions/ask-at-door.ts'
import { confirmSignUp, firstMailAt, readSignUpBehind } from '../actions/confirm-sign-up.ts'
import { readStart } from '../actions/read-start.ts'
import { sendFreshLink } from '../actions/send-own-link.ts'
import { networkOf } from '../domain/client-network.ts'
import { dayOf, makeLink, type Link } from '../domain/link-token.ts'
import { freshPage } from './ask-models.ts'
import { tooMany } from './find-pages.ts'
import { say, type Look } from './her-view.ts'
import { plainNotice } from './notice.ts'
import { pageLanguage } from './page-frame.ts'
import { lookAt, resultOf, undoToken } from './preference-pages.ts'
import { readStartForm, type StartEntries } from './start-form.ts'
import { checkInboxPage, lastPressPage, notConfirmedPage, startedPage, startPage } from './start-models.ts'
import { fieldOf, linkOf, page, sendPage, tokenOf, type Site } from './site.ts'

/** Sign-up in two steps: what she asks for is taken down, and counts once her mailbox has confirmed it by a press. */
export function startPages(server: FastifyInstance, site: Site): void {
  page(server, '/start', {
    get: (_request, reply) => showStart(site, reply),
    post: (request, reply) => ask(site, request, reply),
  })
  page(server, '/start/:link', {
    get: (request, reply) => showConfirm(site, request, reply),
    post: (request, reply) => confirm(site, request, reply),
  })
  page(server, '/start/:link/fresh', {
    get: (request, reply) => reply.redirect(`/start/${tokenOf(request)}`, 303),
    post: (request, reply) => mailFresh(site, request, reply),
  })
}

async function showStart(site: Site, reply: FastifyReply): Promise<FastifyReply> {
  const seed = randomBytes(8).toString('hex')
  return sendForm(site, reply, { address: '', topics: [], pace: '', language: pageLanguage, seed })
}

async function sendForm(
  site: Site,
  reply: FastifyReply,
  entries: StartEntries,
  missing: Parameters<typeof startPage>[2] = null,
): Promise<FastifyReply> {
  const shown = await readStart(site.house, pageLanguage)
  const form = startPage(shown, entries, missing)
  if (form === null) return sendPage(reply, 'notice', plainNotice(shown.brand, say('page.start.closed'), {}), 503)
  return sendPage(reply, 'start', form, missing === null ? 200 : 422)
}

async function ask(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const form = readStartForm(request.body)
  if (form.kind === 'incomplete') return sendForm(site, reply, form.entries, form.missing)
  const asked = await askToStart(site.house, form.address, form.asked, networkOf(request.ip))
  if (asked.kind === 'too-many') return tooMany(site, reply, asked.seconds)
  const shown = await readStart(site.house, pageLanguage)
  return sendPage(reply, 'notice', checkInboxPage(shown, form.entries, form.asked))
}

async function showConfirm(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await lookAt(site, tokenOf(request), 'confirm')
  if (fieldOf(request.query, 'sent') !== undefined) return sendPage(reply, 'notice', freshPage(look, true))
  const done = fieldOf(request.query, 'done')
  if (done !== undefined && (await resultOf(site, look, done))) {
    const hers = herOwn(site, look)
    const first = await firstMailAt(site.house, hers.preferences.person.choices, hers.now)
    return sendPage(reply, 'notice', startedPage(hers, first, done))
  }
  const behind = await readSignUpBehind(site.house, look.token, look.link)
  if (behind.kind !== 'fresh') return sendPage(reply, 'notice', notConfirmedPage(look, behind.kind), 410)
  return sendPage(reply, 'notice', lastPressPage(look, behind.asked, behind.askedAt))
}

async function confirm(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const token = tokenOf(request)
  const link = linkOf(site, token, 'confirm')
  const result = await confirmSignUp(site.house, token, link)
  if (result.kind === 'confirmed') {
    return reply.redirect(`/start/${token}?done=${undoToken(site, link.person, result.entry)}`, 303)
  }
  return sendPage(reply, 'notice', notConfirmedPage(await lookAt(site, token, 'confirm'), result.kind), 410)
}

async function mailFresh(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const token = tokenOf(request)
  const asked = await sendFreshLink(site.house, linkOf(site, token, 'confirm'), networkOf(request.ip))
  if (asked.kind === 'too-many') return tooMany(site, reply, asked.seconds)
  return reply.redirect(`/start/${token}?sent`, 303)
}

/** From here on she has her page, as behind the link of any mail: the press came from her mailbox. */
function herOwn(site: Site, look: Look): Look {
  const link: Link = { ...look.link, purpose: 'preferences', day: dayOf(look.now), topics: [], delivery: null }
  delete link.minute
  return { ...look, link, token: makeLink(site.house.keys.links, link) }
}
