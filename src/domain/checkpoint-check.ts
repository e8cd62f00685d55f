import { signsAt, type LedgerKey } from './key-change.ts'
import { verifyConsistency } from './merkle.ts'
import { openNote, parseCheckpoint, type Checkpoint } from './signed-note.ts'

/** A checkpoint that one key signed, or why it is none; `wrong` where somebody made it look like one. */
export type OpenedCheckpoint =
  | { kind: 'checkpoint'; checkpoint: Checkpoint }
  | { kind: 'refused'; wrong: boolean; reason: string }

/** Opens the text of a checkpoint of the log that these keys sign, each for its own sizes of the tree. */
export function openCheckpoint(note: string, keys: readonly LedgerKey[]): OpenedCheckpoint {
  const opened = openNote(note, keys)
  if (opened.kind === 'refused') {
    return { kind: 'refused', wrong: opened.reason.endsWith('is wrong'), reason: opened.reason }
  }
  const read = parseCheckpoint(opened.text)
  if (read.kind === 'refused') return { kind: 'refused', wrong: false, reason: read.reason }
  const { origin, size } = read.checkpoint
  const key = keys.find(({ keyId }) => opened.signers.some((signer) => signer.keyId === keyId))
  if (key?.name !== origin) return { kind: 'refused', wrong: false, reason: `it is of another log: ${origin}` }
  if (signsAt(key, size)) return read
  return { kind: 'refused', wrong: true, reason: `its key ${key.keyId} did not sign ledgers of ${size} entries` }
}

/**
 * Whether the log of an earlier checkpoint is a beginning of the log of a later one; `reason` says why not.
 * @param proof RFC 6962 section 2.1.2, empty where the sizes do not ask for one.
 */
export function continues(
  earlier: Checkpoint,
  later: Checkpoint,
  proof: readonly string[],
): { verdict: 'verified' } | { verdict: 'not verified'; reason: 'longer' | 'forked' | 'rewritten' } {
  if (earlier.size > later.size) return { verdict: 'not verified', reason: 'longer' }
  if (earlier.size === later.size) {
    return earlier.root === later.root ? { verdict: 'verified' } : { verdict: 'not verified', reason: 'forked' }
  }
  const claim = { oldSize: earlier.size, newSize: later.size, oldRoot: earlier.root, newRoot: later.root, proof }
  return verifyConsistency(claim) ? { verdict: 'verified' } : { verdict: 'not verified', reason: 'rewritten' }
}

/** The text of a pasted note: with the line ends of a note, without what a mail or a form put around it. */
export function pastedNote(text: string): string {
  const lines = text
    .replaceAll(/\r\n?/g, '\n')
    .split('\n')
    .map((line) => line.replace(/^(?:> ?)+/, '').trimEnd())
  return `${lines.join('\n').trim()}\n`
}
