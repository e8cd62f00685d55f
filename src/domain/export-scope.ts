import { Problem } from './problem.ts'

/**
 * What an export of some entries is limited to, all at once; null where it is not. `from` and `until` are ISO instants,
 * `until` not included; `topic` and `campaign` are slugs. Whom it is about stands apart, because she may be erased.
 */
export type ExportScope = {
  from: string | null
  until: string | null
  topic: string | null
  campaign: string | null
}

export const everything: ExportScope = { from: null, until: null, topic: null, campaign: null }

/** What an export was: the whole ledger, some of its entries, or the proof that one person is given. */
export const exportKinds = ['ledger', 'part', 'proof'] as const
export type ExportKind = (typeof exportKinds)[number]

/**
 * The bounds of a period as somebody writes it: `2026-01-01` for a whole day (UTC), the last one included, or a time.
 * @throws Problem `invalid-input` for what is no time, and for a period that ends before it begins.
 */
export function periodOf(from: string | undefined, to: string | undefined): Pick<ExportScope, 'from' | 'until'> {
  const begin = from === undefined ? null : instantIn(from)
  const last = to === undefined ? null : instantIn(to)
  const until = last === null ? null : new Date(last.getTime() + (isDay(to ?? '') ? dayMs : 1))
  if (begin !== null && until !== null && begin >= until) {
    throw new Problem('invalid-input', `the period ends (${to}) before it begins (${from})`)
  }
  return { from: begin?.toISOString() ?? null, until: until?.toISOString() ?? null }
}

/** A day as `2026-03-31`, that exists. @throws Problem `invalid-input` */
export function dayIn(text: string): string {
  const at = new Date(text)
  if (isDay(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)) return text
  throw new Problem('invalid-input', `"${text}" is no day; write it like 2026-03-31`)
}

/** An instant in words that mean one: a day or a time with its zone. @throws Problem `invalid-input` */
export function instantIn(text: string): Date {
  const zoned = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
  const at = new Date(text)
  const isReal = zoned && !Number.isNaN(at.getTime()) && dayExists(text.slice(0, 10))
  if (isReal) return at
  throw new Problem('invalid-input', `"${text}" is no time; write it like 2026-03-31 or 2026-03-31T10:00:00Z`)
}

const dayMs = 86_400_000

function isDay(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text)
}

function dayExists(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day)
}
