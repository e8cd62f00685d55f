import type { FastifyInstance } from 'fastify'
import { readBrand } from '../actions/read-brand.ts'
import { readPromises, type PublicPromises } from '../actions/read-insights.ts'
import type { Brand } from '../domain/brand.ts'
import { textDate, textNumber } from '../domain/catalogue.ts'
import type { Told } from '../domain/small-groups.ts'
import type { StatementPage } from '../page-views.ts'
import { frameOf } from './page-frame.ts'
import { page, sendPage, type Site } from './site.ts'
import { inSame, voiceFor, type Voice } from './voice.ts'

/** Seconds for which what was counted is shown again, here and by whoever keeps the page. */
const keptSeconds = 300

/** `/promises`: how the brand kept its word, for everybody, where it switched that on. Elsewhere there is no such page. */
export function promisesPage(server: FastifyInstance, site: Site): void {
  let kept: { until: number; counted: Promise<PublicPromises> } | null = null
  const counted = (now: number): Promise<PublicPromises> => {
    if (kept !== null && now < kept.until) return kept.counted
    const counting = readPromises(site.house)
    kept = { until: now + keptSeconds * 1000, counted: counting }
    counting.catch(() => (kept = null))
    return counting
  }
  page(server, '/promises', {
    get: async (request, reply) => {
      const brand = await readBrand(site.house)
      if (!brand.promises) return reply.callNotFound()
      const model = promisesModel(voiceFor(request, brand), brand, await counted(site.now().getTime()))
      reply.headers({ 'cache-control': `public, max-age=${keptSeconds}`, vary: 'accept-language' })
      return sendPage(reply, 'statement', model)
    },
  })
}

function promisesModel(voice: Voice, brand: Brand, { span, promises }: PublicPromises): StatementPage {
  const heading = voice.say('promises.heading')
  const n = (number: Told) => ({ n: toldText(voice, number) })
  const day = (date: string) => textDate(voice.language, new Date(date), 'UTC')
  const { checked, broken, stops, slowestMs, digests, late, heldBack, keptForLater, mailsUntil } = promises
  const until =
    mailsUntil === null ? voice.say('promises.untilNone') : voice.say('promises.until', { day: day(mailsUntil) })
  const seconds = textNumber(voice.language, Math.round((slowestMs ?? 0) / 10) / 100)
  return {
    frame: frameOf(voice, brand, heading),
    heading,
    lead: [
      voice.say('promises.lead', { brand: brand.name, from: day(span.from), until: day(span.until) }),
      until,
      voice.say('promises.rule'),
    ],
    sections: [
      {
        heading: voice.say('promises.broken'),
        lines: [voice.say('promises.number', { n: broken }), voice.say('promises.checked', n(checked))],
        items: [],
      },
      {
        heading: voice.say('promises.stops'),
        lines: [
          slowestMs === null ? voice.say('promises.nobody') : voice.say('promises.slowest', { seconds, ...n(stops) }),
        ],
        items: [],
      },
      {
        heading: voice.say('promises.digests'),
        lines: [voice.say('promises.digests.sent', n(digests)), voice.say('promises.late', { n: late })],
        items: [],
      },
      {
        heading: voice.say('promises.held'),
        lines: [voice.say('promises.held.never', n(heldBack)), voice.say('promises.held.later', n(keptForLater))],
        items: [],
      },
    ],
    row: null,
    links: [{ label: voice.say('privacy.heading'), url: inSame(voice, '/privacy') }],
  }
}

function toldText(voice: Voice, n: Told): string {
  return typeof n === 'number' ? textNumber(voice.language, n) : voice.say(`promises.${n}`)
}
