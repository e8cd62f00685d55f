import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import t from 'tap'
import { keyChangeText, keyFault, ledgerKeys, signsAt, type KeyChange } from '../../src/domain/key-change.ts'
import { parseVkey, signNote, vkeyOf, type Vkey } from '../../src/domain/signed-note.ts'

const origin = 'ledger.example.com/consent'
const newKey = () => generateKeyPairSync('ed25519').privateKey
const [first, second, third, stranger] = [newKey(), newKey(), newKey(), newKey()]
const leaf = 'ab'.repeat(32)

function vkey(key: KeyObject, name = origin): Vkey {
  const read = parseVkey(vkeyOf(name, key))
  if (read.kind === 'refused') throw new Error(read.reason)
  return read.vkey
}

function statement(
  before: KeyObject,
  next: KeyObject,
  entry: number,
  more: Partial<KeyChange> = {},
  signers = [before, next],
) {
  const text = keyChangeText({
    origin,
    entry,
    leaf,
    before: vkeyOf(origin, before),
    next: vkeyOf(origin, next),
    ...more,
  })
  return { name: `keys/${entry}.txt`, note: signNote(text, origin, ...signers) }
}

const chain = [statement(first, second, 10), statement(second, third, 20)]

t.test('from any key of a chain one comes to all of them, each for its time', async (t) => {
  for (const pinned of [first, second, third]) {
    for (const order of [chain, chain.toReversed()]) {
      const found = ledgerKeys([vkey(pinned)], order)
      if (found.kind === 'refused') return t.fail(found.reason)
      const at = (size: number) => found.keys.filter((key) => signsAt(key, size)).map(({ keyId }) => keyId)
      t.same(at(9), [vkey(first).keyId])
      t.same(at(10), [vkey(second).keyId])
      t.same(at(19), [vkey(second).keyId])
      t.same(at(20), [vkey(third).keyId])
      t.equal(found.changes.get(20), leaf)
    }
  }
})

t.test('without statements the key that one holds signs everything', async (t) => {
  const found = ledgerKeys([vkey(first)], [])
  t.match(found, { kind: 'keys', keys: [{ from: 0, below: Infinity }] })
})

t.test('a swapped key without a statement by the one before it is no key', async (t) => {
  const held = [vkey(first)]
  const refused = (...statements: typeof chain) => ledgerKeys(held, statements)
  for (const [what, given] of [
    ['signed by the new key alone', statement(first, stranger, 10, {}, [stranger])],
    ['signed by the old key alone', statement(first, second, 10, {}, [first])],
    ['between strangers', statement(second, third, 10)],
    ['of another log', statement(first, second, 10, { origin: 'other.example/ledger' })],
    ['by a key that it does not name', statement(second, third, 10, {}, [first, second, third])],
    ['to itself', statement(first, first, 10)],
    ['of no entry', statement(first, second, 0)],
    ['with no leaf', statement(first, second, 10, { leaf: 'ab' })],
    ['that is altered', { name: 'keys/10.txt', note: (chain[0]?.note ?? '').replace('\n10\n', '\n9\n') }],
    ['that is a checkpoint', { name: 'keys/10.txt', note: signNote(`${origin}\n1\nqg==\n`, origin, first, second) }],
  ] as const) {
    t.match(refused(given), { kind: 'refused', reason: /^keys\/\d+\.txt: / }, what)
  }
  t.match(refused(statement(first, second, 10), statement(first, stranger, 11)), {
    kind: 'refused',
    reason: /something else/,
  })
  t.match(refused(statement(first, second, 10), statement(second, stranger, 10)), { kind: 'refused' })
})

t.test('entry and statement belong together', async (t) => {
  const changes = new Map([[10, leaf]])
  t.equal(keyFault(changes, { number: 9, kind: 'given' }, leaf), null)
  t.equal(keyFault(changes, { number: 10, kind: 'key-changed' }, leaf), null)
  t.match(keyFault(changes, { number: 10, kind: 'key-changed' }, 'cd'.repeat(32)), /another entry/)
  t.match(keyFault(changes, { number: 10, kind: 'given' }, leaf), /another entry/)
  t.match(keyFault(changes, { number: 11, kind: 'key-changed' }, leaf), /is missing/)
})
