import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { changeToUndo, undoChange } from '../actions/preferences.ts'
import { undo } from '../domain/choice-differences.ts'
import { readLink, type Link } from '../domain/link-token.ts'
import { undoPage } from './ask-models.ts'
import { lookAt, receiptOf, resultOf, undoToken } from './preference-pages.ts'
import { undonePage } from './result-models.ts'
import { fieldOf, linkOf, page, sendPage, tokenOf, type Site } from './site.ts'
import { askedIn, inSame } from './voice.ts'

/** Undo, from a result page or from a mail: shows what it is about, and puts back by POST. */
export function undoPages(server: FastifyInstance, site: Site): void {
  page(server, '/undo/:link', {
    get: (request, reply) => showUndo(site, request, reply),
    post: (request, reply) => putBack(site, request, reply),
  })
}

async function showUndo(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await lookAt(site, request, 'undo')
  const undone = fieldOf(request.query, 'undone')
  if (undone !== undefined && (await resultOf(site, look, undone)))
    return sendPage(reply, 'notice', undonePage(look, receiptOf(site, look)))
  const { person, entry } = look.link
  const { before, after, at } = await changeToUndo(site.house, person, entry ?? 0, look.now)
  const left = undo(look.preferences.person.choices, before, after) !== null
  return sendPage(reply, 'notice', undoPage(look, at, left))
}

async function putBack(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const token = tokenOf(request)
  const link = linkOf(site, token, 'undo')
  const undone = await undoChange(site.house, link, site.now())
  const from = herPage(site, link, fieldOf(request.body, 'page'))
  const to = (url: string) => reply.redirect(inSame(askedIn(request), url), 303)
  if (undone.kind === 'unchanged') return to(from ? `${from}?unchanged` : `/undo/${token}`)
  const proof = undoToken(site, link.person, undone.entry)
  return to(`${from ?? `/undo/${token}`}?undone=${proof}`)
}

/** The page she pressed Undo on, where that was her own; an Undo link by itself never leads to it. */
function herPage(site: Site, { person }: Link, token = ''): string | null {
  if (token === 'me') return '/me'
  const link = readLink(site.house.keys.links, token)
  return link?.purpose === 'preferences' && link.person === person ? `/p/${token}` : null
}
