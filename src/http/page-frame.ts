import type { Brand } from '../domain/brand.ts'
import { text } from '../domain/catalogue.ts'
import { parseSender } from '../domain/sender.ts'
import type { Frame } from '../page-views.ts'
import { stylesFor } from './assets.ts'

/** The one language of the catalogue so far. Her own comes here once there is another. */
export const pageLanguage = 'en'

/** What stands around a page. `stop` is the address of her stop page, for the footer. */
export function frameOf(brand: Brand, heading: string, stop: string | null = null): Frame {
  const replyTo = replyAddress(brand)
  const footer = [
    { label: text(pageLanguage, 'page.footer.stop'), url: stop },
    { label: text(pageLanguage, 'about.heading'), url: '/about-these-emails' },
    { label: text(pageLanguage, 'privacy.heading'), url: '/privacy' },
    { label: text(pageLanguage, 'page.footer.write'), url: replyTo && `mailto:${encodeURI(replyTo)}` },
  ]
  return {
    language: pageLanguage,
    direction: 'ltr',
    title: text(pageLanguage, 'page.title', { heading, brand: brand.name }),
    skip: text(pageLanguage, 'page.skip'),
    brand: brand.name,
    styles: stylesFor(brand),
    postalAddress: brand.postalAddress,
    footer: footer.flatMap(({ label, url }) => (url && isSafe(url) ? [{ label, url }] : [])),
  }
}

/** Where an answer reaches people, without the name before it; null where the brand has none. */
export function replyAddress({ replyTo }: Brand): string | null {
  return replyTo === null ? null : parseSender(replyTo).address
}

/** Templates escape text, not addresses: only these may stand in an href. */
export function isSafe(url: string): boolean {
  return /^(?:https?:\/\/|mailto:|\/)/.test(url)
}

/** The time of day of an instant in a zone: "14:02". */
export function textTime(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat(pageLanguage, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  }).format(at)
}
