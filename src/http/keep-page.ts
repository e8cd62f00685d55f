import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { renewYes } from '../actions/renew.ts'
import { renewable } from '../domain/renewal.ts'
import type { PreferencesPage } from '../page-views.ts'
import { needsFreshLinkPage, stoppedPage, unchangedPage } from './ask-models.ts'
import { dateFor, herFrame, maySee, press, topicsNamed, urlOf, type Look } from './her-view.ts'
import { namesOf } from './notice.ts'
import { lookAt, undoToken } from './preference-pages.ts'
import { preferencesPage } from './preferences-model.ts'
import { fieldOf, page, sendPage, type Site } from './site.ts'

/** "Still right? Yes, keep it": the page behind that line of a mail, and its one button, which says an old yes again. */
export function keepPages(server: FastifyInstance, site: Site): void {
  page(server, '/p/:link/keep', {
    get: (request, reply) => showKeep(site, request, reply),
    post: (request, reply) => keep(site, request, reply),
  })
}

async function showKeep(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await lookAt(site, request, 'preferences')
  const { preferences, link, now } = look
  const { choices } = preferences.person
  if (maySee(look) && choices.stopped) return sendPage(reply, 'notice', stoppedPage(look))
  if (!preferences.mayRaise) return sendPage(reply, 'preferences', preferencesPage(look))
  const due = renewable(choices, link.topics, preferences.brand, now)
  if (due.length === 0) return sendPage(reply, 'notice', unchangedPage(look))
  return sendPage(reply, 'preferences', keepPage(look, due))
}

/** Her own page with one button before all others, so that she sees every word of what she says yes to again. */
function keepPage(look: Look, due: readonly number[]): PreferencesPage {
  const whole = preferencesPage(look)
  const { choices } = look.preferences.person
  const heading = look.say('page.keep.heading')
  const topics = topicsNamed(look, due)
  const [oldest = ''] = due.map((id) => choices.topics[id]?.basis?.confirmedAt ?? '').toSorted()
  const button =
    whole.form && press(urlOf(look, '/keep'), look.say('page.keep.button'), 'primary', { wording: whole.form.hash })
  return {
    ...whole,
    frame: herFrame(look, heading),
    heading,
    lead: [look.say('page.keep.lead', { topics: namesOf(look, topics), date: dateFor(look, oldest) })],
    first: [...(button ? [button] : []), ...whole.first],
  }
}

async function keep(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await lookAt(site, request, 'preferences')
  const renewed = await renewYes(site.house, look.link, fieldOf(request.body, 'wording') ?? '', look.now)
  switch (renewed.kind) {
    case 'renewed':
      return reply.redirect(urlOf(look, `?saved=${undoToken(site, look.link.person, renewed.entry)}`), 303)
    case 'unchanged':
      return reply.redirect(urlOf(look, '?unchanged'), 303)
    case 'needs-fresh-link':
      return sendPage(reply, 'notice', needsFreshLinkPage(look), 403)
  }
}
