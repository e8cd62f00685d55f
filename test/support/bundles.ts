import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import yazl from 'yazl'
import { manifestText, type BundleExtent } from '../../src/domain/bundle-manifest.ts'
import { canonicalJson } from '../../src/domain/canonical-json.ts'
import { tableHead, tableRecord } from '../../src/domain/entries-table.ts'
import { commitmentTo, entryBody, parseEntryBody } from '../../src/domain/ledger-entry.ts'
import {
  appendLeaf,
  consistencyProof,
  emptyFrontier,
  inclusionProof,
  leafHash,
  rootOf,
} from '../../src/domain/merkle.ts'
import { checkpointText, signNote, vkeyOf } from '../../src/domain/signed-note.ts'

/** The files of a bundle by path. */
export type Files = ReadonlyMap<string, Buffer>

export const origin = 'ledger.example.com/consent'
/** The key of RFC 8032 section 7.1, test 1: published, so that it guards nothing and every run makes the same bytes. */
export const owner = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'),
  ]),
  format: 'der',
  type: 'pkcs8',
})
export const stranger = generateKeyPairSync('ed25519').privateKey
/** What whoever verifies was given by the log's owner. */
export const ownersKey = `${vkeyOf(origin, owner)}\n`

const texts = ['<p>May we write to you about repairs?</p>\n', '<p>Und über neue Muster – ganz ohne Eile?</p>\n']
const [repairs = '', patterns = ''] = texts.map((text) => sha256(text))
const ada = '0b2f6c1e-6d0a-4c8e-9a51-3f1d2c4b5a69'
const ben = '5d1c3f0e-2222-4c8e-9a51-3f1d2c4b5a70'

/** What happened in the log of these bundles, as `[kind, topics, wording, payload]`; the payload of entry 6 was erased. */
const happened = [
  ['wording-published', [], repairs, { hash: repairs }],
  ['given', [1], repairs, { person: ada, after: { name: 'Ada 🧶', topics: { '1': 'yes' } }, note: 'Größe, “é”' }],
  ['given', [1, 4], patterns, { person: ben, after: { topics: { '1': 'yes', '4': 'no' } } }],
  ['changed', [4], patterns, { person: ada, after: { topics: { '1': 'yes', '4': 'yes' } } }],
  ['paused', [], null, { person: ada, until: '2026-12-24' }],
  ['withdrawn', [1, 4], null, { person: ben }],
  ['exported', [], null, { what: 'ledger', through: 7 }],
] as const

const saltOf = (number: number) => Buffer.alloc(32, number)

/** The lines of the log, each the body of an entry. */
export const bodies = happened.map(([kind, topics, wording, payload], index) =>
  entryBody({
    number: index + 1,
    at: new Date(Date.UTC(2026, 10, 21, 9, 30, 0, index)),
    kind,
    topics,
    wording,
    commitment: commitmentTo(payload, saltOf(index + 1)),
  }),
)

export function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A signed state of the tree over these lines, whatever stands in them. */
export function checkpointOf(lines: readonly string[], by: KeyObject = owner, name = origin): string {
  const root = rootOf(lines.map(leafHash).reduce(appendLeaf, emptyFrontier))
  return signNote(checkpointText({ origin: name, size: lines.length, root }), name, by)
}

/** The files with a manifest that fits them. */
export function refitted(files: Files, extent: BundleExtent = extentOf(files)): Files {
  const rest = [...files].filter(([name]) => name !== 'manifest.json')
  const manifest = manifestText(new Map(rest.map(([name, bytes]) => [name, sha256(bytes)])), extent)
  return new Map([...rest, ['manifest.json', Buffer.from(manifest)]])
}

function extentOf(files: Files): BundleExtent {
  return files.has('proofs.json') ? 'part' : 'whole'
}

