/**
 * How far the rate of a recipient domain is used up, in milliseconds since the epoch: `spentUntil` by what was released,
 * `promisedUntil` is the last turn that was promised to one that waits. Null where there was none.
 */
export type Destination = { spentUntil: number | null; promisedUntil: number | null }

export const untouched: Destination = { spentUntil: null, promisedUntil: null }

/**
 * How mails to one domain follow each other so that no minute ever has more than `perMinute`. A tenth of the minute's mails
 * may go together, so that a worker who looks every few seconds does not fall behind; for that, the others are a little
 * further apart than an even minute would have them.
 */
export function spacing(perMinute: number): { intervalMs: number; together: number } {
  const more = Math.floor(perMinute / 10)
  return { intervalMs: 60_000 / (perMinute - more), together: 1 + more }
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
  const { intervalMs, together } = spacing(perMinute)
  const opens = spentUntil === null ? now : spentUntil - (together - 1) * intervalMs
  const othersWait = promisedUntil !== null && promisedUntil > now
  if (opens <= now && (waited || !othersWait)) {
    return { turn: null, after: { spentUntil: Math.max(now, spentUntil ?? now) + intervalMs, promisedUntil } }
  }
  const turn = promisedUntil === null ? opens : Math.max(opens, promisedUntil + intervalMs)
  return { turn, after: { spentUntil, promisedUntil: turn } }
}
