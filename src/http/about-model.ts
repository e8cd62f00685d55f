import type { About } from '../actions/read-about.ts'
import { zoneFor } from '../domain/calendar.ts'
import { textDate } from '../domain/catalogue.ts'
import { serviceKinds, serviceRegister } from '../domain/service-register.ts'
import { topicIn } from '../domain/topic.ts'
import type { StatementPage } from '../page-views.ts'
import { writeToUs } from './notice.ts'
import { frameOf } from './page-frame.ts'
import { inSame, type Voice } from './voice.ts'
import { volumeText } from './volume-text.ts'

/** Who sends these emails, about what and how much, how they stop, and which come without being a topic. */
export function aboutPage(voice: Voice, about: About): StatementPage {
  const { brand } = about
  const topics = about.topics.map((topic) => topicIn(topic, voice.language))
  const heading = voice.say('about.heading')
  const { postalAddress } = brand
  const where = postalAddress === null ? [] : [voice.say('about.postal', { brand: brand.name, postalAddress })]
  return {
    frame: frameOf(voice, brand, heading),
    heading,
    lead: [voice.say('about.lead', { brand: brand.name }), ...where, ...writeToUs(voice, brand)],
    sections: [
      {
        heading: voice.say('about.topics.heading'),
        lines: [voice.say(topics.length > 0 ? 'about.topics.counted' : 'about.topics.none')],
        items: topics.map((topic) => ({
          name: topic.name,
          lines: [
            topic.promise,
            voice.say('about.topics.volume', { volume: volumeText(voice, about.volumes, topic.id, about.now) }),
          ],
        })),
      },
      {
        heading: voice.say('about.stop.heading'),
        lines: [voice.say('about.stop.lead'), voice.say('about.stop.button')],
        items: [],
      },
      {
        heading: voice.say('about.service.heading'),
        lines: [voice.say('about.service.lead')],
        items: serviceKinds.map((kind) => ({
          name: voice.say(`about.service.${kind}.name`),
          lines: [
            voice.say(`about.service.${kind}.why`),
            voice.say(`privacy.ground.${serviceRegister[kind]}`),
            lastUseOf(voice, about, kind),
          ],
        })),
      },
    ],
    row: null,
    links: [{ label: voice.say('privacy.heading'), url: inSame(voice, '/privacy') }],
  }
}

function lastUseOf(voice: Voice, { brand, lastUse }: About, kind: (typeof serviceKinds)[number]): string {
  const at = lastUse.get(kind)
  if (at === undefined) return voice.say('about.service.never')
  return voice.say('about.service.last', { date: textDate(voice.language, new Date(at), zoneFor(null, brand)) })
}
