import { Temporal } from 'temporal-polyfill'
import { isKnownZone } from './calendar.ts'

/** An instant as somebody asks for it: whole (`at`, ISO with its zone), or by a day, a time of day and a time zone. */
export type AsOfAsked = {
  at?: string | undefined
  date?: string | undefined
  time?: string | undefined
  zone?: string | undefined
}

/** What is wrong with it; `field` is where. */
export type AsOfFault = { field: 'date' | 'time' | 'zone'; fault: 'date' | 'time' | 'zone' | 'ahead' }

/** What stands in the form for an instant: in a zone, to the minute. */
export type AsOfFields = { date: string; time: string; zone: string }

const lastOfMinute = 59_999

/**
 * The instant that is asked for; `now` where nothing is. A minute counts to its end, as far as it is past; a time in a DST gap
 * moves forward, of a repeated hour the first one counts.
 */
export function asOf(
  { at, date = '', time = '', zone = '' }: AsOfAsked,
  now: Date,
): { kind: 'instant'; at: Date } | ({ kind: 'refused' } & AsOfFault) {
  if (at !== undefined) {
    const instant = isoInstant(at)
    if (instant === null) return { kind: 'refused', field: 'date', fault: 'date' }
    return instant > now ? { kind: 'refused', field: 'date', fault: 'ahead' } : { kind: 'instant', at: instant }
  }
  if (date === '' && time === '' && zone === '') return { kind: 'instant', at: now }
  if (!isKnownZone(zone)) return { kind: 'refused', field: 'zone', fault: 'zone' }
  const day = plain(() => Temporal.PlainDate.from(date), /^\d{4}-\d\d-\d\d$/.test(date))
  if (!day) return { kind: 'refused', field: 'date', fault: 'date' }
  const plainTime = plain(() => Temporal.PlainTime.from(time), /^\d\d:\d\d(:\d\d)?$/.test(time))
  if (!plainTime) return { kind: 'refused', field: 'time', fault: 'time' }
  const start = day.toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds
  if (start > now.getTime()) return { kind: 'refused', field: 'date', fault: 'ahead' }
  const end = time.length === 5 ? start + lastOfMinute : start
  return { kind: 'instant', at: new Date(Math.min(end, now.getTime())) }
}

/** The form's fields for an instant in a zone that is known. */
export function fieldsAt(at: Date, zone: string): AsOfFields {
  const there = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone)
  const time = there.toPlainTime().toString({ smallestUnit: 'minute' })
  return { date: there.toPlainDate().toString(), time, zone }
}

function isoInstant(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return null
  const instant = plain(() => Temporal.Instant.from(text), true)
  return instant && new Date(instant.epochMilliseconds)
}

function plain<T>(read: () => T, wellFormed: boolean): T | null {
  try {
    return wellFormed ? read() : null
  } catch {
    return null
  }
}
