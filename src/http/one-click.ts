import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Changed } from '../actions/change-choices.ts'
import { unsubscribeOneClick } from '../actions/preferences.ts'
import { oneClick } from '../domain/choice-changes.ts'
import { Problem } from '../domain/problem.ts'
import { oneClickPage } from './ask-models.ts'
import { asksToUnsubscribe } from './one-click-body.ts'
import { lookAt, undoToken } from './preference-pages.ts'
import { oneClickDonePage } from './result-models.ts'
import { linkOf, page, sendPage, tokenOf, type Site } from './site.ts'

/** A one-click body has some 30 bytes; as multipart with a long boundary a few hundred. */
const bodyLimit = 8_192

/**
 * The address in the `List-Unsubscribe` header (RFC 8058). POST ends it at once, without redirect, cookie or any look
 * at where it comes from; GET only shows what a press would do, because scanners open every link of a mail.
 */
export function oneClickPages(server: FastifyInstance, site: Site): void {
  void server.register((own, _options, done) => {
    own.removeAllContentTypeParsers()
    own.addContentTypeParser('*', { parseAs: 'string', bodyLimit }, (request, body, parsed) =>
      parsed(null, asksToUnsubscribe(request.headers['content-type'], body.toString())),
    )
    page(own, '/u/:link', {
      get: (request, reply) => showOneClick(site, request, reply),
      post: (request, reply) => unsubscribe(site, request, reply),
    })
    done()
  })
}

async function showOneClick(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await lookAt(site, request, 'unsubscribe')
  const { choices } = look.preferences.person
  const { delivery, topics } = look.link
  const wouldBe = oneClick(choices, { delivery: delivery ?? '', topics }, look.now.toISOString())
  return sendPage(reply, 'notice', oneClickPage(look, wouldBe ? wouldBe.stopped !== null : choices.stopped !== null))
}

async function unsubscribe(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const link = linkOf(site, tokenOf(request), 'unsubscribe')
  if (request.body !== true) throw Object.assign(new Error('not a one-click body'), { statusCode: 400 })
  const changed = await endFor(() => unsubscribeOneClick(site.house, link))
  if (!changed || !request.headers.accept?.includes('text/html')) {
    return reply.type('text/plain; charset=utf-8').send('Done.\n')
  }
  const look = await lookAt(site, request, 'unsubscribe')
  if (changed.kind === 'unchanged') return sendPage(reply, 'notice', oneClickDonePage(look, null, ''))
  const { before, choices: after } = changed
  const token = undoToken(site, link.person, changed.entry)
  return sendPage(reply, 'notice', oneClickDonePage(look, { before, after }, token))
}

/** Nothing is left to end for somebody who was erased: what she asks for is already so. */
async function endFor(unsubscribing: () => Promise<Changed>): Promise<Changed | null> {
  try {
    return await unsubscribing()
  } catch (error) {
    if (error instanceof Problem && (error.code === 'not-found' || error.code === 'erased')) return null
    throw error
  }
}
