import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { sayWrongTopic } from '../actions/report-wrong-topic.ts'
import { whyDelivered } from '../actions/why.ts'
import { urlOf } from './her-view.ts'
import { lookAt } from './preference-pages.ts'
import { fieldOf, page, sendPage, type Site } from './site.ts'
import { wrongTopicPage } from './why-model.ts'

/** "This wasn't about Repairs": one press on the why and the stop page, with a link of any age. It is no choice. */
export function wrongTopicPages(server: FastifyInstance, site: Site): void {
  page(server, '/p/:link/wrong-topic', {
    get: (request, reply) => showNoted(site, request, reply),
    post: (request, reply) => note(site, request, reply),
  })
}

/** Thanks to whom has pressed; whoever only opens the address is shown why she got it. */
async function showNoted(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await lookAt(site, request, 'preferences')
  const carried = await whyDelivered(site.house, look.link)
  if (!carried.some(({ reported }) => reported)) return reply.redirect(urlOf(look, '/why'), 303)
  return sendPage(reply, 'notice', wrongTopicPage(look))
}

async function note(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await lookAt(site, request, 'preferences')
  const said = await sayWrongTopic(site.house, look.link, fieldOf(request.body, 'item') ?? null)
  return reply.redirect(urlOf(look, said.kind === 'reported' ? '/wrong-topic' : '/why'), 303)
}
