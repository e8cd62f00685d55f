import { Temporal } from 'temporal-polyfill'
import type { Brand, Slot } from './brand.ts'
import type { QuietHours } from './choices.ts'
import { termsOf } from './pace.ts'
import type { DigestPace, Period } from './pace.ts'

const minute = 60_000
const minutesPerDay = 1_440

/**
 * Answers that hold for a stretch of time are kept, because the gate asks the same for a million people.
 * Only the speed depends on these, never the answer; they are emptied when full.
 */
const keptAnswers = 4_096
const zones = new Map<string, boolean>()
const slots = new Map<string, { last: number; next: number }>()
const stretches = new Map<string, Stretch[]>()

/** True for a time zone that this machine's zone data knows. */
export function isKnownZone(zone: string): boolean {
  let known = zones.get(zone)
  if (known === undefined) {
    known = canFormat(zone)
    keep(zones, zone, known)
  }
  return known
}

/** The zone that holds for her: her own if it is known, else the brand's, else UTC. */
export function zoneFor(timeZone: string | null, brand: Brand): string {
  if (timeZone !== null && isKnownZone(timeZone)) return timeZone
  return isKnownZone(brand.timeZone) ? brand.timeZone : 'UTC'
}

/** The ISO day of an instant in a zone that is known. */
export function dayIn(at: Date, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainDate().toString()
}

/** The instant at which a clock in that zone shows on another day (ISO) what it shows at `at`; one in a DST gap moves forward. */
export function sameTimeOn(day: string, at: Date, zone: string): Date {
  const plainTime = Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone).toPlainTime()
  return new Date(Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds)
}

/** The instant at which a clock in that zone shows a day and time (`YYYY-MM-DD`, `HH:MM`); null for what no clock shows. */
export function momentIn(day: string, time: string, zone: string): Date | null {
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || !/^\d\d:\d\d$/.test(time)) return null
  try {
    const at = Temporal.PlainDateTime.from(`${day}T${time}`).toZonedDateTime(zone)
    return new Date(at.epochMilliseconds)
  } catch {
    return null
  }
}

/** The ISO day that comes after one. */
export function dayAfter(day: string): string {
  return Temporal.PlainDate.from(day).add({ days: 1 }).toString()
}

/** The first slot of a digest pace strictly after `after`, in her zone, else the brand's. */
export function nextSlot(pace: DigestPace, after: Date, zone: string | null, brand: Brand): Date {
  const terms = termsOf(pace)
  return slotsAround(terms.kind === 'digest' ? terms.period : 'month', after, zone, brand).next
}

/**
 * The last slot at or before `at` and the first one after it, in her zone, else the brand's. Daily: the weekly
 * slot's time of day; weekly: the brand's weekday and time; monthly: the first such weekday of the month.
 * A slot in a DST gap moves forward by the gap; of a repeated hour the first one counts.
 */
export function slotsAround(period: Period, at: Date, zone: string | null, brand: Brand): { last: Date; next: Date } {
  const slot = period === 'month' ? brand.monthlySlot : brand.weeklySlot
  const place = zoneFor(zone, brand)
  const key = `${period} ${slot.weekday} ${slot.time} ${place}`
  const time = at.getTime()
  let around = slots.get(key)
  if (around === undefined || time < around.last || time >= around.next) {
    around = computeSlotsAround(period, time, place, slot)
    keep(slots, key, around)
  }
  return { last: new Date(around.last), next: new Date(around.next) }
}

/**
 * Null when `now` is outside the quiet hours, else the instant at which they end. Local wall time decides: the end
 * is not included; a span may pass midnight; an hour that a clock change repeats is quiet both times; a border in an
 * hour that it skips moves to the next valid instant. A span that is empty or cannot be read is quiet all day:
 * doubt means less mail.
 * @throws RangeError when `zone` is unknown; `zoneFor` gives one that is not.
 */
export function quietUntil(now: Date, quiet: QuietHours | null, zone: string): Date | null {
  if (quiet === null) return null
  const stretch = stretchAt(now.getTime(), quiet, zone)
  return stretch.quiet ? new Date(stretch.until) : null
}

