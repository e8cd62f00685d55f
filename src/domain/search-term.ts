import { parseAddress } from './address.ts'
import { isHash } from './merkle.ts'

/** What an auditor looks for. */
export type SearchTerm =
  | { kind: 'address'; canonical: string }
  | { kind: 'person'; id: string }
  | { kind: 'entry'; number: number }
  | { kind: 'wording'; hash: string }
  | { kind: 'campaign'; slug: string }

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/**
 * Tells what was typed by its form: an address, the id of a person, the number of an entry (`48213`, `48,213`, `#48213`), the
 * SHA-256 of a wording, else the short name of a campaign. Null for what can be none of them.
 */
export function searchTerm(text: string): SearchTerm | null {
  const typed = text.trim()
  const lower = typed.toLowerCase()
  if (typed.includes('@')) {
    const address = parseAddress(typed)
    return address.kind === 'refused' ? null : { kind: 'address', canonical: address.canonical }
  }
  if (uuid.test(lower)) return { kind: 'person', id: lower }
  if (isHash(lower)) return { kind: 'wording', hash: lower }
  if (/^#?\d{1,3}(?:[,.\u00a0\u202f ]\d{3})+$|^#?\d{1,15}$/.test(typed)) {
    return { kind: 'entry', number: Number(typed.replaceAll(/\D/g, '')) }
  }
  return /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(lower) ? { kind: 'campaign', slug: lower } : null
}

/** Whether this is the id of a person as we write it. */
export function isPersonId(text: string): boolean {
  return uuid.test(text)
}
