import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import type { House } from '../../src/actions/house.ts'
import { importPeople, type ImportSummary } from '../../src/actions/import-people.ts'
import type { ImportRequest } from '../../src/actions/import-plan.ts'
import { importInWords } from '../../src/cli/import-words.ts'
import { parseAddress } from '../../src/domain/address.ts'
import { pauseUntil, slowDown, stopEverything, stopTopics } from '../../src/domain/choice-changes.ts'
import { notAsked, type Choices } from '../../src/domain/choices.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import { commitmentTo } from '../../src/domain/ledger-entry.ts'
import { Problem } from '../../src/domain/problem.ts'
import { frozen } from '../../src/domain/wording.ts'
import { lockPerson, personByAddress, saveChoices, type Person } from '../../src/store/people.ts'
import { appendEntries, lockHead } from '../../src/store/ledger.ts'
import { suppress } from '../../src/store/suppressions.ts'
import { allWordings, wordingHashes } from '../../src/store/wordings.ts'
import { addPerson, addTopics, castWording, yesTo } from '../support/cast.ts'
import { openTestHouse } from '../support/house.ts'
import { confirmed, writeExport, type ExportCells } from '../support/mailchimp-files.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

const fixtures = ['subscribed', 'unsubscribed', 'cleaned'].map((status) =>
  fileURLToPath(new URL(`../fixtures/mailchimp/${status}_members_export.csv`, import.meta.url)),
)
const words = 'We write about what you tick.\r\nEach email comes when it is written.\r\n'
const promise = frozen(words).hash

async function openFern(t: Test): Promise<House> {
  const house = await openTestHouse(t)
  await addTopics(house)
  return house
}

/** A row of somebody who left the old system. */
function left(address: string, at: string): ExportCells {
  return { 'Email Address': address, UNSUB_TIME: at, UNSUB_REASON: 'NORMAL' }
}

function wordingFile(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'courtesy-wording-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'wording.md')
  writeFileSync(path, words)
  return path
}

function attested(t: Test, files: string[], more: Partial<ImportRequest> = {}): ImportRequest {
  return {
    files,
    topicsColumn: 'About what?',
    pace: 'as-it-happens',
    wording: wordingFile(t),
    attestedBy: 'Ada, CRM',
    ...more,
  }
}

async function personAt(house: House, address: string): Promise<Person> {
  const person = await maybePersonAt(house, address)
  if (!person) throw new Error(`nobody is at ${address}`)
  return person
}

async function maybePersonAt(house: House, address: string): Promise<Person | null> {
  const parsed = parseAddress(address)
  if (parsed.kind === 'refused') throw new Error(parsed.reason)
  return personByAddress(house.database.sql, parsed.canonical)
}

async function countRows(
  house: House,
): Promise<{ people: number; entries: number; imported: number; suppressions: number }> {
  const [row] = await house.database.sql<{ people: number; entries: number; imported: number; suppressions: number }[]>`
    select (select count(*) from people)::int as people, (select count(*) from entries where body not like '%"kind":"wording-published"%')::int as entries,
      (select count(*) from entries where body like '%"kind":"imported"%')::int as imported,
      (select count(*) from suppressions)::int as suppressions`
  if (!row) throw new Error('no counts')
  return row
}

/** Every person's state, without what differs between two houses: ids, entry numbers and the time of the run. */
async function states(house: House) {
  const rows = await house.database.sql<
    { canonical: string; name: string; choices: Choices; suppressions: string[] }[]
  >`
    select a.canonical, p.name, p.choices,
      array(select s.reason from suppressions s where s.fingerprint = a.fingerprint order by 1) as suppressions
    from people p join addresses a on a.person = p.id order by a.canonical collate "C"`
  return rows.map((row) => ({
    ...row,
    choices: {
      ...row.choices,
      topics: Object.entries(row.choices.topics).map(([id, answer]) => [id, { ...answer, entry: 0 }]),
    },
  }))
}

function sumOf(summary: ImportSummary): number {
  const { usable, notAsked: unasked, stopped, suppressed, merged, unusable } = summary
  return usable + unasked + stopped + suppressed + merged + unusable
}

async function setSuppression(
  house: House,
  address: string,
  reason: 'erased' | 'bounced' | 'do_not_contact',
): Promise<void> {
  const parsed = parseAddress(address)
  if (parsed.kind === 'refused') throw new Error(parsed.reason)
  const row = { fingerprint: fingerprintOf(house.keys, 'email', parsed.canonical), at: '2025-01-01T00:00:00.000Z' }
  await house.database.sql.begin((tx) => suppress(tx, 'email', reason, 'test', [row]))
}

