import type postgres from 'postgres'
import type { BundleExtent } from '../domain/bundle-manifest.ts'
import { proofsText, type ConsistencyPart, type InclusionPart } from '../domain/bundle-proofs.ts'
import { tableHead, tableRecord } from '../domain/entries-table.ts'
import { parseEntryBody } from '../domain/ledger-entry.ts'
import type { ZipPart } from '../store/zip-file.ts'
import { checkpointOf, checkpointsBelow } from '../store/checkpoints.ts'
import { chosenNumbers, chosenWordings } from '../store/chosen-entries.ts'
import type { Sql } from '../store/database.ts'
import { entriesWithPayloads, entryLines, payloadLines, type Which } from '../store/entry-lines.ts'
import { keyStatements } from '../store/key-changes.ts'
import { consistencyPaths, inclusionPaths } from '../store/tree-nodes.ts'
import { allWordings } from '../store/wordings.ts'
import type { SignedCheckpoint } from './sign-checkpoint.ts'
import { verifyPage } from './verify-page.ts'

/** What goes into a bundle. `since` is the size of an earlier checkpoint whose continuation is to be proven, too. */
export type Contents = {
  checkpoint: SignedCheckpoint
  extent: BundleExtent
  readMe: string
  key: string
  withPayloads: boolean
  withTable: boolean
  since: number | null
}

/** Proofs are made so many at a time: what bounds the memory. */
const proofsAtOnce = 200

/**
 * The files of a bundle, in their order. Those that grow with the number of entries are read from the session when their
 * turn comes; for a part the session keeps which entries were chosen.
 */
export async function partsOf(session: postgres.ReservedSql, contents: Contents): Promise<ZipPart[]> {
  const { checkpoint, extent, readMe, key, withPayloads, withTable, since } = contents
  const whole = extent === 'whole'
  const which = whole ? checkpoint.size : 'chosen'
  const [earlier, asked, wordings, statements] = [
    await checkpointsBelow(session, checkpoint.size, { sparse: !whole }),
    since === null || since === 0 || whole ? null : await checkpointOf(session, since),
    whole ? await allWordings(session) : await chosenWordings(session),
    await keyStatements(session),
  ]
  const notes = new Map([...earlier, ...(asked ? [asked] : [])].map((one) => [one.size, one.note]))
  notes.delete(checkpoint.size)
  const parts: ZipPart[] = [
    { path: 'README.txt', content: Buffer.from(readMe) },
    { path: 'checkpoint.txt', content: Buffer.from(checkpoint.note) },
    { path: 'keys.txt', content: Buffer.from(`${key}\n`) },
    { path: 'verify.html', content: Buffer.from(verifyPage().html) },
    ...statements.map(({ entry, note }) => ({ path: `keys/${entry}.txt`, content: Buffer.from(note) })),
    ...[...notes].map(([size, note]) => ({ path: `checkpoints/${size}.txt`, content: Buffer.from(note) })),
    ...wordings.map((one) => ({ path: `wordings/${one.hash}.html`, content: Buffer.from(one.body) })),
    { path: 'entries.jsonl', content: () => entryLines(session, 'body', which) },
    whole
      ? { path: 'leaves.txt', content: () => entryLines(session, 'leaf', which) }
      : { path: 'proofs.json', content: () => proofs(session, [...notes.keys()], checkpoint.size) },
  ]
  if (withPayloads) parts.push({ path: 'payloads.jsonl', content: () => payloadLines(session, which) })
  // After the payloads: what is erased meanwhile may be missing here, but not there alone.
  if (withTable) parts.push({ path: 'entries.csv', content: () => table(session, which, withPayloads) })
  return parts
}

async function* proofs(
  session: postgres.ReservedSql,
  oldSizes: readonly number[],
  size: number,
): AsyncGenerator<Buffer> {
  const paths = await consistencyPaths(session, oldSizes, size)
  const consistency = [...paths].map(([oldSize, hashes]): ConsistencyPart => ({ hashes, size: oldSize }))
  for await (const text of proofsText(consistency, inclusion(session, size))) yield Buffer.from(text)
}

async function* inclusion(session: postgres.ReservedSql, size: number): AsyncGenerator<InclusionPart[]> {
  for await (const numbers of chosenNumbers(session, proofsAtOnce)) yield inclusionOf(session, numbers, size)
}

async function inclusionOf(sql: Sql, numbers: readonly number[], size: number): Promise<InclusionPart[]> {
  const paths = await inclusionPaths(sql, numbers, size)
  return numbers.map((number) => ({ hashes: paths.get(number) ?? [], index: number - 1 }))
}

async function* table(session: postgres.ReservedSql, which: Which, withPayloads: boolean): AsyncGenerator<Buffer> {
  yield Buffer.from(tableHead)
  for await (const rows of entriesWithPayloads(session, which, withPayloads)) {
    const records = rows.map(({ body, payload }) => {
      const read = parseEntryBody(body)
      if (read.kind === 'refused') throw new Error(`an entry of the ledger cannot be read: ${read.reason}`)
      return tableRecord(read.entry, payload)
    })
    yield Buffer.from(records.join(''))
  }
}
