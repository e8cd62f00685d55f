/**
 * How far the rate of a recipient domain is used up, in milliseconds since the epoch: `spentUntil` by what was released,
 * `promisedUntil` is the last turn that was promised to one that waits. Null where there was none.
 */
export type Destination = { spentUntil: number | null; promisedUntil: number | null }

export const untouched: Destination = { spentUntil: null, promisedUntil: null }

/** How late a worker may come to a turn: it looks every few seconds. */
const lateMs = 6_000

/**
 * How mails to one domain follow each other so that no minute ever has more than `perMinute`. A tenth of the minute's mails
 * and one may go together, so that those to whose turns a worker came late still find room; for that, the others are a
 * little further apart than an even minute would have them. With one a minute there is no room for that, and the turns
 * that are promised lie further apart instead (`promiseMs`).
 */
export function spacing(perMinute: number): { intervalMs: number; promiseMs: number; together: number } {
  const more = perMinute === 1 ? 0 : Math.ceil(perMinute / 10)
  const intervalMs = 60_000 / (perMinute - more)
  return { intervalMs, promiseMs: more === 0 ? intervalMs + lateMs : intervalMs, together: 1 + more }
}

/**
 * The turn of one more mail to a domain at `now` (milliseconds): null when it may go at once, else the instant at which
 * there should be room; and the destination as it is after it. Virtual scheduling (GCRA). Who has `waited` for this turn
 * needs only room; a new mail stands behind those who wait.
 */
export function turnAt(
  perMinute: number,
  { spentUntil, promisedUntil }: Destination,
  now: number,
  waited: boolean,
): { turn: number | null; after: Destination } {
  const { intervalMs, promiseMs, together } = spacing(perMinute)
  const opens = spentUntil === null ? now : spentUntil - (together - 1) * intervalMs
  const othersWait = promisedUntil !== null && promisedUntil > now
  // Instants are whole milliseconds; what is a rounding error less than one has come.
  if (opens < now + 0.5 && (waited || !othersWait)) {
    return { turn: null, after: { spentUntil: Math.max(now, spentUntil ?? now) + intervalMs, promisedUntil } }
  }
  const turn = promisedUntil === null ? opens : Math.max(opens, promisedUntil + promiseMs)
  return { turn, after: { spentUntil, promisedUntil: turn } }
}
