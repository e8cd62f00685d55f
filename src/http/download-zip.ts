import { Readable } from 'node:stream'
import yazl from 'yazl'
import { verifyPage } from '../actions/verify-page.ts'
import { herDataJsonSchema } from '../domain/her-data.ts'
import { dataFile, deliveriesFile, historyFile, indexFile, receiptFiles, type Telling } from './download-parts.ts'

/** Receipts are read and rendered so many at a time. */
const receiptsAtOnce = 25

/**
 * Her download as a zip, made while it is read: each file begins when its turn comes, so that it needs the same memory
 * however much there is. What fails while it is read ends the stream with that error.
 */
export function downloadZip(telling: Telling): Readable {
  const zip = new yazl.ZipFile()
  const { numbers, wordings, made } = telling.download
  const mtime = made.entry.at
  const add = (path: string, content: () => AsyncIterable<string>) =>
    zip.addReadStreamLazy(path, { mtime }, (give) => {
      const bytes = Readable.from(bytesOf(content()), { objectMode: false })
      // The library pipes it and does not listen: an error that nobody hears would end the process.
      bytes.on('error', (error) => zip.emit('error', error))
      give(null, bytes)
    })
  add('index.html', () => indexFile(telling))
  add('data.json', () => dataFile(telling))
  zip.addBuffer(Buffer.from(herDataJsonSchema()), 'data.schema.json', { mtime })
  add('deliveries.csv', () => deliveriesFile(telling))
  add('history.csv', () => historyFile(telling))
  for (const { hash, body } of wordings) zip.addBuffer(Buffer.from(body), `wordings/${hash}.html`, { mtime })
  zip.addBuffer(Buffer.from(verifyPage().html), 'verify.html', { mtime })
  let ready = new Map<number, string>()
  for (const [index, number] of numbers.entries()) {
    add(`receipts/${number}.html`, async function* () {
      if (!ready.has(number)) ready = await receiptFiles(telling, numbers.slice(index, index + receiptsAtOnce))
      yield ready.get(number) ?? ''
    })
  }
  zip.end()
  const output = zip.outputStream as Readable
  zip.on('error', (error: unknown) => output.destroy(error instanceof Error ? error : new Error('the zip failed')))
  return output
}

async function* bytesOf(text: AsyncIterable<string>): AsyncGenerator<Buffer> {
  for await (const piece of text) yield Buffer.from(piece)
}