t.test('three files of an export come in, and the summary adds up', async (t) => {
  const house = await openFern(t)
  const summary = await importPeople(house, attested(t, fixtures))
  const { errors, unknownTopics, ...numbers } = summary
  t.same(numbers, {
    rows: 33,
    usable: 11,
    notAsked: 2,
    stopped: 4,
    suppressed: 5,
    merged: 5,
    unusable: 6,
    changed: 23,
    keptStricter: 0,
    choseSince: 0,
    dryRun: false,
  })
  t.equal(sumOf(summary), summary.rows)
  t.same(unknownTopics, {
    Gardening: 1,
    'Events near you': 5,
    'Stories from other makers': 4,
    Offers: 7,
    OFFERS: 1,
  })
  t.same(await countRows(house), { people: 23, entries: 23, imported: 23, suppressions: 5 })
  t.same(
    errors.map(({ file, line, column, value, reason }) => [file.split('/').at(-1), line, column, value, reason]),
    [
      ['unsubscribed_members_export.csv', 6, 'Email Address', 'dov.1032 at example.net', 'no @ sign'],
      ['unsubscribed_members_export.csv', 9, null, 'uma.905@example.net', 'the row has 12 columns and the header 28'],
      ['subscribed_members_export.csv', 7, 'Email Address', 'zo.653 at mail.test', 'no @ sign'],
      ['subscribed_members_export.csv', 10, 'Email Address', '', 'it is empty'],
      ['subscribed_members_export.csv', 27, null, 'gus.902@example.org', 'the row has 20 columns and the header 23'],
      ['subscribed_members_export.csv', 28, null, 'gus.903@example.org', 'the row has 24 columns and the header 23'],
    ],
    'each with the line on which the row begins, line breaks inside quotes counted',
  )

  const yes = await personAt(house, 'la.77@post.example.com')
  t.match(yes, { name: 'Léa', familyName: '=SUM(A1)', suppressions: [] })
  t.match(yes.choices, {
    pace: 'as-it-happens',
    paceChosen: false,
    channels: { email: 'yes' },
    stopped: null,
    choseAt: null,
  })
  t.same(yes.choices.topics, {
    1: {
      answer: 'yes',
      at: '2022-03-17T18:06:35.000Z',
      entry: yes.entry,
      basis: { evidence: 'attested', wording: promise, confirmedAt: '2022-03-17T18:06:35.000Z' },
      pace: null,
    },
    2: yes.choices.topics['2'],
  })
  const unasked = await personAt(house, 'p.4@example.org')
  t.same(
    unasked.choices,
    { ...notAsked(), timeZone: 'Asia/Tokyo' },
    'without an address of confirmation she is not asked',
  )
  t.equal(unasked.name, '伟')
  t.same((await personAt(house, 'p.263@mail.test')).name, 'محمد')
  const stopped = await personAt(house, 'nils.20@example.net')
  t.same(stopped.choices.stopped, { at: '2024-03-07T05:26:21.000Z', by: 'import', reason: 'SPAM' })
  t.same(stopped.choices.topics, {})
  const cleaned = await personAt(house, 'yara.901@example.org')
  t.same(cleaned.suppressions, ['bounced'])
  t.same([cleaned.choices.topics, cleaned.choices.channels], [{}, {}], 'a yes in another file counts for nothing')
  const both = await personAt(house, 'vera.904@example.net')
  t.same([both.suppressions, both.choices.stopped?.by], [['bounced'], 'import'], 'both a stop and a suppression go in')
  t.equal((await personAt(house, 'uma.905@example.net')).choices.stopped?.by, 'import', 'a broken row still stops her')
  t.equal(await maybePersonAt(house, 'gus.902@example.org'), null, 'and brings nobody in')
  await verifyWholeLedger(t, house)
})

t.test('the order of the files makes no difference', async (t) => {
  const [one, other] = [await openFern(t), await openFern(t)]
  const forwards = await importPeople(one, attested(t, fixtures))
  const backwards = await importPeople(other, attested(t, fixtures.toReversed()))
  t.same(forwards, backwards)
  // Her row has no time, so she is stopped as of the run.
  const settled = async (house: House) =>
    (await states(house)).filter(({ canonical }) => canonical !== 'uma.905@example.net')
  t.same(await settled(one), await settled(other))
})

t.test('of several rows of one person the newest decides, and of equal ones the first file by name', async (t) => {
  const [one, other] = [await openFern(t), await openFern(t)]
  const equal = [confirmed('ben@example.com', 'Repairs'), confirmed('ben@example.com', 'New patterns')]
  const files = [
    ...writeExport(t, {
      subscribed: [
        confirmed('ada@example.com', 'Repairs', '2024-01-01 00:00:00'),
        confirmed('ada@example.com', 'New patterns', '2025-01-01 00:00:00'),
        confirmed('ada@example.com', 'Repairs', '2023-01-01 00:00:00'),
      ],
    }),
    ...equal.flatMap((row) => writeExport(t, { subscribed: [row] })),
  ]
  t.match(await importPeople(one, attested(t, files)), { usable: 2, merged: 3 })
  t.match(await importPeople(other, attested(t, files.toReversed())), { usable: 2, merged: 3 })
  t.match((await personAt(one, 'ada@example.com')).choices.topics, { 2: { at: '2025-01-01T00:00:00.000Z' } })
  t.same(await states(one), await states(other))
})

