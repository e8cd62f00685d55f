import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import * as fc from 'fast-check'
import tap from 'tap'
import {
  checkpointText,
  openNote,
  parseCheckpoint,
  parseVkey,
  signNote,
  vkeyOf,
  type Vkey,
} from '../../src/domain/signed-note.ts'
import naughty from '../vectors/naughty-strings/blns.json' with { type: 'json' }
import vectors from '../vectors/note/signed-note.json' with { type: 'json' }

/** The key of RFC 8032 section 7.1, test 1: published, so that it guards nothing. */
const published = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex'),
  ]),
  format: 'der',
  type: 'pkcs8',
})
const origin = 'ledger.example.com/consent'
const ours = keyOf(vkeyOf(origin, published))

function keyOf(text: string): Vkey {
  const read = parseVkey(text)
  if (read.kind === 'refused') throw new Error(read.reason)
  return read.vkey
}

await tap.test('the published notes open, or not, as published', async (t) => {
  for (const { name, vkey, note, valid } of vectors.published) {
    const opened = openNote(note, [keyOf(vkey)])
    t.equal(opened.kind === 'signed', valid, name)
    if (opened.kind === 'signed') t.equal(opened.text, note.slice(0, note.lastIndexOf('\n\n') + 1))
  }
})

await tap.test('the published checkpoints are made and read again to the byte', async (t) => {
  t.equal(vkeyOf(origin, published), vectors.derived.vkey)
  for (const { size, rootHex, note } of vectors.derived.checkpoints) {
    t.equal(signNote(checkpointText({ origin, size, root: rootHex }), origin, published), note)
    const opened = openNote(note, [ours])
    if (opened.kind === 'refused') throw new Error(opened.reason)
    t.same(parseCheckpoint(opened.text), { kind: 'checkpoint', checkpoint: { origin, size, root: rootHex } })
    t.same(opened.signers, [ours])
  }
  const shape = vectors.checkpointShape.note
  t.match(parseCheckpoint(shape.slice(0, shape.lastIndexOf('\n\n') + 1)), {
    checkpoint: { origin: 'example.com/behind-the-sofa', size: 20_852_163 },
  })
})

await tap.test('malformed notes and checkpoints are refused', async (t) => {
  for (const note of vectors.malformedNotes) t.equal(openNote(note, [ours]).kind, 'refused', JSON.stringify(note))
  for (const body of vectors.badCheckpointBodies) t.equal(parseCheckpoint(body).kind, 'refused', JSON.stringify(body))
  const root = Buffer.alloc(32, 7).toString('base64')
  const bad = [
    `o\n01\n${root}\n`,
    `o\n-1\n${root}\n`,
    `o\n1.0\n${root}\n`,
    `o\n\n${root}\n`,
    `o\n9007199254740993\n${root}\n`,
    `o\n1\n${root}`,
    `o\n1\n${root}\nextension\n`,
    `o\n1\n${root}\n\n`,
    `o o\n1\n${root}\n`,
    `o\n1\n ${root}\n`,
    `o\n1\n${root.replace('=', '')}\n`,
    `o\n1\n${Buffer.alloc(31).toString('base64')}\n`,
    `o\n١\n${root}\n`,
  ]
  for (const body of bad) t.equal(parseCheckpoint(body).kind, 'refused', JSON.stringify(body))
  t.equal(parseCheckpoint(`o\n1\n${root}\n`).kind, 'checkpoint')
})

await tap.test('signatures by unknown keys are ignored, but a wrong one by a known key rejects the note', async (t) => {
  const text = 'a text\n\nwith an empty line\n'
  const note = signNote(text, origin, published)
  const strangers = Array.from({ length: 40 }, (_, index) => {
    const { privateKey } = generateKeyPairSync('ed25519')
    return signNote(text, `stranger-${index}`, privateKey).slice(text.length + 1)
  })
  const known = note.slice(text.length + 1)
  t.equal(openNote(`${text}\n${strangers.join('')}${known}`, [ours]).kind, 'signed', 'the known key signs last of 41')
  t.equal(openNote(`${text}\n${strangers.join('')}`, [ours]).kind, 'refused', 'strangers alone')
  t.equal(openNote(note, []).kind, 'refused', 'no key to trust')
  t.equal(openNote(`${text}\n${known.repeat(101)}`, [ours]).kind, 'refused', 'a flood of signatures')

  const wrong = signNote('another text\n', origin, published).slice('another text\n\n'.length)
  t.match(openNote(`${text}\n${known}${wrong}`, [ours]), { kind: 'refused', reason: /is wrong/ })
  const namesake = generateKeyPairSync('ed25519').privateKey
  const byNamesake = signNote(text, origin, namesake)
  t.match(openNote(byNamesake, [ours]), { kind: 'refused', reason: /not signed/ }, 'another key under our name')
  t.equal(openNote(byNamesake + known, [ours]).kind, 'signed', 'a namesake is a stranger')
  const sameId = known.replace(origin, 'another.example/log')
  t.equal(
    openNote(`${text}\n${sameId}${known}`, [ours]).kind,
    'signed',
    'the same key id under another name is a stranger',
  )
  t.same(openNote(`${text}\n${vectors.derived.cosignature.line}${known}`, [ours]), {
    kind: 'signed',
    text,
    signers: [ours],
  })
})

