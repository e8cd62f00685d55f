import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { erasePerson, type Erased } from '../actions/erase.ts'
import type { NoticePage, StatementPage } from '../page-views.ts'
import { herFrame, press, say, timeFor, urlOf, type Look } from './her-view.ts'
import { plainNotice } from './notice.ts'
import { sealedPress, sessionCookie, sessionLook } from './session-look.ts'
import { page, sendPage, type Site } from './site.ts'

/** Erasure, in a session only: what goes, what stays and why, then one button. */
export function erasePages(server: FastifyInstance, site: Site): void {
  page(server, '/me/erase', {
    get: async (request, reply) => sendPage(reply, 'statement', askPage(await sessionLook(site, request))),
    post: (request, reply) => erase(site, request, reply),
  })
}

function askPage(look: Look): StatementPage {
  const heading = say('erase.heading')
  const goes = [say('erase.goes.person'), say('erase.goes.proof'), say('erase.goes.mail')]
  const stays = [
    say('erase.stays.fingerprint'),
    say('erase.stays.number'),
    say('erase.stays.record'),
    say('erase.stays.yours'),
  ]
  const buttons = [sealedPress(press(urlOf(look, '/erase'), say('erase.button'), 'final'), look)]
  return {
    frame: herFrame(look, heading),
    heading,
    lead: [],
    sections: [
      { heading: say('erase.goes.heading'), lines: goes, items: [] },
      { heading: say('erase.stays.heading'), lines: [...stays, say('erase.undo')], items: [] },
    ],
    row: { label: heading, buttons },
    links: [{ label: say('page.seeAll'), url: urlOf(look) }],
  }
}

/** There is no page of hers to go to any more, so this press is answered in place. */
async function erase(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await sessionLook(site, request)
  const erased = await erasePerson(site.house, look.link.person, { way: 'page', by: null })
  return sendPage(reply.header('set-cookie', sessionCookie(site, null)), 'notice', donePage(look, erased))
}

function donePage(look: Look, erased: Erased): NoticePage {
  const { count, since } = erased.kind === 'erased' ? erased.inFlight : { count: 0, since: null }
  const sent = since === null ? say('erase.nothingMore') : say('erase.mayArrive', { count, time: timeFor(look, since) })
  return plainNotice(look.preferences.brand, say('erase.done'), {
    status: true,
    lead: [sent, say('erase.kept')],
    links: [{ label: say('erase.back'), url: '/start' }],
  })
}
