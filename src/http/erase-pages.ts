import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { erasePerson, type Erased } from '../actions/erase.ts'
import type { NoticePage, StatementPage } from '../page-views.ts'
import { herFrame, press, timeFor, urlOf, type Look } from './her-view.ts'
import { plainNotice } from './notice.ts'
import { sealed, sessionCookie, sessionLook } from './session-look.ts'
import { inSame } from './voice.ts'
import { page, sendPage, type Site } from './site.ts'

/** Erasure, in a session only: what goes, what stays and why, then one button. */
export function erasePages(server: FastifyInstance, site: Site): void {
  page(server, '/me/erase', {
    get: async (request, reply) => {
      const look = await sessionLook(site, request)
      return sendPage(reply, 'statement', sealed(askPage(look), look))
    },
    post: (request, reply) => erase(site, request, reply),
  })
}

function askPage(look: Look): StatementPage {
  const heading = look.say('erase.heading')
  const goes = [
    look.say('erase.goes.person'),
    look.say('erase.goes.proof'),
    look.say('erase.goes.talk'),
    look.say('erase.goes.mail'),
  ]
  const stays = [
    look.say('erase.stays.fingerprint'),
    look.say('erase.stays.number'),
    look.say('erase.stays.record'),
    look.say('erase.stays.yours'),
  ]
  const buttons = [press(urlOf(look, '/erase'), look.say('erase.button'), 'final')]
  return {
    frame: herFrame(look, heading),
    heading,
    lead: [],
    sections: [
      { heading: look.say('erase.goes.heading'), lines: goes, items: [] },
      { heading: look.say('erase.stays.heading'), lines: [...stays, look.say('erase.undo')], items: [] },
    ],
    row: { label: heading, buttons },
    links: [{ label: look.say('page.seeAll'), url: urlOf(look) }],
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
  const sent =
    since === null ? look.say('erase.nothingMore') : look.say('erase.mayArrive', { count, time: timeFor(look, since) })
  return plainNotice(look, look.preferences.brand, look.say('erase.done'), {
    status: true,
    lead: [sent, look.say('erase.kept')],
    links: [{ label: look.say('erase.back'), url: inSame(look, '/start') }],
  })
}