t.test('importing the same again changes nothing and makes no entry', async (t) => {
  const house = await openFern(t)
  const first = await importPeople(house, attested(t, fixtures))
  const before = [await states(house), await countRows(house)]
  const again = await importPeople(house, attested(t, fixtures))
  t.same(again, { ...first, changed: 0 })
  t.same([await states(house), await countRows(house)], before)
})

t.test('a dry run tells the numbers of the run that follows, and writes nothing', async (t) => {
  const house = await openFern(t)
  await addPerson(house, 'kofi.7@bücher.example', yesTo([1]))
  await setSuppression(house, 'hana.900@example.org', 'do_not_contact')
  const rows = await countRows(house)
  const dry = await importPeople(house, attested(t, fixtures, { dryRun: true }))
  t.same(await countRows(house), rows)
  t.notOk((await wordingHashes(house.database.sql)).has(promise), 'not even the wording')
  const real = await importPeople(house, attested(t, fixtures))
  t.same(dry, { ...real, dryRun: true })
  t.match(real, { keptStricter: 2, suppressed: 6, usable: 10, changed: 22 })
})

t.test('every changed person has one entry, and its payload holds the evidence', async (t) => {
  const house = await openFern(t)
  await importPeople(house, attested(t, fixtures))
  const entries = await house.database.sql<{ person: string; body: string; payload: string; salt: Buffer }[]>`
    select p.person, e.body, p.payload, p.salt from entries e join payloads p using (number)
    where p.person is not null order by e.number`
  t.equal(new Set(entries.map((entry) => entry.person)).size, 23)
  for (const { body, payload, salt } of entries) {
    t.equal(JSON.parse(body).commitment, commitmentTo(JSON.parse(payload), salt))
    t.notMatch(body, /@|203\.0\.113/, 'no personal data')
  }
  const entryOf = async (address: string) => {
    const { id, entry } = await personAt(house, address)
    const found = entries.find((one) => one.person === id)
    t.equal(JSON.parse(found?.body ?? '{}').number, entry)
    return { body: JSON.parse(found?.body ?? '{}'), payload: JSON.parse(found?.payload ?? '{}') }
  }
  const yes = await entryOf('la.77@post.example.com')
  t.match(yes.body, { kind: 'imported', topics: [1, 2], wording: promise })
  const { choices, id } = await personAt(house, 'la.77@post.example.com')
  t.same(yes.payload, {
    person: id,
    evidence: {
      way: 'import',
      format: 'mailchimp',
      wording: promise,
      by: 'Ada, CRM',
      suppressed: null,
      rows: [
        {
          file: 'subscribed_members_export.csv',
          line: 16,
          status: 'subscribed',
          interests: ['New patterns', 'Repairs'],
          optedInAt: '2022-03-16T20:04:23.000Z',
          optedInIp: '198.51.100.11',
          confirmedAt: '2022-03-17T18:06:35.000Z',
          confirmedIp: '203.0.113.159',
          lastChangedAt: '2022-05-04T12:07:29.000Z',
          leftAt: null,
          campaign: null,
          reason: null,
          reasonText: null,
        },
      ],
    },
    before: null,
    after: choices,
  })
  const stop = await entryOf('nils.20@example.net')
  t.match(stop.body, { wording: null, topics: [] })
  t.match(stop.payload.evidence, {
    by: null,
    rows: [
      {
        line: 2,
        leftAt: '2024-03-07T05:26:21.000Z',
        campaign: 'Autumn letter',
        reason: 'SPAM',
        reasonText: 'too many, every single day',
      },
    ],
  })
  const bounced = await entryOf('vera.904@example.net')
  t.match(bounced.payload.evidence, {
    suppressed: 'bounced',
    rows: [{ status: 'cleaned' }, { status: 'unsubscribed' }],
  })
  const wordings = await allWordings(house.database.sql)
  t.match(
    wordings.find((wording) => wording.hash === promise),
    { kind: 'attested', body: words.replaceAll('\r\n', '\n') },
  )
})

t.test('an address is one person whatever its case, spaces and domain form', async (t) => {
  const house = await openFern(t)
  await addPerson(house, 'gus@xn--bcher-kva.example', notAsked(), 'Gus')
  const spellings = [
    '  KOFI@BÜCHER.EXAMPLE ',
    'kofi@bücher.example',
    'Kofi@xn--bcher-kva.example',
    'kofi@bu\u0308cher.example',
  ]
  const files = writeExport(t, {
    subscribed: [...spellings, 'GUS@Bücher.Example'].map((address) => confirmed(address)),
  })
  const summary = await importPeople(house, attested(t, files))
  t.match(summary, { rows: 5, usable: 2, merged: 3, changed: 2 })
  t.equal((await countRows(house)).people, 2)
  t.equal(
    (await personAt(house, 'kofi@bücher.example')).address?.spelling,
    'KOFI@BÜCHER.EXAMPLE',
    'the first spelling is kept',
  )
  t.equal((await personAt(house, 'gus@bücher.example')).choices.topics['1']?.answer, 'yes')
})

