import type { FastifyInstance, FastifyRequest } from 'fastify'
import { readHostedCopy } from '../actions/read-hosted-copy.ts'
import { readBody, type Body } from '../domain/campaign-body.ts'
import { textName } from '../domain/catalogue.ts'
import { inSheet } from '../domain/design-sheet.ts'
import { languageFor, languageOf, writingOf } from '../domain/language.ts'
import { cutAtMarks } from '../domain/marks.ts'
import { Problem } from '../domain/problem.ts'
import { topicIn } from '../domain/topic.ts'
import type { HostedCopyPage } from '../page-views.ts'
import { frameOf } from './page-frame.ts'
import { fieldOf, page, sendPage, type Site } from './site.ts'
import { voiceFor, type Voice } from './voice.ts'

const uuid = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/

type Copy = NonNullable<Awaited<ReturnType<typeof readHostedCopy>>>

/** The element around a design. */
const designId = 'design'
/** So many bodies are kept as read: a design takes as long to read as many pages. A message is written once, so none grows old. */
const mostRead = 20

/**
 * `/m/:message`: the whole of a message that a digest told in short. Nothing on it is about whoever reads it. A design keeps its
 * look by a stylesheet of its own, `/m/:message/design.css`, so that the policy of the pages stays as it is everywhere.
 */
export function hostedCopies(server: FastifyInstance, site: Site): void {
  const read = new Map<string, Body>()
  const bodyOf = (id: string, { body, format }: Copy['message']): Body => {
    const known = read.get(id) ?? readBody(body, format)
    read.delete(id)
    read.set(id, known)
    for (const oldest of [...read.keys()].slice(0, -mostRead)) read.delete(oldest)
    return known
  }
  page(server, '/m/:message', {
    get: async (request, reply) => {
      const { id, copy } = await copyAt(site, request)
      const voice = voiceFor(request, copy.brand, copy.message.language)
      return sendPage(reply, 'hosted-copy', hostedCopyPage(voice, id, copy, bodyOf(id, copy.message)))
    },
  })
  page(server, '/m/:message/design.css', {
    get: async (request, reply) => {
      const { id, copy } = await copyAt(site, request)
      return reply.type('text/css; charset=utf-8').send(inSheet(bodyOf(id, copy.message).html, designId).css)
    },
  })
}

/** @throws Problem `not-found` for what is no message that everybody may read. */
async function copyAt({ house }: Site, request: FastifyRequest): Promise<{ id: string; copy: Copy }> {
  const id = fieldOf(request.params, 'message') ?? ''
  const copy = uuid.test(id) ? await readHostedCopy(house, id) : null
  if (!copy) throw new Problem('not-found', 'there is no such message')
  return { id, copy }
}

function hostedCopyPage(voice: Voice, id: string, { brand, message }: Copy, body: Body): HostedCopyPage {
  const { name, promise } = topicIn(message.topic, voice.language)
  const topic = textName(voice.language, name)
  const language = languageOf(message.language) ?? languageFor(null, brand.languages)
  const isDesigned = body.format === 'html'
  const frame = frameOf(voice, brand, message.subject)
  const styles = isDesigned ? [...frame.styles, `/m/${id}/design.css`] : frame.styles
  return {
    frame: { ...frame, styles },
    within: isDesigned ? designId : null,
    heading: message.subject,
    about: voice.say('page.hosted.about', { topic, promise }),
    language,
    direction: writingOf(language).direction,
    body: bodyForEverybody(body),
    note: voice.say('page.hosted.note'),
  }
}

/** The body as sanitised HTML with every field's fallback. Its headings stand one level lower, under the subject. */
function bodyForEverybody({ format, html, fields }: Body): string {
  const dressed = format === 'html' ? inSheet(html, designId).html : html
  const filled = cutAtMarks(dressed).map((piece) =>
    typeof piece === 'number' ? escaped(fields[piece]?.fallback ?? '') : lowered(piece),
  )
  return filled.join('')
}

function lowered(html: string): string {
  return html.replaceAll(
    /<(\/?)h([1-5])(?=[ >])/g,
    (_, slash: string, level: string) => `<${slash}h${Number(level) + 1}`,
  )
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
