import { fingerprintOf } from '../domain/keyring.ts'
import type { SearchTerm } from '../domain/search-term.ts'
import { campaignBySlug } from '../store/campaigns.ts'
import { ledgerSize } from '../store/ledger.ts'
import { wasErased } from '../store/erasure.ts'
import { personByFingerprint, personById } from '../store/people.ts'
import { suppressionsOf } from '../store/suppressions.ts'
import { wordingNamed } from '../store/wordings.ts'
import type { House } from './house.ts'

/**
 * What was found: where to look on (a person who is not there was erased), that whoever had the address was erased, or nothing;
 * `entries` is how many there are.
 */
export type Found =
  | { kind: 'person'; id: string; isThere: boolean }
  | Exclude<SearchTerm, { kind: 'person' | 'address' }>
  | { kind: 'erased' }
  | { kind: 'nothing'; entries: number }

/** Looks something up for an auditor. An address is looked up by its fingerprint alone; nothing is written. */
export async function searchAudit(house: House, term: SearchTerm): Promise<Found> {
  const sql = house.database.readOnly
  const entries = await ledgerSize(sql)
  const nothing = { kind: 'nothing', entries } as const
  switch (term.kind) {
    case 'address': {
      const fingerprint = fingerprintOf(house.keys, 'email', term.canonical)
      const id = await personByFingerprint(sql, fingerprint)
      if (id !== null) return { kind: 'person', id, isThere: true }
      const suppressed = await suppressionsOf(sql, 'email', [fingerprint])
      return suppressed.get(fingerprint)?.includes('erased') ? { kind: 'erased' } : nothing
    }
    case 'person':
      if (await personById(sql, term.id)) return { ...term, isThere: true }
      return (await wasErased(sql, term.id)) ? { ...term, isThere: false } : nothing
    case 'entry':
      return term.number >= 1 && term.number <= entries ? term : nothing
    case 'wording':
      return (await wordingNamed(sql, term.hash)) ? term : nothing
    case 'campaign':
      return (await campaignBySlug(sql, term.slug)) ? term : nothing
  }
}
