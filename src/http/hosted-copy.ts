import type { FastifyInstance } from 'fastify'
import { readHostedCopy } from '../actions/read-hosted-copy.ts'
import { readBody } from '../domain/campaign-body.ts'
import { textName } from '../domain/catalogue.ts'
import { languageFor, languageOf, writingOf } from '../domain/language.ts'
import { cutAtMarks } from '../domain/marks.ts'
import { Problem } from '../domain/problem.ts'
import { topicIn } from '../domain/topic.ts'
import type { HostedCopyPage } from '../page-views.ts'
import { frameOf } from './page-frame.ts'
import { fieldOf, page, sendPage, type Site } from './site.ts'
import { voiceFor, type Voice } from './voice.ts'

const uuid = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/

/** `/m/:message`: the whole of a message that a digest told in short. Nothing on it is about whoever reads it. */
export function hostedCopies(server: FastifyInstance, site: Site): void {
  page(server, '/m/:message', {
    get: async (request, reply) => {
      const id = fieldOf(request.params, 'message') ?? ''
      const copy = uuid.test(id) ? await readHostedCopy(site.house, id) : null
      if (!copy) throw new Problem('not-found', 'there is no such message')
      return sendPage(reply, 'hosted-copy', hostedCopyPage(voiceFor(request, copy.brand, copy.message.language), copy))
    },
  })
}

function hostedCopyPage(
  voice: Voice,
  { brand, message }: NonNullable<Awaited<ReturnType<typeof readHostedCopy>>>,
): HostedCopyPage {
  const { name, promise } = topicIn(message.topic, voice.language)
  const topic = textName(voice.language, name)
  const language = languageOf(message.language) ?? languageFor(null, brand.languages)
  return {
    frame: frameOf(voice, brand, message.subject),
    heading: message.subject,
    about: voice.say('page.hosted.about', { topic, promise }),
    language,
    direction: writingOf(language).direction,
    body: bodyForEverybody(message.body),
    note: voice.say('page.hosted.note'),
  }
}

/** The body as sanitised HTML with every field's fallback. Its headings stand one level lower, under the subject. */
function bodyForEverybody(source: string): string {
  const { html, fields } = readBody(source)
  const filled = cutAtMarks(html).map((piece) =>
    typeof piece === 'number' ? escaped(fields[piece]?.fallback ?? '') : lowered(piece),
  )
  return filled.join('')
}

function lowered(html: string): string {
  return html.replaceAll(/<(\/?)h([1-4])>/g, (_, slash: string, level: string) => `<${slash}h${Number(level) + 1}>`)
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
