import { createHash, createHmac, createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import * as fc from 'fast-check'
import tap from 'tap'
import { canonicalJson } from '../../src/domain/canonical-json.ts'
import { commitmentTo, entryBody, entryKinds, parseEntryBody, type LedgerEntry } from '../../src/domain/ledger-entry.ts'
import { appendLeaf, emptyFrontier, inclusionProof, leafHash, rootOf } from '../../src/domain/merkle.ts'
import { checkpointText, signNote, vkeyOf } from '../../src/domain/signed-note.ts'

const given: LedgerEntry = {
  number: 7,
  at: new Date('2026-11-21T09:30:00.000Z'),
  kind: 'given',
  topics: [1, 4],
  wording: 'ab'.repeat(32),
  commitment: 'cd'.repeat(32),
}
const line = entryBody(given)

const entries: fc.Arbitrary<LedgerEntry> = fc.record(
  {
    number: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    at: fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
    kind: fc.constantFrom(...entryKinds),
    topics: fc.uniqueArray(fc.integer({ min: 0, max: 32_767 })).map((ids) => ids.toSorted((a, b) => a - b)),
    wording: fc.option(fc.constantFrom('0'.repeat(64), 'ef'.repeat(32))),
    commitment: fc.constantFrom('9'.repeat(64), 'a0'.repeat(32)),
  },
  { noNullPrototype: true },
)

await tap.test('the body of an entry is the line that its drawing shows', async (t) => {
  const [wording, commitment] = ['ab'.repeat(32), 'cd'.repeat(32)]
  t.equal(
    line,
    `{"at":"2026-11-21T09:30:00.000Z","commitment":"${commitment}","kind":"given","number":7,"topics":[1,4],"v":1,"wording":"${wording}"}`,
  )
  t.match(entryBody({ ...given, topics: [4, 1, 4], wording: null }), /"topics":\[1,4\],"v":1,"wording":null}$/)
})

await tap.test('a body is canonical JSON in ASCII, and is read back as the entry it was written from', async (t) => {
  fc.assert(
    fc.property(entries, (entry) => {
      const body = entryBody(entry)
      t.same(parseEntryBody(body), { kind: 'entry', entry })
      return canonicalJson(JSON.parse(body)) === body && /^[\x20-\x7e]+$/.test(body)
    }),
    { numRuns: 200 },
  )
})

await tap.test('every kind can be recorded', async (t) => {
  for (const kind of entryKinds) t.equal(parseEntryBody(entryBody({ ...given, kind })).kind, 'entry', kind)
})

await tap.test('only the one spelling of an entry is read', async (t) => {
  const swap = (from: string, to: string) => {
    const other = line.replace(from, to)
    if (other === line) throw new Error(`"${from}" is not in the line`)
    return other
  }
  const others = {
    nothing: '',
    'a space': swap(',"kind"', ', "kind"'),
    'a line feed at the end': `${line}\n`,
    'other order of keys': `{"commitment":"${given.commitment}","at":"2026-11-21T09:30:00.000Z",${line.slice(line.indexOf('"kind"'))}`,
    'a duplicate key': swap('"number":7', '"number":7,"number":7'),
    'an unknown key': swap('"v":1', '"u":1,"v":1'),
    'a missing key': swap(',"wording":"', ',"wordings":"'),
    'another version': swap('"v":1', '"v":2'),
    'another spelling of the version': swap('"v":1', '"v":1.0'),
    'a number with a fraction': swap('"number":7', '"number":7.0'),
    'a number with an exponent': swap('"number":7', '"number":7e0'),
    'a number with a leading zero': swap('"number":7', '"number":07'),
    'number zero': swap('"number":7', '"number":0'),
    'a negative number': swap('"number":7', '"number":-7'),
    'a number as a string': swap('"number":7', '"number":"7"'),
    'a number that rounds': swap('"number":7', '"number":9007199254740993'),
    'an unknown kind': swap('given', 'taken'),
    'a kind that JavaScript knows': swap('given', 'constructor'),
    'an escape': swap('given', '\\u0067iven'),
    'upper-case hex': swap('abab', 'ABAB'),
    'a short hash': swap('abab', 'ab'),
    'a hash that is no string': swap(`"${given.wording}"`, '0'),
    'a time without milliseconds': swap('.000Z', 'Z'),
    'a time in another zone': swap('.000Z', '.000+00:00'),
    'a day that is none': swap('2026-11-21', '2026-02-30'),
    'an hour that is none': swap('T09', 'T24'),
    'a year of six digits': swap('2026-11-21', '+002026-11-21'),
    'topics out of order': swap('[1,4]', '[4,1]'),
    'a topic twice': swap('[1,4]', '[1,1]'),
    'a topic beyond 32767': swap('[1,4]', '[1,32768]'),
    'an empty topic': swap('[1,4]', '[1,,4]'),
    'a comma too many': swap('[1,4]', '[1,4,]'),
    'a topic with a leading zero': swap('[1,4]', '[01,4]'),
    'a negative topic': swap('[1,4]', '[-1,4]'),
    'a zero byte': `${line}\0`,
    'bytes beyond ASCII': swap('given', 'givén'),
  }
  for (const [name, text] of Object.entries(others)) t.equal(parseEntryBody(text).kind, 'refused', name)
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseEntryBody(text).kind === 'refused'))
})

