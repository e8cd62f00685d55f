import { createHash, generateKeyPairSync } from 'node:crypto'
import * as fc from 'fast-check'
import tap from 'tap'
import { manifestText } from '../../src/domain/bundle-manifest.ts'
import { entryBody, type LedgerEntry } from '../../src/domain/ledger-entry.ts'
import { appendLeaf, emptyFrontier, leafHash, rootOf } from '../../src/domain/merkle.ts'
import { checkpointText, signNote, vkeyOf } from '../../src/domain/signed-note.ts'
import { streamedParts, type Verification } from '../../src/domain/bundle.ts'
import { verifyBundle } from '../../src/domain/verify-bundle.ts'

const origin = 'ledger.example.com/consent'
const { privateKey } = generateKeyPairSync('ed25519')
const stranger = generateKeyPairSync('ed25519').privateKey
const key = `${vkeyOf(origin, privateKey)}\n`
const wordingText = '<p>May we write to you about repairs?</p>\n'
const wording = sha256(wordingText)

type Files = Map<string, Buffer>

function sha256(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function entriesUpTo(count: number): LedgerEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    at: new Date(Date.UTC(2026, 10, 21, 9, 30, 0, index)),
    kind: 'given',
    topics: [1, 4],
    wording: index % 2 === 0 ? wording : null,
    commitment: sha256(`payload ${index}`),
  }))
}

function rootOfLines(lines: readonly string[]): string {
  return rootOf(lines.map(leafHash).reduce(appendLeaf, emptyFrontier))
}

function checkpointOf(lines: readonly string[], by = privateKey, name = origin): string {
  return signNote(checkpointText({ origin: name, size: lines.length, root: rootOfLines(lines) }), name, by)
}

/** A bundle whose every signature and hash is right for these lines, whatever stands in them. */
function bundleOf(lines: readonly string[], checkpointsAt: readonly number[] = []): Files {
  return withManifest(
    new Map([
      ['entries.jsonl', Buffer.from(lines.map((line) => `${line}\n`).join(''))],
      ['leaves.txt', Buffer.from(lines.map((line) => `${leafHash(line)}\n`).join(''))],
      ['checkpoint.txt', Buffer.from(checkpointOf(lines))],
      ...checkpointsAt.map(
        (size) => [`checkpoints/${size}.txt`, Buffer.from(checkpointOf(lines.slice(0, size)))] as const,
      ),
      [`wordings/${wording}.html`, Buffer.from(wordingText)],
      ['keys.txt', Buffer.from(key)],
      ['README.txt', Buffer.from('What this is.\n')],
    ]),
  )
}

function withManifest(files: Files): Files {
  const rest = [...files].filter(([name]) => name !== 'manifest.json')
  const manifest = manifestText(new Map(rest.map(([name, bytes]) => [name, sha256(bytes)])))
  return new Map([...rest, ['manifest.json', Buffer.from(manifest)]])
}

function changed(files: Files, name: string, change: (text: string) => string): Files {
  const text = files.get(name)?.toString('latin1') ?? ''
  if (change(text) === text) throw new Error(`${name} was to be changed`)
  return new Map([...files, [name, Buffer.from(change(text), 'latin1')]])
}

function without(files: Files, name: string): Files {
  return new Map([...files].filter(([other]) => other !== name))
}

async function* piecesOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

function verify(
  files: Files,
  trusted: { key: string; since?: string } = { key },
  pieceSize = 1000,
): Promise<Verification> {
  const isStreamed = (name: string) => (streamedParts as readonly string[]).includes(name)
  const small = new Map([...files].filter(([name]) => !isStreamed(name)))
  const large = [...files].filter(([name]) => isStreamed(name))
  const streams = new Map(large.map(([name, bytes]) => [name, piecesOf(bytes, pieceSize)]))
  return verifyBundle({ files: small, streams }, trusted)
}

const nine = entriesUpTo(9).map(entryBody)
const good = bundleOf(nine, [4, 7])

const verified = (entries: number) => ({
  verdict: 'verified',
  entries,
  size: entries,
  payloads: 0,
  firstBadEntry: null,
  reason: null,
})

await tap.test('a whole bundle is verified, however its bytes come in', async (t) => {
  for (const size of [1, 2, 3, 64, 65, 1_000_000])
    t.same(await verify(good, { key }, size), verified(9), `pieces of ${size}`)
  for (const count of [0, 1, 2, 300]) {
    const lines = entriesUpTo(count).map(entryBody)
    t.same(await verify(bundleOf(lines, [0])), verified(count), `${count} entries`)
  }
  const twoKeys = `\n${vkeyOf(origin, stranger)}\n${key}`
  t.same(await verify(good, { key: twoKeys }), verified(9), 'the key file may hold more keys of this log')
})

