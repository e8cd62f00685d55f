import type { FastifyInstance } from 'fastify'
import { readPictureBytes } from '../actions/read-picture.ts'
import { pictureTypes, type PictureType } from '../domain/picture.ts'
import { Problem } from '../domain/problem.ts'
import { fieldOf, page, type Site } from './site.ts'

/**
 * A picture that is opened by itself is a page of our own origin: it may style itself and do nothing else, whatever slipped past
 * the reading of it.
 */
const policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

const types: Record<PictureType, string> = { png: 'image/png', jpg: 'image/jpeg', svg: 'image/svg+xml; charset=utf-8' }

/** `/picture/<sha256>.png`, `.jpg` or `.svg`: what it shows never changes, so it may be kept for ever. */
export function pictures(server: FastifyInstance, site: Site): void {
  page(server, '/picture/:name', {
    get: async (request, reply) => {
      const [, hash, type] = /^([\da-f]{64})\.([a-z]{3})$/.exec(fieldOf(request.params, 'name') ?? '') ?? []
      const bytes = hash && isType(type) ? await readPictureBytes(site.house, hash, type) : null
      if (!bytes || !isType(type)) throw new Problem('not-found', 'there is no such picture')
      return (
        reply
          .type(types[type])
          .header('content-security-policy', policy)
          // Mail programs in a browser show it from an origin of their own; it is about nobody.
          .header('cross-origin-resource-policy', 'cross-origin')
          .header('cache-control', 'public, max-age=31536000, immutable')
          .send(bytes)
      )
    },
  })
}

function isType(type: string | undefined): type is PictureType {
  return pictureTypes.some((known) => known === type)
}
