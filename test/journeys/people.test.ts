import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import t from 'tap'
import type { House } from '../../src/actions/house.ts'
import { importPeople } from '../../src/actions/import-people.ts'
import { addPerson, linkFor, pausePerson, showPerson, stopPerson } from '../../src/actions/people.ts'
import { setBrand } from '../../src/actions/set-brand.ts'
import type { CommandContext } from '../../src/cli/context.ts'
import { peopleCommands } from '../../src/cli/people.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import { dayOf, readLink } from '../../src/domain/link-token.ts'
import { suppress } from '../../src/store/suppressions.ts'
import { addCast, addPerson as addChosen, addTopics, yesTo } from '../support/cast.ts'
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

t.test('a stop for somebody whom nobody stored is kept, and no import brings them in', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const before = (await entries(house)).length
  const said = { by: 'Ben', reason: 'wrote by post' }
  t.match(await stopPerson(house, ' Ada@Example.com ', said), {
    kind: 'added',
    entry: before + 1,
    choices: { topics: {}, stopped: { by: 'staff', reason: 'wrote by post' } },
  })
  t.match(await stopPerson(house, 'ada@example.com', said), { kind: 'unchanged' })
  const made = (await entries(house)).slice(before)
  t.match(made, [
    {
      kind: 'withdrawn',
      payload: { before: null, evidence: { way: 'staff', by: 'Ben', details: { reason: 'wrote by post' } } },
    },
  ])
  t.equal(made.length, 1)
  const wording = fileURLToPath(new URL('../../demo/wording.md', import.meta.url))
  const files = writeExport(t, { subscribed: [confirmed('ada@example.com')] })
  const request = { files, topic: 'repairs', wording, attestedBy: 'Ada, CRM' }
  t.match(await importPeople(house, request), { usable: 1, changed: 0, keptStricter: 1 })
  t.match(await showPerson(house, 'ada@example.com'), {
    stopped: { by: 'staff' },
    topics: [{ answer: 'not asked' }, { answer: 'not asked' }],
  })
  await t.rejects(stopPerson(house, 'ada at example.com', {}), { code: 'invalid-input' })
  await verifyWholeLedger(t, house)
})

t.test('a stop for somebody who was erased says so and stores nothing', async (t) => {
  const house = await openTestHouse(t)
  await erase(house, 'ada@example.com')
  t.same(await stopPerson(house, 'ADA@example.com', {}), { kind: 'erased' })
  t.same(await entries(house), [])
  t.match(await courtesy(house, ['people', 'stop', 'ada@example.com']), { out: '', words: /erased.*stays so/ })
  t.match(JSON.parse((await courtesy(house, ['people', 'stop', 'ada@example.com', '--json'])).out), {
    changed: false,
    erased: true,
  })
})

t.test('the day of a pause is the day where she is, else where the brand is', async (t) => {
  const house = await openTestHouse(t)
  await addCast(house)
  for (const timeZone of ['Asia/Tokyo', 'America/New_York', 'Pacific/Kiritimati']) {
    await addChosen(house, `${timeZone.split('/')[1]}@example.com`, yesTo([1], 'as-it-happens', { timeZone }))
  }
  for (const name of ['tokyo', 'new_york', 'kiritimati']) {
    const args = ['people', 'pause', `${name}@example.com`, '--until', '2099-07-01']
    t.match(await courtesy(house, args), { words: /^Paused until 2099-07-01\./ }, name)
    t.match(await courtesy(house, args), { words: /already paused until 2099-07-01,/ }, name)
  }
  await setBrand(house, { name: 'Fern', timeZone: 'Asia/Tokyo' })
  t.match(await courtesy(house, ['people', 'pause', 'cyn@example.com', '--until', '2099-07-01']), {
    words: /until 2099-07-01\./,
  })
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
  t.match(await courtesy(house, ['people', 'stop', 'new@example.com']), { out: '', words: /stored as stopped now/ })
  t.match(JSON.parse((await courtesy(house, ['people', 'stop', 'new.2@example.com', '--json'])).out), {
    changed: true,
    added: true,
    stopped: { by: 'staff' },
    mayStillArrive: 0,
  })
  t.match(JSON.parse((await courtesy(house, ['people', 'erase', 'ben@example.com', '--by', 'Ada', '--json'])).out), {
    erased: true,
    known: true,
    mayStillArrive: 0,
  })
  t.match(await courtesy(house, ['people', 'erase', 'ben@example.com']), { out: '', words: /erased before/ })
  t.match(await courtesy(house, ['people', 'erase', 'new.3@example.com']), { words: /Nobody was stored/ })
  t.match(await courtesy(house, ['people', 'erase', 'new.2@example.com']), {
    words: /Erased\. Nothing more is sent\. A fingerprint of the address is kept/,
  })
  t.match(await courtesy(house, ['people', 'stop', 'ben@example.com']), { words: /erased as its owner wished/ })
  await t.rejects(courtesy(house, ['people', 'import', ...files, '--format', 'listmonk']), {
    code: 'invalid-input',
    message: /that listmonk exported\? Nothing was imported/,
  })
  await t.rejects(courtesy(house, ['people', 'import', ...files, '--format', 'vcard']), {
    code: 'invalid-input',
    message: /unknown/,
  })
})

/** Runs one command of ours against the house and collects what it says; `answer` is typed where it asks. */
async function courtesy(
  house: House,
  args: string[],
  answer: string | null = null,
): Promise<{ out: string; words: string; progress: string[] }> {
  const said = { out: '', words: '', progress: new Set<string>() }
  const context: CommandContext = {
    withHouse: (work) => work(house),
    serve: () => Promise.reject(new Error('no command of people serves')),
    work: () => Promise.reject(new Error('no command of people works')),
    config: () => {
      throw new Error('no command of people reads the environment')
    },
    now: () => new Date(),
    terminal: {
      out: (text) => void (said.out += `${text}\n`),
      words: (text) => void (said.words += `${text}\n`),
      progress: (label) => void said.progress.add(label),
      interactive: answer !== null,
      ask: () => Promise.resolve(answer),
    },
  }
  const program = new Command('courtesy').exitOverride()
  peopleCommands(program, context)
  await program.parseAsync(args, { from: 'user' })
  return { ...said, progress: [...said.progress] }
}

t.test('on a terminal an erasure asks once, and anything but a yes erases nobody', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  await addChosen(house, 'ada@example.com', yesTo([1]))
  const before = process.exitCode
  t.match(await courtesy(house, ['people', 'erase', 'ada@example.com'], 'no'), { words: /Nothing was erased\./ })
  t.equal(process.exitCode, 2)
  process.exitCode = before
  t.match(await showPerson(house, 'ada@example.com'), { address: 'ada@example.com' })
  t.match(await courtesy(house, ['people', 'erase', 'ada@example.com'], 'yes'), { words: /Erased\./ })
})
