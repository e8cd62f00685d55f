import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readReceipt } from '../actions/her-history.ts'
import { readWording } from '../actions/read-wording.ts'
import { Problem } from '../domain/problem.ts'
import type { WordingPage } from '../record-views.ts'
import { frameOf } from './page-frame.ts'
import { receiptBody } from './receipt-model.ts'
import { verifyUrl } from './verify-page.ts'
import { fieldOf, linkOf, page, sendPage, tokenOf, type Site } from './site.ts'
import { inSame, voiceFor, type Voice } from './voice.ts'

/** What can be kept and checked by others: the receipt of one change, and the words that an answer rests on. */
export function receiptPages(server: FastifyInstance, site: Site): void {
  page(server, '/receipt/:link', { get: (request, reply) => showReceipt(site, request, reply) })
  page(server, '/wording/:hash', { get: (request, reply) => showWording(site, request, reply) })
  page(server, '/wording/:hash/file', { get: (request, reply) => giveWording(site, request, reply) })
}

async function showReceipt(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { person, entry } = linkOf(site, tokenOf(request), 'receipt')
  const receipt = await readReceipt(site.house, person, entry ?? 0)
  if (!receipt) throw new Problem('not-found', 'there is no such entry of hers, or she was erased')
  const voice = voiceFor(request, receipt.brand, receipt.person.choices.language)
  const body = receiptBody(receipt, voice.language, {
    wording: (hash) => inSame(voice, `/wording/${hash}`),
    verify: verifyUrl(site.house),
  })
  return sendPage(reply, 'receipt', { frame: frameOf(voice, receipt.brand, body.heading), receipt: body })
}

async function showWording(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const found = await theWording(site, request)
  return sendPage(reply, 'wording-page', wordingPage(voiceFor(request, found.brand), found))
}

/** Its very bytes, to be hashed: as a file, because what somebody attests was written elsewhere and is no page of ours. */
async function giveWording(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { wording } = await theWording(site, request)
  return reply
    .type('application/octet-stream')
    .header('content-disposition', `attachment; filename="${wording.hash}.html"`)
    .send(Buffer.from(wording.body))
}

async function theWording(site: Site, request: FastifyRequest): Promise<Found> {
  const found = await readWording(site.house, fieldOf(request.params, 'hash') ?? '')
  if (!found) throw new Problem('not-found', 'no text of ours has that name')
  return found
}

type Found = NonNullable<Awaited<ReturnType<typeof readWording>>>

function wordingPage(voice: Voice, { brand, wording, text }: Found): WordingPage {
  const heading = voice.say('wording.heading')
  return {
    frame: frameOf(voice, brand, heading),
    heading,
    lead: voice.say('wording.lead'),
    facts: [
      { name: voice.say('wording.hash'), value: wording.hash, mono: true },
      { name: voice.say('wording.language'), value: wording.language, mono: false },
      { name: voice.say('wording.published'), value: new Date(wording.publishedAt).toISOString(), mono: false },
    ],
    file: { label: voice.say('wording.file'), url: inSame(voice, `/wording/${wording.hash}/file`) },
    label: voice.say('wording.text'),
    text,
  }
}
