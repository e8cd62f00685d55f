import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { House } from '../actions/house.ts'
import { readLink, type Link, type LinkPurpose } from '../domain/link-token.ts'
import { Problem } from '../domain/problem.ts'
import type { Pages } from '../page-views.ts'

/** What every page of the door stands on. */
export type Site = { house: House; now(): Date }

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

const otherMethods: readonly HTTPMethods[] = ['POST', 'PUT', 'PATCH', 'DELETE']

/**
 * One address of ours: what GET (and with it HEAD) shows and what POST does. OPTIONS says so; every other method is
 * refused by name, so that nobody takes it for an address we do not know. `bodyLimit` (bytes) is for a larger form than usual.
 */
export function page(
  server: FastifyInstance,
  url: string,
  { get, post, bodyLimit }: { get: Handler; post?: Handler; bodyLimit?: number },
): void {
  const allowed = post ? 'GET, HEAD, POST, OPTIONS' : 'GET, HEAD, OPTIONS'
  server.get(url, get)
  if (post) server.post(url, bodyLimit === undefined ? {} : { bodyLimit }, post)
  server.options(url, (_request, reply) => reply.code(204).header('allow', allowed).send())
  server.route({
    method: otherMethods.filter((method) => method !== 'POST' || !post),
    url,
    // Before the body is looked at: whatever it holds, the method is what is wrong.
    onRequest: (_request, reply, done) => {
      reply.header('allow', allowed)
      done(Object.assign(new Error('this address has no such method'), { statusCode: 405 }))
    },
    handler: () => undefined,
  })
}

/** Answers with a page in the brand's look. */
export function sendPage<Name extends keyof Pages>(
  reply: FastifyReply,
  name: Name,
  model: Pages[Name],
  status = 200,
): FastifyReply {
  return reply.code(status).view(name, model)
}

/** The token in the address. */
export function tokenOf(request: FastifyRequest): string {
  return fieldOf(request.params, 'link') ?? ''
}

/**
 * The link that a token is. Who is meant, and what may be done, comes from here and from nothing else in the request.
 * @throws Problem `link-invalid` for every other token, whatever is wrong with it.
 */
export function linkOf(site: Site, token: string, purpose: LinkPurpose): Link {
  const link = readLink(site.house.keys.links, token)
  if (link?.purpose !== purpose) throw new Problem('link-invalid', `this is not a link to ${purpose}`)
  return link
}

/** One value of the query or of a form; undefined when it is missing or stands there more than once. */
export function fieldOf(fields: unknown, name: string): string | undefined {
  const value = fields !== null && typeof fields === 'object' ? (fields as Record<string, unknown>)[name] : undefined
  return typeof value === 'string' ? value : undefined
}
