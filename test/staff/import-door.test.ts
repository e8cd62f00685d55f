import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { importPeople, type ImportSummary } from '../../src/actions/import-people.ts'
import { entriesIn, openApp, type App } from '../support/app.ts'
import { parsePage } from '../support/html.ts'
import { anotherSession, signedIn, type SignedIn } from '../support/staff.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { sendFiles, type Sent } from '../support/upload.ts'

const fixtures = ['subscribed', 'unsubscribed', 'cleaned'].map((status) =>
  fileURLToPath(new URL(`../fixtures/mailchimp/${status}_members_export.csv`, import.meta.url)),
)
const words = 'Yes, write to me about what I tick, at most once a week.'
const terms = { format: 'mailchimp', topicsColumn: 'About what?', pace: 'digest-weekly', words }

async function open(t: Parameters<typeof temporaryFolder>[0] & Parameters<typeof openApp>[0]) {
  const uploads = join(temporaryFolder(t), 'uploads')
  const app = await openApp(t, { desk: { uploads } })
  const marketer = await signedIn(app, 'marketer', { name: 'Max' })
  return { ...app, uploads, marketer, waiting: () => (existsSync(uploads) ? readdirSync(uploads) : []) }
}

async function preview(app: App, who: SignedIn, files: readonly Sent[], fields: Record<string, string> = terms) {
  return sendFiles(app, who, '/admin/people/import', { fields: { seal: who.seal, ...fields }, files })
}

/** The numbers of a page, by what stands beside them. */
function numbersOn(text: string): Record<string, number> {
  const found = text.matchAll(/([\d,]+)(usable|not asked|stopped|suppressed|merged|unusable)\b/g)
  return Object.fromEntries([...found].map(([, n = '', name = '']) => [name, Number(n.replaceAll(',', ''))]))
}

function numbersOf(summary: ImportSummary): Record<string, number> {
  const { usable, notAsked, stopped, suppressed, merged, unusable } = summary
  return { usable, 'not asked': notAsked, stopped, suppressed, merged, unusable }
}

t.test('an import by the door shows first what it would do, and then does what the command line does', async (t) => {
  const app = await open(t)
  const other = await openApp(t)
  const { visit } = app.marketer
  const wording = join(temporaryFolder(t), 'promise.txt')
  writeFileSync(wording, words)
  const { format, topicsColumn, pace } = terms
  const request = { format, topicsColumn, pace, wording, attestedBy: 'Max', files: fixtures }
  const expected = await importPeople(other.house, request)

  const sent = await preview(app, app.marketer, fixtures)
  t.equal(sent.statusCode, 303)
  const url = String(sent.headers.location)
  const before = await entriesIn(app.house)
  const page = await visit.open(url)
  t.strictSame(page.faults, [])
  t.equal(page.headings[0], 'What the import would do')
  t.match(page.text, `${expected.usable} usable, ${expected.notAsked} not asked.`)
  t.strictSame(numbersOn(page.text), numbersOf(expected))
  t.match(page.text, `${expected.changed} people would change.`)
  for (const [value] of Object.entries(expected.unknownTopics)) t.match(page.text, value)
  for (const { reason } of expected.errors) t.match(page.text, reason)
  t.notMatch(page.text, app.uploads, 'where files wait is not told')
  const [people] = await app.house.database.sql<{ n: number }[]>`select count(*)::int as n from people`
  t.equal(people?.n, 0, 'nothing is written yet')
  t.equal(await entriesIn(app.house), before)

  await visit.press('Import them')
  t.equal(visit.page.headings[0], 'Imported')
  t.strictSame(numbersOn(visit.page.text), numbersOf(expected))
  t.match(visit.page.text, `${expected.changed} people changed.`)
  const states = async ({ house }: Pick<App, 'house'>) => house.database.sql`
    select canonical, choices from people p join addresses a on a.person = p.id order by canonical`
  const shape = (rows: unknown) => JSON.stringify(rows).replaceAll(/"entry":\d+|"at":"[^"]*"/g, '')
  t.equal(shape(await states(app)), shape(await states(other)))
  t.strictSame(await importPeople(app.house, request), { ...expected, changed: 0 }, 'the same again changes nothing')
  const [id = ''] = app.waiting()
  t.notOk(existsSync(join(app.uploads, id, 'files')), 'the files are deleted')
  t.notMatch(app.log.join('\n'), /@|members_export/)
})

