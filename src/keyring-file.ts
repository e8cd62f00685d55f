import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { newKeyring, parseKeyring, withNextInForce, withNextLedgerKey, type Keyring } from './domain/keyring.ts'
import { Problem } from './domain/problem.ts'

/**
 * Reads the keyring; with `make`, writes a new one first where there is none. Two processes that start at once
 * end up with the same one.
 * @throws Problem `not-ready` when the file is missing, or readable by anybody but its owner.
 */
export function openKeyring(path: string, options: { make: boolean }): Keyring {
  if (options.make) writeOnce(path, () => newKeyring(randomBytes))
  return parseKeyring(readKeyring(path))
}

/** The text of the keyring file. @throws Problem as {@link openKeyring}. */
export function readKeyring(path: string): string {
  try {
    if (statSync(path).mode & 0o077) {
      throw new Problem('not-ready', `others may read the keyring ${path}: run chmod 0400 on it and start again`)
    }
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem(
      'not-ready',
      `the keyring ${path} cannot be read (${(error as NodeJS.ErrnoException).code}). Without it old links and the ledger's signatures are worth nothing: restore it from your backup of keys.`,
    )
  }
}

/**
 * Puts a keyring from a backup where there is none; the same one may be there already.
 * @throws Problem `conflict` when there is another.
 */
export function putKeyring(path: string, text: string): void {
  parseKeyring(text)
  writeOnce(path, () => text)
  if (readKeyring(path) === text) return
  throw new Problem(
    'conflict',
    `the keyring ${path} is not the one in the backup, and only that fits its database. Nothing was changed. Move it away (it may be newer: keep it) and restore again.`,
  )
}

/** The file while the key that signs the ledger is changed. `next` makes sure that a next key is in the file, `promote` lets it sign from now on. @throws Problem `not-ready` where it cannot be written. */
export function keyringFile(path: string): { next(): Keyring; promote(): Keyring } {
  return {
    next: () => replaced(path, withNextLedgerKey),
    promote: () => replaced(path, withNextInForce),
  }
}

function replaced(path: string, change: (text: string) => string): Keyring {
  const before = readKeyring(path)
  const text = change(before)
  if (text !== before) replaceFile(path, text)
  return parseKeyring(text)
}

/** The file is there as it was or as it is to be, and on the disk: its keys cannot be made again. */
function replaceFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}`
  try {
    rmSync(draft, { force: true })
    writeFileSync(draft, text, { mode: 0o400, flag: 'wx', flush: true })
    renameSync(draft, path)
    const folder = openSync(dirname(path), 'r')
    fsyncSync(folder)
    closeSync(folder)
  } catch (error) {
    throw new Problem(
      'not-ready',
      `the keyring ${path} cannot be written (${(error as NodeJS.ErrnoException).code}), so its key was not changed. Do this on a machine where its folder may be written, and copy the file to the others.`,
    )
  }
}

function writeOnce(path: string, text: () => string): void {
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}`
  try {
    statSync(path)
    return
  } catch {
    writeFileSync(draft, text(), { mode: 0o400 })
    chmodSync(draft, 0o400)
  }
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
}
