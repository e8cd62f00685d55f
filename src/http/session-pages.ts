import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { endSession, onceState, openSession, type OnceState } from '../actions/open-session.ts'
import { readBrand } from '../actions/read-brand.ts'
import { sendFreshLink } from '../actions/send-own-link.ts'
import { networkOf } from '../domain/client-network.ts'
import type { Brand } from '../domain/brand.ts'
import type { NoticePage } from '../page-views.ts'
import { tooMany } from './find-pages.ts'
import { press, say } from './her-view.ts'
import { plainNotice } from './notice.ts'
import { requireOwnSite, sessionCookie, sessionIn, sessionLook } from './session-look.ts'
import { fieldOf, linkOf, page, sendPage, tokenOf, type Site } from './site.ts'

/** The fresh link and the session it opens. Its GET writes nothing and uses nothing up: scanners open every link of a mail. */
export function sessionPages(server: FastifyInstance, site: Site): void {
  page(server, '/s/:link', {
    get: (request, reply) => showLink(site, request, reply),
    post: (request, reply) => open(site, request, reply),
  })
  page(server, '/s/:link/fresh', {
    get: (request, reply) => reply.redirect(`/s/${tokenOf(request)}`, 303),
    post: (request, reply) => sendAnother(site, request, reply),
  })
  page(server, '/me/sign-out', {
    get: (_request, reply) => reply.redirect('/me', 303),
    post: (request, reply) => signOut(site, request, reply),
  })
}

async function showLink(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const token = tokenOf(request)
  const link = linkOf(site, token, 'session')
  const [state, brand] = await Promise.all([onceState(site.house, token, link), readBrand(site.house)])
  if (fieldOf(request.query, 'sent') !== undefined) return sendPage(reply, 'notice', sentPage(brand))
  return sendPage(reply, 'notice', linkPage(brand, token, state), state === 'fresh' ? 200 : 410)
}

async function open(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  requireOwnSite(request)
  const token = tokenOf(request)
  const opened = await openSession(site.house, token, linkOf(site, token, 'session'))
  if (opened.kind === 'opened') {
    return reply.header('set-cookie', sessionCookie(site, opened.cookie)).redirect('/me', 303)
  }
  return sendPage(reply, 'notice', linkPage(await readBrand(site.house), token, opened.kind), 410)
}

/** From a fresh link that is used up or over: the next one goes where it went. */
async function sendAnother(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const token = tokenOf(request)
  const asked = await sendFreshLink(site.house, linkOf(site, token, 'session'), networkOf(request.ip))
  if (asked.kind === 'too-many') return tooMany(site, reply, asked.seconds)
  return reply.redirect(`/s/${token}?sent`, 303)
}

async function signOut(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await sessionLook(site, request)
  const found = await sessionIn(site, request)
  if (found) await endSession(site.house, found.session)
  const heading = say('page.me.closed')
  const closed = plainNotice(look.preferences.brand, heading, { status: true, lead: [say('page.me.closedLead')] })
  return sendPage(reply.header('set-cookie', sessionCookie(site, null)), 'notice', closed)
}

function linkPage(brand: Brand, token: string, state: OnceState): NoticePage {
  if (state === 'fresh') {
    const heading = say('page.session.heading')
    const buttons = [press(`/s/${token}`, say('page.session.open'), 'primary')]
    return plainNotice(brand, heading, { lead: [say('page.session.lead')], row: { label: heading, buttons } })
  }
  const heading = say(`page.session.${state}`)
  const buttons = [press(`/s/${token}/fresh`, say('page.fresh.send'), 'plain')]
  return plainNotice(brand, heading, {
    lead: [say(`page.session.${state}Lead`)],
    row: { label: say('page.fresh.ask'), buttons },
  })
}

function sentPage(brand: Brand): NoticePage {
  return plainNotice(brand, say('page.fresh.sent'), { status: true, lead: [say('page.fresh.sentLead')] })
}