t.test('an import never turns a stop, a no or a suppression back on', async (t) => {
  const house = await openFern(t)
  const stopped = await addPerson(house, 'stopped@example.com', notAsked())
  const refused = await addPerson(house, 'refused@example.com', notAsked())
  const bounced = await addPerson(house, 'bounced@example.com', notAsked())
  const channel = await addPerson(house, 'channel@example.com', { ...notAsked(), channels: { email: 'no' } })
  const staff = { way: 'staff', wording: null } as const
  await changeChoices(house, stopped, staff, (choices, at) => stopEverything(choices, at, 'staff', null))
  await changeChoices(house, refused, staff, (choices, at) => stopTopics(choices, [1], at))
  await setSuppression(house, 'bounced@example.com', 'bounced')
  const addresses = ['stopped@example.com', 'refused@example.com', 'bounced@example.com', 'channel@example.com']
  const files = writeExport(t, { subscribed: addresses.map((address) => confirmed(address, 'Repairs, New patterns')) })
  const summary = await importPeople(house, attested(t, files))
  t.match(summary, { usable: 3, suppressed: 1, keptStricter: 4, changed: 2 })
  const of = async (address: string) => (await personAt(house, address)).choices
  t.ok((await of('stopped@example.com')).stopped)
  t.same((await of('stopped@example.com')).topics, {})
  t.equal((await of('refused@example.com')).topics['1']?.answer, 'no')
  t.equal((await of('refused@example.com')).topics['2']?.answer, 'yes', 'what she never said anything about comes in')
  t.same((await of('bounced@example.com')).topics, {})
  t.same((await of('channel@example.com')).channels, { email: 'no' })
  t.same(new Set([stopped, refused, bounced, channel]).size, (await countRows(house)).people)
  await verifyWholeLedger(t, house)
})

t.test('a yes that she gave herself stays, unless she left the old system after it', async (t) => {
  const house = await openFern(t)
  const at = '2025-06-01T00:00:00.000Z'
  const basis = { evidence: 'seen', wording: castWording, confirmedAt: at } as const
  const chose: Choices = {
    ...yesTo([]),
    topics: {
      1: { answer: 'yes', at, entry: 0, basis, pace: null },
      2: { answer: 'no', at, entry: 0, basis: null, pace: null },
    },
    choseAt: at,
  }
  const addresses = ['asks@example.com', 'earlier@example.com', 'later@example.com', 'unknown@example.com']
  for (const address of addresses) await addPerson(house, address, chose)
  const before = await states(house)
  const files = writeExport(t, {
    subscribed: [confirmed('asks@example.com', 'Repairs, New patterns', '2025-12-01 00:00:00')],
    unsubscribed: [
      left('earlier@example.com', '2025-05-31 23:59:59'),
      left('later@example.com', '2025-06-01 00:00:01'),
      left('unknown@example.com', 'some day'),
    ],
  })
  const summary = await importPeople(house, attested(t, files))
  t.match(summary, { usable: 1, stopped: 3, changed: 2, keptStricter: 1, choseSince: 1 })
  t.match(importInWords(summary), /\n1 left the old system and said yes here after it, which stays\./)
  t.same((await states(house)).slice(0, 2), before.slice(0, 2), 'her later yes wins')
  t.match((await personAt(house, 'later@example.com')).choices.stopped, {
    at: '2025-06-01T00:00:01.000Z',
    by: 'import',
  })
  t.ok((await personAt(house, 'unknown@example.com')).choices.stopped, 'a stop without a time goes in')
  t.same(await importPeople(house, attested(t, files)), { ...summary, changed: 0 }, 'the same again changes nothing')
})

t.test('what she lowered herself is no reason to leave a stop out', async (t) => {
  const house = await openFern(t)
  const page = { way: 'page', wording: null } as const
  const id = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
  await changeChoices(house, id, page, (choices, at) => {
    const fewer = stopTopics(pauseUntil(choices, '2099-01-01T00:00:00.000Z', at), [2], at)
    return { ...slowDown(fewer, 'digest-monthly'), choseAt: at }
  })
  const files = writeExport(t, { unsubscribed: [left('ada@example.com', '2026-02-03 04:05:06')] })
  t.match(await importPeople(house, { files }), { stopped: 1, changed: 1, choseSince: 0 })
  t.match((await personAt(house, 'ada@example.com')).choices.stopped, { at: '2026-02-03T04:05:06.000Z', by: 'import' })
})