t.test('files are for the session that sent them, for an hour, and an auditor can send none', async (t) => {
  const app = await open(t)
  const auditor = await signedIn(app, 'auditor')
  t.equal((await preview(app, auditor, fixtures)).statusCode, 403)
  const unsealed = await sendFiles(app, app.marketer, '/admin/people/import', {
    fields: { seal: auditor.seal, ...terms },
    files: fixtures,
  })
  t.equal(unsealed.statusCode, 403)
  const signedOut = { cookie: { name: 'courtesy-staff', value: 'none' } }
  const closed = await sendFiles(app, signedOut, '/admin/people/import', { fields: terms, files: fixtures })
  t.equal(closed.statusCode, 403)
  t.strictSame(app.waiting(), [], 'nothing of theirs was kept')
  const url = String((await preview(app, app.marketer, fixtures)).headers.location)
  const [other, colleague] = [await anotherSession(app, app.marketer.staff.id), await signedIn(app, 'admin')]
  for (const one of [other, colleague]) {
    await one.visit.open(url)
    t.equal(one.visit.status, 404)
    t.match(one.visit.page.text, 'for the session that sent them')
  }
  const [id = ''] = app.waiting()
  const old = new Date(Date.now() - 61 * 60_000)
  utimesSync(join(app.uploads, id, 'owner'), old, old)
  await app.marketer.visit.open(url)
  t.equal(app.marketer.visit.status, 404)
  t.strictSame(app.waiting(), [], 'what is older than an hour is deleted')
})

t.test('attack 55: a file that cannot be used is told, and nothing of it is kept', async (t) => {
  const app = await open(t)
  const csv = (name: string, content: string | Uint8Array) => ({ name, content })
  const cases: [string, Sent[], Record<string, string>, RegExp][] = [
    ['no file', [], terms, /Choose one or more files/],
    ['no status in its name', [csv('people.csv', 'Email Address\n')], terms, /told by its name/],
    [
      'a zip',
      [csv('subscribed.csv', Uint8Array.from([0x50, 0x4b, 3, 4, 0, 0, 34, 0]))],
      terms,
      /no column "Email Address"|no CSV/,
    ],
    [
      'a million columns',
      [csv('subscribed.csv', `Email Address${',x'.repeat(1_000_000)}\na@example.com\n`)],
      terms,
      /has no column "About what\?"; it has .{0,600} and more/,
    ],
    ['another file', [csv('../../etc/subscribed.csv', 'Name\nAda\n')], terms, /^(?!.*\.\.)/],
    ['two of one name', [csv('subscribed.csv', 'x'), csv('subscribed.csv', 'y')], terms, /cannot be read|same name/],
    ['an unknown format', [csv('subscribed.csv', 'x')], { ...terms, format: 'other' }, /the format "other" is unknown/],
    ['an unknown pace', [...fixtures], { ...terms, pace: 'hourly' }, /hourly/],
  ]
  for (const [name, files, fields, told] of cases) {
    const answer = await preview(app, app.marketer, files, fields)
    t.ok([400, 422].includes(answer.statusCode), `${name}: ${answer.statusCode}`)
    const page = parsePage(answer.body)
    t.strictSame(page.faults, [], name)
    t.match(page.text, told, name)
    t.notMatch(answer.body, app.uploads, name)
    t.strictSame(app.waiting(), [], name)
  }
})

