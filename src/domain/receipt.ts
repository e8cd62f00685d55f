import { maskedAddress } from './address.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Choices } from './choices.ts'
import { tell, type Happening, type HistoryContext } from './history-sentence.ts'
import type { LedgerEntry } from './ledger-entry.ts'
import { rulesAt, type PastRules } from './past-rules.ts'
import { describe } from './sentence.ts'
import type { Topic } from './topic.ts'

/** An entry of the ledger with all that it takes to check it: its line, what that commits to, and where it is in the tree. */
export type Evidenced = {
  number: number
  body: string
  leaf: string
  entry: LedgerEntry
  payload: unknown
  salt: string
}

/** Where an entry is proven: the path to the root of a signed state of the tree, nearest sibling first. */
export type Proven = { size: number; path: readonly string[]; note: string }

/** What a receipt says. The sentences are those of the moment of the change; `before` is null where she had none. */
export type ReceiptText = {
  did: string[]
  from: string
  before: string | null
  after: string | null
  at: string
  wording: string | null
}

/** What the texts of a record are written for. */
export type ReceiptContext = {
  locale: string
  zone: string
  brand: string
  topics: readonly Topic[]
  address: string
  rules: PastRules
}

/** The words of a receipt: what was done, and her sentence before and after it under the rules of then. */
export function receiptText(entry: LedgerEntry, happening: Happening, context: ReceiptContext): ReceiptText {
  const at = entry.at.toISOString()
  const { did, from } = tell(happening, context satisfies HistoryContext)
  return {
    did,
    from,
    before: happening.before && sentenceAt(happening.before, at, context),
    after: happening.after && sentenceAt(happening.after, at, context),
    at,
    wording: entry.wording,
  }
}

/** Her sentence for choices as they were at an instant (ISO), by what held then. */
export function sentenceAt(choices: Choices, at: string, context: Omit<ReceiptContext, 'zone'>): string {
  const { locale, topics, address, rules } = context
  return describe(choices, {
    topics,
    locale,
    now: new Date(at),
    address: maskedAddress(address),
    ...rulesAt(rules, at),
  })
}

/** The canonical text of a payload: with its salt it gives the commitment of the entry. */
export function committedText({ payload }: Evidenced): string {
  return canonicalJson(payload)
}

/** A proof as a file of its own, in the form of c2sp.org/tlog-proof: index, path, and the signed state of the tree. */
export function proofText(number: number, { path, note }: Proven): string {
  const hashes = path.map((hash) => Buffer.from(hash, 'hex').toString('base64'))
  return [`c2sp.org/tlog-proof@v1`, `index ${number - 1}`, ...hashes, '', note].join('\n')
}