t.test(
  'of several stops of one person the newest decides, and one without a readable time is the newest',
  async (t) => {
    const house = await openFern(t)
    await addPerson(house, 'ada@example.com', yesTo([1]))
    await addPerson(house, 'ben@example.com', yesTo([1]))
    const old = { UNSUB_TIME: '2025-01-01 00:00:00', CONFIRM_TIME: '2024-01-01 00:00:00' }
    const files = writeExport(t, {
      unsubscribed: [
        { 'Email Address': 'ada@example.com', ...old },
        { 'Email Address': 'ada@example.com', ...old, UNSUB_TIME: '02/20/2026 10:00' },
        { 'Email Address': 'ben@example.com', ...old },
        { 'Email Address': 'ben@example.com', ...old, UNSUB_TIME: '2026-02-20 10:00:00' },
      ],
    })
    t.match(await importPeople(house, { files }), { stopped: 2, merged: 2, changed: 2, choseSince: 0 })
    t.ok((await personAt(house, 'ada@example.com')).choices.stopped)
    t.match((await personAt(house, 'ben@example.com')).choices.stopped, { at: '2026-02-20T10:00:00.000Z' })
  },
)

t.test('a stricter row is applied to what an earlier import stored', async (t) => {
  const house = await openFern(t)
  await importPeople(
    house,
    attested(t, writeExport(t, { subscribed: [confirmed('ada@example.com'), confirmed('ben@example.com')] })),
  )
  const files = writeExport(t, {
    unsubscribed: [{ 'Email Address': 'Ada@example.com', UNSUB_TIME: '2023-01-01 00:00:00' }],
    cleaned: [{ 'Email Address': 'BEN@example.com', CLEAN_TIME: '2023-01-01 00:00:00' }],
  })
  t.match(await importPeople(house, attested(t, files)), { stopped: 1, suppressed: 1, changed: 2, keptStricter: 0 })
  t.ok((await personAt(house, 'ada@example.com')).choices.stopped)
  t.same((await personAt(house, 'ben@example.com')).suppressions, ['bounced'])
  await verifyWholeLedger(t, house)
})

t.test('an imported stop cancels what waits for her', async (t) => {
  const house = await openFern(t)
  const { sql } = house.database
  await importPeople(
    house,
    attested(t, writeExport(t, { subscribed: [confirmed('ada@example.com'), confirmed('ben@example.com')] })),
  )
  const [ada, ben] = [await personAt(house, 'ada@example.com'), await personAt(house, 'ben@example.com')]
  const [message] = await sql<{ id: string }[]>`
    insert into messages (id, topic, subject, in_short, sender, body)
    values (gen_random_uuid(), 1, 's', 'i', 'f@example.com', 'b') returning id`
  for (const person of [ada, ben]) {
    await sql`
      insert into deliveries (id, message, person, state, verdict, version)
      values (gen_random_uuid(), ${message?.id ?? ''}, ${person.id}, 'held', 'later', ${person.entry})`
  }
  await importPeople(house, attested(t, writeExport(t, { unsubscribed: [{ 'Email Address': 'ada@example.com' }] })))
  const state = async (person: Person) =>
    (await sql`select state, reason from deliveries where person = ${person.id}`)[0]
  t.same(await state(ada), { state: 'cancelled', reason: 'stopped' })
  t.same(await state(ben), { state: 'held', reason: null })
})

t.test('an erased address is not stored again', async (t) => {
  const house = await openFern(t)
  await setSuppression(house, 'gone@example.com', 'erased')
  const files = writeExport(t, {
    subscribed: [confirmed('Gone@example.com')],
    unsubscribed: [{ 'Email Address': 'gone@example.com' }],
    cleaned: [{ 'Email Address': 'GONE@example.com' }],
  })
  const summary = await importPeople(house, attested(t, files))
  t.match(summary, { rows: 3, suppressed: 1, merged: 2, changed: 0 })
  t.same(await countRows(house), { people: 0, entries: 0, imported: 0, suppressions: 1 })
})

t.test('without somebody who attests a wording nobody is asked', async (t) => {
  const house = await openFern(t)
  const files = writeExport(t, { subscribed: [confirmed('ada@example.com')] })
  t.match(await importPeople(house, { files, topic: 'repairs' }), { usable: 0, notAsked: 1 })
  t.same((await personAt(house, 'ada@example.com')).choices, notAsked())
})

t.test('only confirmations within the given time count', async (t) => {
  const house = await openFern(t)
  const times = [
    '2024-05-31 23:59:59',
    '2024-06-01 00:00:00',
    '2024-06-30 23:59:59',
    '2024-07-01 00:00:00',
    '2099-01-01 00:00:00',
  ]
  const files = writeExport(t, {
    subscribed: times.map((time, index) => confirmed(`p${index}@example.com`, 'Repairs', time)),
  })
  const summary = await importPeople(
    house,
    attested(t, files, { confirmedFrom: '2024-06-01', confirmedUntil: '2024-07-01T00:00:00Z' }),
  )
  t.match(summary, { usable: 2, notAsked: 3 })
  t.same((await personAt(house, 'p1@example.com')).choices.topics['1']?.answer, 'yes')
  t.match(await importPeople(house, attested(t, files)), { usable: 4, notAsked: 1, changed: 2, keptStricter: 0 })
})

