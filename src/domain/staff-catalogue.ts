import { IntlMessageFormat } from 'intl-messageformat'
import campaigns from './staff-text/campaigns.en.json' with { type: 'json' }
import base from './staff-text/en.json' with { type: 'json' }
import insights from './staff-text/insights.en.json' with { type: 'json' }

const english = { ...base, ...campaigns, ...insights }

/** A text of the staff's pages and mails: in English alone (docs/decisions/0014). One that is not there does not compile. */
export type StaffTextKey = keyof typeof english

/** How those pages are written. */
export const staffWriting = { language: 'en', direction: 'ltr' } as const

const compiled = new Map<StaffTextKey, IntlMessageFormat>()

/** Says one text, with its values put in. */
export function staffText(key: StaffTextKey, values: Readonly<Record<string, string | number>> = {}): string {
  const format = compiled.get(key) ?? new IntlMessageFormat(english[key], 'en-GB', undefined, { ignoreTag: true })
  compiled.set(key, format)
  return String(format.format(values))
}
