import type { Keyring } from './keyring.ts'
import { openNote, parseCheckpoint, parseVkey, vkeyOf, type Checkpoint, type Vkey } from './signed-note.ts'

/** Every key of this keyring that ever signed the log of that name. */
export function ledgerVkeys(origin: string, keys: Keyring): Vkey[] {
  const read = [...keys.formerLedger, keys.ledger].map((key) => parseVkey(vkeyOf(origin, key)))
  return read.flatMap((key) => (key.kind === 'vkey' ? [key.vkey] : []))
}

/**
 * Reads a high-water mark: a checkpoint that this keyring signed, of whichever log. Null for anything else: it was damaged, or
 * is not ours.
 */
export function readMark(note: string, keys: Keyring): Checkpoint | null {
  const [origin = ''] = note.split('\n', 1)
  if (!/^[^+\s]+$/.test(origin)) return null
  const opened = openNote(note, ledgerVkeys(origin, keys))
  if (opened.kind === 'refused') return null
  const read = parseCheckpoint(opened.text)
  return read.kind === 'checkpoint' && read.checkpoint.origin === origin ? read.checkpoint : null
}
