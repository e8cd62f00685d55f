import type { Brand } from '../domain/brand.ts'
import { writingOf } from '../domain/language.ts'
import { fittedInto, picturePath, type Picture } from '../domain/picture.ts'
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
    logo: logoOf(brand),
    styles: stylesFor(brand),
    postalAddress: brand.postalAddress,
    footer: footer.flatMap(({ label, url }) => (url && isSafe(url) ? [{ label, url }] : [])),
  }
}

/** As much of the head as a logo may take: beside it stand the languages, on the narrowest phone below it. */
const logoBox = { width: 240, height: 40 }

/**
 * The logo at the head of pages. Mails keep the name as text: a picture in each mail would be fetched whenever it is opened, which
 * tells us who read it and when, and where programs do not fetch it she would see a hole instead of who writes.
 */
function logoOf({ logo, logoDark }: Brand): Frame['logo'] {
  return logo && { ...shown(logo), dark: logoDark && shown(logoDark) }
}

function shown(picture: Picture) {
  return { url: picturePath(picture), ...fittedInto(picture, logoBox) }
}

/** Where an answer reaches people, without the name before it; null where the brand has none. */
export function replyAddress({ replyTo }: Brand): string | null {
  return replyTo === null ? null : parseSender(replyTo).address
}

/** Templates escape text, not addresses: only these may stand in an href. */
export function isSafe(url: string): boolean {
  return /^(?:https?:\/\/|mailto:|\/)/.test(url)
}
