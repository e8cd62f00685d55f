import type { Brand } from './brand.ts'
import { dayAfter, dayIn, sameTimeOn, zoneFor } from './calendar.ts'
import { turnAt, untouched, type Destination } from './destination-rate.ts'
import { limitOn, type Ramp } from './ramp.ts'

/** What keeps topic mail from leaving all at once: mails a minute to one recipient domain, and mails a day to all. */
export type Pacing = { perMinute: number | null; ramp: Ramp | null; zone: string; today: string }

/** What was released on a day, and how many that wait were promised a turn on it. */
export type SendingDay = { released: number; promised: number }

/** A mail that the gate lets through. One that has `waited` was promised this turn; one that does not `queue` is promised none. */
export type Candidate = { domain: string; waited: boolean; queues: boolean }

/** The pacing that holds at an instant; null where the brand has none, or its ramp is over. */
export function pacingAt(brand: Brand, at: Date): Pacing | null {
  const { destinationRate: perMinute, ramp } = brand
  if (perMinute === null && ramp === null) return null
  const zone = zoneFor(null, brand)
  const today = dayIn(at, zone)
  const young = ramp !== null && limitOn(ramp, today) !== null ? ramp : null
  return perMinute === null && young === null ? null : { perMinute, ramp: young, zone, today }
}

/**
 * Gives mails their turn, one after the other, as of one instant: at once while their domain and the day have room, else
 * when there should be some. Whoever waits is promised a place, so that those who wait do not all wake together.
 */
export class Turns {
  readonly destinations = new Map<string, Destination>()
  readonly days = new Map<string, SendingDay>()
  readonly #pacing: Pacing
  readonly #now: Date
  constructor(
    pacing: Pacing,
    state: { destinations: ReadonlyMap<string, Destination>; days: ReadonlyMap<string, SendingDay> },
    now: Date,
  ) {
    this.#pacing = pacing
    this.#now = now
    this.destinations = new Map(state.destinations)
    this.days = new Map(state.days)
  }

  /** So many that were promised a place today have come for it, and need it no longer. */
  came(count: number): void {
    const today = this.#day(this.#pacing.today)
    this.days.set(this.#pacing.today, { ...today, promised: Math.max(0, today.promised - count) })
  }

  /** Null when it may go now, else when its turn should come: always later than now. */
  next(mail: Candidate): Date | null {
    const { perMinute, ramp, today } = this.#pacing
    if (ramp && this.#room(ramp, today, mail.waited) <= 0) return this.#placed(this.#now, mail.queues)
    if (perMinute !== null) {
      const before = this.destinations.get(mail.domain) ?? untouched
      const { turn, after } = turnAt(perMinute, before, this.#now.getTime(), mail.waited)
      if (turn === null || mail.queues) this.destinations.set(mail.domain, after)
      if (turn !== null) return this.#placed(new Date(Math.ceil(turn)), mail.queues)
    }
    if (ramp) {
      const { released, promised } = this.#day(today)
      this.days.set(today, { released: released + 1, promised })
    }
    return null
  }

  /** The first day from that of `turn` on which a place can be promised, at the same time of day; the turn itself without a ramp. */
  #placed(turn: Date, queues: boolean): Date {
    const { ramp, zone } = this.#pacing
    if (!ramp) return turn
    const first = dayIn(turn, zone)
    let day = first
    while (this.#room(ramp, day, false) <= 0) day = dayAfter(day)
    if (queues) {
      const { released, promised } = this.#day(day)
      this.days.set(day, { released, promised: promised + 1 })
    }
    return day === first ? turn : sameTimeOn(day, turn, zone)
  }

  /** Places that a day has left: for a new mail only those that nobody was promised. */
  #room(ramp: Ramp, day: string, waited: boolean): number {
    const limit = limitOn(ramp, day)
    if (limit === null) return Infinity
    const { released, promised } = this.#day(day)
    return limit - released - (waited ? 0 : promised)
  }

  #day(day: string): SendingDay {
    return this.days.get(day) ?? { released: 0, promised: 0 }
  }
}
