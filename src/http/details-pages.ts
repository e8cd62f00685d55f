import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addressLink, askNewAddress, useAddressLink, type AddressLink } from '../actions/change-address.ts'
import { correctDetails } from '../actions/correct-details.ts'
import { readBrand } from '../actions/read-brand.ts'
import { parseAddress } from '../domain/address.ts'
import type { Brand } from '../domain/brand.ts'
import type { TextKey } from '../domain/catalogue.ts'
import { networkOf } from '../domain/client-network.ts'
import { readLink, type Link } from '../domain/link-token.ts'
import { Problem } from '../domain/problem.ts'
import type { NoticePage } from '../page-views.ts'
import { detailsPage } from './details-model.ts'
import { tooMany } from './find-pages.ts'
import { press, urlOf, type Look } from './her-view.ts'
import { notice, plainNotice } from './notice.ts'
import { sessionLook } from './session-look.ts'
import { askedIn, inSame, voiceFor, type Voice } from './voice.ts'
import { fieldOf, page, sendPage, tokenOf, type Site } from './site.ts'

/** Who she is, to correct, in a session only; and the two links by which an address changes or stays. */
export function detailsPages(server: FastifyInstance, site: Site): void {
  page(server, '/me/details', {
    get: (request, reply) => show(site, request, reply),
    post: (request, reply) => correct(site, request, reply),
  })
  page(server, '/me/details/address', {
    get: (request, reply) => reply.redirect(inSame(askedIn(request), '/me/details'), 303),
    post: (request, reply) => changeAddress(site, request, reply),
  })
  page(server, '/address/:link', {
    get: (request, reply) => showLink(site, request, reply),
    post: (request, reply) => useLink(site, request, reply),
  })
}

async function show(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return sendPage(reply, 'details', detailsPage(await sessionLook(site, request)))
}

async function correct(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await sessionLook(site, request)
  const given = (name: string) => fieldOf(request.body, name) ?? ''
  const entry = await correctDetails(site.house, look.link.person, {
    name: given('name'),
    familyName: given('familyName'),
    language: given('language') || null,
    timeZone: given('timeZone') || null,
  })
  const key = entry === null ? 'unchanged' : 'saved'
  return sendPage(reply, 'notice', toldPage(look, look.say(`page.details.${key}`), look.say(`page.details.${key}Lead`)))
}

async function changeAddress(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await sessionLook(site, request)
  const typed = fieldOf(request.body, 'address') ?? ''
  const address = parseAddress(typed)
  if (address.kind === 'refused') return sendPage(reply, 'details', detailsPage(look, typed), 422)
  const asked = await askNewAddress(site.house, look.link.person, address, networkOf(request.ip))
  if (asked.kind === 'too-many') return tooMany(site, request, reply, asked.seconds)
  if (asked.kind === 'unchanged') {
    return sendPage(
      reply,
      'notice',
      toldPage(look, look.say('page.details.unchanged'), look.say('page.details.unchangedLead')),
    )
  }
  const lead = look.say('page.details.askedLead', { address: address.spelling })
  return sendPage(reply, 'notice', toldPage(look, look.say('page.details.asked'), lead))
}

function toldPage(look: Look, heading: string, lead: string): NoticePage {
  const links = [
    { label: look.say('page.details.again'), url: urlOf(look, '/details') },
    { label: look.say('page.seeAll'), url: urlOf(look) },
  ]
  return notice(look, heading, { status: true, lead: [lead], links })
}

/** @throws Problem `link-invalid` for a token that no mail about an address carried. */
function addressLinkOf(site: Site, token: string): Link {
  const link = readLink(site.house.keys.links, token)
  const isOurs = link?.purpose === 'confirm' || (link?.purpose === 'undo' && link.entry === null)
  if (!link || !isOurs || link.delivery === null) throw new Problem('link-invalid', 'this is not a link to an address')
  return link
}

async function showLink(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const token = tokenOf(request)
  const state = await addressLink(site.house, addressLinkOf(site, token))
  const brand = await readBrand(site.house)
  return sendPage(reply, 'notice', askPage(voiceFor(request, brand), brand, token, state), state === 'over' ? 410 : 200)
}

async function useLink(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const done = await useAddressLink(site.house, addressLinkOf(site, tokenOf(request)))
  const [heading, lead] = doneTexts[done]
  const status = { over: 410, taken: 409 }[done as string] ?? 200
  const brand = await readBrand(site.house)
  const voice = voiceFor(request, brand)
  const told = { status: true, lead: [voice.say(lead)] }
  return sendPage(reply, 'notice', plainNotice(voice, brand, voice.say(heading), told), status)
}

const doneTexts: Record<AddressLink | 'taken', [TextKey, TextKey]> = {
  confirm: ['page.address.confirmed', 'page.address.confirmedLead'],
  keep: ['page.address.kept', 'page.address.keptLead'],
  'put-back': ['page.address.putBackDone', 'page.address.putBackDoneLead'],
  over: ['page.address.over', 'page.address.overLead'],
  taken: ['page.address.taken', 'page.address.takenLead'],
}

const askTexts: Record<Exclude<AddressLink, 'over'>, 'confirm' | 'keep' | 'putBack'> = {
  confirm: 'confirm',
  keep: 'keep',
  'put-back': 'putBack',
}

function askPage(voice: Voice, brand: Brand, token: string, state: AddressLink): NoticePage {
  if (state === 'over')
    return plainNotice(voice, brand, voice.say('page.address.over'), { lead: [voice.say('page.address.overLead')] })
  const key = askTexts[state]
  const heading = voice.say(`page.address.${key}`)
  const buttons = [press(inSame(voice, `/address/${token}`), voice.say(`page.address.${key}Button`), 'primary')]
  const lead = [voice.say(`page.address.${key}Lead`, { brand: brand.name })]
  return plainNotice(voice, brand, heading, { lead, row: { label: heading, buttons } })
}
