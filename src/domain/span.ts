import { Temporal } from 'temporal-polyfill'
import { Problem } from './problem.ts'

/** Days in UTC from the first to the last, both included (`YYYY-MM-DD`). */
export type Span = { from: string; until: string }

/** Days that are looked at where nobody says which. */
const usualDays = 90
const longestDays = 3_660

/** The last so many days up to `today`. */
export function lastDays(today: string, days: number = usualDays): Span {
  return { from: dayPlus(today, 1 - days), until: today }
}

/**
 * The days that were asked for: a missing end is today, a missing beginning {@link usualDays} before the end. Days to come are left out.
 * @throws Problem `invalid-input` for what are no days, or none in that order.
 */
export function spanOf(given: { from?: string | undefined; until?: string | undefined }, today: string): Span {
  const until = given.until ? parseDay(given.until) : today
  const end = until > today ? today : until
  const from = given.from ? parseDay(given.from) : lastDays(end).from
  const days = daysIn({ from, until: end })
  if (days < 1 || days > longestDays)
    throw new Problem(
      'invalid-input',
      `a period is from one day to a later one, at most ${longestDays} days (given: from ${from} until ${end})`,
    )
  return { from, until: end }
}

/** How many days it has. */
export function daysIn({ from, until }: Span): number {
  return Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(until), { largestUnit: 'days' }).days + 1
}

/** At most `most` of its days at equal distances, the last one among them, oldest first. */
export function samplesOf(span: Span, most: number): string[] {
  const days = daysIn(span)
  const count = Math.min(days, most)
  return Array.from({ length: count }, (_, at) => dayPlus(span.until, -Math.round(((count - 1 - at) * days) / count)))
}

/** The day so many days after one, or before it. */
export function dayPlus(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString()
}

function parseDay(text: string): string {
  try {
    if (/^\d{4}-\d\d-\d\d$/.test(text)) return Temporal.PlainDate.from(text, { overflow: 'reject' }).toString()
  } catch {
    // Said below, as for every other text that is no day.
  }
  throw new Problem('invalid-input', `a day is written like 2026-11-21 (given: "${text.slice(0, 20)}")`)
}
