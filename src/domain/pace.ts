import { Problem } from './problem.ts'

/**
 * How often. As it happens; one digest per day, week or month; or at most N (1…31) per day, week or month.
 * Kept and exchanged in this spelling everywhere: choices, command line, API.
 */
export type Pace = 'as-it-happens' | DigestPace | `${number}-per-${Period}`
export type DigestPace = 'digest-daily' | 'digest-weekly' | 'digest-monthly'
export type Period = 'day' | 'week' | 'month'

/** A pace taken apart: what the gate and the sentence reckon with. */
export type PaceTerms =
  | { kind: 'as-it-happens' }
  | { kind: 'digest'; period: Period }
  | { kind: 'cap'; limit: number; period: Period }

/** The largest N of a cap: what a person's recent releases are kept for. */
export const largestCap = 31

/** What a pace that cannot be read is taken for, and what an import promises when it promises nothing. */
export const slowestPace: Pace = 'digest-monthly'

const daysIn: Record<Period, number> = { day: 1, week: 7, month: 30 }

const slowestTerms: PaceTerms = { kind: 'digest', period: 'month' }

const known = new Map<string, PaceTerms>([
  ['as-it-happens', { kind: 'as-it-happens' }],
  ['digest-daily', { kind: 'digest', period: 'day' }],
  ['digest-weekly', { kind: 'digest', period: 'week' }],
  ['digest-monthly', slowestTerms],
])
for (let limit = 1; limit <= largestCap; limit++) {
  for (const period of ['day', 'week', 'month'] as const)
    known.set(`${limit}-per-${period}`, { kind: 'cap', limit, period })
}

/** True for one of the spellings of `Pace`, with N from 1 to 31. */
export function isPace(text: string): text is Pace {
  return known.has(text)
}

/**
 * The pace that `text` spells.
 * @throws Problem invalid-input naming what is allowed and what was given.
 */
export function parsePace(text: string): Pace {
  if (isPace(text)) return text
  throw new Problem(
    'invalid-input',
    `"${text}" is not a pace; allowed: as-it-happens, digest-daily, digest-weekly, digest-monthly, ` +
      `or N-per-day, N-per-week, N-per-month with N from 1 to ${largestCap}`,
  )
}

/** The terms of a stored pace. One that cannot be read counts as the slowest: doubt means less mail. */
export function termsOf(pace: string): PaceTerms {
  return known.get(pace) ?? slowestTerms
}

/** True for the paces that hold until a slot. */
export function isDigest(pace: Pace): pace is DigestPace {
  return termsOf(pace).kind === 'digest'
}

/**
 * Negative when `a` is slower than `b`, positive when it is faster, 0 when neither is. Compares mails per month
 * of 30 days; of the same rate, a digest is slower than a cap, because it also says when.
 */
export function comparePace(a: Pace, b: Pace): number {
  const [left, right] = [termsOf(a), termsOf(b)]
  const [leftRate, rightRate] = [mailsPerMonth(left), mailsPerMonth(right)]
  if (leftRate !== rightRate) return leftRate < rightRate ? -1 : 1
  return Number(right.kind === 'digest') - Number(left.kind === 'digest')
}

/** True when `a` lets strictly less through than `b`. */
export function slowerThan(a: Pace, b: Pace): boolean {
  return comparePace(a, b) < 0
}

/** Mails in a month of 30 days that a pace can bring; as it happens there is no limit. */
export function mailsPerMonth(terms: PaceTerms): number {
  if (terms.kind === 'as-it-happens') return Infinity
  return ((terms.kind === 'cap' ? terms.limit : 1) * 30) / daysIn[terms.period]
}