await tap.test('what cannot be read back is not written', async (t) => {
  const wrong: Partial<LedgerEntry>[] = [
    { number: 0 },
    { number: 1.5 },
    { number: 2 ** 53 },
    { number: Number.NaN },
    { at: new Date(Number.NaN) },
    { at: new Date('+012026-01-01T00:00:00.000Z') },
    { topics: [-1] },
    { topics: [32_768] },
    { topics: [0.5] },
    { wording: '' },
    { wording: 'AB'.repeat(32) },
    { commitment: 'cd' },
    { commitment: `${'cd'.repeat(32)}","kind":"given` },
    JSON.parse('{"kind":"taken"}'),
  ]
  for (const part of wrong)
    t.throws(() => entryBody({ ...given, ...part }), { code: 'invalid-input' }, JSON.stringify(part))
})

await tap.test('a commitment is HMAC-SHA-256 over the canonical payload, and each part of it counts', async (t) => {
  const salt = Buffer.from('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 'hex')
  const payload = { topics: { '3': 'yes', '10': 'no' }, person: 'Zoë' }
  const expected = createHmac('sha256', salt).update('{"person":"Zoë","topics":{"10":"no","3":"yes"}}').digest('hex')
  t.equal(commitmentTo(payload, salt), expected)
  t.equal(
    commitmentTo({ person: 'Zoë', topics: { '10': 'no', '3': 'yes' } }, salt),
    expected,
    'order of keys does not matter',
  )
  t.not(commitmentTo({ ...payload, person: 'Zoe\u0308' }, salt), expected, 'nothing is normalised')
  t.not(commitmentTo(payload, Buffer.alloc(32)), expected)
  t.throws(() => commitmentTo(payload, Buffer.alloc(31)), { code: 'invalid-input' })
  t.throws(() => commitmentTo({ n: Number.NaN }, salt), { code: 'invalid-input' })
})

const nothing = (byte: number) => commitmentTo({}, Buffer.alloc(32, byte))

const day = (time: string) => new Date(`2026-11-21T${time}Z`)

const block = (text: string) => `\n\`\`\`\n${text}\n\`\`\`\n`

await tap.test('the vectors in docs/ledger-format.md are what this code makes', async (t) => {
  const page = await readFile(new URL('../../docs/ledger-format.md', import.meta.url), 'utf8')
  const payload = { way: 'page', person: '0b2f6c1e-6d0a-4c8e-9a51-3f1d2c4b5a69', topics: { '3': 'yes', '10': 'no' } }
  const salt = Buffer.from(Array.from({ length: 32 }, (_, index) => index))
  const commitment = commitmentTo(payload, salt)
  const wording = createHash('sha256').update('<p>May we write to you about repairs?</p>\n').digest('hex')
  const bodies = (
    [
      { number: 1, at: day('09:00:00.000'), kind: 'wording-published', topics: [], wording, commitment: nothing(0) },
      { number: 2, at: day('09:30:00.123'), kind: 'given', topics: [10, 3], wording, commitment },
      { number: 3, at: day('09:31:00.000'), kind: 'withdrawn', topics: [3], wording: null, commitment: nothing(255) },
    ] as const
  ).map(entryBody)
  const leaves = bodies.map(leafHash)
  const rootOfFirst = (size: number) => rootOf(leaves.slice(0, size).reduce(appendLeaf, emptyFrontier))
  const published = '302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'
  const privateKey = createPrivateKey({ key: Buffer.from(published, 'hex'), format: 'der', type: 'pkcs8' })
  const origin = 'ledger.example.com/consent'
  for (const part of [
    `payload     ${canonicalJson(payload)}\nsalt        ${salt.toString('hex')}\ncommitment  ${commitment}\n`,
    `\`${wording}\``,
    `${bodies[0]?.length}, ${bodies[1]?.length} and ${bodies[2]?.length} bytes without LF`,
    block(bodies.join('\n')),
    block(leaves.join('\n')),
    block([0, 1, 2, 3].map((size) => `root of ${size}   ${rootOfFirst(size)}`).join('\n')),
    inclusionProof(leaves, 1)
      .map((hash) => `\`${hash}\``)
      .join(',\n'),
    block(vkeyOf(origin, privateKey)),
    block(signNote(checkpointText({ origin, size: 3, root: rootOfFirst(3) }), origin, privateKey).trimEnd()),
    entryKinds.map((kind) => `\`${kind}\``).join(' '),
  ]) {
    t.ok(page.includes(part) || page.replaceAll('\n', ' ').includes(part), part.slice(0, 60).replaceAll('\n', ' '))
  }
})
