import { IntlMessageFormat } from 'intl-messageformat'
import mail from './text/en/mail.json' with { type: 'json' }
import pages from './text/en/pages.json' with { type: 'json' }
import privacy from './text/en/privacy.json' with { type: 'json' }
import sentence from './text/en/sentence.json' with { type: 'json' }
import staff from './text/en/staff.json' with { type: 'json' }
import { Problem } from './problem.ts'

const english = { ...sentence, ...pages, ...privacy, ...mail, ...staff }

/** A message of the catalogue; one that no catalogue file holds does not compile. */
export type TextKey = keyof typeof english

/** One language of the catalogue: its messages, and the locale in which lists, numbers and dates are written. */
type Language = { formats: string; messages: Readonly<Record<string, string>> }

const languages = new Map<string, Language>([['en', { formats: 'en-GB', messages: english }]])
const fallback: Language = { formats: 'en-GB', messages: english }

const compiled = new Map<string, IntlMessageFormat>()
const lists = new Map<string, Intl.ListFormat>()
const dates = new Map<string, Intl.DateTimeFormat>()

/**
 * The text of `key` in the language of `locale` (English where the catalogue lacks it), with `values` filled in.
 * Text is plain: whoever writes HTML escapes it. Values are put in as they are and never read as a message.
 * @throws Problem not-found when the key is unknown; the formatter's own error when a value is missing.
 */
export function text(locale: string, key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  const { formats, messages } = languageOf(locale)
  const message = kept(compiled, `${formats} ${key}`, () => {
    const source = Object.hasOwn(messages, key) ? messages[key] : undefined
    if (source === undefined)
      throw new Problem('not-found', `no text is called "${key}"; texts are kept in src/domain/text`)
    return new IntlMessageFormat(source, formats, undefined, { ignoreTag: true })
  })
  return String(message.format(values))
}

/** Several items written as one list: "a, b and c", or "a or b" for a disjunction. */
export function textList(
  locale: string,
  items: readonly string[],
  type: 'conjunction' | 'disjunction' = 'conjunction',
): string {
  const { formats } = languageOf(locale)
  return kept(lists, `${formats} ${type}`, () => new Intl.ListFormat(formats, { type })).format(items)
}

/** The day of an instant in a time zone, with the month's name: "3 March 2026". */
export function textDate(locale: string, at: Date, timeZone: string): string {
  const { formats } = languageOf(locale)
  const options = { day: 'numeric', month: 'long', year: 'numeric', timeZone } as const
  return kept(dates, `${formats} ${timeZone}`, () => new Intl.DateTimeFormat(formats, options)).format(at)
}

/** The day of an instant that is near, with its weekday and without a year: "Friday 27 November". */
export function textNearDay(locale: string, at: Date, timeZone: string): string {
  const { formats } = languageOf(locale)
  const options = { weekday: 'long', day: 'numeric', month: 'long', timeZone } as const
  return kept(dates, `${formats} ${timeZone} near`, () => new Intl.DateTimeFormat(formats, options)).format(at)
}

/** The name of an ISO weekday, 1 Monday to 7 Sunday. */
export function textWeekday(locale: string, weekday: number): string {
  const { formats } = languageOf(locale)
  const format = kept(
    dates,
    `${formats} weekday`,
    () => new Intl.DateTimeFormat(formats, { weekday: 'long', timeZone: 'UTC' }),
  )
  return format.format(Date.UTC(2024, 0, weekday))
}

/** A topic's name as it stands inside a sentence: English writes "New patterns" small there, but not "DIY". */
export function textName(locale: string, name: string): string {
  const isPlainWord = /^\p{Lu}\p{Ll}/u.test(name) && languageOf(locale).messages === english
  return isPlainWord ? name.charAt(0).toLowerCase() + name.slice(1) : name
}

/** Making a formatter costs far more than using it, and there are only as many as languages and time zones. */
function kept<V>(cache: Map<string, V>, key: string, make: () => V): V {
  const ready = cache.get(key) ?? make()
  cache.set(key, ready)
  return ready
}

function languageOf(locale: string): Language {
  return languages.get(locale) ?? languages.get(locale.split('-', 1)[0]?.toLowerCase() ?? '') ?? fallback
}
