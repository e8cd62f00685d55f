import { keyFault, signsAt, type KeyChanges, type LedgerKey } from './key-change.ts'
import { commitmentToText, parseEntryBody, type LedgerEntry } from './ledger-entry.ts'
import { appendLeafTelling, emptyFrontier, leafHash, rootOf, type Frontier } from './merkle.ts'
import { openNote, parseCheckpoint } from './signed-note.ts'

/**
 * What is wrong, and where: the first entry that is in doubt or the checkpoint (by its size) that disagrees, null where
 * none can be named.
 */
export type Fault = { entry: number | null; checkpoint: number | null; reason: string }

/** An entry as it is stored. Salt and payload are null once they were erased; `person` is whose it is said to be. */
export type StoredLine = {
  number: number
  body: string
  leaf: string
  salt: Uint8Array | null
  payload: string | null
  person: string | null
}

/** A full subtree of the tree that was filled: what the store has to hold of it. */
export type FilledNode = { level: number; position: number; hash: string }

/**
 * Goes over a stored ledger entry by entry, and holds nothing of it but the tree's frontier. Each part says what is wrong with
 * it, or null; after a fault there is no going on.
 */
export class LedgerCheck {
  readonly #keys: readonly LedgerKey[]
  readonly #changes: KeyChanges
  readonly #origin: string
  readonly #onFilled: (node: FilledNode) => void
  #tree: Frontier = emptyFrontier
  #lastAt = new Date(0)
  #agreed = 0

  /**
   * @param history our own keys, and the entries from which on another one signs. @param origin the log’s name.
   * @param onFilled is told each subtree that becomes full.
   */
  constructor(
    history: { keys: readonly LedgerKey[]; changes: KeyChanges },
    origin: string,
    onFilled: (node: FilledNode) => void,
  ) {
    this.#keys = history.keys
    this.#changes = history.changes
    this.#origin = origin
    this.#onFilled = onFilled
  }

  get size(): number {
    return this.#tree.size
  }

  /** The next entry: in its place, canonical, hashed to its leaf, and what is kept of its payload is what it commits to. */
  entry(line: StoredLine): { kind: 'fault'; fault: Fault } | { kind: 'entry'; entry: LedgerEntry } {
    const number = this.#tree.size + 1
    const bad = (reason: string) => ({ kind: 'fault', fault: { entry: number, checkpoint: null, reason } }) as const
    if (line.number !== number) return bad(`entry ${number} is missing; entry ${line.number} comes next`)
    const read = parseEntryBody(line.body)
    if (read.kind === 'refused') return bad(`entry ${number}: ${read.reason}`)
    const { entry } = read
    if (entry.number !== number) return bad(`the entry in place ${number} calls itself ${entry.number}`)
    if (entry.at < this.#lastAt) return bad(`entry ${number} is older than the one before it`)
    if (leafHash(line.body) !== line.leaf) return bad(`entry ${number} does not hash to its leaf`)
    const fault = payloadFault(line, entry)
    if (fault !== null) return bad(`entry ${number} ${fault}`)
    const changed = keyFault(this.#changes, entry, line.leaf)
    if (changed !== null) return bad(changed)
    this.#lastAt = entry.at
    this.#tree = appendLeafTelling(this.#tree, line.leaf, (level, position, hash) =>
      this.#onFilled({ level, position, hash }),
    )
    return { kind: 'entry', entry }
  }

  /** A checkpoint of as many entries as were gone over: signed by us, of this log, and of this tree. */
  checkpoint(size: number, note: string): Fault | null {
    const bad = (reason: string, entry: number | null = null): Fault => ({ entry, checkpoint: size, reason })
    const inForce = this.#keys.filter((key) => signsAt(key, size))
    const opened = openNote(note, inForce)
    if (opened.kind === 'refused') return bad(`the checkpoint of ${size} entries: ${opened.reason}`)
    const read = parseCheckpoint(opened.text)
    if (read.kind === 'refused') return bad(`the checkpoint of ${size} entries: ${read.reason}`)
    if (read.checkpoint.origin !== this.#origin || read.checkpoint.size !== size)
      return bad(
        `the checkpoint of ${size} entries was signed for ${read.checkpoint.size} of ${read.checkpoint.origin}`,
      )
    if (read.checkpoint.root !== rootOf(this.#tree)) {
      const reason = `entries 1 to ${size} are not what was signed: their tree has another root than their checkpoint`
      return bad(reason, this.#agreed < size ? this.#agreed + 1 : null)
    }
    this.#agreed = size
    return null
  }

  /** The head that the next entry will be appended to: it must be the tree that was gone over. */
  head(head: Frontier): Fault | null {
    const { size } = this.#tree
    if (head.size > size)
      return entryFault(size + 1, `the head counts ${head.size} entries and there are ${size}: the others are missing`)
    if (head.size < size) return entryFault(head.size + 1, `the head counts ${head.size} entries and there are ${size}`)
    if (head.hashes.join() === this.#tree.hashes.join()) return null
    return entryFault(this.#agreed + 1, `the head is not the tree of the ${size} entries`)
  }

  /** A node of the tree that is stored otherwise than the entries make it. */
  node(level: number): Fault {
    const reason = `a node of the tree on level ${level} is not that of its entries`
    return entryFault(this.#agreed + 1, reason)
  }
}

function entryFault(entry: number, reason: string): Fault {
  return { entry, checkpoint: null, reason }
}

/** What is wrong with what is kept of a payload; none is kept of somebody who was erased. */
function payloadFault({ salt, payload, person }: StoredLine, { commitment }: LedgerEntry): string | null {
  if (salt === null || payload === null) return null
  if (salt.length !== 32 || commitmentToText(payload, salt) !== commitment)
    return 'does not commit to the payload beside it'
  // What a commitment fits is canonical JSON of ours.
  const said = (JSON.parse(payload) as { person?: unknown } | null)?.person
  return typeof said === 'string' && said !== person ? 'is filed under somebody else than its payload says' : null
}
