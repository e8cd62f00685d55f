import t from 'tap'
import { entryKinds } from '../../src/domain/ledger-entry.ts'
import { check } from '../../src/verify-page/check.js'
import { canonicalText, canonicalValue } from '../../src/verify-page/canonical.js'
import { kinds } from '../../src/verify-page/entry.js'
import { continues, leadsToRoot, leafHash, Tree } from '../../src/verify-page/merkle.js'
import { keysIn, openCheckpoint } from '../../src/verify-page/note.js'
import { filesIn } from '../../src/verify-page/zip.js'
import { signNote, vkeyOf } from '../../src/domain/signed-note.ts'
import { leafHash as leafOf } from '../../src/domain/merkle.ts'
import {
  bodies,
  checkpointOf,
  origin,
  owner,
  ownersKey,
  refitted,
  stranger,
  wholeOf,
  zipOf,
} from '../support/bundles.ts'
import consistency from '../vectors/merkle/rfc6962-consistency.json' with { type: 'json' }
import hasher from '../vectors/merkle/hasher.json' with { type: 'json' }
import inclusion from '../vectors/merkle/rfc6962-inclusion.json' with { type: 'json' }
import reference from '../vectors/merkle/reference-tree-8.json' with { type: 'json' }
import numbers from '../vectors/jcs/rfc8785-numbers.json' with { type: 'json' }
import objects from '../vectors/jcs/rfc8785-objects.json' with { type: 'json' }
import notes from '../vectors/note/signed-note.json' with { type: 'json' }

const hex = (base64: string) => Buffer.from(base64, 'base64').toString('hex')
const bytes = (encoded: string | null | undefined) => Uint8Array.from(Buffer.from(encoded ?? '', 'hex'))
const text = (value: string) => new TextEncoder().encode(value)

t.test('the page hashes leaves and trees as published', async (t) => {
  for (const { op, dataHex, want, desc } of hasher.cases) {
    if (op === 'leafHash') t.equal(Buffer.from(await leafHash(bytes(dataHex))).toString('hex'), want, desc)
  }
  const tree = await Tree.over(reference.leaves.map(bytes))
  for (const [size, root] of Object.entries(reference.roots)) t.equal(await tree.rootOf(Number(size)), root, size)
})

t.test('the page judges every published proof as published', async (t) => {
  for (const { name, leafIdx, treeSize, root, leafHash: leaf, proof, wantErr } of inclusion.cases) {
    const claim = { index: leafIdx, size: treeSize, leaf: hex(leaf), root: hex(root), path: (proof ?? []).map(hex) }
    t.equal(await leadsToRoot(claim), !wantErr, name)
  }
  for (const { name, size1, size2, root1, root2, proof, wantErr } of consistency.cases) {
    const claim = { oldSize: size1, newSize: size2, oldRoot: hex(root1), newRoot: hex(root2) }
    t.equal(await continues({ ...claim, proof: (proof ?? []).map(hex) }), !wantErr, name)
  }
})

t.test('the page writes canonical JSON as published, and refuses what cannot be exact', async (t) => {
  for (const { name, inputHex, outputHex } of objects.cases) {
    const written = canonicalText(JSON.parse(Buffer.from(inputHex, 'hex').toString()))
    t.equal(Buffer.from(written).toString('hex'), outputHex, name)
  }
  for (const { ieee754Hex, expected, error } of numbers.cases) {
    const value = Buffer.from(ieee754Hex, 'hex').readDoubleBE()
    const unsafeInteger = expected !== null && /^-?\d+$/.test(expected) && !Number.isSafeInteger(value)
    if (error || unsafeInteger) t.throws(() => canonicalText(value), ieee754Hex)
    else t.equal(canonicalText(value), expected, ieee754Hex)
  }
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
  t.ok(canonicalValue(nested(64)))
  for (const refused of [
    nested(65),
    nested(1_000_000),
    '"\\ud800"',
    '{"a":1,"a":1}',
    '[1.0]',
    '[ ]',
    '9007199254740992',
  ]) {
    t.equal(canonicalValue(refused), undefined, refused.slice(0, 20))
  }
})

