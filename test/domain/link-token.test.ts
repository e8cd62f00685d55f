import assert from 'node:assert/strict'
import { createHmac, hkdfSync } from 'node:crypto'
import * as fc from 'fast-check'
import tap from 'tap'
import {
  ageDays,
  dayOf,
  isFresh,
  linkKeys,
  linkLifetimes,
  linkPurposes,
  makeLink,
  minuteOf,
  readLink,
  type Link,
} from '../../src/domain/link-token.ts'
import naughty from '../vectors/naughty-strings/blns.json' with { type: 'json' }

const masters = { 1: '01'.repeat(32), 2: '02'.repeat(32), 99: 'ff'.repeat(32) }
const keys = linkKeys('1', masters)
const ada = '0b2f6c1e-6d0a-4c8e-9a51-3f1d2c4b5a69'
const ben = 'ffffffff-ffff-4fff-bfff-ffffffffffff'
const plain: Link = { purpose: 'preferences', person: ada, day: 20_778, topics: [3], delivery: null, entry: null }
const fullest: Link = {
  purpose: 'undo',
  person: ben,
  day: 65_535,
  topics: Array(12).fill(32_767),
  delivery: ada,
  entry: 2 ** 48 - 1,
}

const withMinute = new Set(['session', 'confirm'])
/** A link of that purpose, as plain as can be. */
const linkOf = (purpose: Link['purpose']): Link => ({
  ...plain,
  purpose,
  ...(withMinute.has(purpose) ? { minute: 601 } : {}),
})

const anyLink = fc.record(
  {
    purpose: fc.constantFrom(...linkPurposes),
    person: fc.uuid(),
    day: fc.integer({ min: 0, max: 65_535 }),
    topics: fc.array(fc.integer({ min: 0, max: 32_767 }), { maxLength: 12 }),
    delivery: fc.option(fc.uuid()),
    entry: fc.option(fc.integer({ min: 1, max: 2 ** 48 - 1 })),
  },
  { noNullPrototype: true },
)
const links: fc.Arbitrary<Link> = fc
  .tuple(anyLink, fc.integer({ min: 0, max: 1439 }))
  .map(([link, minute]) => (withMinute.has(link.purpose) ? { ...link, minute } : link))

await tap.test('a link is read back as it was made, in at most 120 characters that end in a letter', async (t) => {
  fc.assert(
    fc.property(links, (link) => {
      const token = makeLink(keys, link)
      assert.deepEqual(readLink(keys, token), link)
      return token.length <= 120 && /^[A-Za-z0-9_-]+[A-Za-z]$/.test(token)
    }),
    { numRuns: 500 },
  )
  t.equal(makeLink(keys, fullest).length, 113)
  t.equal(makeLink(keys, { ...fullest, purpose: 'confirm', minute: 1439 }).length, 116)
  t.same(readLink(keys, makeLink(keys, { ...plain, person: ada.toUpperCase() })), plain, 'a UUID has no case')
})

await tap.test('a token is the bytes that its drawing shows', async (t) => {
  const bytes = bytesIn(makeLink(keys, { ...plain, entry: 7 }))
  const payload = `0102${ada.replaceAll('-', '')}512a410003000000000007`
  t.equal(bytes.toString('hex'), signed(payload).toString('hex'))
  t.match(readLink(keys, `1${signed(payload).toString('base64url')}w`), { entry: 7 })
  for (const misshapen of [payload.slice(0, -2), `${payload}00`, payload.replace('512a41', '512acf')]) {
    t.equal(
      readLink(keys, `1${signed(misshapen).toString('base64url')}w`),
      null,
      'another shape, though rightly signed',
    )
  }
})

await tap.test('a token with any bit flipped, any character changed or cut off is no link', async (t) => {
  for (const link of [plain, fullest, linkOf('session'), { ...fullest, purpose: 'confirm', minute: 7 } as const]) {
    const token = makeLink(keys, link)
    const bytes = bytesIn(token)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      if (readLink(keys, `1${flipped.toString('base64url')}w`)) t.fail(`bit ${bit}`)
    }
    for (let at = 0; at < token.length; at++) {
      for (const other of 'AQgwz019-_=+/. \0é') {
        const changed = token.slice(0, at) + other + token.slice(at + 1)
        if (changed !== token && readLink(keys, changed)) t.fail(`${other} at ${at}`)
      }
      const shorter = [token.slice(0, at), token.slice(0, at) + token.slice(at + 1), `${token.slice(0, at)}w`]
      if (shorter.some((text) => text !== token && readLink(keys, text))) t.fail(`shorter at ${at}`)
    }
    for (const longer of [`${token}w`, `${token}\n`, ` ${token}`, `${token}=`, token + token])
      t.equal(readLink(keys, longer), null)
  }
})

await tap.test('the spare bits of base64 do not make a second token for the same link', async (t) => {
  const token = makeLink(keys, { ...plain, topics: [] })
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const twins = alphabet
    .split('')
    .map((letter) => `${token.slice(0, -2)}${letter}w`)
    .filter((twin) => bytesIn(twin).equals(bytesIn(token)))
  t.ok(twins.length > 1)
  t.same(
    twins.filter((twin) => readLink(keys, twin)),
    [token],
  )
})

