import { createHash } from 'node:crypto'
import { finished, Readable } from 'node:stream'
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

async function* hashed(bytes: AsyncIterable<Uint8Array>, done: (hash: string) => void): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
  done(hash.digest('hex'))
}
