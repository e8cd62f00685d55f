import { quietFromOfAny, zoneFor } from './calendar.ts'
import type { Rules, Sending, Standing } from './gate.ts'

/**
 * How long a verdict of now, given at `at`, holds by the clock alone: milliseconds until quiet hours begin for her (the
 * brand's or hers) or the message is of no use any more, whichever comes first; null when neither does. What has not begun
 * to leave by then must be judged again (I-10). Service mail waits for no hour.
 */
export function beginWithin(sending: Sending, { choices }: Standing, { brand }: Rules, at: Date): number | null {
  if (sending.kind === 'service') return null
  const quiet = quietFromOfAny(at, [brand.quiet, choices.quiet], zoneFor(choices.timeZone, brand))
  const useless = sending.usefulUntil === null ? Infinity : Date.parse(sending.usefulUntil)
  const border = Math.min(quiet?.getTime() ?? Infinity, useless)
  return border === Infinity ? null : Math.max(0, border - at.getTime())
}
