import type { FastifyInstance } from 'fastify'
import { readAbout } from '../actions/read-about.ts'
import { readBrand } from '../actions/read-brand.ts'
import type { Brand } from '../domain/brand.ts'
import { Problem } from '../domain/problem.ts'
import { aboutPage } from './about-model.ts'
import { replyAddress } from './page-frame.ts'
import { privacyPage } from './privacy-model.ts'
import { voiceFor } from './voice.ts'
import { page, sendPage, type Site } from './site.ts'

/** What holds for everybody and is linked at the end of every page. Nobody has to be known to read it. */
export function statementPages(server: FastifyInstance, site: Site): void {
  page(server, '/privacy', {
    get: async (request, reply) => {
      const brand = await readBrand(site.house)
      return sendPage(reply, 'statement', privacyPage(voiceFor(request, brand), brand))
    },
  })
  page(server, '/about-these-emails', {
    get: async (request, reply) => {
      const about = await readAbout(site.house)
      return sendPage(reply, 'statement', aboutPage(voiceFor(request, about.brand), about))
    },
  })
  page(server, '/.well-known/security.txt', {
    get: async (_request, reply) => {
      const brand = await readBrand(site.house)
      return reply.type('text/plain; charset=utf-8').send(securityContact(brand, site))
    },
  })
}

/** Days for which what stands there holds; it must be less than a year (RFC 9116). */
const contactDays = 180

/** Whom to tell of a hole (RFC 9116): the address that answers reach. @throws Problem `not-found` where the brand has none. */
function securityContact(brand: Brand, { house, now }: Site): string {
  const replyTo = replyAddress(brand)
  if (replyTo === null)
    throw new Problem('not-found', 'the brand has no address; set one with courtesy brand set --reply-to')
  const expires = new Date(now().getTime() + contactDays * 86_400_000)
  expires.setUTCHours(0, 0, 0, 0)
  const canonical = `${house.publicUrl}/.well-known/security.txt`
  return [
    `Contact: mailto:${encodeURI(replyTo)}`,
    `Expires: ${expires.toISOString()}`,
    ...(canonical.startsWith('https:') ? [`Canonical: ${canonical}`] : []),
    `Preferred-Languages: ${brand.languages.join(', ')}`,
    '',
  ].join('\n')
}
