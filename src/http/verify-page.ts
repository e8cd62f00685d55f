import type { FastifyInstance } from 'fastify'
import type { House } from '../actions/house.ts'
import { verifyPage } from '../actions/verify-page.ts'
import { page } from './site.ts'

/**
 * `/verify`: checks a proof in the browser of whoever opens it. The only page of ours with a script: its own, named by its
 * hash. It asks for nothing, so that it can be saved and works from a file.
 */
export function verifyPages(server: FastifyInstance): void {
  const { html, policy } = verifyPage()
  page(server, '/verify', {
    get: (_request, reply) =>
      reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', `${policy}; frame-ancestors 'none'`)
        .send(html),
  })
}

/** Its whole address: the way there is kept in files, too. */
export function verifyUrl({ publicUrl }: Pick<House, 'publicUrl'>): string {
  return `${publicUrl}/verify`
}
