import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { finished, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import yazl from 'yazl'

/** A file in a zip: its whole bytes, or how to get them as a stream when its turn comes. */
export type ZipPart = { path: string; content: Buffer | (() => AsyncIterable<Uint8Array>) }

/**
 * The bytes of a zip, made while they are read, with `manifest.json` as its last part, which `manifest` writes from the
 * SHA-256 of every other file. Each part begins when its turn comes. What a part throws ends the stream with that error, and whoever
 * destroys the stream ends the part that is being read.
 * @param compressionLevel 0 to 9
 */
export function zipWithManifest(
  parts: readonly ZipPart[],
  compressionLevel: number,
  manifest: (hashes: ReadonlyMap<string, string>) => string,
): Readable {
  const zip = new yazl.ZipFile()
  const output = zip.outputStream as Readable
  const hashes = new Map<string, string>()
  let current: Readable | null = null
  const addLazily = (path: string, content: () => AsyncIterable<Uint8Array>) =>
    zip.addReadStreamLazy(path, { compressionLevel }, (give) => {
      if (output.destroyed) return
      current = Readable.from(content())
      // The library pipes it and does not listen: an error that nobody hears would end the process.
      current.on('error', (error) => output.destroy(error))
      give(null, current)
    })
  for (const { path, content } of parts) {
    if (Buffer.isBuffer(content)) {
      hashes.set(path, createHash('sha256').update(content).digest('hex'))
      zip.addBuffer(content, path)
    } else {
      addLazily(path, () => hashed(content(), (hash) => hashes.set(path, hash)))
    }
  }
  addLazily('manifest.json', async function* () {
    yield Buffer.from(manifest(hashes))
  })
  zip.end()
  zip.on('error', (error: unknown) => output.destroy(error instanceof Error ? error : new Error('the zip failed')))
  finished(output, () => void current?.destroy())
  return output
}

/**
 * Writes a zip (mode 0600: it may name people, or hold keys); the file appears under its name whole and on the disk, or not at all.
 * @throws whatever the bytes or the disk throw.
 */
export async function writeWhole(file: string, bytes: Readable): Promise<void> {
  const draft = `${file}.part`
  try {
    await rm(draft, { force: true })
    // Opened first: a file that comes to be after it was removed would stay. Never one that somebody else put there.
    const handle = await open(draft, 'wx', 0o600)
    await pipeline(bytes, handle.createWriteStream({ flush: true }))
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
