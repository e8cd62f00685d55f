import { AsyncLocalStorage } from 'node:async_hooks'
import { IntlMessageFormat } from 'intl-messageformat'
import { isolated } from './catalogue.ts'
import { writingOf, type Language } from './language.ts'
import arCampaigns from './staff-text/campaigns.ar.json' with { type: 'json' }
import arBase from './staff-text/ar.json' with { type: 'json' }
import arInsights from './staff-text/insights.ar.json' with { type: 'json' }
import campaigns from './staff-text/campaigns.en.json' with { type: 'json' }
import base from './staff-text/en.json' with { type: 'json' }
import insights from './staff-text/insights.en.json' with { type: 'json' }

const english = { ...base, ...campaigns, ...insights }

/** A text of the staff's pages and mails. One that is not there does not compile. */
export type StaffTextKey = keyof typeof english

/** The languages that the staff's pages speak: English first, and one that is written from right to left. */
export const staffLanguages = ['en', 'ar'] as const satisfies readonly Language[]
export type StaffLanguage = (typeof staffLanguages)[number]

const texts: Readonly<Record<StaffLanguage, Readonly<Partial<Record<StaffTextKey, string>>>>> = {
  en: english,
  ar: { ...arBase, ...arCampaigns, ...arInsights },
}

const spoken = new AsyncLocalStorage<StaffLanguage>()

/**
 * Lets `task`, and whatever it waits for, speak that language. It goes with the task and not from hand to hand, because nothing
 * but words depends on it, and nearly every function of the desk says some.
 */
export function speakingStaff<T>(language: StaffLanguage, task: () => T): T {
  return spoken.run(language, task)
}

/** The language spoken now: that of whoever looks at a page; English where nobody does, as in mails and on the command line. */
export function staffLanguage(): StaffLanguage {
  return spoken.getStore() ?? 'en'
}

/** How pages in it are written. */
export function staffWriting(): { language: StaffLanguage; direction: 'ltr' | 'rtl' } {
  const language = staffLanguage()
  return { language, direction: writingOf(language).direction }
}

const compiled = new Map<string, IntlMessageFormat>()

/** Words that are not the staff's own language, such as a message in English, kept together among theirs. */
export function staffQuote(words: string): string {
  return staffWriting().direction === 'rtl' ? `\u2068${words}\u2069` : words
}

/** Says one text, with its values put in. What a language lacks is said in English. */
export function staffText(key: StaffTextKey, values: Readonly<Record<string, string | number>> = {}): string {
  const own = texts[staffLanguage()][key] === undefined ? 'en' : staffLanguage()
  const { formats, direction } = writingOf(own)
  const name = `${own} ${key}`
  const format =
    compiled.get(name) ??
    new IntlMessageFormat(texts[own][key] ?? english[key], formats, undefined, { ignoreTag: true })
  compiled.set(name, format)
  if (direction === 'ltr') return String(format.format(values))
  const said = String(format.format(isolated(values)))
  // Whoever looks for the first letter to tell the direction, as browsers do, must not find that of a value.
  return said.startsWith('\u2068') ? `\u200F${said}` : said
}

/** Items beside each other, with commas as the language writes them. */
export function staffList(items: readonly string[]): string {
  return items.join(staffText('staff.comma'))
}
