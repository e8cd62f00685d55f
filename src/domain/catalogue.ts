import { IntlMessageFormat } from 'intl-messageformat'
import { languageOf, writingOf, type Language } from './language.ts'
import { Problem } from './problem.ts'
import arDownload from './text/ar/download.json' with { type: 'json' }
import arHistory from './text/ar/history.json' with { type: 'json' }
import arMail from './text/ar/mail.json' with { type: 'json' }
import arPages from './text/ar/pages.json' with { type: 'json' }
import arPrivacy from './text/ar/privacy.json' with { type: 'json' }
import arPromises from './text/ar/promises.json' with { type: 'json' }
import arReceipt from './text/ar/receipt.json' with { type: 'json' }
import arRecord from './text/ar/record.json' with { type: 'json' }
import arSentence from './text/ar/sentence.json' with { type: 'json' }
import arTalk from './text/ar/talk.json' with { type: 'json' }
import deDownload from './text/de/download.json' with { type: 'json' }
import deHistory from './text/de/history.json' with { type: 'json' }
import deMail from './text/de/mail.json' with { type: 'json' }
import dePages from './text/de/pages.json' with { type: 'json' }
import dePrivacy from './text/de/privacy.json' with { type: 'json' }
import dePromises from './text/de/promises.json' with { type: 'json' }
import deReceipt from './text/de/receipt.json' with { type: 'json' }
import deRecord from './text/de/record.json' with { type: 'json' }
import deSentence from './text/de/sentence.json' with { type: 'json' }
import deTalk from './text/de/talk.json' with { type: 'json' }
import enDownload from './text/en/download.json' with { type: 'json' }
import enHistory from './text/en/history.json' with { type: 'json' }
import enMail from './text/en/mail.json' with { type: 'json' }
import enPages from './text/en/pages.json' with { type: 'json' }
import enPrivacy from './text/en/privacy.json' with { type: 'json' }
import enPromises from './text/en/promises.json' with { type: 'json' }
import enReceipt from './text/en/receipt.json' with { type: 'json' }
import enRecord from './text/en/record.json' with { type: 'json' }
import enSentence from './text/en/sentence.json' with { type: 'json' }
import enTalk from './text/en/talk.json' with { type: 'json' }
import esDownload from './text/es/download.json' with { type: 'json' }
import esHistory from './text/es/history.json' with { type: 'json' }
import esMail from './text/es/mail.json' with { type: 'json' }
import esPages from './text/es/pages.json' with { type: 'json' }
import esPrivacy from './text/es/privacy.json' with { type: 'json' }
import esPromises from './text/es/promises.json' with { type: 'json' }
import esReceipt from './text/es/receipt.json' with { type: 'json' }
import esRecord from './text/es/record.json' with { type: 'json' }
import esSentence from './text/es/sentence.json' with { type: 'json' }
import esTalk from './text/es/talk.json' with { type: 'json' }
import frDownload from './text/fr/download.json' with { type: 'json' }
import frHistory from './text/fr/history.json' with { type: 'json' }
import frMail from './text/fr/mail.json' with { type: 'json' }
import frPages from './text/fr/pages.json' with { type: 'json' }
import frPrivacy from './text/fr/privacy.json' with { type: 'json' }
import frPromises from './text/fr/promises.json' with { type: 'json' }
import frReceipt from './text/fr/receipt.json' with { type: 'json' }
import frRecord from './text/fr/record.json' with { type: 'json' }
import frSentence from './text/fr/sentence.json' with { type: 'json' }
import frTalk from './text/fr/talk.json' with { type: 'json' }

const english = {
  ...enSentence,
  ...enPages,
  ...enPrivacy,
  ...enPromises,
  ...enMail,
  ...enTalk,
  ...enRecord,
  ...enHistory,
  ...enReceipt,
  ...enDownload,
}

/** A message of the catalogue; one that no English file holds does not compile. */
export type TextKey = keyof typeof english

type Messages = Readonly<Record<string, string>>

const messages: Readonly<Record<Language, Messages>> = {
  en: english,
  de: {
    ...deSentence,
    ...dePages,
    ...dePrivacy,
    ...dePromises,
    ...deMail,
    ...deTalk,
    ...deRecord,
    ...deHistory,
    ...deReceipt,
    ...deDownload,
  },
  fr: {
    ...frSentence,
    ...frPages,
    ...frPrivacy,
    ...frPromises,
    ...frMail,
    ...frTalk,
    ...frRecord,
    ...frHistory,
    ...frReceipt,
    ...frDownload,
  },
  es: {
    ...esSentence,
    ...esPages,
    ...esPrivacy,
    ...esPromises,
    ...esMail,
    ...esTalk,
    ...esRecord,
    ...esHistory,
    ...esReceipt,
    ...esDownload,
  },
  ar: {
    ...arSentence,
    ...arPages,
    ...arPrivacy,
    ...arPromises,
    ...arMail,
    ...arTalk,
    ...arRecord,
    ...arHistory,
    ...arReceipt,
    ...arDownload,
  },
}

