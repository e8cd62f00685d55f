import { fits, parsePayloadLine, type PayloadLine } from './bundle-payloads.ts'
import { tableHead, tableRecord } from './entries-table.ts'
import { keyFault, type KeyChanges } from './key-change.ts'
import { parseEntryBody, type LedgerEntry } from './ledger-entry.ts'
import type { Lines } from './lines.ts'
import { leafHash } from './merkle.ts'

/** What goes with the entries, in their order; null where the bundle has no such file. */
export type BesideEntries = { payloads: Lines | null; table: Lines | null }

/**
 * What is checked of each entry of a bundle beside its place in the tree, one after the other: its form, its time, the
 * wording that it names, its payload, what the table for spreadsheets says of it, and whether it changes the key as was stated. Each check gives null, or what is
 * wrong in words.
 */
export class EntryChecks {
  readonly #wordings: ReadonlyMap<string, boolean>
  readonly #changes: KeyChanges
  readonly #beside: BesideEntries
  #lastAt = new Date(0)
  #begun = false
  #next: PayloadLine | null = null
  /** How many payloads fitted so far. */
  payloads = 0

  /**
   * @param wordings the texts in the bundle by name, and whether their bytes have that name
   * @param changes what is stated of the entries from which on another key signs
   */
  constructor(wordings: ReadonlyMap<string, boolean>, changes: KeyChanges, beside: BesideEntries) {
    this.#wordings = wordings
    this.#changes = changes
    this.#beside = beside
  }

  /** Reads the line in the place of entry `number`. */
  read(line: string, number: number): LedgerEntry | string {
    const read = parseEntryBody(line)
    if (read.kind === 'refused') return `entry ${number}: ${read.reason}`
    const { entry } = read
    if (entry.number !== number) return `the entry in place ${number} calls itself ${entry.number}`
    if (entry.at < this.#lastAt) return `entry ${number} is older than the one before it`
    if (entry.wording !== null && this.#wordings.get(entry.wording) !== true) {
      const fault = this.#wordings.has(entry.wording) ? 'has been altered' : 'is missing from the bundle'
      return `wordings/${entry.wording}.html, which entry ${number} names, ${fault}`
    }
    if (entry.kind === 'key-changed' || this.#changes.has(number)) {
      const fault = keyFault(this.#changes, entry, leafHash(line))
      if (fault !== null) return fault
    }
    this.#lastAt = entry.at
    return entry
  }

  /** Whether there is anything for {@link EntryChecks.beside} to read. */
  get hasMore(): boolean {
    return this.#beside.payloads !== null || this.#beside.table !== null
  }

  /** Reads what the other files say of an entry that was found right. */
  async beside(entry: LedgerEntry): Promise<string | null> {
    const begun = this.#begun ? null : await this.#begin()
    if (begun !== null) return begun
    const payload = await this.#payloadOf(entry)
    if (typeof payload === 'string') return payload
    return this.#tableSays(entry, payload.text)
  }

  /** Whether the other files end with the entries. */
  async end(): Promise<string | null> {
    const begun = this.#begun || !this.hasMore ? null : await this.#begin()
    if (begun !== null) return begun
    if (this.#next !== null) return strayPayload(this.#next)
    const { table } = this.#beside
    if (table === null) return null
    return (await table.next()) === null ? null : 'entries.csv has more rows than there are entries'
  }

  async #begin(): Promise<string | null> {
    this.#begun = true
    const { table } = this.#beside
    if (table !== null && !saysRow(await table.next(), table, tableHead)) return 'entries.csv has another first row'
    return this.#readPayload()
  }

  async #readPayload(): Promise<string | null> {
    const { payloads } = this.#beside
    const line = payloads && (payloads.ready() ?? (await payloads.next()))
    this.#next = null
    if (line === null) return null
    if (payloads?.torn) return 'a line of payloads.jsonl does not end in a line feed, or is too long'
    const read = parsePayloadLine(line)
    if (read.kind === 'refused') return read.reason
    this.#next = read.line
    return null
  }

  /** The text of the entry's payload, null where the bundle has none; or what is wrong. */
  async #payloadOf({ number, commitment }: LedgerEntry): Promise<{ text: string | null } | string> {
    const line = this.#next
    if (line === null || line.number > number) return { text: null }
    if (line.number < number) return strayPayload(line)
    if (!fits(line, commitment))
      return `the payload of entry ${number}, or its salt, is not what the entry was made for`
    this.payloads += 1
    return (await this.#readPayload()) ?? { text: line.payload }
  }

  /** A payload that was erased while the bundle was written may be missing from the table. */
  async #tableSays(entry: LedgerEntry, payload: string | null): Promise<string | null> {
    const { table } = this.#beside
    if (table === null) return null
    const row = table.ready() ?? (await table.next())
    if (saysRow(row, table, tableRecord(entry, payload)) || saysRow(row, table, tableRecord(entry, null))) return null
    return `entries.csv does not say of entry ${entry.number} what the evidence says`
  }
}

function saysRow(row: string | null, table: Lines, expected: string): boolean {
  return row !== null && !table.torn && `${row}\n` === Buffer.from(expected).toString('latin1')
}

function strayPayload({ number }: PayloadLine): string {
  return `payloads.jsonl has a payload for entry ${number} that is out of order, doubled, or of an entry that is not here`
}
