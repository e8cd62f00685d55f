import { dayAfter, sameTimeOn } from './calendar.ts'
import { spacing, untouched, type Destination } from './destination-rate.ts'
import { limitOn } from './ramp.ts'
import type { Pacing, SendingDay } from './turns.ts'

/**
 * Why a send takes its time, and when its last mail should leave (ISO): `ramp` with what is let out `today`, or the rate of
 * the recipient domain that takes longest. An estimate: it knows what waits already, and not what comes in between.
 */
export type Lasting = { until: string; timeZone: string } & (
  | { by: 'ramp'; today: number }
  | { by: 'rate'; perMinute: number; domain: string }
)

/** How many would leave now: in all, and to each recipient domain where a rate is set. */
export type Leaving = { total: number; domains: ReadonlyMap<string, number> }

/** When the last of those mails should leave; null when all of them may leave at once. */
export function lasting(
  pacing: Pacing,
  leaving: Leaving,
  state: { destinations: ReadonlyMap<string, Destination>; days: ReadonlyMap<string, SendingDay> },
  now: Date,
): Lasting | null {
  const byRamp = rampEnd(pacing, leaving.total, state.days, now)
  const byRate = rateEnd(pacing, leaving.domains, state.destinations, now)
  return byRamp && byRate ? (byRamp.until < byRate.until ? byRate : byRamp) : (byRamp ?? byRate)
}

function rampEnd(
  { ramp, today, zone }: Pacing,
  total: number,
  days: ReadonlyMap<string, SendingDay>,
  now: Date,
): Lasting | null {
  if (ramp === null) return null
  let day = today
  for (let left = total; ; day = dayAfter(day)) {
    const { released, promised } = days.get(day) ?? { released: 0, promised: 0 }
    left -= Math.max(0, (limitOn(ramp, day) ?? Infinity) - released - promised)
    if (left <= 0) break
  }
  if (day === today) return null
  return {
    by: 'ramp',
    today: limitOn(ramp, today) ?? 0,
    until: sameTimeOn(day, now, zone).toISOString(),
    timeZone: zone,
  }
}

function rateEnd(
  { perMinute, zone }: Pacing,
  domains: ReadonlyMap<string, number>,
  destinations: ReadonlyMap<string, Destination>,
  now: Date,
): Lasting | null {
  if (perMinute === null) return null
  const { intervalMs, promiseMs, together } = spacing(perMinute)
  let last: { domain: string; until: number } | null = null
  for (const [domain, mails] of domains) {
    const { spentUntil, promisedUntil } = destinations.get(domain) ?? untouched
    const opens = Math.max(now.getTime(), spentUntil ?? 0) - (together - 1) * intervalMs
    const first = Math.max(opens, promisedUntil === null ? 0 : promisedUntil + promiseMs)
    const until = first + (mails - 1) * promiseMs
    if (until > (last?.until ?? now.getTime())) last = { domain, until }
  }
  if (last === null) return null
  return { by: 'rate', perMinute, domain: last.domain, until: new Date(last.until).toISOString(), timeZone: zone }
}
