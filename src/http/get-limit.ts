import type { FastifyInstance } from 'fastify'
import { networkOf } from '../domain/client-network.ts'
import { Problem } from '../domain/problem.ts'

/** One network may look at so many pages a minute: far more than people do, far less than a flood. */
const mostAMinute = 1_200
const windowMs = 60_000
/** Beyond so many networks within a minute the count begins anew: memory stays bounded whatever comes. */
const mostNetworks = 100_000

/**
 * Refuses a network that looks at too many pages, in the memory of this process: looking writes nothing. What is pressed is
 * never refused by this, so that stopping always works.
 */
export function limitGets(server: FastifyInstance): void {
  const looks = new Map<string, number>()
  let until = 0
  server.addHook('onRequest', (request, reply, done) => {
    const network = request.method === 'POST' ? null : networkOf(request.ip)
    if (network === null) return done()
    const now = performance.now()
    if (now >= until || looks.size >= mostNetworks) {
      looks.clear()
      until = now + windowMs
    }
    const count = (looks.get(network) ?? 0) + 1
    looks.set(network, count)
    if (count <= mostAMinute) return done()
    reply.header('retry-after', Math.ceil((until - now) / 1000))
    done(new Problem('too-many', 'this network looks at too many pages within a minute'))
  })
}
