import type { Staff } from '../domain/staff-role.ts'
import { Problem } from '../domain/problem.ts'
import type { Topic } from '../domain/topic.ts'
import { entriesBetween, keptEntry, lastEntryBefore, type KeptEntry, type ListedEntry } from '../store/audit-entries.ts'
import { ledgerSize } from '../store/ledger.ts'
import { allTopics } from '../store/topics.ts'
import { entryEvidence, type EntryEvidence } from './entry-evidence.ts'
import type { House } from './house.ts'
import { openLook } from './look-at.ts'

/** An entry for an auditor. `payload`: what it commits to, kept back while no look at its person is open, or erased. */
export type EntryShown = {
  kept: ListedEntry
  person: string | null
  payload: { kind: 'shown'; payload: unknown; salt: string } | { kind: 'kept apart' } | { kind: 'erased' }
  evidence: EntryEvidence
  topics: Topic[]
  size: number
}

/**
 * Reads an entry. What it says of a person is shown within a look of hers alone.
 * @throws Problem `not-found` when there is none of that number.
 */
export async function readEntry(house: House, staff: Staff, number: number, now: Date): Promise<EntryShown> {
  const sql = house.database.readOnly
  const [kept, topics, size] = await Promise.all([keptEntry(sql, number), allTopics(sql), ledgerSize(sql)])
  if (!kept) throw new Problem('not-found', `the ledger has entries 1 to ${size}; given: ${number}`)
  const evidence = await entryEvidence(house, sql, kept)
  const payload = await payloadFor(house, staff, kept, now)
  return { kept, person: kept.person, payload, evidence, topics, size }
}

async function payloadFor(
  house: House,
  staff: Staff,
  { person, payload, salt }: KeptEntry,
  now: Date,
): Promise<EntryShown['payload']> {
  if (salt === null) return { kind: 'erased' }
  const open = person === null || (await openLook(house, staff, person, now)) !== null
  return open ? { kind: 'shown', payload, salt } : { kind: 'kept apart' }
}

const pageLength = 100

/** Some entries, newest first; `older` is the number to go on below, null at the end of the period. */
export type EntriesPart = { entries: ListedEntry[]; count: number; older: number | null }

/** The entries of a period (ISO instants, the end not included; null for no limit) below a number, a page of them. */
export async function listEntries(
  house: House,
  { from, until, below }: { from: string | null; until: string | null; below: number | null },
): Promise<EntriesPart> {
  const sql = house.database.readOnly
  const [after, last] = await Promise.all([
    from === null ? 0 : lastEntryBefore(sql, from),
    until === null ? ledgerSize(sql) : lastEntryBefore(sql, until),
  ])
  const upTo = below === null ? last : Math.min(last, below - 1)
  const entries = await entriesBetween(sql, { after, upTo, most: pageLength })
  const oldest = entries.at(-1)?.number ?? after + 1
  return { entries, count: Math.max(0, last - after), older: oldest > after + 1 ? oldest : null }
}
