import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import yazl from 'yazl'
import { parseBackupManifest, type BackupManifest } from '../domain/backup-manifest.ts'
import { Problem } from '../domain/problem.ts'

/** A file of a backup, made while it is written. */
export type BackupPart = { path: string; content: () => AsyncIterable<Uint8Array> }

/**
 * Writes a backup as a zip (mode 0600), streaming, part after part; the manifest is made last, from the hash of each. The file appears
 * under its name whole and on the disk, or not at all. @throws whatever a part or the disk throws.
 */
export async function writeBackup(
  file: string,
  parts: readonly BackupPart[],
  manifest: (hashes: Record<string, string>) => string,
): Promise<void> {
  const zip = new yazl.ZipFile()
  const hashes: Record<string, string> = {}
  const failed = new Promise<never>((_, reject) => zip.on('error', reject))
  for (const { path, content } of parts) {
    zip.addReadStreamLazy(path, (give) => {
      give(null, Readable.from(hashed(content(), (hash) => void (hashes[path] = hash))))
    })
  }
  zip.addReadStreamLazy('manifest.json', (give) => give(null, Readable.from([Buffer.from(manifest(hashes))])))
  zip.end()
  const draft = `${file}.part`
  try {
    await rm(draft, { force: true })
    const target = createWriteStream(draft, { mode: 0o600, flags: 'wx', flush: true })
    await Promise.race([pipeline(zip.outputStream, target), failed])
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

async function* hashed(bytes: AsyncIterable<Uint8Array>, done: (hash: string) => void): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
  done(hash.digest('hex'))
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
