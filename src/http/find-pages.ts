import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { askForLink } from '../actions/ask-at-door.ts'
import { readBrand } from '../actions/read-brand.ts'
import { parseAddress } from '../domain/address.ts'
import type { Brand } from '../domain/brand.ts'
import { networkOf } from '../domain/client-network.ts'
import type { EmailField, FormProblems } from '../form-views.ts'
import type { FindPage } from '../page-views.ts'
import { plainNotice, writeToUs } from './notice.ts'
import { frameOf } from './page-frame.ts'
import { fieldOf, page, sendPage, type Site } from './site.ts'
import { inSame, voiceFor, voiceOf, askedIn, type Voice } from './voice.ts'

/**
 * `/find`: for whoever lost every mail of ours. It answers the same to every address, known or not, because it does the
 * same: it takes the request down, and a worker looks whether there is somebody to mail.
 */
export function findPages(server: FastifyInstance, site: Site): void {
  page(server, '/find', {
    get: async (request, reply) => {
      const brand = await readBrand(site.house)
      const voice = voiceFor(request, brand)
      return fieldOf(request.query, 'sent') === undefined
        ? sendPage(reply, 'find', findPage(voice, brand))
        : sendPage(reply, 'notice', sentPage(voice, brand))
    },
    post: (request, reply) => find(site, request, reply),
  })
}

/** The page to type an address into; `wrong` is what was typed where that is no address. */
export function findPage(voice: Voice, brand: Brand, wrong: string | null = null): FindPage {
  const heading = voice.say('page.find.heading')
  const error = wrong === null ? null : voice.say('page.form.badAddress')
  return {
    frame: frameOf(voice, brand, error === null ? heading : voice.say('page.form.errorTitle', { heading })),
    heading,
    lead: [voice.say('page.find.lead', { brand: brand.name })],
    problems: error === null ? null : problemsOf(voice, [{ label: error, url: '#address' }]),
    action: inSame(voice, '/find'),
    email: emailField(voice, wrong ?? '', error),
    button: voice.say('page.find.button'),
  }
}

/** A field for an address, with what is wrong with it. */
export function emailField(voice: Voice, value: string, error: string | null): EmailField {
  return { label: voice.say('page.find.address'), value, error }
}

/** What is wrong with a form, each with a link to its field. */
export function problemsOf(voice: Voice, items: FormProblems['items']): FormProblems {
  return { heading: voice.say('page.form.problem'), items }
}

/** It was asked for too often: when it may be asked again, and what works all the same. */
export async function tooMany(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  seconds: number,
): Promise<FastifyReply> {
  const brand = await readBrand(site.house)
  const voice = voiceOf(request, brand)
  const lead = [voice.say('page.tooMany.lead', { minutes: Math.ceil(seconds / 60) }), voice.say('page.tooMany.stop')]
  const notice = plainNotice(voice, brand, voice.say('page.tooMany.heading'), { lead })
  return sendPage(reply.header('retry-after', seconds), 'notice', notice, 429)
}

async function find(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const typed = fieldOf(request.body, 'address') ?? ''
  const address = parseAddress(typed)
  if (address.kind === 'refused') {
    const brand = await readBrand(site.house)
    return sendPage(reply, 'find', findPage(voiceFor(request, brand), brand, typed), 422)
  }
  const asked = await askForLink(site.house, address, networkOf(request.ip))
  if (asked.kind === 'too-many') return tooMany(site, request, reply, asked.seconds)
  return reply.redirect(inSame(askedIn(request), '/find?sent'), 303)
}

function sentPage(voice: Voice, brand: Brand) {
  return plainNotice(voice, brand, voice.say('page.find.sent'), {
    status: true,
    lead: [voice.say('page.find.sentLead')],
    after: writeToUs(voice, brand),
    links: [{ label: voice.say('page.find.again'), url: inSame(voice, '/find') }],
  })
}
