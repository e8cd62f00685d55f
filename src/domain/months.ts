import { Temporal } from 'temporal-polyfill'

/** A calendar month where somebody is: its name `YYYY-MM`, and the ISO instant at which it begins there. */
export type Month = { name: string; start: string }

/** The last `count` months up to that of `now`, the oldest first. `zone` is one that is known. */
export function monthsUpTo(now: Date, count: number, zone: string): Month[] {
  const current = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(zone).toPlainDate()
  return Array.from({ length: count }, (_, back) => {
    const month = current.toPlainYearMonth().subtract({ months: count - 1 - back })
    const start = month.toPlainDate({ day: 1 }).toZonedDateTime(zone).toInstant()
    return { name: month.toString(), start: new Date(start.epochMilliseconds).toISOString() }
  })
}
