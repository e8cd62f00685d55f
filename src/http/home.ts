import type { FastifyInstance } from 'fastify'
import { databaseAnswers, readBrand } from '../actions/read-brand.ts'
import type { Brand } from '../domain/brand.ts'
import type { FindPage, HomePage } from '../page-views.ts'
import { findPage } from './find-pages.ts'
import { say } from './her-view.ts'
import { frameOf } from './page-frame.ts'
import { page, sendPage, type Site } from './site.ts'

/** Addresses that the demo knows and puts on the first page: one person's page, a check, the proof. */
export type Doors = { herPage: string | null; check: string | null; proof: string | null }

/** `/`: for development what this is, with its doors; for everybody else how to find one's own link. */
export function home(
  server: FastifyInstance,
  site: Site,
  shown: { development: boolean; mailbox: boolean; doors: Doors },
): void {
  page(server, '/', {
    get: async (_request, reply) => {
      const brand = await readBrand(site.house)
      return shown.development
        ? sendPage(reply, 'home', developmentHome(brand, shown.doors, shown.mailbox))
        : sendPage(reply, 'find', productionHome(brand))
    },
  })
}

/** `/healthz`: this process answers. `/readyz`: so does the database. */
export function health(server: FastifyInstance, site: Site): void {
  page(server, '/healthz', { get: (_request, reply) => reply.type('text/plain').send('ok\n') })
  page(server, '/readyz', {
    get: async (_request, reply) => {
      const ready = await databaseAnswers(site.house)
      return reply
        .code(ready ? 200 : 503)
        .type('text/plain')
        .send(ready ? 'ready\n' : 'the database does not answer\n')
    },
  })
}

function productionHome(brand: Brand): FindPage {
  const heading = say('page.home.find')
  const lead = [say('page.home.findLead', { brand: brand.name }), say('page.home.findNone')]
  return { ...findPage(brand), frame: frameOf(brand, heading), heading, lead }
}

function developmentHome(brand: Brand, doors: Doors, mailbox: boolean): HomePage {
  const heading = say('page.home.heading')
  return {
    frame: frameOf(brand, heading),
    heading,
    lead: [say('page.home.lead', { brand: brand.name })],
    doors: [
      door('page', doors.herPage, 'npx courtesy people link ADDRESS'),
      door('check', doors.check, 'npx courtesy campaign check SLUG'),
      door('proof', doors.proof, 'npx courtesy ledger export -o proof.zip'),
      ...(mailbox ? [door('mailbox', '/mailbox', '')] : []),
    ],
    note: say('page.home.development'),
  }
}

/** A way in: its address where one is known, else the command that makes one. */
function door(
  name: 'page' | 'check' | 'proof' | 'mailbox',
  url: string | null,
  command: string,
): HomePage['doors'][number] {
  return {
    heading: say(`page.home.${name}`),
    lead: say(`page.home.${name}Lead`),
    link: url ? { label: say('page.home.open'), url } : null,
    command: url ? null : command,
  }
}