const compiled = new Map<string, IntlMessageFormat>()
const lists = new Map<string, Intl.ListFormat>()
const dates = new Map<string, Intl.DateTimeFormat>()
const numbers = new Map<string, Intl.NumberFormat>()

/**
 * The text of `key` in the language of `locale` (English where we don't speak it, or it lacks the text), with `values`
 * filled in. Text is plain: whoever writes HTML escapes it. Values are put in as they are and never read as a message.
 * @throws Problem not-found when the key is unknown; the formatter's own error when a value is missing.
 */
export function text(locale: string, key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  const language = spoken(locale)
  const message = kept(compiled, `${language} ${key}`, () => compile(language, key))
  return String(message.format(writingOf(language).direction === 'rtl' ? isolated(values) : values))
}

function compile(language: Language, key: TextKey): IntlMessageFormat {
  const own = Object.hasOwn(messages[language], key) ? messages[language][key] : undefined
  const source = own ?? (Object.hasOwn(english, key) ? english[key] : undefined)
  if (source === undefined)
    throw new Problem('not-found', `no text is called "${key}"; texts are kept in src/domain/text`)
  const { formats } = writingOf(own === undefined ? 'en' : language)
  return new IntlMessageFormat(source, formats, undefined, { ignoreTag: true })
}

/** Latin words inside a text that runs from right to left, each kept together with its own dots and brackets (UAX 9). */
export function isolated(values: Readonly<Record<string, string | number>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' && /\p{Script=Latin}/u.test(value) ? `\u2068${value}\u2069` : value,
    ]),
  )
}

/** Several items written as one list: "a, b and c", or "a or b" for a disjunction. */
export function textList(
  locale: string,
  items: readonly string[],
  type: 'conjunction' | 'disjunction' = 'conjunction',
): string {
  const { formats } = writingOf(spoken(locale))
  return kept(lists, `${formats} ${type}`, () => new Intl.ListFormat(formats, { type })).format(items)
}

/** The day of an instant in a time zone, with the month's name: "3 March 2026". */
export function textDate(locale: string, at: Date, timeZone: string): string {
  return dateFormat(locale, { day: 'numeric', month: 'long', year: 'numeric', timeZone }).format(at)
}

/** The time of day of an instant in a zone: "14:02". */
export function textTime(locale: string, at: Date, timeZone: string): string {
  return dateFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }).format(at)
}

/** The day of an instant as a list of one month shows it: "Fri 20 Nov". */
export function textDay(locale: string, at: Date, timeZone: string): string {
  return dateFormat(locale, { weekday: 'short', day: 'numeric', month: 'short', timeZone }).format(at)
}

/** A month by its name `YYYY-MM`: "November 2026". */
export function textMonth(locale: string, month: string): string {
  return dateFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${month}-01T00:00:00Z`),
  )
}

/** A whole number as it stands by itself: "1,204". */
export function textNumber(locale: string, value: number): string {
  const { formats } = writingOf(spoken(locale))
  return kept(numbers, formats, () => new Intl.NumberFormat(formats)).format(value)
}

/** The day of an instant that is near, with its weekday and without a year: "Friday 27 November". */
export function textNearDay(locale: string, at: Date, timeZone: string): string {
  return dateFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', timeZone }).format(at)
}

/** The name of an ISO weekday, 1 Monday to 7 Sunday. */
export function textWeekday(locale: string, weekday: number): string {
  return dateFormat(locale, { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, weekday))
}

/** A topic's name as it stands inside a sentence: English writes "New patterns" small there, but not "DIY". */
export function textName(locale: string, name: string): string {
  const isPlainWord = /^\p{Lu}\p{Ll}/u.test(name) && writingOf(spoken(locale)).lowersNames
  return isPlainWord ? name.charAt(0).toLowerCase() + name.slice(1) : name
}

function dateFormat(locale: string, options: Intl.DateTimeFormatOptions & { timeZone: string }): Intl.DateTimeFormat {
  const { formats } = writingOf(spoken(locale))
  const key = `${formats} ${Object.entries(options).flat().join(' ')}`
  return kept(dates, key, () => new Intl.DateTimeFormat(formats, options))
}

/** Making a formatter costs far more than using it, and there are only as many as languages and time zones. */
function kept<V>(cache: Map<string, V>, key: string, make: () => V): V {
  const ready = cache.get(key) ?? make()
  cache.set(key, ready)
  return ready
}

function spoken(locale: string): Language {
  return languageOf(locale) ?? 'en'
}
