import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import yazl from 'yazl'
import { manifestText } from '../domain/bundle-manifest.ts'
import { Problem } from '../domain/problem.ts'
import type { Bundle } from '../domain/verify-bundle.ts'

/** A file of a bundle: its whole bytes, or how to get them as a stream when its turn comes. */
export type BundlePart = { path: string; content: Buffer | (() => AsyncIterable<Uint8Array>) }

/**
 * Writes a bundle as a zip, streaming, with `manifest.json` (the SHA-256 of every other file) as its last part.
 * The file appears under its name whole or not at all. @throws whatever a part or the disk throws.
 */
export async function writeBundle(file: string, parts: readonly BundlePart[]): Promise<void> {
  const zip = new yazl.ZipFile()
  const hashes = new Map<string, string>()
  const failed = new Promise<never>((_, reject) => zip.on('error', reject))
  for (const part of parts) {
    const { path, content } = part
    if (Buffer.isBuffer(content)) {
      hashes.set(path, createHash('sha256').update(content).digest('hex'))
      zip.addBuffer(content, path)
    } else {
      zip.addReadStreamLazy(path, (give) => {
        give(null, Readable.from(hashed(content(), (hash) => hashes.set(path, hash))))
      })
    }
  }
  zip.addReadStreamLazy('manifest.json', (give) => {
    give(null, Readable.from([Buffer.from(manifestText(hashes))]))
  })
  zip.end()
  const draft = `${file}.part`
  try {
    await Promise.race([pipeline(zip.outputStream, createWriteStream(draft)), failed])
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

/** What is read whole: so much in all, and so many parts. The two large ones are read as streams. */
const mostBytes = 64 * 1024 * 1024
const mostParts = 100_000
const streamed = ['entries.jsonl', 'leaves.txt']

/**
 * Opens a zip as a bundle, without believing anything in it. The two large parts come as streams; `close` when done.
 * @throws Problem `invalid-input` when the file is no zip or cannot be read.
 */
export async function readBundle(file: string): Promise<Bundle & { close(): void }> {
  try {
    const zip = await yauzl.openPromise(file, { autoClose: false })
    const files = new Map<string, Uint8Array>()
    const streams = new Map<string, AsyncIterable<Uint8Array>>()
    let bytes = 0
    for await (const entry of zip.eachEntry()) {
      if (streams.has(entry.fileName) || files.has(entry.fileName)) {
        throw new Problem(
          'invalid-input',
          `the bundle holds ${entry.fileName} twice, so two readers could see two bundles`,
        )
      }
      if (streamed.includes(entry.fileName)) streams.set(entry.fileName, await zip.openReadStreamPromise(entry))
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
    return {
      files,
      entries: streams.get('entries.jsonl') ?? null,
      leaves: streams.get('leaves.txt') ?? null,
      close: () => zip.close(),
    }
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem(
      'invalid-input',
      `${file} cannot be read as a bundle (${error instanceof Error ? error.message : 'unknown'})`,
    )
  }
}

async function smallPart(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
