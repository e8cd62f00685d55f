// What goes with the entries of a bundle, in their order: the wordings they name, their payloads, the table.
import { linesIn, sha256, textIn, toHex } from './bytes.js'
import { entryIn, isPayloadOf, payloadIn, tableHead, tableRow } from './entry.js'
import { requireStatement } from './keys.js'
import { notVerified } from './verdict.js'

/**
 * @import { Bytes } from './bytes.js'
 * @import { Payload } from './entry.js'
 * @import { Entry, Shown } from './verdict.js'
 */

const longestPayload = 16 * 1024 * 1024

/**
 * The wordings of a bundle by the hash in their name, and whether their bytes have it.
 * @param {ReadonlyMap<string, Bytes>} files
 */
export async function wordingsIn(files) {
  /** @type {Map<string, boolean>} */
  const wordings = new Map()
  for (const [name, bytes] of files) {
    const hash = /^wordings\/([\da-f]{64})\.html$/.exec(name)?.[1]
    if (hash !== undefined) wordings.set(hash, toHex(await sha256(bytes)) === hash)
  }
  return wordings
}

/** Checks entries one after the other. */
export class Checks {
  #wordings
  #changes
  /** @type {{ lines: Bytes[], torn: boolean } | null} */
  #payloads
  /** @type {{ lines: Bytes[], torn: boolean } | null} */
  #table
  #nextPayload = 0
  #nextRow = 0
  /** @type {Payload | null} */
  #payload = null
  #lastAt = ''
  /** How many payloads fitted. */
  payloads = 0

  /**
   * @param {ReadonlyMap<string, Bytes>} files
   * @param {ReadonlyMap<string, boolean>} wordings
   * @param {ReadonlyMap<number, string>} changes of the key
   */
  constructor(files, wordings, changes) {
    const [payloads, table] = [files.get('payloads.jsonl'), files.get('entries.csv')]
    this.#wordings = wordings
    this.#changes = changes
    this.#payloads = payloads ? linesIn(payloads, longestPayload) : null
    this.#table = table ? linesIn(table, longestPayload * 2) : null
  }

  /** Before the first entry. */
  begin() {
    if (this.#table && !this.#isRow(tableHead)) throw notVerified('entries.csv has another first row')
    if (this.#table) this.#nextRow = 1
    this.#readPayload(null)
  }

  /**
   * Reads the line in the place of entry `number`.
   * @param {Bytes} line
   * @param {number} number
   * @param {string} leaf its hash
   */
  entry(line, number, leaf) {
    const entry = entryIn(line, number)
    if (entry.at < this.#lastAt) throw notVerified(`entry ${number} is older than the one before it`, number)
    if (entry.wording !== null && this.#wordings.get(entry.wording) !== true) {
      const fault = this.#wordings.has(entry.wording) ? 'has been altered' : 'is missing from the bundle'
      throw notVerified(`wordings/${entry.wording}.html, which entry ${number} names, ${fault}`, number)
    }
    requireStatement(this.#changes, entry, leaf)
    this.#lastAt = entry.at
    return entry
  }

  /**
   * Reads what the other files say of an entry that was found right.
   * @param {Entry} entry
   * @returns {Promise<Shown>}
   */
  async beside(entry) {
    const payload = await this.#payloadOf(entry)
    if (this.#table) {
      const says = this.#isRow(tableRow(entry, payload)) || this.#isRow(tableRow(entry, null))
      if (!says)
        throw notVerified(`entries.csv does not say of entry ${entry.number} what the evidence says`, entry.number)
      this.#nextRow += 1
    }
    return { entry, payload }
  }

  /** After the last entry: the other files end with it. */
  end() {
    if (this.#payload) throw strayPayload(this.#payload, null)
    if (this.#table && this.#nextRow < this.#table.lines.length) {
      throw notVerified('entries.csv has more rows than there are entries')
    }
  }

  /** @param {Entry} entry */
  async #payloadOf(entry) {
    const payload = this.#payload
    if (payload === null || payload.number > entry.number) return null
    if (payload.number < entry.number) throw strayPayload(payload, entry.number)
    if (!(await isPayloadOf(payload, entry))) {
      const reason = `the payload of entry ${entry.number}, or its salt, is not what the entry was made for`
      throw notVerified(reason, entry.number)
    }
    this.payloads += 1
    this.#readPayload(entry.number)
    return payload.text
  }

  /** @param {number | null} entry */
  #readPayload(entry) {
    const line = this.#payloads?.lines[this.#nextPayload++]
    this.#payload = null
    if (!line || !this.#payloads) return
    if (this.#payloads.torn && this.#nextPayload === this.#payloads.lines.length) {
      throw notVerified('a line of payloads.jsonl does not end in a line feed, or is too long', entry)
    }
    this.#payload = payloadIn(line, entry)
  }

  /** @param {string} expected */
  #isRow(expected) {
    const row = this.#table?.lines[this.#nextRow]
    const torn = this.#table?.torn && this.#nextRow === this.#table.lines.length - 1
    return row !== undefined && !torn && textIn(row) === expected
  }
}

/**
 * @param {Payload} payload
 * @param {number | null} entry
 */
function strayPayload({ number }, entry) {
  const reason = `payloads.jsonl has a payload for entry ${number} that is out of order, doubled, or of an entry that is not here`
  return notVerified(reason, entry)
}
