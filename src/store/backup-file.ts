import { createHash } from 'node:crypto'
import yauzl from 'yauzl'
import { parseBackupManifest, type BackupManifest } from '../domain/backup-manifest.ts'
import { Problem } from '../domain/problem.ts'
import { writeWhole } from './whole-file.ts'
import { zipWithManifest, type ZipPart } from './zip-file.ts'

/** Rows of tables pack well, and nobody waits for a backup. */
const usual = 6

/**
 * Writes a backup as a zip (mode 0600), streaming, part after part; the manifest is made last, from the hash of each. The file appears
 * under its name whole and on the disk, or not at all. @throws whatever a part or the disk throws.
 */
export async function writeBackup(
  file: string,
  parts: readonly ZipPart[],
  manifest: (hashes: Record<string, string>) => string,
): Promise<void> {
  await writeWhole(
    file,
    zipWithManifest(parts, usual, (hashes) => manifest(Object.fromEntries(hashes))),
  )
}

/** A backup whose every byte is what its manifest says. */
export type Backup = {
  manifest: BackupManifest
  read(path: string): AsyncIterable<Uint8Array>
  close(): void
}

/**
 * Opens a backup and checks the hash of every file in it before anything is given out; `close` when done.
 * @throws Problem `invalid-input` when the file is no backup, or damaged.
 */
export async function openBackup(file: string): Promise<Backup> {
  let zip: yauzl.ZipFile | null = null
  try {
    zip = await yauzl.openPromise(file, { autoClose: false })
    return await checked(zip, file)
  } catch (error) {
    zip?.close()
    if (error instanceof Problem) throw error
    throw refused(file, error instanceof Error ? error.message : 'it cannot be read')
  }
}

async function checked(zip: yauzl.ZipFile, file: string): Promise<Backup> {
  const entries = new Map<string, yauzl.Entry>()
  for await (const entry of zip.eachEntry()) {
    if (entries.has(entry.fileName)) throw refused(file, `it holds ${entry.fileName} twice`)
    entries.set(entry.fileName, entry)
  }
  async function* read(path: string): AsyncGenerator<Uint8Array> {
    const entry = entries.get(path)
    if (!entry) throw refused(file, `${path} is missing from it`)
    for await (const chunk of await zip.openReadStreamPromise(entry)) yield chunk as Buffer
  }
  const manifest = parseBackupManifest(await textOf(read('manifest.json')))
  if (manifest === null) throw refused(file, 'its manifest is damaged, or of another format')
  for (const name of entries.keys()) {
    if (name !== 'manifest.json' && !Object.hasOwn(manifest.files, name))
      throw refused(file, `nobody knows its ${name}`)
  }
  for (const [name, expected] of Object.entries(manifest.files)) {
    const hash = createHash('sha256')
    for await (const chunk of read(name)) hash.update(chunk)
    if (hash.digest('hex') !== expected) throw refused(file, `${name} was damaged`)
  }
  return { manifest, read, close: () => zip.close() }
}

/** Reads a small part whole. */
export async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function refused(file: string, why: string): Problem {
  return new Problem('invalid-input', `${file} is not a backup that can be restored: ${why}. Nothing was changed.`)
}
