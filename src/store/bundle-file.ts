import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { finished, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import yazl from 'yazl'
import { manifestText, type BundleExtent } from '../domain/bundle-manifest.ts'
import { streamedParts, type Bundle } from '../domain/bundle.ts'
import { Problem } from '../domain/problem.ts'

/** A file of a bundle: its whole bytes, or how to get them as a stream when its turn comes. */
export type BundlePart = { path: string; content: Buffer | (() => AsyncIterable<Uint8Array>) }

/** Most of what is packed are hashes, which no level makes much smaller. */
const fastest = 1

/**
 * A bundle as the bytes of a zip, made while they are read, with `manifest.json` (the SHA-256 of every other file) as
 * its last part. Each part begins when its turn comes. What a part throws ends the stream with that error, and whoever
 * destroys the stream ends the part that is being read.
 */
export function bundleZip(parts: readonly BundlePart[], extent: BundleExtent): Readable {
  const zip = new yazl.ZipFile()
  const output = zip.outputStream as Readable
  const hashes = new Map<string, string>()
  let current: Readable | null = null
  const addLazily = (path: string, content: () => AsyncIterable<Uint8Array>) =>
    zip.addReadStreamLazy(path, { compressionLevel: fastest }, (give) => {
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
    yield Buffer.from(manifestText(hashes, extent))
  })
  zip.end()
  zip.on('error', (error: unknown) => output.destroy(error instanceof Error ? error : new Error('the zip failed')))
  finished(output, () => void current?.destroy())
  return output
}

/** Writes a zip (mode 0600: it may name people); the file appears under its name whole or not at all. @throws whatever the bytes or the disk throw. */
export async function writeWhole(file: string, bytes: Readable): Promise<void> {
  const draft = `${file}.part`
  try {
    // Opened first: a file that comes to be after it was removed would stay.
    const handle = await open(draft, 'w', 0o600)
    await handle.chmod(0o600)
    await pipeline(bytes, handle.createWriteStream())
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

/** What is read whole: so much in all, and so many parts. The large ones are read as streams. */
const mostBytes = 64 * 1024 * 1024
const mostParts = 100_000
const streamed: readonly string[] = streamedParts
/** The extra field that gives a file another name (APPNOTE 4.6.9). */
const unicodePath = 0x7075

/**
 * Opens a zip as a bundle, without believing anything in it. The large parts come as streams; `close` when done.
 * @throws Problem `invalid-input` when the file is no zip or cannot be read.
 */
export async function readBundle(file: string): Promise<Bundle & { close(): void }> {
  try {
    const zip = await yauzl.openPromise(file, { autoClose: false })
    const files = new Map<string, Uint8Array>()
    const streams = new Map<string, AsyncIterable<Uint8Array>>()
    let bytes = 0
    for await (const entry of zip.eachEntry()) {
      requirePlainName(entry)
      if (streams.has(entry.fileName) || files.has(entry.fileName)) {
        throw new Problem(
          'invalid-input',
          `the bundle holds ${entry.fileName} twice, so two readers could see two bundles`,
        )
      }
      if (streamed.includes(entry.fileName)) streams.set(entry.fileName, opened(zip, entry))
      else if (!entry.fileName.endsWith('/')) {
        bytes += entry.uncompressedSize
        if (bytes > mostBytes || files.size >= mostParts) {
          throw new Problem(
            'invalid-input',
            `the bundle holds more than ${mostBytes} bytes or ${mostParts} files beside its entries`,
          )
        }
        files.set(entry.fileName, await smallPart(zip, entry))
      }
    }
    return { files, streams, close: () => zip.close() }
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem(
      'invalid-input',
      `${file} cannot be read as a bundle (${error instanceof Error ? error.message : 'unknown'})`,
    )
  }
}

/** All names of ours are ASCII. Of other letters, and beside another name in an extra field, readers could see different files. */
function requirePlainName({ fileName, fileNameRaw, extraFields }: yauzl.Entry): void {
  const plain = /^[ -~]+$/.test(fileName) && fileNameRaw.equals(Buffer.from(fileName))
  if (!plain || extraFields.some(({ id }) => id === unicodePath)) throw new Error('a file in it has no plain name')
}

/** A part is opened when it is read: damaged data that nobody reads yet would be an error that nobody catches. */
async function* opened(zip: yauzl.ZipFile, entry: yauzl.Entry): AsyncGenerator<Uint8Array> {
  for await (const chunk of await zip.openReadStreamPromise(entry)) yield chunk as Buffer
}

async function smallPart(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
