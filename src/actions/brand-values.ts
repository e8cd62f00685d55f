import { parseLanguages } from '../domain/language.ts'
import { Problem } from '../domain/problem.ts'
import { rampEndsAbove } from '../domain/ramp.ts'
import { parseQuiet, parseSlot, type BrandValues } from './set-brand.ts'

/** Each value of the brand that can be written in one line, and how the line is read; an option of `brand set` and a field. */
export const brandReaders = {
  name: (text: string): BrandValues => ({ name: text }),
  languages: (text: string): BrandValues => ({ languages: parseLanguages(text) }),
  postalAddress: (text: string): BrandValues => ({ postalAddress: textOrNone(text) }),
  replyTo: (text: string): BrandValues => ({ replyTo: textOrNone(text) }),
  privacyUrl: (text: string): BrandValues => ({ privacyUrl: textOrNone(text) }),
  colour: (text: string): BrandValues => ({ colour: text }),
  timeZone: (text: string): BrandValues => ({ timeZone: text }),
  quiet: (text: string): BrandValues => ({ quiet: parseQuiet(text) }),
  weeklySlot: (text: string): BrandValues => ({ weeklySlot: parseSlot(text) }),
  monthlySlot: (text: string): BrandValues => ({ monthlySlot: parseSlot(text) }),
  attestedDays: (text: string): BrandValues => ({ attestedDays: days('--attested-days', text) }),
  seenDays: (text: string): BrandValues => ({ seenDays: days('--seen-days', text) }),
  destinationConnections: (text: string): BrandValues => ({
    destinationConnections: limit('--destination-connections', text, 1_000),
  }),
  destinationRate: (text: string): BrandValues => ({ destinationRate: limit('--destination-rate', text, 1_000_000) }),
  ramp: (text: string): BrandValues => ({ ramp: limit('--ramp', text, rampEndsAbove) }),
  promises: (text: string): BrandValues => ({ promises: onOrOff('--promises', text) }),
}

/** A line that is emptied is none. */
function textOrNone(text: string): string | null {
  return text.trim() === '' ? null : text
}

function days(option: string, text: string): number | null {
  if (text === 'never') return null
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1 || n > 36_500) {
    throw new Problem(
      'invalid-input',
      `${option} must be a number of days from 1 to 36500, or never (given: "${text}")`,
    )
  }
  return n
}

function limit(option: string, text: string, most: number): number | null {
  if (text === 'none') return null
  const n = /^\d+$/.test(text) ? Number(text) : 0
  if (n < 1 || n > most)
    throw new Problem(
      'invalid-input',
      `${option} must be a whole number from 1 to ${most}, or none for no limit (given: "${text}")`,
    )
  return n
}

function onOrOff(option: string, text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on'
  throw new Problem('invalid-input', `${option} must be on or off (given: "${text}")`)
}
