import type { LedgerEntry } from './ledger-entry.ts'
import { isHash } from './merkle.ts'
import { openNote, parseVkey, type Vkey } from './signed-note.ts'

/**
 * That another key signs a log from an entry on (docs/ledger-format.md): which entry says so, its leaf's hash, and both keys. It is
 * the text of a note that both keys sign: the old one says who follows it, the new one whom it follows.
 */
export type KeyChange = { origin: string; entry: number; leaf: string; before: string; next: string }

const firstLine = 'courtesy-ledger-key-change/1'

export function keyChangeText({ origin, entry, leaf, before, next }: KeyChange): string {
  return `${[firstLine, origin, entry, leaf, before, next].join('\n')}\n`
}

function parseKeyChange(text: string): KeyChange | null {
  const [first, origin = '', entry = '', leaf = '', before = '', next = '', end, ...rest] = text.split('\n')
  if (first !== firstLine || end !== '' || rest.length > 0 || !isHash(leaf)) return null
  if (!/^[1-9]\d*$/.test(entry) || !Number.isSafeInteger(Number(entry))) return null
  return { origin, entry: Number(entry), leaf, before, next }
}

/** A key and the sizes of the tree that it signs: from `from`, and below `below`. */
export type LedgerKey = Vkey & { from: number; below: number }

/** The hash of the leaf that says so, by the number of the entry from which on another key signs. */
export type KeyChanges = ReadonlyMap<number, string>

type Statement = { name: string; note: string }
type Known = Map<string, LedgerKey>

/**
 * The keys of a log: those that one trusts, and those that a chain of statements leads to from them, forwards and backwards. A
 * statement that no such chain leads to is refused: somebody else's key is no key.
 */
export function ledgerKeys(
  trusted: readonly Vkey[],
  statements: readonly Statement[],
): { kind: 'keys'; keys: LedgerKey[]; changes: KeyChanges } | { kind: 'refused'; reason: string } {
  const known: Known = new Map(trusted.map((vkey) => [idOf(vkey), { ...vkey, from: 0, below: Infinity }]))
  const changes = new Map<number, string>()
  let waiting = statements
  for (;;) {
    const left: (Statement & { reason: string })[] = []
    for (const statement of waiting) {
      const opened = openNote(statement.note, [...known.values()])
      if (opened.kind === 'refused') {
        left.push({ ...statement, reason: opened.reason })
        continue
      }
      const fault = follow(known, changes, statement, opened)
      if (fault !== null) return { kind: 'refused', reason: `${statement.name}: ${fault}` }
    }
    const [first] = left
    if (!first) return { kind: 'keys', keys: [...known.values()], changes }
    if (left.length === waiting.length) return { kind: 'refused', reason: `${first.name}: ${first.reason}` }
    waiting = left
  }
}

/** Takes up what one statement says. @returns what is wrong with it, null when nothing is. */
function follow(
  known: Known,
  changes: Map<number, string>,
  { note }: Statement,
  { text, signers }: { text: string; signers: readonly Vkey[] },
): string | null {
  const change = parseKeyChange(text)
  if (change === null) return 'it does not say which key follows which'
  const [before, next] = [parseVkey(change.before), parseVkey(change.next)]
  if (before.kind === 'refused' || next.kind === 'refused') return 'one of its keys is no vkey'
  const both = [before.vkey, next.vkey]
  if (both.some(({ name }) => name !== change.origin)) return `it is of another log, "${change.origin}"`
  const named = new Set(both.map(idOf))
  if (named.size < 2 || !signers.every((signer) => named.has(idOf(signer)))) return 'its signer is none of its two keys'
  const again = openNote(note, both)
  if (again.kind === 'refused') return again.reason
  if (new Set(again.signers.map(idOf)).size < 2) return 'only one of its two keys signed it'
  const [ends, begins] = both.map((vkey) => known.get(idOf(vkey)) ?? { ...vkey, from: 0, below: Infinity })
  if (!ends || !begins || changes.has(change.entry) || ends.below < Infinity || begins.from > 0) {
    return 'another statement says something else'
  }
  known.set(idOf(ends), { ...ends, below: change.entry })
  known.set(idOf(begins), { ...begins, from: change.entry })
  changes.set(change.entry, change.leaf)
  return null
}

/** Whether a key signs a tree of that size. */
export function signsAt({ from, below }: LedgerKey, size: number): boolean {
  return from <= size && size < below
}

/** What is wrong with an entry and its leaf if one of both, entry and statement, says that the key was changed there. */
export function keyFault(
  changes: KeyChanges,
  entry: Pick<LedgerEntry, 'number' | 'kind'>,
  leaf: string,
): string | null {
  const stated = changes.get(entry.number)
  if (stated === undefined) {
    if (entry.kind !== 'key-changed') return null
    return `entry ${entry.number} says that the key was changed, and keys/${entry.number}.txt, which says to which, is missing`
  }
  if (entry.kind === 'key-changed' && stated === leaf) return null
  return `keys/${entry.number}.txt was signed for another entry than ${entry.number}`
}

/** The statements in a bundle. */
export function statementsIn(files: ReadonlyMap<string, Uint8Array>): Statement[] {
  const named = [...files].filter(([name]) => name.startsWith('keys/'))
  return named.map(([name, bytes]) => ({ name, note: Buffer.from(bytes).toString() }))
}

function idOf({ name, keyId, publicKey }: Vkey): string {
  return `${name} ${keyId} ${publicKey.export({ format: 'der', type: 'spki' }).toString('base64')}`
}
