import { Temporal } from 'temporal-polyfill'
import type { Brand } from './brand.ts'
import { zoneFor } from './calendar.ts'
import { Problem } from './problem.ts'

/**
 * When a pause until a day that somebody named (`YYYY-MM-DD`) ends: as that day begins in her zone, else the brand's (ISO).
 * @throws Problem `invalid-input` for what is no day, or one that has begun.
 */
export function pauseUntilDay(day: string, now: Date, zone: string | null, brand: Brand): string {
  const time = /^\d{4}-\d\d-\d\d$/.test(day) ? startOf(day, zoneFor(zone, brand)) : Number.NaN
  if (time > now.getTime()) return new Date(time).toISOString()
  throw new Problem('invalid-input', `a pause ends on a day to come, written like 2027-03-01; given: "${day}"`)
}

/** The day (`YYYY-MM-DD`) on which a pause that ends at `until` (ISO) ends in her zone, else the brand's. */
export function pauseDayOf(until: string, zone: string | null, brand: Brand): string {
  return Temporal.Instant.from(until).toZonedDateTimeISO(zoneFor(zone, brand)).toPlainDate().toString()
}

function startOf(day: string, place: string): number {
  try {
    return Temporal.PlainDate.from(day).toZonedDateTime(place).epochMilliseconds
  } catch {
    return Number.NaN
  }
}
