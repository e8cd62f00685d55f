import type { Brand } from '../domain/brand.ts'
import { writingOf } from '../domain/language.ts'
import { parseSender } from '../domain/sender.ts'
import type { Frame } from '../page-views.ts'
import { stylesFor } from './assets.ts'
import { inSame, type Voice } from './voice.ts'

/** What stands around a page, in its language. `stop` is the address of her stop page, for the footer. */
export function frameOf(voice: Voice, brand: Brand, heading: string, stop: string | null = null): Frame {
  const replyTo = replyAddress(brand)
  const footer = [
    { label: voice.say('page.footer.stop'), url: stop },
    { label: voice.say('about.heading'), url: inSame(voice, '/about-these-emails') },
    { label: voice.say('privacy.heading'), url: inSame(voice, '/privacy') },
    { label: voice.say('page.footer.write'), url: replyTo && `mailto:${encodeURI(replyTo)}` },
  ]
  return {
    language: voice.language,
    direction: writingOf(voice.language).direction,
    languages: voice.languages,
    languagesLabel: voice.say('page.languages'),
    title: voice.say('page.title', { heading, brand: brand.name }),
    skip: voice.say('page.skip'),
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