t.test('an unsubscription can mean its topics, and everything where it names none', async (t) => {
  const house = await openFern(t)
  await addPerson(house, 'ada@example.com', { ...yesTo([1, 2]), choseAt: null })
  const files = writeExport(t, {
    unsubscribed: [
      { 'Email Address': 'ada@example.com', 'About what?': 'repairs', UNSUB_TIME: '2026-02-03 04:05:06' },
      { 'Email Address': 'ben@example.com', 'About what?': 'Something else' },
    ],
  })
  const summary = await importPeople(house, { files, topicsColumn: 'about WHAT?', unsubscribedMeans: 'topics' })
  t.match(summary, { stopped: 2, changed: 2, unknownTopics: { 'Something else': 1 } })
  const ada = (await personAt(house, 'ada@example.com')).choices
  t.match(ada.topics, { 1: { answer: 'no', at: '2026-02-03T04:05:06.000Z' }, 2: { answer: 'yes' } })
  t.equal(ada.stopped, null)
  t.ok((await personAt(house, 'ben@example.com')).choices.stopped)
})

t.test('of several unsubscriptions all topics count, and one that names none means everything', async (t) => {
  const house = await openFern(t)
  const people = ['ada@example.com', 'ben@example.com', 'cyn@example.com']
  for (const address of people) await addPerson(house, address, { ...yesTo([1, 2]), choseAt: null })
  const about = (address: string, topics: string, at: string) => ({ ...left(address, at), 'About what?': topics })
  const files = writeExport(t, {
    unsubscribed: [
      about('ada@example.com', 'Repairs', '2026-02-03 04:05:06'),
      about('ada@example.com', 'New patterns', '2026-03-03 04:05:06'),
      about('ada@example.com', 'Repairs', '2026-02-01 04:05:06'),
      about('ben@example.com', '', '2026-02-03 04:05:06'),
      about('ben@example.com', 'New patterns', '2026-03-03 04:05:06'),
      about('cyn@example.com', 'Hats', '2026-02-03 04:05:06'),
      about('cyn@example.com', 'Repairs', '2026-03-03 04:05:06'),
    ],
  })
  const request = { files, topicsColumn: 'About what?', unsubscribedMeans: 'topics' }
  const summary = await importPeople(house, request)
  t.match(summary, { rows: 7, stopped: 3, merged: 4, changed: 3 })
  const of = async (address: string) => (await personAt(house, address)).choices
  t.match(await of('ada@example.com'), {
    stopped: null,
    topics: {
      1: { answer: 'no', at: '2026-02-03T04:05:06.000Z' },
      2: { answer: 'no', at: '2026-03-03T04:05:06.000Z' },
    },
  })
  t.match((await of('ben@example.com')).stopped, { at: '2026-02-03T04:05:06.000Z', by: 'import' })
  t.match((await of('cyn@example.com')).stopped, { at: '2026-02-03T04:05:06.000Z', by: 'import' })
  t.same(await importPeople(house, request), { ...summary, changed: 0 })
})

t.test('a topic that she took off since the last export is a no, which an older export leaves', async (t) => {
  const house = await openFern(t)
  const request = (topics: string, more: ExportCells = {}) =>
    attested(t, writeExport(t, { subscribed: [{ ...confirmed('ada@example.com', topics), ...more }] }))
  const topicsOf = async () => (await personAt(house, 'ada@example.com')).choices.topics
  await importPeople(house, request('Repairs, New patterns'))
  const newer = request('Repairs', { LAST_CHANGED: '2025-02-03 04:05:06' })
  t.match(await importPeople(house, newer), { changed: 1, keptStricter: 0 })
  const taken = { answer: 'no', at: '2025-02-03T04:05:06.000Z', basis: null }
  t.match(await topicsOf(), { 1: { answer: 'yes' }, 2: taken })
  t.match(await importPeople(house, newer), { changed: 0 })
  t.match(await importPeople(house, request('Repairs, New patterns')), { changed: 0, keptStricter: 1 })
  t.match(await topicsOf(), { 2: taken })
  t.match(await importPeople(house, request('')), { changed: 1 })
  t.match(await topicsOf(), { 1: { answer: 'no' }, 2: taken }, 'without a time it is taken off as of the run')
  await verifyWholeLedger(t, house)
})

t.test('what she confirmed on another form is left alone', async (t) => {
  const house = await openFern(t)
  for (const row of [
    confirmed('ada@example.com', 'Repairs'),
    confirmed('ada@example.com', 'New patterns', '2025-01-01 00:00:00'),
  ]) {
    t.match(await importPeople(house, attested(t, writeExport(t, { subscribed: [row] }))), { changed: 1 })
  }
  t.match((await personAt(house, 'ada@example.com')).choices.topics, { 1: { answer: 'yes' }, 2: { answer: 'yes' } })
})

