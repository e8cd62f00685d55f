import { largestCap, termsOf } from './pace.ts'
import type { Pace, Period } from './pace.ts'

/** One mail that was released to her: the ISO instant, its topic, and the delivery (a digest has one id for all its items). */
export type Release = { at: string; topic: number; delivery: string }

const day = 86_400_000

/** Releases older than this no longer count for any window. */
const keptMs = 31 * day

/** The rolling window of a cap, in milliseconds: 24 hours, 7 days or 30 days. */
export const capWindow: Record<Period, number> = { day, week: 7 * day, month: 30 * day }

/**
 * Her releases with one more, newest first: of each topic at most the newest 31 (the largest cap that may be set),
 * and nothing older than 31 days. The same delivery and topic again replaces the earlier line.
 */
export function appendRecent(recent: readonly Release[], release: Release, now: Date): Release[] {
  const others = recent.filter((one) => one.delivery !== release.delivery || one.topic !== release.topic)
  const newestFirst = [release, ...others].toSorted((a, b) => timeOf(b, now) - timeOf(a, now))
  const seen = new Map<number, number>()
  return newestFirst.filter((one) => {
    const count = (seen.get(one.topic) ?? 0) + 1
    seen.set(one.topic, count)
    return count <= largestCap && now.getTime() - timeOf(one, now) <= keptMs
  })
}

/** Her releases without one delivery: only for a delivery that provably did not leave. */
export function withoutRelease(recent: readonly Release[], delivery: string): Release[] {
  return recent.filter((one) => one.delivery !== delivery)
}

/**
 * When a cap lets the next mail through: null when there is room now, else the instant at which the n-th newest
 * release leaves the rolling window. `topic` names the only topic that counts; null counts all of them, and then
 * a digest counts as one mail. A release whose time cannot be read or lies ahead counts as inside the window.
 * Null also for a pace that is no cap.
 */
export function capUntil(recent: readonly Release[], pace: Pace, topic: number | null, now: Date): Date | null {
  const terms = termsOf(pace)
  if (terms.kind !== 'cap' || recent.length < terms.limit) return null
  const windowMs = capWindow[terms.period]
  const border = now.getTime() - windowMs
  const newest = new Map<string, number>()
  for (const one of recent) {
    if (topic !== null && one.topic !== topic) continue
    const at = timeOf(one, now)
    if (at > (newest.get(one.delivery) ?? border)) newest.set(one.delivery, at)
  }
  if (newest.size < terms.limit) return null
  const nthNewest = [...newest.values()].toSorted((a, b) => b - a)[terms.limit - 1] ?? now.getTime()
  return new Date(nthNewest + windowMs)
}

/** True when one of her releases at or after `since` has a topic that counts. */
export function releasedSince(recent: readonly Release[], since: Date, counts: (topic: number) => boolean): boolean {
  return recent.some((one) => counts(one.topic) && !(Date.parse(one.at) < since.getTime()))
}

function timeOf(release: Release, now: Date): number {
  const at = Date.parse(release.at)
  return Number.isNaN(at) ? now.getTime() : at
}
