import { Temporal } from 'temporal-polyfill'

/**
 * The instant at which clocks in a zone show `2026-12-24T09:00`; in the hour that a change of clocks leaves out, as much later.
 * Null for what is no such time.
 */
export function instantOfWall(text: string, zone: string): Date | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/.test(text)) return null
  try {
    return new Date(Temporal.PlainDateTime.from(text, { overflow: 'reject' }).toZonedDateTime(zone).epochMilliseconds)
  } catch {
    return null
  }
}

/** What clocks in a zone show at an instant, as a field for a time takes it: `2026-12-24T09:00`. */
export function wallOf(at: Date, zone: string): string {
  const there = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone)
  return there.toPlainDateTime().toString({ smallestUnit: 'minute' })
}