await tap.test('a token of one purpose never passes for another, nor with the parts of another', async (t) => {
  for (const purpose of linkPurposes) {
    const bytes = bytesIn(makeLink(keys, linkOf(purpose)))
    for (let code = 0; code < 256; code++) {
      const relabelled = Buffer.from(bytes)
      relabelled[1] = code
      const read = readLink(keys, `1${relabelled.toString('base64url')}w`)
      if ((read !== null) !== (code === bytes[1])) t.fail(`${purpose} as ${code}`)
    }
  }
  const [a, b] = [ada, ben].map((person) => bytesIn(makeLink(keys, { ...plain, person })))
  if (!a || !b) throw new Error('two tokens were made')
  const swapped = Buffer.concat([a.subarray(0, 2), b.subarray(2, 18), a.subarray(18)])
  t.equal(readLink(keys, `1${swapped.toString('base64url')}w`), null, "another person's id under this MAC")
})

await tap.test('links outlive the rotation of keys, but not the loss of their own', async (t) => {
  const old = makeLink(keys, plain)
  t.same(readLink(linkKeys('2', masters), old), plain)
  t.same(readLink(linkKeys('99', masters), makeLink(linkKeys('99', masters), plain)), plain)
  t.equal(readLink(linkKeys('2', { 2: masters[2] }), old), null, 'unknown key id')
  t.equal(readLink(linkKeys('1', { 1: masters[2] }), old), null, 'another key under the same id')
})

await tap.test('what cannot be a link is not made, and keys of another form are not taken', async (t) => {
  const wrong: Partial<Link>[] = [
    { person: 'ada@example.com' },
    { person: '' },
    { delivery: 'x' },
    { day: -1 },
    { day: 65_536 },
    { day: 1.5 },
    { topics: Array(13).fill(1) },
    { topics: [32_768] },
    { topics: [-1] },
    { entry: 0 },
    { entry: 2 ** 48 },
    { minute: 0 },
    { purpose: 'session' },
    { purpose: 'confirm' },
    { purpose: 'confirm', minute: 1440 },
    { purpose: 'session', minute: -1 },
  ]
  for (const part of wrong)
    t.throws(() => makeLink(keys, { ...plain, ...part }), { code: 'invalid-input' }, JSON.stringify(part))
  for (const kid of ['0', '100', '01', 'a', ''])
    t.throws(() => linkKeys(kid, { [kid]: masters[1] }), { code: 'invalid-input' })
  t.throws(() => linkKeys('1', { 1: 'ab' }), { code: 'invalid-input', message: /^(?!.*\bab\b)/ }, 'keys are not quoted')
  t.throws(() => linkKeys('3', masters), { code: 'invalid-input' })
})

await tap.test('nothing that is put where a token belongs makes the reader throw', async (t) => {
  t.same(
    naughty.filter((text) => readLink(keys, text)),
    [],
  )
  const token = fc
    .string({ unit: fc.constantFrom(...'ABCxyz019-_'.split('')), minLength: 45, maxLength: 125 })
    .map((text) => `1${text}w`)
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), token), (text) => readLink(keys, text) === null),
    { numRuns: 2000 },
  )
  t.pass()
})

await tap.test('a fresh link works for 60 minutes, a confirmation for 7 days, and nothing else is fresh', async (t) => {
  const made = new Date('2026-11-21T23:30:59.000Z')
  const minute = 60_000
  const link = (purpose: Link['purpose']): Link => ({ ...plain, purpose, ...minuteOf(made) })
  t.same(minuteOf(made), { day: dayOf(made), minute: 23 * 60 + 30 })
  for (const [purpose, minutes] of [
    ['session', 60],
    ['confirm', 7 * 24 * 60],
  ] as const) {
    const at = (after: number) =>
      isFresh(link(purpose), new Date(Date.parse('2026-11-21T23:30:00.000Z') + after * minute))
    t.ok(at(0) && at(minutes - 0.01), purpose)
    t.notOk(at(minutes), `${purpose} ends`)
    t.ok(at(-2), 'the clocks of two machines')
    t.notOk(at(-3), 'no clock explains it')
  }
  for (const purpose of ['unsubscribe', 'preferences', 'undo'] as const) t.notOk(isFresh(link(purpose), made), purpose)
  t.notOk(isFresh({ ...plain, purpose: 'session' }, made))
})

await tap.test('a fresh link is the bytes that its drawing shows', async (t) => {
  const bytes = bytesIn(makeLink(keys, { ...linkOf('session'), topics: [] }))
  t.equal(bytes.subarray(0, -16).toString('hex'), `0104${ada.replaceAll('-', '')}512a025900`)
})

await tap.test('the age of a link counts days in UTC', async (t) => {
  const made = new Date('2026-11-21T23:59:59.999Z')
  const link = { ...plain, day: dayOf(made) }
  t.equal(ageDays(link, made), 0)
  t.equal(ageDays(link, new Date('2026-11-22T00:00:00.000Z')), 1)
  t.equal(ageDays(link, new Date('2027-02-19T12:00:00.000Z')), linkLifetimes.raiseDays)
  t.equal(ageDays(link, new Date('2026-11-20T12:00:00.000Z')), -1, 'a clock that went back')
})

/** The bytes of a token between its first and last character. */
function bytesIn(token: string): Buffer {
  return Buffer.from(token.slice(1, -1), 'base64url')
}

/** A payload in hex with the MAC that master 1 gives it as a preferences link, worked out apart from the code under test. */
function signed(payload: string): Buffer {
  const key = Buffer.from(hkdfSync('sha256', Buffer.from(masters[1], 'hex'), '', 'courtesy link preferences', 32))
  const mac = createHmac('sha256', key)
    .update(`1${Buffer.from(payload, 'hex').toString('latin1')}`, 'latin1')
    .digest()
  return Buffer.concat([Buffer.from(payload, 'hex'), mac.subarray(0, 16)])
}