await tap.test('one changed byte of entries.jsonl or leaves.txt is found, and the entry is named', async (t) => {
  for (const name of ['entries.jsonl', 'leaves.txt']) {
    const text = good.get(name)?.toString('latin1') ?? ''
    for (let at = 0; at < text.length; at++) {
      const other = String.fromCharCode(text.charCodeAt(at) ^ (1 << (at % 8)))
      const damaged = changed(good, name, () => text.slice(0, at) + other + text.slice(at + 1))
      const number = text.slice(0, at).split('\n').length
      for (const files of [damaged, withManifest(damaged)]) {
        const { verdict, firstBadEntry, entries, reason } = await verify(files)
        const right = verdict === 'not verified' && firstBadEntry === number && entries === number - 1
        if (!right || !reason?.includes(`${number}`))
          t.fail(`byte ${at} of ${name}: ${verdict}, ${firstBadEntry}, ${reason}`)
      }
    }
  }
  t.match(await verify(changed(good, 'entries.jsonl', (text) => text.replace('[1,4]', '[1,5]'))), {
    verdict: 'not verified',
    entries: 0,
    firstBadEntry: 1,
    reason: 'the bytes of entry 1 do not hash to line 1 of leaves.txt',
  })
})

await tap.test('a changed byte of any other file is found', async (t) => {
  for (const [name, bytes] of good) {
    if (name === 'entries.jsonl' || name === 'leaves.txt') continue
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at] = (bytes[at] ?? 0) ^ (1 << (at % 8))
      const { verdict } = await verify(new Map([...good, [name, damaged]]))
      if (verdict !== 'not verified' && !(name === 'manifest.json' && verdict === 'could not check'))
        t.fail(`${name} ${at}`)
    }
  }
})

const rewritten = (number: number, checkpointsAt: readonly number[]) => {
  const lines = nine.map((line, index) => (index === number - 1 ? line.replace('given', 'withdrawn') : line))
  const signed = [...bundleOf(nine, checkpointsAt)].filter(([name]) => name.startsWith('checkpoint'))
  return verify(withManifest(new Map([...bundleOf(lines), ...signed])))
}

await tap.test('an entry rewritten with its leaf is found by the signed roots, as narrowly as they tell', async (t) => {
  t.match(await rewritten(6, [4]), {
    verdict: 'not verified',
    entries: 4,
    firstBadEntry: 5,
    reason: 'entries 1 to 4 agrees',
  })
  t.match(await rewritten(6, [5, 6]), { firstBadEntry: 6, reason: 'entries 1 to 6 are not what was signed' })
  t.match(await rewritten(2, [4, 7]), {
    entries: 0,
    firstBadEntry: null,
    reason: 'another root than checkpoints/4.txt',
  })
  t.match(await rewritten(9, []), { entries: 0, firstBadEntry: null, reason: 'another root than checkpoint.txt' })
  t.match(await rewritten(1, [1]), { entries: 0, firstBadEntry: 1, reason: 'another root than checkpoints/1.txt' })
})

await tap.test(
  'entries dropped, added, swapped or repeated are found, with every other hash made to fit',
  async (t) => {
    const forged = (lines: readonly string[]) =>
      verify(withManifest(new Map([...bundleOf(lines), ['checkpoint.txt', good.get('checkpoint.txt') ?? Buffer.of()]])))
    const [a = '', b = '', ...rest] = nine
    const tenth = entryBody({ ...entriesUpTo(10)[9]!, wording: null })
    t.match(await forged(nine.slice(0, 8)), {
      verdict: 'not verified',
      firstBadEntry: 9,
      reason: 'ends before entry 9',
    })
    t.match(await forged([]), { firstBadEntry: 1, reason: 'ends before entry 1' })
    t.match(await forged([...nine, tenth]), { firstBadEntry: 10, reason: 'beyond the 9' })
    t.match(await forged([a, ...rest]), { firstBadEntry: 2, reason: 'calls itself 3' })
    t.match(await forged([b, a, ...rest]), { firstBadEntry: 1, reason: 'calls itself 2' })
    t.match(await forged([a, a, b, ...rest]), { firstBadEntry: 2, reason: 'calls itself 1' })
    t.match(await verify(withManifest(changed(good, 'leaves.txt', (text) => `${text}${'0'.repeat(64)}\n`))), {
      verdict: 'not verified',
      firstBadEntry: null,
      reason: 'leaves.txt has more lines',
    })
    t.match(await verify(withManifest(changed(good, 'leaves.txt', (text) => text.slice(0, -65)))), { firstBadEntry: 9 })
    t.match(await verify(withManifest(changed(good, 'entries.jsonl', (text) => text.slice(0, -1)))), {
      firstBadEntry: 9,
      reason: 'does not end in a line feed',
    })
    t.match(await verify(withManifest(changed(good, 'leaves.txt', (text) => text.slice(0, -1)))), { firstBadEntry: 9 })
    t.match(await verify(withManifest(changed(good, 'entries.jsonl', (text) => text.replaceAll('\n', '\r\n')))), {
      firstBadEntry: 1,
    })
  },
)

