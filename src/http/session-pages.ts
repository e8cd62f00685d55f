import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { endSession, onceState, openSession, type OnceState } from '../actions/open-session.ts'
import { readBrand } from '../actions/read-brand.ts'
import { sendFreshLink } from '../actions/send-own-link.ts'
import { networkOf } from '../domain/client-network.ts'
import type { Brand } from '../domain/brand.ts'
import { forPage, type PrivatePage } from '../domain/private-page.ts'
import type { NoticePage } from '../page-views.ts'
import { tooMany } from './find-pages.ts'
import { press } from './her-view.ts'
import { plainNotice } from './notice.ts'
import { opensAt, opensIn } from './opens-at.ts'
import { requireOwnSite, sessionCookie, sessionIn, sessionLook } from './session-look.ts'
import { fieldOf, linkOf, page, sendPage, tokenOf, type Site } from './site.ts'
import { askedIn, inSame, voiceFor, type Voice } from './voice.ts'

/** The fresh link and the session it opens. Its GET writes nothing and uses nothing up: scanners open every link of a mail. */
export function sessionPages(server: FastifyInstance, site: Site): void {
  page(server, '/s/:link', {
    get: (request, reply) => showLink(site, request, reply),
    post: (request, reply) => open(site, request, reply),
  })
  page(server, '/s/:link/fresh', {
    get: (request, reply) =>
      reply.redirect(inSame(askedIn(request), `/s/${tokenOf(request)}${forPage(opensIn(request))}`), 303),
    post: (request, reply) => sendAnother(site, request, reply),
  })
  page(server, '/me/sign-out', {
    get: (request, reply) => reply.redirect(inSame(askedIn(request), '/me'), 303),
    post: (request, reply) => signOut(site, request, reply),
  })
}

async function showLink(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const token = tokenOf(request)
  const link = linkOf(site, token, 'session')
  const [state, brand] = await Promise.all([onceState(site.house, token, link), readBrand(site.house)])
  const voice = voiceFor(request, brand)
  if (fieldOf(request.query, 'sent') !== undefined) return sendPage(reply, 'notice', sentPage(voice, brand))
  return sendPage(
    reply,
    'notice',
    linkPage(voice, brand, token, state, opensIn(request)),
    state === 'fresh' ? 200 : 410,
  )
}

async function open(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  requireOwnSite(request)
  const token = tokenOf(request)
  const opens = opensIn(request)
  const opened = await openSession(site.house, token, linkOf(site, token, 'session'))
  if (opened.kind === 'opened') {
    const url = inSame(askedIn(request), opens === null ? '/me' : `/me/${opens}`)
    return reply.header('set-cookie', sessionCookie(site, opened.cookie)).redirect(url, 303)
  }
  const brand = await readBrand(site.house)
  return sendPage(reply, 'notice', linkPage(voiceFor(request, brand), brand, token, opened.kind, opens), 410)
}

/** From a fresh link that is used up or over: the next one goes where it went. */
async function sendAnother(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const token = tokenOf(request)
  const asked = await sendFreshLink(site.house, linkOf(site, token, 'session'), networkOf(request.ip), opensIn(request))
  if (asked.kind === 'too-many') return tooMany(site, request, reply, asked.seconds)
  return reply.redirect(inSame(askedIn(request), `/s/${token}?sent`), 303)
}

async function signOut(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await sessionLook(site, request)
  const found = await sessionIn(site, request)
  if (found) await endSession(site.house, found.session)
  const heading = look.say('page.me.closed')
  const closed = plainNotice(look, look.preferences.brand, heading, {
    status: true,
    lead: [look.say('page.me.closedLead')],
  })
  return sendPage(reply.header('set-cookie', sessionCookie(site, null)), 'notice', closed)
}

function linkPage(voice: Voice, brand: Brand, token: string, state: OnceState, opens: PrivatePage | null): NoticePage {
  if (state === 'fresh') {
    const heading = voice.say('page.session.heading')
    const buttons = [press(inSame(voice, `/s/${token}${forPage(opens)}`), voice.say('page.session.open'), 'primary')]
    return plainNotice(voice, brand, heading, {
      lead: [voice.say('page.session.lead'), ...opensAt(voice, opens)],
      row: { label: heading, buttons },
    })
  }
  const heading = voice.say(`page.session.${state}`)
  const buttons = [press(inSame(voice, `/s/${token}/fresh${forPage(opens)}`), voice.say('page.fresh.send'), 'plain')]
  return plainNotice(voice, brand, heading, {
    lead: [voice.say(`page.session.${state}Lead`)],
    row: { label: voice.say('page.fresh.ask'), buttons },
  })
}

function sentPage(voice: Voice, brand: Brand): NoticePage {
  return plainNotice(voice, brand, voice.say('page.fresh.sent'), {
    status: true,
    lead: [voice.say('page.fresh.sentLead')],
  })
}