t.test('names, time zones and languages are kept where they can be read', async (t) => {
  const house = await openFern(t)
  const files = writeExport(t, {
    subscribed: [
      {
        ...confirmed('ada@example.com'),
        'First Name': ' A\u0000d\u001b[31ma\n',
        TIMEZONE: 'Europe/Berlin',
        LANGUAGE: 'pt_br',
      },
      { ...confirmed('ben@example.com'), 'First Name': 'B\ufffdn', TIMEZONE: 'Mars/Olympus', LANGUAGE: '??' },
      confirmed('m\ufffdller@example.com'),
    ],
  })
  const summary = await importPeople(house, attested(t, files))
  t.match(summary.errors, [{ line: 5, reason: 'it is not written in UTF-8' }])
  const [ada, ben] = [await personAt(house, 'ada@example.com'), await personAt(house, 'ben@example.com')]
  t.match(ada, { name: 'A d [31ma', choices: { timeZone: 'Europe/Berlin', language: 'pt-BR' } })
  t.match(ben, { name: '', choices: { timeZone: null, language: null } })
})

t.test('wrong usage and files that cannot be used are refused before anything is written', async (t) => {
  const house = await openFern(t)
  const [good = ''] = writeExport(t, { subscribed: [confirmed('ada@example.com')] })
  const [folder, wording] = [mkdtempSync(join(tmpdir(), 'courtesy-bad-')), wordingFile(t)]
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const six = 'Email Address,First Name,About what?,CONFIRM_TIME,CONFIRM_IP,UNSUB_TIME'
  const four = ['a@x.test,Ann,,,,', 'b@x.test,Bob,,,,', 'c@x.test,Cy,,,,', 'd@x.test,Dee,,,,', ''].join('\n')
  const refusals: [string, ImportRequest, RegExp][] = [
    ['no file', { files: [] }, /no file/],
    ['a wording that nobody attests', { files: [good], wording }, /--attested-by/],
    ['somebody who attests no wording', { files: [good], attestedBy: 'Ada' }, /--wording/],
    ['an empty name', { files: [good], wording, attestedBy: ' ' }, /--attested-by/],
    ['a missing wording', { files: [good], wording: `${wording}x`, attestedBy: 'Ada' }, /ENOENT/],
    ['an empty wording', { files: [good], wording: file('w.md', '\ufeff \n'), attestedBy: 'Ada' }, /empty/],
    ['both a column and a topic', { files: [good], topicsColumn: 'About what?', topic: 'repairs' }, /only one/],
    [
      'a column that is not there',
      { files: [good], topicsColumn: 'Interests' },
      /no column "Interests".*"About what\?"/,
    ],
    ['an unknown topic', { files: [good], topic: 'reparis' }, /"reparis".*known: repairs, new-patterns/],
    ['an unknown pace', { files: [good], pace: 'sometimes' }, /not a pace/],
    ['times without a wording', { files: [good], confirmedFrom: '2024-01-01' }, /--wording/],
    [
      'a time that is none',
      { files: [good], wording, attestedBy: 'Ada', confirmedFrom: '2024-02-30' },
      /--confirmed-from/,
    ],
    [
      'times in the wrong order',
      { files: [good], wording, attestedBy: 'Ada', confirmedFrom: '2024-02-02', confirmedUntil: '2024-02-01' },
      /earlier/,
    ],
    ['an unknown meaning', { files: [good], unsubscribedMeans: 'nothing' }, /"stop" or "topics"/],
    ['a missing file', { files: [good, join(folder, 'cleaned.csv')] }, /nothing is there/],
    ['a folder', { files: [good, folder] }, /must be told by its name/],
    [
      'people who never subscribed',
      { files: [file('nonsubscribed_export.csv', 'Email Address\n')] },
      /must be told by its name/,
    ],
    [
      'a file without addresses',
      { files: [good, file('subscribed_x.csv', 'Name,Mail\nAda,ada@example.com\n')] },
      /no column "Email Address"/,
    ],
    ['an empty file', { files: [good, file('subscribed_y.csv', '')] }, /no column "Email Address"/],
    [
      'a quotation mark that never closes',
      { files: [good, file('unsubscribed_z.csv', 'Email Address\nada@example.com\n"ben@example.com\n')] },
      /unsubscribed_z\.csv.*row that begins on line 3:.*not closed/,
    ],
    [
      'a quotation mark that opens within a cell',
      { files: [good, file('unsubscribed_o.csv', `${six}\nada@example.com,O"Hara,,,,\n`)] },
      /unsubscribed_o\.csv.*line 2:/,
    ],
    [
      'a quotation mark that takes the rows after it along',
      {
        files: [
          good,
          file(
            'unsubscribed_s.csv',
            `${six}\r\nzoe@example.com,"Zo\r\né ""Z""",,,,\r\n\r\n${four.replace('Ann', '"Ann').replace('Cy', '"Cy"')}`,
          ),
        ],
      },
      /unsubscribed_s\.csv.*line 5:/,
    ],
    [
      'two quotation marks that make one row of two people',
      { files: [good, file('unsubscribed_t.csv', `${six}\n${four.replace('Ann', '"Ann').replace('Bob', 'Bob"')}`)] },
      /unsubscribed_t\.csv.*line 2:/,
    ],
    [
      'two quotation marks that make one row of four people',
      { files: [good, file('unsubscribed_f.csv', `${six}\n${four.replace('Ann', '"Ann').replace('Dee', 'Dee"')}`)] },
      /unsubscribed_f\.csv.*line 2:/,
    ],
  ]
  for (const [what, request, message] of refusals) {
    const error = await importPeople(house, request).catch((thrown: unknown) => thrown)
    t.ok(error instanceof Problem && error.code === 'invalid-input', what)
    t.match((error as Error).message, message, what)
  }
  t.same(await countRows(house), { people: 0, entries: 0, imported: 0, suppressions: 0 })
})

