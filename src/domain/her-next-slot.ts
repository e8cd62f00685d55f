import type { Brand } from './brand.ts'
import { nextSlot } from './calendar.ts'
import type { Choices } from './choices.ts'
import { isDigest } from './pace.ts'

/**
 * When her next digest may go, after a pause where there is one; null where nothing may come or nothing comes as a digest.
 */
export function herNextSlot(
  { topics, pace, paused, stopped, timeZone }: Choices,
  now: Date,
  brand: Brand,
): Date | null {
  if (stopped !== null) return null
  const after = paused ? new Date(Math.max(now.getTime(), Date.parse(paused.until))) : now
  const wanted = Object.values(topics).filter(({ answer, basis }) => answer === 'yes' && basis !== null)
  const paces = new Set(wanted.map((answer) => answer.pace ?? pace).filter(isDigest))
  const slots = [...paces].map((each) => nextSlot(each, after, timeZone, brand).getTime())
  return slots.length === 0 ? null : new Date(Math.min(...slots))
}
