import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import t from 'tap'
import type { House } from '../../src/actions/house.ts'
import { addPerson, linkFor, pausePerson, showPerson, stopPerson } from '../../src/actions/people.ts'
import type { CommandContext } from '../../src/cli/context.ts'
import { peopleCommands } from '../../src/cli/people.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import { dayOf, readLink } from '../../src/domain/link-token.ts'
import { suppress } from '../../src/store/suppressions.ts'
import { addCast, addTopics } from '../support/cast.ts'
import { openTestHouse } from '../support/house.ts'
import { confirmed, writeExport } from '../support/mailchimp-files.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

async function entries(house: House): Promise<{ kind: string; payload: { evidence: Record<string, unknown> } }[]> {
  const rows = await house.database.sql<{ body: string; payload: string }[]>`
    select e.body, p.payload from entries e join payloads p using (number) order by e.number`
  return rows.map((row) => ({ kind: JSON.parse(row.body).kind, payload: JSON.parse(row.payload) }))
}

async function erase(house: House, address: string): Promise<void> {
  const row = { fingerprint: fingerprintOf(house.keys, 'email', address), at: '2025-01-01T00:00:00.000Z' }
  await house.database.sql.begin((tx) => suppress(tx, 'email', 'erased', 'test', [row]))
}

t.test('somebody who phones is stored as not asked, once', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  t.equal(await addPerson(house, ' Ada@Bücher.example ', { name: 'Ada', by: 'Ben, shop' }), true)
  t.equal(await addPerson(house, 'ada@xn--bcher-kva.example', { name: 'Somebody else' }), false)
  t.match(await showPerson(house, 'ADA@bücher.example'), {
    address: 'Ada@Bücher.example',
    name: 'Ada',
    sentence: /haven’t told us what you want/,
    topics: [
      { topic: 'repairs', answer: 'not asked' },
      { topic: 'new-patterns', answer: 'not asked' },
    ],
    suppressions: [],
    entry: 1,
  })
  const [added, ...more] = await entries(house)
  t.match(added, { kind: 'imported', payload: { evidence: { way: 'staff', by: 'Ben, shop' }, before: null } })
  t.same(more, [])
  await t.rejects(addPerson(house, 'ada at example.com', {}), { code: 'invalid-input', message: /no @ sign/ })
  await verifyWholeLedger(t, house)
})

t.test('the same person added by many at once is one person', async (t) => {
  const house = await openTestHouse(t)
  const added = await Promise.all(Array.from({ length: 8 }, () => addPerson(house, 'ada@example.com', {})))
  t.equal(added.filter(Boolean).length, 1)
  t.equal((await entries(house)).length, 1)
})

t.test('an erased address is not added again, and is known to be erased', async (t) => {
  const house = await openTestHouse(t)
  await erase(house, 'ada@example.com')
  await t.rejects(addPerson(house, 'ADA@example.com', {}), { code: 'refused-by-gate' })
  await t.rejects(showPerson(house, 'ada@example.com'), { code: 'not-found', message: /a•••@example\.com.*erased/ })
  t.same(await entries(house), [])
})

t.test('her page’s link is young and hers', async (t) => {
  const house = await openTestHouse(t, { publicUrl: 'https://choices.fern.example' })
  const { ada } = await addCast(house)
  const url = await linkFor(house, 'ada@example.com')
  const [, token = ''] = /^https:\/\/choices\.fern\.example\/p\/([\w-]+)$/.exec(url) ?? []
  t.match(readLink(house.keys.links, token), {
    purpose: 'preferences',
    person: ada,
    topics: [],
    day: dayOf(new Date()),
  })
  await t.rejects(linkFor(house, 'nobody@example.com'), { code: 'not-found' })
})

t.test('staff stop and pause for her, each with one entry that says who did it and why', async (t) => {
  const house = await openTestHouse(t)
  await addCast(house)
  const before = (await entries(house)).length
  const day = '2099-03-01'
  t.match(await pausePerson(house, 'ada@example.com', day, { by: 'Ben' }), {
    kind: 'changed',
    choices: { paused: { until: '2099-03-01T00:00:00.000Z' } },
  })
  t.match(
    await pausePerson(house, 'ada@example.com', '2098-03-01', { by: 'Ben' }),
    { kind: 'unchanged' },
    'a pause is not shortened',
  )
  t.match(await stopPerson(house, 'ada@example.com', { by: 'Ben', reason: 'too many' }), {
    kind: 'changed',
    choices: { stopped: { by: 'staff', reason: 'too many' } },
    inFlight: { count: 0 },
  })
  t.match(await stopPerson(house, 'ada@example.com', {}), { kind: 'unchanged' })
  const made = (await entries(house)).slice(before)
  t.match(made, [
    { kind: 'paused', payload: { evidence: { way: 'staff', by: 'Ben' } } },
    { kind: 'withdrawn', payload: { evidence: { way: 'staff', by: 'Ben', details: { reason: 'too many' } } } },
  ])
  t.equal(made.length, 2)
  for (const wrong of ['2020-01-01', '2099-02-30', 'tomorrow', '']) {
    await t.rejects(pausePerson(house, 'ben@example.com', wrong, {}), { code: 'invalid-input' }, wrong)
  }
  await verifyWholeLedger(t, house)
})