t.test('the page opens notes, or not, as published', async (t) => {
  for (const { name, vkey, note, valid } of notes.published) {
    const keys = await keysIn(vkey)
    const opened = openCheckpoint('it', text(note), keys ?? [])
    // The published texts are no checkpoints: what is signed well fails only at its form.
    if (valid) await t.rejects(opened, { message: /^it: (?:a checkpoint has|the origin of)/ }, name)
    else await t.rejects(opened, { message: /^it: (?!a checkpoint has|the origin of)/ }, name)
  }
  const ours = await keysIn(notes.derived.vkey)
  for (const { size, rootHex, note } of notes.derived.checkpoints) {
    t.match(await openCheckpoint('it', text(note), ours ?? []), { size, root: rootHex })
  }
  for (const note of notes.malformedNotes) {
    await t.rejects(openCheckpoint('it', text(note), ours ?? []), { message: /^it: / }, JSON.stringify(note))
  }
})

t.test('the page knows the kinds of entries that we know', async (t) => {
  t.same(kinds.toSorted(), entryKinds.toSorted())
})

t.test('what is too large for a page is not read', async (t) => {
  const unread = () => Promise.reject(new Error('it was read'))
  const large = Object.assign(new Blob([]), { arrayBuffer: unread })
  Object.defineProperty(large, 'size', { value: 200_000_001 })
  t.match(await check(large, { key: ownersKey, since: '' }), {
    answer: 'could not check',
    sentence: /too large.*command/,
  })
})

t.test('a zip that unpacks to more than it says, or says too much, fills no memory', async (t) => {
  const bomb = await zipOf([['zeros', Buffer.alloc(50_000_000)]])
  const directory = bomb.indexOf(Buffer.from('504b0102', 'hex'))
  const saying = (size: number) => {
    const zip = Uint8Array.from(bomb)
    new DataView(zip.buffer).setUint32(directory + 24, size, true)
    return filesIn(zip)
  }
  await t.rejects(saying(10), { message: /zeros has another size/ })
  await t.rejects(saying(700_000_000), { message: /too large/ })
  t.equal((await saying(50_000_000)).get('zeros')?.length, 50_000_000)
})

t.test('a log whose key was changed is followed from either key, and by what both signed alone', async (t) => {
  const lines = bodies.map((line) => line.replace('"withdrawn"', '"key-changed"'))
  const [before, next] = [vkeyOf(origin, owner), vkeyOf(origin, stranger)]
  const textFor = (leaf: string) => `courtesy-ledger-key-change/1\n${origin}\n6\n${leaf}\n${before}\n${next}\n`
  const signed = (said: string, by = [owner, stranger]) =>
    `${said}\n${by.map((key) => signNote(said, origin, key).slice(said.length + 1)).join('')}`
  const right = signed(textFor(leafOf(lines[5] ?? '')))
  const judged = async (statement: string | null, newest = stranger, key = before) => {
    const files = new Map(wholeOf(lines)).set('checkpoint.txt', Buffer.from(checkpointOf(lines, newest)))
    if (statement !== null) files.set('keys/6.txt', Buffer.from(statement))
    const zip = await zipOf(refitted(files))
    return check(new Blob([Uint8Array.from(zip)]), { key, since: '' })
  }
  t.match(await judged(right), { answer: 'verified' })
  t.match(await judged(right, stranger, next), { answer: 'verified' })
  for (const [statement, newest, reason] of [
    [right, owner, /checkpoint\.txt: it was signed by a key that was not in force at 7/],
    [null, stranger, /checkpoint\.txt: it is not signed by the given key/],
    [null, owner, /keys\/6\.txt, which says to which, is missing/],
    [signed(textFor('0'.repeat(64))), stranger, /keys\/6\.txt was signed for another entry/],
    [signed(textFor(leafOf(lines[5] ?? '')), [stranger]), stranger, /only one of its two keys/],
    [right.replace('\n6\n', '\n5\n'), stranger, /its signature by .* is wrong/],
    [right.replace(next, before), stranger, /is wrong|only one/],
    [signed(`${textFor(leafOf(lines[5] ?? ''))}more\n`), stranger, /keys\/6\.txt/],
    ['x', stranger, /does not say which key follows which/],
  ] as const) {
    t.match(await judged(statement, newest), { answer: 'not verified', sentence: reason })
  }
  const foreign = await judged(right, stranger, vkeyOf('other.example/log', owner))
  t.match(foreign, { answer: 'not verified', sentence: /keys\/6\.txt: it is not signed by the given key/ })
})
