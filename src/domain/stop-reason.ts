import { isOneOf } from './answer.ts'

/** Why somebody stopped, if she cares to say: asked after it, never before. The order is the one she sees. */
export const stopReasons = ['too_many', 'not_for_me', 'not_as_promised', 'never_asked', 'not_needed'] as const
export type StopReason = (typeof stopReasons)[number]

export function isStopReason(value: unknown): value is StopReason {
  return isOneOf(stopReasons, value)
}
