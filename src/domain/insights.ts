import { laterReasons, type NeverReason } from './gate.ts'
import { mailsPerMonth, termsOf } from './pace.ts'

/**
 * The steps from data to a relationship, each part of the one before: we hold an address; she confirmed a topic and has not stopped;
 * she set topics or pace herself; she answered or wrote within twelve months; she lets us quote her words.
 */
export const rungs = ['address', 'permission', 'preference', 'conversation', 'tells'] as const
export type Rung = (typeof rungs)[number]

/** What decides how far somebody has come. */
export const facts = ['permitted', 'chose', 'spoke', 'tells'] as const

/** The highest step that she stands on: the first fact that is missing ends the climb. */
export function rungOf(hers: readonly string[]): Rung {
  const missing = facts.findIndex((fact) => !hers.includes(fact))
  return rungs[missing === -1 ? facts.length : missing] ?? 'address'
}

/** How many people stand on each step or above it, from groups of people by their facts, `permitted,chose`. */
export function ladderOf(groups: readonly { key: string; n: number }[]): Record<Rung, number> {
  const ladder = { address: 0, permission: 0, preference: 0, conversation: 0, tells: 0 }
  for (const { key, n } of groups) {
    const reached = rungs.indexOf(rungOf(key.split(',')))
    for (const rung of rungs.slice(0, reached + 1)) ladder[rung] += n
  }
  return ladder
}

/** Paces as they are compared: `limited` is any "at most N", `own` who gave a topic a pace of its own. */
export const paceGroups = [
  'as-it-happens',
  'digest-daily',
  'digest-weekly',
  'digest-monthly',
  'limited',
  'own',
] as const
export type PaceGroup = (typeof paceGroups)[number]

/** The group of an overall pace, or of `own`. One that cannot be read counts as the slowest, as it does for the gate. */
export function paceGroupOf(pace: string): PaceGroup {
  if (pace === 'own') return 'own'
  const terms = termsOf(pace)
  if (terms.kind === 'cap') return 'limited'
  if (terms.kind === 'as-it-happens') return 'as-it-happens'
  return ({ day: 'digest-daily', week: 'digest-weekly', month: 'digest-monthly' } as const)[terms.period]
}

/** How many mails in thirty days the pace of a group can bring; null where it says no number. */
export function mostInThirtyDays(group: PaceGroup): number | null {
  if (group === 'limited' || group === 'own' || group === 'as-it-happens') return null
  return mailsPerMonth(termsOf(group))
}

/** Why the gate did not let a message go to somebody because of what she said. */
export const backReasons = ['stopped', 'topic', 'channel', 'paused'] as const satisfies readonly NeverReason[]
/** The same with those why it did not go yet. */
export const heldReasons = [...backReasons, ...laterReasons] as const
export type HeldReason = (typeof heldReasons)[number]

/** A digest that left within this time of its slot was on time. */
export const onTimeMinutes = 60
