import type { Brand } from '../domain/brand.ts'
import { retention, type Kept } from '../domain/retention.ts'
import type { StatementPage } from '../page-views.ts'
import { say } from './her-view.ts'
import { frameOf, isSafe, replyAddress } from './page-frame.ts'

/** What is kept, why, on what ground and how long: the table that the daily work deletes by. And what she can do about it. */
export function privacyPage(brand: Brand): StatementPage {
  const heading = say('privacy.heading')
  const replyTo = replyAddress(brand)
  const { privacyUrl } = brand
  const own =
    privacyUrl && isSafe(privacyUrl) ? [{ label: say('privacy.own', { brand: brand.name }), url: privacyUrl }] : []
  return {
    frame: frameOf(brand, heading),
    heading,
    lead: [say('privacy.lead', { brand: brand.name })],
    sections: [
      {
        heading: say('privacy.kept.heading'),
        lines: [],
        items: retention.map((kept) => ({ name: say(`privacy.kept.${kept.kind}.name`), lines: linesOf(kept) })),
      },
      {
        heading: say('privacy.who.heading'),
        lines: [
          say('privacy.who.lead', { brand: brand.name }),
          say('privacy.who.pixels'),
          say('privacy.who.cookie'),
          say('privacy.who.backups'),
        ],
        items: [],
      },
      {
        heading: say('privacy.rights.heading'),
        lines: [
          say('privacy.rights.page'),
          ...(replyTo ? [say('privacy.rights.write', { replyTo })] : []),
          say('privacy.rights.authority'),
        ],
        items: [],
      },
    ],
    row: null,
    links: [
      { label: say('privacy.find'), url: '/find' },
      { label: say('about.heading'), url: '/about-these-emails' },
      ...own,
    ],
  }
}

function linesOf({ kind, ground, period }: Kept): string[] {
  const time = typeof period === 'object' ? { ...period } : {}
  return [say(`privacy.kept.${kind}.why`), say(`privacy.ground.${ground}`), say(`privacy.kept.${kind}.until`, time)]
}
