import { csvRecord } from './csv.ts'
import type { LedgerEntry } from './ledger-entry.ts'

/** The columns of `entries.csv`, which says for spreadsheets what `entries.jsonl` and `payloads.jsonl` say as evidence. */
export const tableHead = csvRecord(['number', 'at', 'kind', 'topics', 'wording', 'commitment', 'payload'])

/** The record of one entry; `payload` is its canonical text, null where it is not shown or erased. */
export function tableRecord(entry: LedgerEntry, payload: string | null): string {
  const { number, at, kind, topics, wording, commitment } = entry
  return csvRecord([String(number), at.toISOString(), kind, topics.join(' '), wording, commitment, payload])
}
