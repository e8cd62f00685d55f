import { BlockList, isIP } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { readHealth, readMetrics, type Metrics, type NotReady } from '../actions/read-health.ts'
import { Problem } from '../domain/problem.ts'
import { page, type Site } from './site.ts'

const whyNot: Record<NotReady, string> = {
  database: 'the database does not answer',
  ledger: 'the ledger does not fit its high-water mark; a person has to decide (courtesy ledger recover)',
}

/**
 * `/healthz`: this process answers. `/readyz`: so does the database, and its ledger is the one that was signed. `/metrics`: numbers
 * for whoever watches, only for this machine and the networks of TRUSTED_PROXIES, and never through a proxy.
 */
export function health(server: FastifyInstance, site: Site, trusted: readonly string[]): void {
  const inside = networks(['127.0.0.0/8', '::1', ...trusted])
  page(server, '/healthz', { get: (_request, reply) => reply.type('text/plain').send('ok\n') })
  page(server, '/readyz', {
    get: async (_request, reply) => {
      const why = await readHealth(site.house)
      return reply
        .code(why === null ? 200 : 503)
        .type('text/plain')
        .send(why === null ? 'ready\n' : `${whyNot[why]}\n`)
    },
  })
  page(server, '/metrics', {
    get: async (request, reply) => {
      // Whoever is not meant is told no more than of any other address that is none.
      if (!comesFrom(inside, request)) throw new Problem('not-found', 'the numbers are shown inside only')
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(asText(await readMetrics(site.house)))
    },
  })
}

function networks(all: readonly string[]): BlockList {
  const list = new BlockList()
  for (const each of all) {
    const [address = '', length] = each.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (length === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(length), family)
  }
  return list
}

/** By the connection itself: a proxy in front would make everybody come from inside, so that what it forwards is refused. */
function comesFrom(inside: BlockList, request: FastifyRequest): boolean {
  const { headers } = request
  if (headers['x-forwarded-for'] || headers.forwarded || headers.via || headers['x-real-ip']) return false
  const address = request.socket.remoteAddress ?? ''
  return inside.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** Prometheus' text format. What has no age has no line. */
function asText(metrics: Metrics): string {
  const gauges: [name: string, help: string, values: [label: string, value: number | null][]][] = [
    ['ledger_entries', 'Entries of the ledger.', [['', metrics.entries]]],
    ['ledger_signed_entries', 'Entries that the newest checkpoint covers.', [['', metrics.checkpointSize]]],
    ['ledger_checkpoint_age_seconds', 'Age of the newest checkpoint.', [['', metrics.checkpointAge]]],
    ['ledger_fits', '1 while the ledger fits the high-water mark of this machine.', [['', metrics.fits ? 1 : 0]]],
    ['deliveries', 'Deliveries that are not at their end, by state.', labelled('state', metrics.deliveries)],
    ['delivery_overdue_seconds', 'For how long the oldest delivery has been due.', [['', metrics.overdue]]],
    ['campaigns', 'Campaigns that are not at their end, by state.', labelled('state', metrics.campaigns)],
    ['worker_silent_seconds', 'Since any worker last gave a sign of life.', [['', metrics.workerSilent]]],
  ]
  return gauges
    .map(([name, help, values]) => {
      const lines = values.flatMap(([label, value]) => (value === null ? [] : [`courtesy_${name}${label} ${value}\n`]))
      return `# HELP courtesy_${name} ${help}\n# TYPE courtesy_${name} gauge\n${lines.join('')}`
    })
    .join('')
}

function labelled(label: string, values: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(values).map(([name, value]) => [`{${label}="${name}"}`, value])
}