/** The whole log, with every signature and hash right for these lines, whatever stands in them. */
export function wholeOf(lines: readonly string[], { payloads = false, table = false } = {}): Files {
  const numbers = lines.map((_, index) => index + 1)
  return refitted(
    new Map([
      ['entries.jsonl', linesFile(lines)],
      ['leaves.txt', linesFile(lines.map(leafHash))],
      ...common(lines),
      ...(payloads ? [payloadsFile(numbers)] : []),
      ...(table ? [tableFile(lines, payloads)] : []),
    ]),
    'whole',
  )
}

/** Some entries of the log under its newest checkpoint, each with its proof. */
export function partOf(
  lines: readonly string[],
  numbers: readonly number[],
  { payloads = false, table = false } = {},
): Files {
  const chosen = numbers.map((number) => lines[number - 1] ?? '')
  const leaves = lines.map(leafHash)
  const consistency = earlier.map((size) => ({ hashes: consistencyProof(leaves, size), size }))
  const inclusion = numbers.map((number) => ({ hashes: inclusionProof(leaves, number - 1), index: number - 1 }))
  const list = (proofs: readonly unknown[]) => proofs.map((proof) => canonicalJson(proof)).join(',\n')
  const proofs = `{"consistency":[\n${list(consistency)}\n],"inclusion":[\n${list(inclusion)}\n]}\n`
  return refitted(
    new Map([
      ['entries.jsonl', linesFile(chosen)],
      ['proofs.json', Buffer.from(proofs)],
      ...common(lines),
      ...(payloads ? [payloadsFile(numbers)] : []),
      ...(table ? [tableFile(chosen, payloads)] : []),
    ]),
    'part',
  )
}

const earlier = [3, 5]

function common(lines: readonly string[]): (readonly [string, Buffer])[] {
  return [
    ['README.txt', Buffer.from('What this is.\n')],
    ['checkpoint.txt', Buffer.from(checkpointOf(lines))],
    ...earlier.map((size) => [`checkpoints/${size}.txt`, Buffer.from(checkpointOf(lines.slice(0, size)))] as const),
    ...texts.map((text) => [`wordings/${sha256(text)}.html`, Buffer.from(text)] as const),
    ['keys.txt', Buffer.from(ownersKey)],
  ]
}

function linesFile(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''))
}

function payloadTextOf(number: number): string | null {
  const payload = happened[number - 1]?.[3]
  return payload === undefined || number === 6 ? null : canonicalJson(payload)
}

function payloadsFile(numbers: readonly number[]): readonly [string, Buffer] {
  const lines = numbers.flatMap((number) => {
    const text = payloadTextOf(number)
    const salt = saltOf(number).toString('hex')
    return text === null ? [] : [`{"number":${number},"payload":${text},"salt":"${salt}"}`]
  })
  return ['payloads.jsonl', linesFile(lines)]
}

function tableFile(lines: readonly string[], payloads: boolean): readonly [string, Buffer] {
  const records = lines.map((line) => {
    const read = parseEntryBody(line)
    if (read.kind === 'refused') throw new Error(read.reason)
    return tableRecord(read.entry, payloads ? payloadTextOf(read.entry.number) : null)
  })
  return ['entries.csv', Buffer.from([tableHead, ...records].join(''))]
}

/** The bundles that can be tampered with. */
export const bundles = {
  whole: wholeOf(bodies),
  payloads: wholeOf(bodies, { payloads: true, table: true }),
  part: partOf(bodies, [1, 3, 4, 7], { table: true }),
  proof: partOf(bodies, [2, 4, 5], { payloads: true }),
}
export type BundleName = keyof typeof bundles

/** Files as a zip; a list may hold one path twice. */
export async function zipOf(files: Iterable<readonly [string, Buffer]>): Promise<Buffer> {
  const zip = new yazl.ZipFile()
  for (const [path, bytes] of files) zip.addBuffer(bytes, path, { mtime: new Date(Date.UTC(2026, 10, 21)) })
  zip.end()
  const chunks: Buffer[] = []
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
