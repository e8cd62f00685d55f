import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { askForLink } from '../actions/ask-at-door.ts'
import { readBrand } from '../actions/read-brand.ts'
import { parseAddress } from '../domain/address.ts'
import type { Brand } from '../domain/brand.ts'
import { networkOf } from '../domain/client-network.ts'
import type { EmailField, FindPage, FormProblems } from '../page-views.ts'
import { say } from './her-view.ts'
import { plainNotice, writeToUs } from './notice.ts'
import { frameOf } from './page-frame.ts'
import { fieldOf, page, sendPage, type Site } from './site.ts'

/**
 * `/find`: for whoever lost every mail of ours. It answers the same to every address, known or not, because it does the
 * same: it takes the request down, and a worker looks whether there is somebody to mail.
 */
export function findPages(server: FastifyInstance, site: Site): void {
  page(server, '/find', {
    get: async (request, reply) => {
      const brand = await readBrand(site.house)
      return fieldOf(request.query, 'sent') === undefined
        ? sendPage(reply, 'find', findPage(brand))
        : sendPage(reply, 'notice', sentPage(brand))
    },
    post: (request, reply) => find(site, request, reply),
  })
}

/** The page to type an address into; `wrong` is what was typed where that is no address. */
export function findPage(brand: Brand, wrong: string | null = null): FindPage {
  const heading = say('page.find.heading')
  const error = wrong === null ? null : say('page.form.badAddress')
  return {
    frame: frameOf(brand, error === null ? heading : say('page.form.errorTitle', { heading })),
    heading,
    lead: [say('page.find.lead', { brand: brand.name })],
    problems: error === null ? null : problemsOf([{ label: error, url: '#address' }]),
    action: '/find',
    email: emailField(wrong ?? '', error),
    button: say('page.find.button'),
  }
}

/** A field for an address, with what is wrong with it. */
export function emailField(value: string, error: string | null): EmailField {
  return { label: say('page.find.address'), value, error }
}

/** What is wrong with a form, each with a link to its field. */
export function problemsOf(items: FormProblems['items']): FormProblems {
  return { heading: say('page.form.problem'), items }
}

/** It was asked for too often: when it may be asked again, and what works all the same. */
export async function tooMany(site: Site, reply: FastifyReply, seconds: number): Promise<FastifyReply> {
  const lead = [say('page.tooMany.lead', { minutes: Math.ceil(seconds / 60) }), say('page.tooMany.stop')]
  const notice = plainNotice(await readBrand(site.house), say('page.tooMany.heading'), { lead })
  return sendPage(reply.header('retry-after', seconds), 'notice', notice, 429)
}

async function find(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const typed = fieldOf(request.body, 'address') ?? ''
  const address = parseAddress(typed)
  if (address.kind === 'refused') return sendPage(reply, 'find', findPage(await readBrand(site.house), typed), 422)
  const asked = await askForLink(site.house, address, networkOf(request.ip))
  if (asked.kind === 'too-many') return tooMany(site, reply, asked.seconds)
  return reply.redirect('/find?sent', 303)
}

function sentPage(brand: Brand) {
  return plainNotice(brand, say('page.find.sent'), {
    status: true,
    lead: [say('page.find.sentLead')],
    after: writeToUs(brand),
    links: [{ label: say('page.find.again'), url: '/find' }],
  })
}