/**
 * The first instant, at or after `now`, that is quiet by any of several spans; null when there are none. Borders as in
 * `quietUntil`.
 */
export function quietFromOfAny(now: Date, spans: readonly (QuietHours | null)[], zone: string): Date | null {
  const starts = spans.flatMap((quiet) => {
    if (quiet === null) return []
    const stretch = stretchAt(now.getTime(), quiet, zone)
    return stretch.quiet ? now.getTime() : stretch.until
  })
  return starts.length === 0 ? null : new Date(Math.min(...starts))
}

/** The end of the quiet hours when several spans hold at once (the brand's and hers): the first instant outside all. */
export function quietUntilOfAll(now: Date, spans: readonly (QuietHours | null)[], zone: string): Date | null {
  let until: Date | null = null
  for (let round = 0; round < 2 * spans.length; round++) {
    const ends = spans.map((quiet) => quietUntil(until ?? now, quiet, zone)?.getTime() ?? 0)
    const latest = Math.max(...ends)
    if (latest === 0) break
    until = new Date(latest)
  }
  return until
}

function computeSlotsAround(period: Period, time: number, zone: string, slot: Slot): { last: number; next: number } {
  const today = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(zone).toPlainDate()
  const clock = Temporal.PlainTime.from(slot.time)
  const around = { last: -Infinity, next: Infinity }
  for (const offset of [-2, -1, 0, 1, 2]) {
    const date = slotDate(period, today, offset, slot.weekday)
    const instant = date
      .toPlainDateTime(clock)
      .toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds
    if (instant <= time) around.last = Math.max(around.last, instant)
    else around.next = Math.min(around.next, instant)
  }
  return around
}

function slotDate(period: Period, today: Temporal.PlainDate, offset: number, weekday: number): Temporal.PlainDate {
  if (period === 'day') return today.add({ days: offset })
  if (period === 'week') return today.add({ days: weekday - today.dayOfWeek + 7 * offset })
  const first = today.with({ day: 1 }).add({ months: offset })
  return first.add({ days: (weekday - first.dayOfWeek + 7) % 7 })
}

/** A stretch of time, end not included, that is quiet throughout or not at all. */
type Stretch = { from: number; until: number; quiet: boolean }

function stretchAt(time: number, quiet: QuietHours, zone: string): Stretch {
  const [from, to] = [minuteOfDay(quiet.from), minuteOfDay(quiet.to)]
  if (from === to || Number.isNaN(from) || Number.isNaN(to))
    return { from: time, until: time + minutesPerDay * minute, quiet: true }
  const key = `${quiet.from} ${quiet.to} ${zone}`
  const kept = stretches.get(key) ?? []
  let stretch = kept.find((one) => time >= one.from && time < one.until)
  if (stretch === undefined) {
    stretch = computeStretch(time, from, to, zone)
    keep(stretches, key, [stretch, ...kept.slice(0, 1)])
  }
  return stretch
}

/** Walks from border to border and over clock changes until quiet becomes not quiet, or the reverse. */
function computeStretch(time: number, from: number, to: number, zone: string): Stretch {
  const start = time - (((time % minute) + minute) % minute)
  let quiet: boolean | undefined
  let until = start
  for (;;) {
    const local = Temporal.Instant.fromEpochMilliseconds(until).toZonedDateTimeISO(zone)
    const wall = local.hour * 60 + local.minute
    const here = from < to ? wall >= from && wall < to : wall >= from || wall < to
    quiet ??= here
    if (here !== quiet) return { from: start, until, quiet }
    const border = ((((quiet ? to : from) - wall - 1 + minutesPerDay) % minutesPerDay) + 1) * minute
    const clockChange = local.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity
    until = Math.min(until + border, clockChange)
  }
}

function minuteOfDay(time: string): number {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time)
  return parts === null ? NaN : Number(parts[1]) * 60 + Number(parts[2])
}

function canFormat(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
    return true
  } catch {
    return false
  }
}

function keep<V>(answers: Map<string, V>, key: string, value: V): void {
  if (answers.size >= keptAnswers) answers.clear()
  answers.set(key, value)
}
