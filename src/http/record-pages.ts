import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readHistory } from '../actions/her-history.ts'
import { readHerRecord } from '../actions/her-record.ts'
import { historyPage } from './receipt-model.ts'
import { recordPage } from './record-model.ts'
import { sessionLook } from './session-look.ts'
import { fieldOf, page, sendPage, type Site } from './site.ts'

/** What only a session shows: her record of mail, her history, and what she takes away. */
export function recordPages(server: FastifyInstance, site: Site): void {
  page(server, '/me/sent', { get: (request, reply) => showSent(site, request, reply) })
  page(server, '/me/history', { get: (request, reply) => showHistory(site, request, reply) })
}

async function showSent(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await sessionLook(site, request)
  const { person, brand } = look.preferences
  const month = fieldOf(request.query, 'month') ?? ''
  const from = /^\d{4}-(?:0[1-9]|1[0-2])$/.test(month) ? month : null
  const record = await readHerRecord(site.house, person, brand, { now: look.now, from })
  return sendPage(reply, 'record', recordPage(look, record, site.house.keys.links))
}

async function showHistory(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await sessionLook(site, request)
  const before = fieldOf(request.query, 'before') ?? ''
  const part = await readHistory(site.house, look.link.person, /^[1-9]\d{0,14}$/.test(before) ? Number(before) : null)
  return sendPage(reply, 'history', historyPage(look, part, site.house.keys.links))
}
