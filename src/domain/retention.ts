import { askEveryDays } from './answer.ts'

/** How long something is kept: a time, for as long as it is needed for what it is for, or for good. */
export type Period = { months: number } | { days: number } | 'needed' | 'for-ever'

/** The legal ground of keeping it (GDPR Art. 6(1)): she said yes; she asked for it; it has to be shown on demand; nobody's
 * rights weigh more. */
export type Ground = 'consent' | 'contract' | 'duty' | 'interest'

/**
 * One kind of what is kept. What it is, what it is for and from when its time counts is said in the texts
 * `privacy.kept.<kind>.*`, which everybody can read at /privacy; `deletedBy` is what carries it out.
 */
export type Kept = { kind: KeptKind; ground: Ground; period: Period; deletedBy: 'day' | 'person' | 'nobody' }

export const keptKinds = [
  'person',
  'stopped',
  'not-asked',
  'sign-ups',
  'answers',
  'askings',
  'reasons',
  'deliveries',
  'replies',
  'service-mail',
  'requests',
  'staff',
  'exports',
  'fingerprints',
  'erased',
  'ledger',
] as const
export type KeptKind = (typeof keptKinds)[number]

/**
 * All that is kept about people, and how long: shown at /privacy, and carried out once a day (actions/retire-data.ts).
 * `day`: the daily work deletes what is older; `person`: it goes when she is erased, or for staff is removed; `nobody`: it names nobody, and stays.
 */
export const retention: readonly Kept[] = [
  { kind: 'person', ground: 'consent', period: 'needed', deletedBy: 'person' },
  // Three years is the usual time in which somebody may ask for the proof of a yes; after it only the no is left.
  { kind: 'stopped', ground: 'duty', period: { months: 36 }, deletedBy: 'day' },
  { kind: 'not-asked', ground: 'interest', period: { months: 24 }, deletedBy: 'day' },
  { kind: 'sign-ups', ground: 'contract', period: { days: 30 }, deletedBy: 'day' },
  { kind: 'answers', ground: 'consent', period: 'needed', deletedBy: 'person' },
  // As long as nobody is asked anything again (domain/answer.ts).
  { kind: 'askings', ground: 'interest', period: { days: askEveryDays }, deletedBy: 'day' },
  { kind: 'reasons', ground: 'interest', period: { months: 24 }, deletedBy: 'day' },
  { kind: 'deliveries', ground: 'duty', period: { months: 24 }, deletedBy: 'day' },
  { kind: 'replies', ground: 'interest', period: { months: 6 }, deletedBy: 'day' },
  { kind: 'service-mail', ground: 'interest', period: { days: 90 }, deletedBy: 'day' },
  { kind: 'requests', ground: 'interest', period: { days: 8 }, deletedBy: 'day' },
  { kind: 'staff', ground: 'interest', period: 'needed', deletedBy: 'person' },
  // Long enough to show, as for a yes, what left the house about whom after it should have been destroyed.
  { kind: 'exports', ground: 'duty', period: { months: 36 }, deletedBy: 'day' },
  { kind: 'fingerprints', ground: 'duty', period: 'for-ever', deletedBy: 'nobody' },
  { kind: 'erased', ground: 'duty', period: 'for-ever', deletedBy: 'nobody' },
  { kind: 'ledger', ground: 'duty', period: 'for-ever', deletedBy: 'nobody' },
]

/** The period of a kind that the daily work deletes, as PostgreSQL reads an interval: `24 months`. */
export function intervalOf(kind: KeptKind): string {
  const period = retention.find((kept) => kept.kind === kind)?.period
  if (typeof period !== 'object') throw new Error(`nothing of the kind "${kind}" is deleted by its age`)
  return 'months' in period ? `${period.months} months` : `${period.days} days`
}
