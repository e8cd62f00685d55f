import type { About } from '../actions/read-about.ts'
import { zoneFor } from '../domain/calendar.ts'
import { textDate } from '../domain/catalogue.ts'
import { serviceKinds, serviceRegister } from '../domain/service-register.ts'
import type { StatementPage } from '../page-views.ts'
import { say } from './her-view.ts'
import { writeToUs } from './notice.ts'
import { frameOf, pageLanguage } from './page-frame.ts'
import { volumeText } from './volume-text.ts'

/** Who sends these emails, about what and how much, how they stop, and which come without being a topic. */
export function aboutPage(about: About): StatementPage {
  const { brand, topics } = about
  const heading = say('about.heading')
  const { postalAddress } = brand
  const where = postalAddress === null ? [] : [say('about.postal', { brand: brand.name, postalAddress })]
  return {
    frame: frameOf(brand, heading),
    heading,
    lead: [say('about.lead', { brand: brand.name }), ...where, ...writeToUs(brand)],
    sections: [
      {
        heading: say('about.topics.heading'),
        lines: [say(topics.length > 0 ? 'about.topics.counted' : 'about.topics.none')],
        items: topics.map((topic) => ({
          name: topic.name,
          lines: [
            topic.promise,
            say('about.topics.volume', { volume: volumeText(about.volumes, topic.id, about.now) }),
          ],
        })),
      },
      { heading: say('about.stop.heading'), lines: [say('about.stop.lead'), say('about.stop.button')], items: [] },
      {
        heading: say('about.service.heading'),
        lines: [say('about.service.lead')],
        items: serviceKinds.map((kind) => ({
          name: say(`about.service.${kind}.name`),
          lines: [
            say(`about.service.${kind}.why`),
            say(`privacy.ground.${serviceRegister[kind]}`),
            lastUseOf(about, kind),
          ],
        })),
      },
    ],
    row: null,
    links: [{ label: say('privacy.heading'), url: '/privacy' }],
  }
}

function lastUseOf({ brand, lastUse }: About, kind: (typeof serviceKinds)[number]): string {
  const at = lastUse.get(kind)
  if (at === undefined) return say('about.service.never')
  return say('about.service.last', { date: textDate(pageLanguage, new Date(at), zoneFor(null, brand)) })
}