/** A log of five entries that signed this for its third, and all else rightly. */
const logWithThird = (part: Partial<LedgerEntry>) =>
  verify(bundleOf(entriesUpTo(5).map((entry, index) => entryBody(index === 2 ? { ...entry, ...part } : entry))))

const withThirdLine = (change: (line: string) => string) =>
  verify(bundleOf(nine.map((line, index) => (index === 2 ? change(line) : line))))

await tap.test('what the log itself signed is still held to the rules of the ledger', async (t) => {
  t.match(await logWithThird({ number: 4 }), {
    verdict: 'not verified',
    entries: 2,
    firstBadEntry: 3,
    reason: 'calls itself 4',
  })
  t.match(await logWithThird({ at: new Date(Date.UTC(2026, 10, 21, 9)) }), {
    firstBadEntry: 3,
    reason: 'older than the one before',
  })
  t.match(await logWithThird({ at: new Date(Date.UTC(2026, 10, 21, 9, 30, 0, 1)) }), { verdict: 'verified' })
  t.match(await logWithThird({ wording: 'ab'.repeat(32) }), { firstBadEntry: 3, reason: 'is missing from the bundle' })
  t.match(await withThirdLine((line) => line.replace('"number":3', '"number":3.0')), {
    firstBadEntry: 3,
    reason: 'canonical',
  })
  t.match(await withThirdLine((line) => line.replace('given', 'promised')), { firstBadEntry: 3, reason: 'not a kind' })
  t.match(await withThirdLine((line) => line.replace('given', 'givén')), { verdict: 'not verified', firstBadEntry: 3 })
})

await tap.test('a wording that an entry names must be in the bundle, with the bytes that it had', async (t) => {
  const name = `wordings/${wording}.html`
  t.match(await verify(withManifest(without(good, name))), {
    verdict: 'not verified',
    firstBadEntry: 1,
    reason: 'is missing',
  })
  const altered = changed(good, name, (text) => text.replace('repairs', 'offers'))
  t.match(await verify(withManifest(altered)), {
    verdict: 'not verified',
    firstBadEntry: 1,
    reason: 'has been altered',
  })
  const unnamed = withManifest(new Map([...good, [`wordings/${'0'.repeat(64)}.html`, Buffer.from('x')]]))
  t.match(await verify(unnamed), { verdict: 'not verified', firstBadEntry: null, reason: 'has been altered' })
})

await tap.test('only the key that the auditor brought counts, and only for the log of that name', async (t) => {
  const resigned = (by = stranger, name = origin) =>
    withManifest(
      new Map([
        ...bundleOf(nine),
        ['checkpoint.txt', Buffer.from(checkpointOf(nine, by, name))],
        ['keys.txt', Buffer.from(`${vkeyOf(name, by)}\n`)],
      ]),
    )
  t.match(await verify(resigned()), {
    verdict: 'not verified',
    firstBadEntry: null,
    reason: 'not signed by the given key',
  })
  t.match(await verify(resigned(), { key: vkeyOf(origin, stranger) }), { verdict: 'verified' })
  t.match(await verify(resigned(privateKey, 'another.example/log')), { verdict: 'not verified' })
  const otherOrigin = checkpointText({ origin: 'another.example/log', size: 9, root: rootOfLines(nine) })
  const disguised = new Map([...good, ['checkpoint.txt', Buffer.from(signNote(otherOrigin, origin, privateKey))]])
  t.match(await verify(withManifest(disguised)), { verdict: 'not verified', reason: 'of another log' })
})