t.test('two imports of the same people at once bring each of them in once', async (t) => {
  const house = await openFern(t)
  const people = Array.from({ length: 1_300 }, (_, index) => confirmed(`p${index}@example.com`))
  const requests = [people, people.toReversed(), people].map((rows) =>
    attested(t, writeExport(t, { subscribed: rows })),
  )
  const summaries = await Promise.all(requests.map((request) => importPeople(house, request)))
  t.equal(
    summaries.reduce((sum, summary) => sum + summary.changed, 0),
    1_300,
  )
  for (const summary of summaries) t.match(summary, { usable: 1_300 })
  t.same(await countRows(house), { people: 1_300, entries: 1_300, imported: 1_300, suppressions: 0 })
})

t.test('an import waits for her own change and finds it', async (t) => {
  const house = await openFern(t)
  const id = await addPerson(house, 'ada@example.com', notAsked())
  const files = writeExport(t, { subscribed: [confirmed('ada@example.com'), confirmed('ben@example.com')] })
  let importing: Promise<ImportSummary> | undefined
  await house.database.sql.begin(async (tx) => {
    const ada = await lockPerson(tx, id)
    importing = importPeople(house, attested(t, files))
    await untilSomebodyWaits(house)
    const head = await lockHead(tx)
    const after = stopEverything(ada?.choices ?? notAsked(), head.at, 'herself', null)
    const payload = { person: id, after }
    await appendEntries(tx, head, [{ kind: 'withdrawn', topics: [], wording: null, person: id, payload }])
    await saveChoices(tx, id, after, head.size + 1)
  })
  t.match(await importing, { usable: 2, changed: 1, keptStricter: 1 })
  const { choices } = await personAt(house, 'ada@example.com')
  t.ok(choices.stopped)
  t.same(choices.topics, {})
  await verifyWholeLedger(t, house)
})

t.test('somebody whose address moved while an import waited is locked before anything of theirs changes', async (t) => {
  const house = await openFern(t)
  const { sql } = house.database
  const first = await addPerson(house, 'ada@example.com', notAsked())
  const second = await addPerson(house, 'ada.new@example.com', notAsked())
  const request = attested(t, writeExport(t, { subscribed: [confirmed('ada@example.com')] }))
  let importing: Promise<ImportSummary> | undefined
  await sql.begin(async (hers) => {
    const her = await lockPerson(hers, second)
    await sql.begin(async (staff) => {
      await lockPerson(staff, first)
      importing = importPeople(house, request)
      await untilSomebodyWaits(house)
      await staff`delete from addresses where person = ${second}`
      await staff`update addresses set person = ${second} where person = ${first}`
    })
    await untilSomebodyWaits(house)
    const head = await lockHead(hers)
    const after = stopEverything(her?.choices ?? notAsked(), head.at, 'herself', null)
    const payload = { person: second, after }
    await appendEntries(hers, head, [{ kind: 'withdrawn', topics: [], wording: null, person: second, payload }])
    await saveChoices(hers, second, after, head.size + 1)
  })
  t.match(await importing, { usable: 1, changed: 0, keptStricter: 1 })
  t.ok((await personAt(house, 'ada@example.com')).choices.stopped)
  await verifyWholeLedger(t, house)
})

async function untilSomebodyWaits(house: House): Promise<void> {
  for (;;) {
    const [row] = await house.database.sql<{ n: number }[]>`
      select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    if (row && row.n > 0) return
  }
}

t.test('an import that was cut off is completed by running it again', async (t) => {
  const house = await openFern(t)
  const rows = Array.from({ length: 1_200 }, (_, index) => confirmed(`p${index}@example.com`))
  const request = attested(t, writeExport(t, { subscribed: rows }))
  const parts: number[] = []
  const cutOff = importPeople(house, {
    ...request,
    progress: (phase, part) => {
      if (phase !== 'importing') return
      parts.push(part)
      throw new Error('the process ends here')
    },
  })
  await t.rejects(cutOff, { message: 'the process ends here' })
  t.equal(parts.length, 1)
  t.same(await countRows(house), { people: 500, entries: 500, imported: 500, suppressions: 0 }, 'whole batches only')
  t.match(await importPeople(house, request), { usable: 1_200, changed: 700 })
  t.same(await countRows(house), { people: 1_200, entries: 1_200, imported: 1_200, suppressions: 0 })
})
