import type { QuietHours } from '../../src/domain/choices.ts'

/** Time goes by quarters of an hour, counted from the first one: every slot, border and act of these tests lies on one. */
export const quarter = 15 * 60_000
export const day = 96
/** Eight days, and beyond them as far as the next monthly slot of anybody can be. */
const horizon = 50 * day

/** What holds for everybody, in these tests and in the words of design.md: slots on Friday at 09:00, a day's at 09:00. */
export type Rules = { start: number; zone: string; quiet: QuietHours | null; attestedDays: number | null }

type Period = 'day' | 'week' | 'month'
const window = { day, week: 7 * day, month: 30 * day }

/** What every zone's clock on the wall shows at each quarter. A zone that nobody knows is the brand's. */
export class Walls {
  readonly #rules: Rules
  readonly #zones = new Map<string, Wall[]>()
  readonly #slots = new Map<string, number[]>()
  constructor(rules: Rules) {
    this.#rules = rules
  }

  iso(at: number): string {
    return new Date(this.#rules.start + at * quarter).toISOString()
  }

  quarterOf(iso: string): number {
    return (Date.parse(iso) - this.#rules.start) / quarter
  }

  /** The day it is there. */
  date(zone: string | null, at: number): string {
    return this.#wall(zone)[at]?.date ?? 'beyond'
  }

  minute(zone: string | null, at: number): number {
    return this.#wall(zone)[at]?.minute ?? NaN
  }

  /** The last slot at or before, −Infinity where there was none in these days. */
  lastSlot(zone: string | null, period: Period, at: number): number {
    return this.#slotsOf(zone, period).findLast((slot) => slot <= at) ?? -Infinity
  }

  nextSlot(zone: string | null, period: Period, at: number): number {
    return this.#slotsOf(zone, period).find((slot) => slot > at) ?? Infinity
  }

  /** Null when it is quiet by none of these hours, else the next quarter at which it is not. */
  quietUntil(zone: string | null, hours: readonly (QuietHours | null)[], at: number): number | null {
    if (hours.every((one) => one === null)) return null
    for (let then = at; then < horizon; then++)
      if (!hours.some((one) => one !== null && isWithin(this.minute(zone, then), one))) return then === at ? null : then
    return horizon
  }

  #slotsOf(zone: string | null, period: Period): number[] {
    const key = `${zone} ${period}`
    let slots = this.#slots.get(key)
    if (!slots) {
      const isSlot = ({ minute, weekday, date }: Wall) =>
        minute === 9 * 60 &&
        (period === 'day' || (weekday === 'Fri' && (period === 'week' || Number(date.slice(8)) <= 7)))
      slots = this.#wall(zone).flatMap((wall, at) => (isSlot(wall) ? [at] : []))
      this.#slots.set(key, slots)
    }
    return slots
  }

  #wall(zone: string | null): Wall[] {
    const name = zone ?? this.#rules.zone
    let walls = this.#zones.get(name)
    if (!walls) {
      walls = wallsOf(name, this.#rules.start) ?? this.#wall(this.#rules.zone)
      this.#zones.set(name, walls)
    }
    return walls
  }
}

type Wall = { minute: number; weekday: string; date: string }

function wallsOf(timeZone: string, start: number): Wall[] | null {
  const digits = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-GB', { ...digits, weekday: 'short', hourCycle: 'h23', timeZone })
  } catch {
    return null
  }
  return Array.from({ length: horizon }, (_, at) => {
    const text = format.format(start + at * quarter)
    const [, weekday = '', dd, mm, yyyy, hour, minute] = /^(\w{3}), (\d+)\/(\d+)\/(\d+), (\d+):(\d+)$/.exec(text) ?? []
    return { minute: Number(hour) * 60 + Number(minute), weekday, date: `${yyyy}-${mm}-${dd}` }
  })
}

/** The end is not included; hours may pass midnight. */
export function isWithin(minute: number, { from, to }: QuietHours): boolean {
  const [begin, end] = [from, to].map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) as [
    number,
    number,
  ]
  return begin < end ? minute >= begin && minute < end : minute >= begin || minute < end
}

/** The period of a digest pace, null for any other. */
export function digestOf(pace: string): Period | null {
  return ({ 'digest-daily': 'day', 'digest-weekly': 'week', 'digest-monthly': 'month' } as const)[pace] ?? null
}

/** The number and the window of a limit, null for any other pace. */
export function capOf(pace: string): { most: number; window: number } | null {
  const [, most, period] = /^(\d+)-per-(day|week|month)$/.exec(pace) ?? []
  return most && period ? { most: Number(most), window: window[period as Period] } : null
}
