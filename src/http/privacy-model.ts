import type { Brand } from '../domain/brand.ts'
import { retention, type Kept } from '../domain/retention.ts'
import type { StatementPage } from '../page-views.ts'
import { frameOf, isSafe, replyAddress } from './page-frame.ts'
import { inSame, type Voice } from './voice.ts'

/** What is kept, why, on what ground and how long: the table that the daily work deletes by. And what she can do about it. */
export function privacyPage(voice: Voice, brand: Brand): StatementPage {
  const heading = voice.say('privacy.heading')
  const replyTo = replyAddress(brand)
  const { privacyUrl } = brand
  const own =
    privacyUrl && isSafe(privacyUrl)
      ? [{ label: voice.say('privacy.own', { brand: brand.name }), url: privacyUrl }]
      : []
  return {
    frame: frameOf(voice, brand, heading),
    heading,
    lead: [voice.say('privacy.lead', { brand: brand.name })],
    sections: [
      {
        heading: voice.say('privacy.kept.heading'),
        lines: [],
        items: retention.map((kept) => ({
          name: voice.say(`privacy.kept.${kept.kind}.name`),
          lines: linesOf(voice, kept),
        })),
      },
      {
        heading: voice.say('privacy.who.heading'),
        lines: [
          voice.say('privacy.who.lead', { brand: brand.name }),
          voice.say('privacy.who.pixels'),
          voice.say('privacy.who.cookie'),
          voice.say('privacy.who.backups'),
        ],
        items: [],
      },
      {
        heading: voice.say('privacy.rights.heading'),
        lines: [
          voice.say('privacy.rights.page'),
          ...(replyTo ? [voice.say('privacy.rights.write', { replyTo })] : []),
          voice.say('privacy.rights.authority'),
        ],
        items: [],
      },
    ],
    row: null,
    links: [
      { label: voice.say('privacy.find'), url: inSame(voice, '/find') },
      { label: voice.say('about.heading'), url: inSame(voice, '/about-these-emails') },
      ...own,
    ],
  }
}

function linesOf(voice: Voice, { kind, ground, period }: Kept): string[] {
  const time = typeof period === 'object' ? { ...period } : {}
  return [
    voice.say(`privacy.kept.${kind}.why`),
    voice.say(`privacy.ground.${ground}`),
    voice.say(`privacy.kept.${kind}.until`, time),
  ]
}
