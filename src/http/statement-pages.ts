import type { FastifyInstance } from 'fastify'
import { readAbout } from '../actions/read-about.ts'
import { readBrand } from '../actions/read-brand.ts'
import { aboutPage } from './about-model.ts'
import { privacyPage } from './privacy-model.ts'
import { page, sendPage, type Site } from './site.ts'

/** What holds for everybody and is linked at the end of every page. Nobody has to be known to read it. */
export function statementPages(server: FastifyInstance, site: Site): void {
  page(server, '/privacy', {
    get: async (_request, reply) => sendPage(reply, 'statement', privacyPage(await readBrand(site.house))),
  })
  page(server, '/about-these-emails', {
    get: async (_request, reply) => sendPage(reply, 'statement', aboutPage(await readAbout(site.house))),
  })
}