t.test('the commands put data on stdout and words on stderr', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const files = writeExport(t, {
    subscribed: [confirmed('ada@example.com', 'Repairs, Hats'), { 'Email Address': '\u001b[2J\u009b2J\u202e' }],
  })
  const wording = fileURLToPath(new URL('../../demo/wording.md', import.meta.url))
  const terms = [
    '--format',
    'mailchimp',
    '--topics-column',
    'About what?',
    '--wording',
    wording,
    '--attested-by',
    'Ada, CRM',
  ]
  const dry = await courtesy(house, ['people', 'import', ...files, ...terms, '--dry-run', '--json'])
  t.match(JSON.parse(dry.out), {
    rows: 2,
    usable: 1,
    notAsked: 0,
    stopped: 0,
    suppressed: 0,
    merged: 0,
    unusable: 1,
    changed: 1,
    keptStricter: 0,
    dryRun: true,
  })
  const done = await courtesy(house, ['people', 'import', ...files, ...terms])
  t.match(done.out, /Of 2 rows:\n +1 {2}usable.*1 people changed\..*No topic is called "Hats".*:3 Email Address "/s)
  t.notMatch(done.out.replaceAll('\n', ''), /\p{C}/u, 'nothing in a file steers the terminal')
  t.match(done.words, /not permission/)
  t.match(done.progress, ['reading', 'importing'])

  const show = await courtesy(house, ['people', 'show', 'ada@example.com', '--json'])
  t.match(JSON.parse(show.out), {
    pace: 'digest-monthly',
    topics: [{ topic: 'repairs', answer: 'yes', basis: { evidence: 'attested' } }, {}],
  })
  t.match(
    (await courtesy(house, ['people', 'show', 'ada@example.com'])).out,
    /repairs +yes +2024-05-06T07:08:09\.000Z attested/,
  )
  t.match((await courtesy(house, ['people', 'link', 'ada@example.com'])).out, /^http:\/\/127\.0\.0\.1:3000\/p\/\S+\n$/)
  t.match(await courtesy(house, ['people', 'add', 'ben@example.com', '--name', 'Ben']), {
    out: '',
    words: /Nothing is sent/,
  })
  t.match(
    JSON.parse((await courtesy(house, ['people', 'pause', 'ben@example.com', '--until', '2099-01-01', '--json'])).out),
    { changed: true, paused: {} },
  )
  t.match(await courtesy(house, ['people', 'stop', 'ben@example.com', '--reason', 'moved']), {
    out: '',
    words: /Stopped\. Nothing more is sent\./,
  })
  t.match(await courtesy(house, ['people', 'stop', 'ben@example.com']), { words: /already stopped/ })
  await t.rejects(courtesy(house, ['people', 'import', ...files, '--format', 'listmonk']), {
    code: 'invalid-input',
    message: /later/,
  })
  await t.rejects(courtesy(house, ['people', 'import', ...files, '--format', 'vcard']), {
    code: 'invalid-input',
    message: /unknown/,
  })
})

/** Runs one command of ours against the house and collects what it says. */
async function courtesy(house: House, args: string[]): Promise<{ out: string; words: string; progress: string[] }> {
  const said = { out: '', words: '', progress: new Set<string>() }
  const context: CommandContext = {
    withHouse: (work) => work(house),
    serve: () => Promise.reject(new Error('no command of people serves')),
    config: () => {
      throw new Error('no command of people reads the environment')
    },
    now: () => new Date(),
    terminal: {
      out: (text) => void (said.out += `${text}\n`),
      words: (text) => void (said.words += `${text}\n`),
      progress: (label) => void said.progress.add(label),
      interactive: false,
      ask: () => Promise.resolve(null),
    },
  }
  const program = new Command('courtesy').exitOverride()
  peopleCommands(program, context)
  await program.parseAsync(args, { from: 'user' })
  return { ...said, progress: [...said.progress] }
}
