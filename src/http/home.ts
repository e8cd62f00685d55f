import type { FastifyInstance } from 'fastify'
import { readBrand } from '../actions/read-brand.ts'
import type { Brand } from '../domain/brand.ts'
import type { FindPage, HomePage } from '../page-views.ts'
import { findPage } from './find-pages.ts'
import { frameOf } from './page-frame.ts'
import { page, sendPage, type Site } from './site.ts'
import { inSame, voiceFor, type Voice } from './voice.ts'

/** Addresses that the demo knows and puts on the first page: one person's page, a check, the proof. */
export type Doors = { herPage: string | null; check: string | null; proof: string | null }

/** `/`: for development what this is, with its doors; for everybody else how to find one's own link. */
export function home(
  server: FastifyInstance,
  site: Site,
  shown: { development: boolean; mailbox: boolean; doors: Doors },
): void {
  page(server, '/', {
    get: async (request, reply) => {
      const brand = await readBrand(site.house)
      const voice = voiceFor(request, brand)
      return shown.development
        ? sendPage(reply, 'home', developmentHome(voice, brand, shown.doors, shown.mailbox))
        : sendPage(reply, 'find', productionHome(voice, brand))
    },
  })
}

function productionHome(voice: Voice, brand: Brand): FindPage {
  const heading = voice.say('page.home.find')
  const lead = [voice.say('page.home.findLead', { brand: brand.name }), voice.say('page.home.findNone')]
  return { ...findPage(voice, brand), frame: frameOf(voice, brand, heading), heading, lead }
}

function developmentHome(voice: Voice, brand: Brand, doors: Doors, mailbox: boolean): HomePage {
  const heading = voice.say('page.home.heading')
  return {
    frame: frameOf(voice, brand, heading),
    heading,
    lead: [voice.say('page.home.lead', { brand: brand.name })],
    doors: [
      door(voice, 'page', doors.herPage, 'npx courtesy people link ADDRESS'),
      door(voice, 'check', doors.check, 'npx courtesy campaign check SLUG'),
      door(voice, 'proof', doors.proof, 'npx courtesy ledger export -o proof.zip'),
      ...(mailbox ? [door(voice, 'mailbox', '/mailbox', '')] : []),
    ],
    note: voice.say('page.home.development'),
  }
}

/** A way in: its address where one is known, else the command that makes one. */
function door(
  voice: Voice,
  name: 'page' | 'check' | 'proof' | 'mailbox',
  url: string | null,
  command: string,
): HomePage['doors'][number] {
  return {
    heading: voice.say(`page.home.${name}`),
    lead: voice.say(`page.home.${name}Lead`),
    link: url ? { label: voice.say('page.home.open'), url: inSame(voice, url) } : null,
    command: url ? null : command,
  }
}
