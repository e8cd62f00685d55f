import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { joinBundledServer } from '../../src/store/bundled-postgres.ts'
import { bundleZip, readBundle } from '../../src/store/bundle-file.ts'
import { writeWhole } from '../../src/store/whole-file.ts'
import type { ZipPart } from '../../src/store/zip-file.ts'
import { freshDatabase, throwawaySettings } from '../support/database.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

type Ended = { code: number | null; out: string; words: string }

/** Runs the program as a person does, in a folder of its own, and on the database server there unless another is named. */
function commandLine(dataDir: string, databaseUrl?: string): (...args: string[]) => Promise<Ended> {
  const env = {
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    DATA_DIR: dataDir,
    PORT: '0',
    PUBLIC_URL: 'http://127.0.0.1:3999',
  }
  return (...args) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [join(root, 'bin/courtesy.mjs'), ...args], {
        cwd: root,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let out = ''
      let words = ''
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, out, words }))
    })
}

/** A folder whose database server stays up between commands: each one joins it instead of starting its own. */
async function emptyDataDir(t: { teardown(close: () => Promise<void> | void): unknown }): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'courtesy-cli-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const server = await joinBundledServer({ dataDir: folder, settings: throwawaySettings })
  t.teardown(() => server.leave())
  return folder
}

/** The program on a database of its own: for what does not begin with an empty folder. */
async function onDatabase(t: Parameters<typeof temporaryFolder>[0] & Parameters<typeof freshDatabase>[0]) {
  return commandLine(temporaryFolder(t), (await freshDatabase(t)).url)
}

const people = ['cleaned', 'subscribed', 'unsubscribed'].map((status) => `demo/people/${status}_members_export.csv`)
const importing = [
  'people',
  'import',
  ...people,
  '--format',
  'mailchimp',
  '--topics-column',
  'About what?',
  '--pace',
  'as-it-happens',
]
const attested = ['--wording', 'demo/wording.md', '--attested-by', 'Ada, CRM', '--json']
const fern = [
  'brand',
  'set',
  '--name',
  'Fern',
  '--postal-address',
  '1 Mill Lane, Leeds LS1 1AA',
  '--reply-to',
  'hello@fern.example',
]
const darn = [
  'campaign',
  'create',
  'darn',
  '--topic',
  'repairs',
  '--subject',
  'Five ways to darn',
  '--in-short',
  'Five ways.',
]
const letter = ['--from', 'Fern <news@fern.example>', '--body', 'demo/darn.md']

t.test('the whole way from an empty folder: people, a campaign, and a proof that others can check', async (t) => {
  const folder = await emptyDataDir(t)
  const courtesy = commandLine(folder)
  const done = async (...args: string[]): Promise<Record<string, never> & { [key: string]: never }> => {
    const ended = await courtesy(...args)
    t.equal(ended.code, 0, `${args.slice(0, 2).join(' ')} ${ended.words}`)
    return args.includes('--json') ? JSON.parse(ended.out) : {}
  }
  await done(...fern)
  for (const [slug, name] of [
    ['repairs', 'Repairs'],
    ['new-patterns', 'New patterns'],
    ['events-near-you', 'Events near you'],
    ['offers', 'Offers'],
    ['stories-from-other-makers', 'Stories from other makers'],
  ] as const) {
    await done('topic', 'add', slug, '--name', name, '--promise', 'What it says.')
  }
  const imported: Record<string, number> = await done(...importing, ...attested)
  const { usable = 0, notAsked = 0, stopped = 0, suppressed = 0, merged = 0, unusable = 0 } = imported
  t.equal(imported['rows'], usable + notAsked + stopped + suppressed + merged + unusable, 'the sums agree')
  await done(...darn, ...letter)
  const check: Record<string, number> = await done('campaign', 'check', 'darn', '--json')
  t.equal(check['people'], usable + notAsked + stopped + suppressed)
  const stale = await courtesy('campaign', 'send', 'darn', '--confirm', String((check['now'] ?? 0) - 1))
  t.same([stale.code, readdirSync(join(folder, 'mailbox/new')).length], [6, 0], 'more than confirmed: nothing is sent')
  const report: Record<string, number> = await done(
    'campaign',
    'send',
    'darn',
    '--confirm',
    String(check['now']),
    '--json',
  )
  t.same(await done('campaign', 'report', 'darn', '--json'), report)
  t.equal(report['sent'], check['now'])
  t.equal(report['attested'], check['attested'], 'what rests on attested evidence is told apart')
  t.equal(readdirSync(join(folder, 'mailbox/new')).length, report['sent'])
  const bundle = join(folder, 'ledger.zip')
  const key = join(folder, 'ledger.pub')
  writeFileSync(key, (await courtesy('ledger', 'key')).out)
  await done('ledger', 'export', '-o', bundle)
  t.match(await done('ledger', 'verify', bundle, '--key', key, '--json'), { verdict: 'verified', firstBadEntry: null })
  const again: Record<string, number> = await done(...importing, ...attested)
  t.same(
    [again['changed'], again['rows'], again['usable']],
    [0, imported['rows'], usable],
    'the same import again changes nothing',
  )

  const changed = join(folder, 'changed.zip')
  await withOneByteChanged(bundle, changed, 7)
  const verdict = await courtesy('ledger', 'verify', changed, '--key', key, '--json')
  t.equal(verdict.code, 5)
  t.match(JSON.parse(verdict.out), { verdict: 'not verified', firstBadEntry: 7 })
  const otherKey = await courtesy('ledger', 'verify', bundle, '--key', 'package.json')
  t.equal(otherKey.code, 1, 'a key file that is none: could not check')
})

