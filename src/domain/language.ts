import { Problem } from './problem.ts'

/** How a language is written: its own name, the locale of lists, numbers and dates, and which way it runs. */
type Writing = {
  name: string
  formats: string
  direction: 'ltr' | 'rtl'
  /** Whether a topic's name loses its capital inside a sentence. */
  lowersNames: boolean
}

const writings = {
  en: { name: 'English', formats: 'en-GB', direction: 'ltr', lowersNames: true },
  de: { name: 'Deutsch', formats: 'de-DE', direction: 'ltr', lowersNames: false },
  fr: { name: 'Français', formats: 'fr-FR', direction: 'ltr', lowersNames: true },
  es: { name: 'Español', formats: 'es-ES', direction: 'ltr', lowersNames: true },
  // The digits are those of the addresses, times and names that stand beside them, whatever the reader's country.
  ar: { name: 'العربية', formats: 'ar-u-nu-latn', direction: 'rtl', lowersNames: false },
} as const satisfies Record<string, Writing>

/** A language that pages and mails can speak. */
export type Language = keyof typeof writings

/** All of them; a brand offers some. */
export const allLanguages = Object.keys(writings) as readonly Language[]

export function writingOf(language: Language): Writing {
  return writings[language]
}

/** The language that a tag such as `de-AT` means; null for one that we don't speak. */
export function languageOf(tag: string | null): Language | null {
  const primary = tag?.split('-', 1)[0]?.toLowerCase() ?? ''
  return allLanguages.find((language) => language === primary) ?? null
}

/** The language in which a brand speaks to somebody who saved that one: hers where it is offered, else the brand's own. */
export function languageFor(saved: string | null, offered: readonly Language[]): Language {
  return offeredOne(saved, offered) ?? offered[0] ?? 'en'
}

/** The language of those offered that a tag means; null where it means none of them. */
export function offeredOne(tag: string | null, offered: readonly Language[]): Language | null {
  const language = languageOf(tag)
  return language !== null && offered.includes(language) ? language : null
}

/**
 * The language of a mail's own words: that in which all of it is written, as `written` says of each part, else hers as
 * `saved`. `linked`: its links have to name the language, or its pages would speak another one.
 */
export function mailLanguage(
  written: readonly (string | null)[],
  saved: string | null,
  offered: readonly Language[],
): { language: Language; linked: boolean } {
  const [only = null, ...others] = new Set(written)
  const language = others.length > 0 ? null : languageOf(only)
  if (language === null) return { language: languageFor(saved, offered), linked: false }
  return {
    language,
    linked: offered.includes(language) && offered.length > 1 && offeredOne(saved, offered) !== language,
  }
}

/** More than a browser ever sends; what stands behind it is not read. */
const longestHeader = 1_000

/**
 * The language of those offered that an `Accept-Language` header likes best (RFC 9110 section 12.5.4), by the tag's first
 * part; of two that it likes alike, the one named first. Null where it names none: what cannot be read is passed over.
 */
export function negotiated(header: string | undefined, offered: readonly Language[]): Language | null {
  const wishes = (header ?? '').slice(0, longestHeader).split(',').map(readWish)
  const refused = new Set(wishes.filter(({ weight }) => weight === 0).map(({ tag }) => languageOf(tag)))
  for (const { tag, weight } of wishes.toSorted((a, b) => b.weight - a.weight)) {
    if (!(weight > 0)) continue
    const wished = tag === '*' ? offered.find((language) => !refused.has(language)) : offeredOne(tag, offered)
    if (wished) return wished
  }
  return null
}

function readWish(wish: string): { tag: string; weight: number } {
  const [, tag = '', weight = '1'] =
    /^\s*([\w*-]+)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?$/i.exec(wish) ?? []
  return { tag, weight: tag === '' ? -1 : Number(weight) }
}

/**
 * Reads the languages that a brand offers, like `en,de`: the first is its own.
 * @throws Problem `invalid-input` naming those there are, for one that we don't speak or that stands there twice.
 */
export function parseLanguages(text: string): Language[] {
  const given = text.split(',').map((code) => code.trim())
  const known = given.flatMap((code) => allLanguages.find((language) => language === code) ?? [])
  if (known.length === given.length && new Set(known).size === known.length) return known
  throw new Problem(
    'invalid-input',
    `--languages must be one or more of ${allLanguages.join(', ')}, each once, your own first (given: "${text}")`,
  )
}
