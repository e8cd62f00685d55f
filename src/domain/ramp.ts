/**
 * The first days of a sender whom nobody knows yet: `first` mails of topics on the day `from` (ISO, in the brand's zone),
 * and twice as many on each day after it.
 */
export type Ramp = { first: number; from: string }

/** Once a day's limit is above this the ramp is over. */
export const rampEndsAbove = 1_000_000

const dayMs = 86_400_000

/**
 * How many mails of topics may be released on a day (ISO), all destinations together; null once the ramp is over. A day
 * that lies before the first, or cannot be read, has the limit of the first: doubt means less.
 */
export function limitOn({ first, from }: Ramp, day: string): number | null {
  const days = Math.round((Date.parse(day) - Date.parse(from)) / dayMs)
  const limit = first * 2 ** (days > 0 ? days : 0)
  return limit > rampEndsAbove ? null : limit
}
