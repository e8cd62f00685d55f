import type { Brand } from '../domain/brand.ts'
import type { Proven } from '../domain/receipt.ts'
import type { PastRules } from '../domain/past-rules.ts'
import { newestCheckpoint } from '../store/checkpoints.ts'
import { theBrand } from '../store/brand.ts'
import type { Sql } from '../store/database.ts'
import { entriesOf, entryAbout, type HerEntry } from '../store/her-history.ts'
import { pastRules } from '../store/past-rules.ts'
import { personById, type Person } from '../store/people.ts'
import { allTopics } from '../store/topics.ts'
import { inclusionPaths } from '../store/tree-nodes.ts'
import type { Topic } from '../domain/topic.ts'
import type { House } from './house.ts'
import { ledgerKey } from './sign-checkpoint.ts'

const pageLength = 50

/** A page of what happened to her, newest first; `older` is the number to go on below, null at the end. */
export type HistoryPart = { entries: HerEntry[]; older: number | null }

/** Her entries below a number (null: from the newest on), a page of them; one read. */
export async function readHistory(house: House, person: string, before: number | null): Promise<HistoryPart> {
  const found = await entriesOf(house.database.readOnly, person, { before, most: pageLength + 1 })
  const entries = found.slice(0, pageLength)
  return { entries, older: found.length > pageLength ? (entries.at(-1)?.number ?? null) : null }
}

/** One change of hers with all that proves it; `proven` is null until a signed state of the ledger covers it. */
export type Receipt = {
  person: Person
  brand: Brand
  topics: Topic[]
  rules: PastRules
  entry: HerEntry
  proven: Proven | null
  key: string
}

/** Reads a receipt, in a handful of reads whatever the size of the ledger. Null when there is no such entry, or she was erased. */
export async function readReceipt(house: House, person: string, number: number): Promise<Receipt | null> {
  const sql = house.database.readOnly
  const [her, entry, brand, topics, key] = await Promise.all([
    personById(sql, person),
    entryAbout(sql, person, number),
    theBrand(sql),
    allTopics(sql),
    ledgerKey(house, sql),
  ])
  if (!her || !entry) return null
  const [rules, proofs] = await Promise.all([
    pastRules(sql, her.address?.fingerprint ?? null),
    proofsOf(sql, [entry.number]),
  ])
  return { person: her, brand, topics, rules, entry, proven: proofs.get(number) ?? null, key }
}

/** The proof of each entry that the newest signed state of the ledger covers, by number. */
export async function proofsOf(sql: Sql, numbers: readonly number[]): Promise<Map<number, Proven>> {
  const newest = await newestCheckpoint(sql)
  if (!newest) return new Map()
  const covered = numbers.filter((number) => number <= newest.size)
  const paths = await inclusionPaths(sql, covered, newest.size)
  return new Map([...paths].map(([number, path]) => [number, { ...newest, path }]))
}
