import { Temporal } from 'temporal-polyfill'
import type { Brand } from './brand.ts'
import { zoneFor } from './calendar.ts'

/** The lengths of a pause that her page offers. */
export const pauseLengths = ['30-days', '3-months', '6-months'] as const
export type PauseLength = (typeof pauseLengths)[number]

const durations: Record<PauseLength, Temporal.DurationLike> = {
  '30-days': { days: 30 },
  '3-months': { months: 3 },
  '6-months': { months: 6 },
}

/**
 * When a pause that begins now ends: at the start of a day in her zone, else the brand's (ISO). So pressing the button
 * twice on one day means the same instant, and makes one entry.
 */
export function pauseEnd(length: PauseLength, now: Date, zone: string | null, brand: Brand): string {
  const place = zoneFor(zone, brand)
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(place).toPlainDate()
  const end = today.add(durations[length]).toZonedDateTime(place)
  return new Date(end.epochMilliseconds).toISOString()
}
