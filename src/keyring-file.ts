import { randomBytes } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { newKeyring, parseKeyring, type Keyring } from './domain/keyring.ts'
import { Problem } from './domain/problem.ts'

/**
 * Reads the keyring; with `make`, writes a new one first where there is none. Two processes that start at once
 * end up with the same one.
 * @throws Problem `not-ready` when the file is missing, or readable by anybody but its owner.
 */
export function openKeyring(path: string, options: { make: boolean }): Keyring {
  if (options.make) makeOnce(path)
  let text: string
  try {
    if (statSync(path).mode & 0o077) {
      throw new Problem('not-ready', `others may read the keyring ${path}: run chmod 0400 on it and start again`)
    }
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem(
      'not-ready',
      `the keyring ${path} cannot be read (${(error as NodeJS.ErrnoException).code}). Without it old links and the ledger's signatures are worth nothing: restore it from your backup of keys.`,
    )
  }
  return parseKeyring(text)
}

function makeOnce(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${path}.${process.pid}`
  try {
    statSync(path)
    return
  } catch {
    writeFileSync(draft, newKeyring(randomBytes), { mode: 0o400 })
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