t.test(
  'attack 55: rows that claim a yes without evidence, formulas and broken letters give nobody a yes',
  async (t) => {
    const app = await open(t)
    const rows = [
      'Email Address,First Name,About what?,consent,CONFIRM_TIME,CONFIRM_IP',
      'one@example.com,"=HYPERLINK(""http://evil.example"")",Repairs,true,,',
      '=cmd|calc@example.com,Two,Repairs,true,2024-05-06 07:08:09,',
      'three@example.com,Three,Repairs,yes,2099-05-06 07:08:09,203.0.113.5',
      'four@example.com,Four,Repairs,true,2024-05-06 07:08:09,',
      'four@example.com,Four,Repairs,true,,203.0.113.5',
    ].join('\n')
    const broken = 'f\xFCnf@example.com,F\xFCnf,Repairs,true,2024-05-06 07:08:09,203.0.113.5'
    const latin = Buffer.from(`${rows}\n${broken}\n`, 'latin1')
    const sent = await preview(app, app.marketer, [{ name: 'subscribed.csv', content: latin }])
    const page = await app.marketer.visit.open(String(sent.headers.location))
    t.match(numbersOn(page.text), { usable: 0, 'not asked': 4, merged: 1, unusable: 1 })
    await app.marketer.visit.press('Import them')
    const [row] = await app.house.database.sql<{ n: number; yes: number }[]>`
    select count(*)::int as n, (count(*) filter (where choices -> 'topics' <> '{}'))::int as yes from people`
    t.match(row, { n: 4, yes: 0 })
  },
)

t.test('listmonk’s export brings stops and addresses, and our own brings confirmations', async (t) => {
  const app = await open(t)
  const listmonk = [
    'uuid,email,name,attributes,status,created_at,updated_at',
    '1,on@example.com,On,{},enabled,2024-05-06 07:08:09.12 +0000 UTC,2024-05-06 07:08:09.12 +0000 UTC',
    '2,gone@example.com,Gone,"{""a"": 1}",blocklisted,2024-05-06 07:08:09 +0200 CEST,2025-05-06 07:08:09 +0200 CEST',
    '3,off@example.com,Off,{},disabled,,',
    '4,odd@example.com,Odd,{},paused,,',
    '5,short@example.com,blocklisted',
  ].join('\n')
  const own = [
    'address,name,status,topics,confirmed_at,stopped_at,reason',
    'yes@example.com,Yes,subscribed,"repairs,new-patterns",2024-05-06T07:08:09Z,,',
    'none@example.com,None,subscribed,repairs,,,',
    'left@example.com,Left,stopped,,,2025-05-06T07:08:09Z,too many',
    'back@example.com,Back,suppressed,,,,',
  ].join('\n')
  const summaries = [
    [{ ...terms, format: 'listmonk', topicsColumn: '' }, listmonk, { 'not asked': 1, stopped: 2, unusable: 2 }],
    [{ ...terms, format: 'courtesy', topicsColumn: '' }, own, { usable: 1, 'not asked': 1, stopped: 1, suppressed: 1 }],
  ] as const
  for (const [fields, content, expected] of summaries) {
    const sent = await preview(app, app.marketer, [{ name: 'export.csv', content }], fields)
    const page = await app.marketer.visit.open(String(sent.headers.location))
    t.match(numbersOn(page.text), expected)
    await app.marketer.visit.press('Import them')
  }
  const rows = await app.house.database.sql<{ canonical: string; stopped: unknown; topics: string; at: string }[]>`
    select canonical, choices -> 'stopped' ->> 'at' as at, choices -> 'stopped' as stopped,
      (select string_agg(key, ',' order by key) from jsonb_object_keys(choices -> 'topics') as key) as topics
    from people p join addresses a on a.person = p.id order by canonical`
  const by = new Map(rows.map((row) => [row.canonical, row]))
  t.equal(by.get('gone@example.com')?.at, '2025-05-06T05:08:09.000Z')
  t.ok(by.get('off@example.com')?.stopped)
  t.ok(by.get('short@example.com')?.stopped, 'a row whose cells have slipped still stops her')
  t.notOk(by.has('odd@example.com'), 'and one that says nothing we know brings nobody in')
  t.equal(by.get('yes@example.com')?.topics, '1,2')
  t.equal(by.get('none@example.com')?.topics, null)
})