await tap.test('an earlier checkpoint, from the bundle or from the auditor, must be continued', async (t) => {
  const fork = nine.map((line, index) => (index === 1 ? line.replace('given', 'withdrawn') : line))
  const forked = withManifest(new Map([...good, ['checkpoints/3.txt', Buffer.from(checkpointOf(fork.slice(0, 3)))]]))
  t.match(await verify(forked), { verdict: 'not verified', entries: 0, reason: 'checkpoints/3.txt' })
  t.match(await verify(good, { key, since: checkpointOf(nine.slice(0, 6)) }), { verdict: 'verified' })
  t.match(await verify(good, { key, since: checkpointOf(nine) }), { verdict: 'verified' })
  t.match(await verify(good, { key, since: checkpointOf(fork.slice(0, 6)) }), {
    verdict: 'not verified',
    entries: 4,
    firstBadEntry: 5,
    reason: 'your earlier checkpoint',
  })
  t.match(await verify(good, { key, since: checkpointOf(fork) }), {
    verdict: 'not verified',
    entries: 9,
    firstBadEntry: null,
    reason: 'your earlier checkpoint',
  })
  const later = checkpointOf([...nine, ...nine])
  t.match(await verify(good, { key, since: later }), { verdict: 'not verified', reason: 'more than checkpoint.txt' })
  t.match(await verify(good, { key, since: 'no note' }), { verdict: 'not verified', reason: 'your earlier checkpoint' })
})

await tap.test('every file is held to the manifest, which holds them all', async (t) => {
  t.match(await verify(without(good, 'README.txt')), { verdict: 'not verified', reason: 'README.txt is missing' })
  t.match(await verify(without(good, 'checkpoints/4.txt')), {
    verdict: 'not verified',
    reason: 'checkpoints/4.txt is missing',
  })
  t.match(await verify(new Map([...good, ['extra.txt', Buffer.of()]])), {
    verdict: 'not verified',
    reason: 'extra.txt is not named',
  })
  const other = Buffer.from('Trust me.\n')
  t.match(await verify(new Map([...good, ['README.txt', other]])), {
    verdict: 'not verified',
    reason: 'README.txt is not the file',
  })
  t.match(await verify(changed(good, 'manifest.json', (text) => ` ${text}`)), {
    verdict: 'not verified',
    reason: 'damaged',
  })
})

await tap.test('what cannot be checked is not called forged', async (t) => {
  for (const name of ['checkpoint.txt', 'manifest.json', 'entries.jsonl', 'leaves.txt']) {
    t.match(await verify(without(good, name)), { verdict: 'could not check', entries: 0, reason: name })
  }
  const newer = changed(good, 'manifest.json', (text) => text.replace('bundle/1', 'bundle/2'))
  t.match(await verify(newer), { verdict: 'could not check', reason: 'courtesy-ledger-bundle/2' })
  for (const text of ['', '\n', 'no key', `${key}rubbish\n`]) {
    t.match(await verify(good, { key: text }), { verdict: 'could not check', reason: 'key file' })
  }
})

await tap.test('a file without line feeds is given up after one line length, and its source is let go', async (t) => {
  let given = 0
  let closed = 0
  const endless = async function* () {
    try {
      for (;;) {
        given++
        yield Buffer.alloc(10_000, 'a')
      }
    } finally {
      closed++
    }
  }
  const small = without(without(good, 'entries.jsonl'), 'leaves.txt')
  const streams = new Map(['entries.jsonl', 'leaves.txt'].map((name) => [name, endless()]))
  t.match(await verifyBundle({ files: small, streams }, { key }), { firstBadEntry: 1 })
  t.ok(given < 20, `${given} pieces were read`)
  t.equal(closed, 2)
})

await tap.test('random damage to any number of files is never verified and never throws', async () => {
  const names = [...good.keys()].filter((name) => name !== 'README.txt')
  const damage = fc.record({
    name: fc.constantFrom(...names),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.integer({ min: 0, max: 90 }),
    put: fc.uint8Array({ maxLength: 40 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), fc.boolean(), async (damages, refit) => {
      const files = new Map(good)
      for (const { name, at, cut, put } of damages) {
        const bytes = files.get(name) ?? Buffer.of()
        const from = Math.floor(at * bytes.length)
        files.set(name, Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + cut)]))
      }
      const same = names.every(
        (name) =>
          (refit && ['keys.txt', 'manifest.json'].includes(name)) ||
          files.get(name)?.equals(good.get(name) ?? Buffer.of()),
      )
      const { verdict } = await verify(refit ? withManifest(files) : files)
      return (verdict === 'verified') === same
    }),
    { numRuns: 400 },
  )
})
