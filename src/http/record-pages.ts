import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readHerRecord } from '../actions/her-record.ts'
import { recordPage } from './record-model.ts'
import { sessionLook } from './session-look.ts'
import { fieldOf, page, sendPage, type Site } from './site.ts'

/** What only a session shows: her record of mail, her history, and what she takes away. */
export function recordPages(server: FastifyInstance, site: Site): void {
  page(server, '/me/sent', { get: (request, reply) => showSent(site, request, reply) })
}

async function showSent(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await sessionLook(site, request)
  const { person, brand } = look.preferences
  const month = fieldOf(request.query, 'month') ?? ''
  const from = /^\d{4}-(?:0[1-9]|1[0-2])$/.test(month) ? month : null
  const record = await readHerRecord(site.house, person, brand, { now: look.now, from })
  return sendPage(reply, 'record', recordPage(look, record, site.house.keys.links))
}
