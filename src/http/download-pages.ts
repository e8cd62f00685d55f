import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { makeDownload, openDownload } from '../actions/download.ts'
import { herDataJsonSchema } from '../domain/her-data.ts'
import { Problem } from '../domain/problem.ts'
import type { NoticePage } from '../page-views.ts'
import { tellingOf } from './download-parts.ts'
import { downloadZip } from './download-zip.ts'
import { press, urlOf, type Look } from './her-view.ts'
import { notice, seeAll } from './notice.ts'
import { sealed, sessionLook } from './session-look.ts'
import { fieldOf, page, sendPage, type Site } from './site.ts'

/** What she takes away: a POST makes it, and notes it; fetching it writes nothing. And the schema of what is in it. */
export function downloadPages(server: FastifyInstance, site: Site): void {
  page(server, '/me/download', {
    get: (request, reply) => showDownload(site, request, reply),
    post: (request, reply) => make(site, request, reply),
  })
  page(server, '/me/download/:file', { get: (request, reply) => fetchFile(site, request, reply) })
  page(server, '/schema/her-data.json', {
    get: (_request, reply) => reply.type('application/schema+json; charset=utf-8').send(herDataJsonSchema()),
  })
}

async function showDownload(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await sessionLook(site, request)
  const made = numberIn(fieldOf(request.query, 'made'))
  // Looked for, so that the page never says of another's entry, or of none, that something is ready.
  const ready = made !== null && (await isReady(site, look, made))
  return sendPage(reply, 'notice', sealed(ready ? readyPage(look, made) : askPage(look), look))
}

async function isReady(site: Site, look: Look, number: number): Promise<boolean> {
  try {
    await openDownload(site.house, look.link.person, number, look.now)
    return true
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}

async function make(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await sessionLook(site, request)
  const number = await makeDownload(site.house, look.link.person, look.link.day)
  return reply.redirect(urlOf(look, `/download?made=${number}`), 303)
}

async function fetchFile(site: Site, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const look = await sessionLook(site, request)
  const number = numberIn(/^(\d+)\.zip$/.exec(fieldOf(request.params, 'file') ?? '')?.[1])
  if (number === null) throw new Problem('not-found', 'a download is named by its entry')
  const download = await openDownload(site.house, look.link.person, number, look.now)
  return reply
    .type('application/zip')
    .header('content-disposition', `attachment; filename="my-data-${number}.zip"`)
    .send(downloadZip(tellingOf(site.house, download, look.language)))
}

function askPage(look: Look): NoticePage {
  const heading = look.say('download.heading')
  return notice(look, heading, {
    lead: [look.say('download.lead'), look.say('download.noted')],
    row: { label: heading, buttons: [press(urlOf(look, '/download'), look.say('download.make'), 'primary')] },
    links: [seeAll(look)],
  })
}

function readyPage(look: Look, number: number): NoticePage {
  return notice(look, look.say('download.ready'), {
    status: true,
    lead: [look.say('download.readyLead')],
    links: [{ label: look.say('download.get'), url: urlOf(look, `/download/${number}.zip`) }, seeAll(look)],
  })
}

function numberIn(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null
}