t.test('wrong use ends with 64 and says what is right; failures end with 1 and the fix', async (t) => {
  const courtesy = await onDatabase(t)
  const wrong: [string[], number, RegExp][] = [
    [['campaign', 'chek', 'darn'], 64, /unknown command|chek/],
    [['topic', 'add', 'repairs'], 64, /--name/],
    [['topic', 'add', 'Re pairs', '--name', 'R', '--promise', 'P'], 64, /a-z/],
    [['brand', 'set', '--time-zone', 'Mars/Olympus'], 64, /IANA/],
    [['brand', 'set'], 64, /at least one/],
    [['people', 'import', 'nowhere_subscribed.csv', '--format', 'mailchimp'], 64, /nowhere_subscribed\.csv/],
    [['campaign', 'check', 'darn'], 1, /no campaign "darn"/],
    [['ledger', 'verify', 'package.json', '--key', 'nowhere.pub'], 64, /nowhere\.pub/],
  ]
  for (const [args, code, words] of wrong) {
    const ended = await courtesy(...args)
    t.equal(ended.code, code, args.join(' '))
    t.match(ended.words, words, args.join(' '))
    t.equal(ended.out, '', 'nothing on stdout')
  }
})

t.test('a question, what people answered, and what was changed: asked and read from the command line', async (t) => {
  const courtesy = await onDatabase(t)
  const done = async (...args: string[]): Promise<object> => {
    const { code, out, words } = await courtesy(...args, '--json')
    t.equal(code, 0, `${args.slice(0, 2).join(' ')} ${words}`)
    return JSON.parse(out) as object
  }
  const use = ['--text', 'How do you use our patterns?', '--why', 'It decides what we draw next.']
  t.same(await done('question', 'open', 'use', ...use), { slug: 'use', open: true })
  const second = await courtesy('question', 'open', 'other', ...use)
  t.match([second.code, second.words], [1, /one question is open at a time/])
  t.match(await done('question', 'list'), { questions: [{ slug: 'use', closedAt: null, answers: 0 }] })
  t.same(await done('talk', 'list', '--question', 'use', '--waiting'), { answers: [] })
  t.match(await done('talk', 'changed', '--text', 'Wool in more colours.'), { id: /^[\da-f-]{36}$/ })
  t.match(await done('talk', 'changes'), { changes: [{ text: 'Wool in more colours.', answers: 0 }] })
  const none = await courtesy('talk', 'reply', '0f8fad5b-d9cb-469f-a165-70867728950e', '--text', 'Hi.')
  t.match([none.code, none.words, none.out], [1, /no such answer/, ''])
  t.equal((await courtesy('talk', 'reply', 'nothing', '--text', 'Hi.')).code, 64)
  t.same(await done('question', 'close', 'use'), { slug: 'use', closed: true })
})

/** Copies a bundle with one byte of one line of entries.jsonl changed. */
async function withOneByteChanged(from: string, to: string, entry: number): Promise<void> {
  const bundle = await readBundle(from)
  const text = async (name: string) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of bundle.streams.get(name) ?? []) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
  const lines = (await text('entries.jsonl')).split('\n')
  lines[entry - 1] = (lines[entry - 1] ?? '').replace(
    /"commitment":"(.)/,
    (_, digit: string) => `"commitment":"${digit === 'a' ? 'b' : 'a'}`,
  )
  const parts: ZipPart[] = [
    ...[...bundle.files]
      .filter(([path]) => path !== 'manifest.json')
      .map(([path, bytes]) => ({ path, content: Buffer.from(bytes) })),
    { path: 'entries.jsonl', content: Buffer.from(lines.join('\n')) },
    { path: 'leaves.txt', content: Buffer.from(await text('leaves.txt')) },
  ]
  bundle.close()
  await writeWhole(to, bundleZip(parts, 'whole'))
}

t.test('who works here is added, given another role, listed and removed', async (t) => {
  const run = await onDatabase(t)
  const object = async (...args: string[]) => {
    const { code, out, words } = await run(...args, '--json')
    t.equal(code, 0, words)
    return JSON.parse(out) as Record<string, unknown>
  }
  const add = ['staff', 'add', 'Ines@fern.example', '--role']
  const added = await object(...add, 'auditor', '--name', 'Ines')
  t.match(added, { kind: 'added', address: 'Ines@fern.example', name: 'Ines', role: 'auditor' })
  const words =
    /Changed, .*sessions are ended.*Ines@fern\.example as admin.*http:\/\/127\.0\.0\.1:3999\/staff\/sign-in/s
  t.match((await run(...add, 'admin')).words, words)
  t.match(await run(...add, 'king'), { code: 64, words: /auditor, marketer, admin/ })
  const ines = { id: added['id'], address: 'Ines@fern.example', name: 'Ines', role: 'admin' }
  t.same(await object('staff', 'list'), { staff: [ines] })
  t.same(await object('staff', 'remove', 'ines@FERN.example'), ines)
})
