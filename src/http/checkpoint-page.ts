import type { FastifyInstance } from 'fastify'
import { readCheckpoint } from '../actions/sign-checkpoint.ts'
import { Problem } from '../domain/problem.ts'
import { page, type Site } from './site.ts'

/**
 * `/ledger/checkpoint`: the newest signed state of the ledger, for whoever wants to keep it and notice one day if what came
 * before was rewritten. It names nobody. Looking signs nothing; workers do that each minute in which the ledger grew.
 */
export function checkpointPage(server: FastifyInstance, site: Site): void {
  page(server, '/ledger/checkpoint', {
    get: async (_request, reply) => {
      const newest = await readCheckpoint(site.house)
      if (!newest) throw new Problem('not-found', 'no state of the ledger has been signed yet')
      return reply.type('text/plain; charset=utf-8').send(newest.note)
    },
  })
}