await tap.test('any change of a note makes it worthless', async (t) => {
  const note = signNote(checkpointText({ origin, size: 8, root: 'ab'.repeat(32) }), origin, published)
  fc.assert(
    fc.property(fc.nat(note.length - 1), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), (at, other) => {
      const changed = note.slice(0, at) + other + note.slice(at + 1)
      return changed === note || openNote(changed, [ours]).kind === 'refused'
    }),
    { numRuns: 500 },
  )
  t.equal(openNote(`${note.slice(0, -1)} `, [ours]).kind, 'refused', 'another character for the last line feed')
  for (let length = 0; length < note.length; length++) {
    t.equal(openNote(note.slice(0, length), [ours]).kind, 'refused')
  }
})

await tap.test('control characters cannot stand in a note, neither in its text nor in a signature line', async (t) => {
  for (const control of ['\0', '\t', '\r', '\x1b', '\x1f']) {
    t.throws(() => signNote(`a${control}b\n`, origin, published), { code: 'invalid-input' })
    const note = signNote('ab\n', origin, published)
    t.equal(openNote(note.replace('—', `—${control}`), [ours]).kind, 'refused')
    t.equal(openNote(note.replace('ab', `ab${control}`), [ours]).kind, 'refused')
  }
  const tab = sign(null, Buffer.from('a\tb\n'), published)
  const line = `— ${origin} ${Buffer.concat([Buffer.from(ours.keyId, 'hex'), tab]).toString('base64')}\n`
  t.equal(openNote(`a\tb\n\n${line}`, [ours]).kind, 'refused', 'even when the signature is right')
  t.throws(() => signNote('no line feed', origin, published), { code: 'invalid-input' })
  t.throws(() => signNote('half \ud800\n', origin, published), { code: 'invalid-input' })
  t.throws(() => signNote('a\n', 'two words', published), { code: 'invalid-input' })
  t.throws(() => signNote('a\n', 'a+b', published), { code: 'invalid-input' })
  t.throws(
    () => signNote('a\n', origin, createPublicKey(published)),
    { code: 'invalid-input' },
    'a public key cannot sign',
  )
  t.equal(vkeyOf(origin, createPublicKey(published)), vkeyOf(origin, published))
  t.throws(() => vkeyOf(origin, generateKeyPairSync('x25519').privateKey), { code: 'invalid-input' })
  t.throws(() => checkpointText({ origin, size: -1, root: 'ab'.repeat(32) }), { code: 'invalid-input' })
  t.throws(() => checkpointText({ origin, size: 1, root: 'AB'.repeat(32) }), { code: 'invalid-input' })
})

await tap.test('a damaged vkey is refused, and nothing that is thrown at a parser makes it throw', async (t) => {
  const vkey = vkeyOf(origin, published)
  for (const damaged of ['', vkey.slice(1), vkey.slice(0, -1), vkey.replace('+e', '+f'), `${vkey}=`, `a ${vkey}`]) {
    t.equal(parseVkey(damaged).kind, 'refused', damaged)
  }
  const garbage = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...naughty))
  fc.assert(
    fc.property(garbage, (text) => {
      const kinds = [parseVkey(text).kind, openNote(`${text}\n`, [ours]).kind, parseCheckpoint(text).kind]
      return kinds.every((kind) => kind === 'refused')
    }),
    { numRuns: 1000 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (raw) => {
      const { publicKey } = ours
      const odd = { name: origin, keyId: ours.keyId, publicKey: pointOf(raw) ?? publicKey }
      const opened = openNote(signNote('a\n', origin, published), [odd])
      return odd.publicKey === publicKey || opened.kind === 'refused'
    }),
  )
})

/** A public key of 32 arbitrary bytes, which need not be a point of the curve; null where OpenSSL will not have it. */
function pointOf(raw: Uint8Array) {
  try {
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw])
    return createPublicKey({ key: der, format: 'der', type: 'spki' })
  } catch {
    return null
  }
}
