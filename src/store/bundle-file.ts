import type { Readable } from 'node:stream'
import yauzl from 'yauzl'
import { manifestText, type BundleExtent } from '../domain/bundle-manifest.ts'
import { streamedParts, type Bundle } from '../domain/bundle.ts'
import { Problem } from '../domain/problem.ts'
import { zipWithManifest, type ZipPart } from './zip-file.ts'

/** Most of what is packed are hashes, which no level makes much smaller. */
const fastest = 1

/** A bundle as the bytes of a zip, made while they are read, with `manifest.json` as its last part. */
export function bundleZip(parts: readonly ZipPart[], extent: BundleExtent): Readable {
  return zipWithManifest(parts, fastest, (hashes) => manifestText(hashes, extent))
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
