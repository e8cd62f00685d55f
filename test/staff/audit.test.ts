import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { erasePerson } from '../../src/actions/erase.ts'
import { importPeople } from '../../src/actions/import-people.ts'
import { lookAt } from '../../src/actions/look-at.ts'
import { ledgerKey, signGrown } from '../../src/actions/sign-checkpoint.ts'
import { verifyLedger } from '../../src/actions/verify-ledger.ts'
import { visitor } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { audited, everyRow, look, type Audited } from '../support/audited.ts'
import { moveClock } from '../support/database.ts'
import { sessionOfHers } from '../support/life.ts'
import { confirmed, writeExport } from '../support/mailchimp-files.ts'
import { signedIn, type SignedIn } from '../support/staff.ts'
import { unzipped } from '../support/zip.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** Every page of the desk, on Ada and on entry 6. */
function pagesOf({ id, wording }: Audited): string[] {
  return [
    '/audit',
    '/audit/entries',
    '/audit/entries?from=2026-01-01&to=2026-12-31',
    '/audit/entry/6',
    '/audit/wordings',
    `/audit/wording/${wording}`,
    `/audit/wording/${wording}/as-stored`,
    '/audit/checkpoints',
    '/audit/sends',
    '/audit/campaign/darn',
    '/audit/export',
    `/audit/person/${id}`,
    `/audit/person/${id}/proof`,
  ]
}

const presses = ({ id }: Audited) => [
  '/audit',
  '/audit/checkpoints',
  '/audit/export',
  `/audit/person/${id}`,
  `/audit/person/${id}/proof`,
]

async function post(
  { server }: Audited,
  { cookie, seal }: SignedIn,
  url: string,
  fields: Record<string, string> = {},
): Promise<{ statusCode: number; body: string; location: string }> {
  const { statusCode, body, headers } = await server.inject({
    method: 'POST',
    url,
    headers: { cookie: `${cookie.name}=${cookie.value}`, ...form },
    payload: new URLSearchParams({ seal, ...fields }).toString(),
  })
  return { statusCode, body, location: headers.location ?? '' }
}

const search = async (app: Audited, q: string, reason = '') => post(app, app.auditor, '/audit', { q, reason })

/** Which tables have other rows, and by how many more. */
function grown(before: Map<string, string[]>, after: Map<string, string[]>): Record<string, number> {
  const changed = [...after].filter(([name, rows]) => rows.join('\n') !== before.get(name)?.join('\n'))
  return Object.fromEntries(
    changed.map(([name, rows]) => [name.replace('public.', ''), rows.length - (before.get(name)?.length ?? 0)]),
  )
}

t.test('the audit desk', async (t) => {
  const app = await audited(t)
  const { auditor, id, her, house, server } = app

  t.test('is closed to marketers and to whoever is not signed in, on every page and press', async (t) => {
    const marketer = await signedIn(app, 'marketer')
    const headers = { cookie: `${marketer.cookie.name}=${marketer.cookie.value}` }
    for (const url of pagesOf(app)) {
      t.equal((await server.inject({ url, headers })).statusCode, 403, url)
      t.equal((await server.inject(url)).statusCode, 303, `${url}, signed out`)
    }
    const before = await everyRow(app)
    for (const url of presses(app)) {
      t.equal((await post(app, marketer, url, { q: '6', reason: 'curious', note: 'x' })).statusCode, 403, url)
      t.equal((await server.inject({ method: 'POST', url, headers: form, payload: '' })).statusCode, 403, url)
    }
    t.same(grown(before, await everyRow(app)), {})
  })

  t.test('shows nothing of a person before somebody says why, and then writes one entry about the look', async (t) => {
    const before = await everyRow(app)
    const { location, statusCode } = await search(app, ' ADA@example.com ')
    t.equal(statusCode, 303)
    t.equal(location, her, 'the address stands in no URL')
    await auditor.visit.open(location)
    t.equal(auditor.visit.page.headings[0], 'Why do you look?')
    t.notMatch(auditor.visit.html, /digest|repairs|example\.com<|a•••/)
    for (const reason of ['', '  ', '…']) {
      const { statusCode: refused, body } = await post(app, auditor, her, { reason })
      t.equal(refused, 422)
      t.match(body, 'Write why you look, for example: complaint 118')
    }
    t.same(grown(before, await everyRow(app)), {}, 'searching and being asked writes nothing')
    await look(auditor, her, 'complaint 118')
    t.strictSame(auditor.visit.page.faults, [])
    t.match(auditor.visit.page.text, /a•••@example\.com · as of .* because of “complaint 118”/)
    const after = await everyRow(app)
    t.same(grown(before, after), { entries: 1, payloads: 1, ledger_head: 0 })
    const [entry] = await house.database.sql<{ body: string; person: string; payload: unknown }[]>`
      select body, person, payload::jsonb as payload from entries join payloads using (number) order by number desc limit 1`
    t.match(entry?.body, '"kind":"looked-at"')
    t.same(
      { person: entry?.person, payload: entry?.payload },
      { person: id, payload: { person: id, staff: auditor.staff.id, role: 'auditor', reason: 'complaint 118' } },
    )
    await post(app, auditor, her, { reason: 'complaint 118' })
    t.same(grown(after, await everyRow(app)), {}, 'the same press again is the same look')
  })

  t.test('opens a look for whoever pressed, and for nobody else', async (t) => {
    const { visit, ...other } = await signedIn(app, 'admin')
    await visit.open(her)
    t.equal(visit.page.headings[0], 'Why do you look?')
    await visit.open('/audit/entry/5')
    t.match(visit.page.text, 'What it says is kept apart from the ledger')
    t.notMatch(visit.page.text, 'confirmedAt')
    t.equal((await post(app, { visit, ...other }, `${her}/proof`)).statusCode, 403)
    const export1 = await post(app, { visit, ...other }, '/audit/export', { person: id })
    t.equal(export1.statusCode, 422)
    t.match(export1.body, 'a look at a person is open for 30 minutes; open one and say why')
    await auditor.visit.open('/audit/entry/5')
    t.match(auditor.visit.page.text, 'confirmedAt')
    await auditor.visit.open('/audit/entry/6')
    t.match(auditor.visit.page.text, 'What it says is kept apart from the ledger', 'it is a look at one person')
  })

  t.test('tells her who looked and why, in her history and in her download', async (t) => {
    const hers = visitor(server)
    hers.headers['cookie'] = await sessionOfHers(house, id)
    await hers.open('/me/history')
    t.match(hers.page.text, 'Somebody who checks our records looked at yours, because: “complaint 118”.')
    await hers.open('/me/download')
    await hers.press('Make my download')
    const file = hers.page.links.find(({ href }) => /\/\d+\/?/.test(href))?.href ?? ''
    const { rawPayload } = await server.inject({ url: file, headers: { cookie: hers.headers['cookie'] ?? '' } })
    const data = JSON.parse((await unzipped(rawPayload)).get('data.json') ?? '{}') as { history: object[] }
    t.match(
      data.history.find((entry) => 'kind' in entry && entry.kind === 'looked-at'),
      { payload: { role: 'auditor', reason: 'complaint 118' } },
    )
  })

  t.test('says what held at any instant, what was seen and done, and what came next', async (t) => {
    const { visit } = auditor
    await visit.open(`${her}?at=2026-01-01T00:00Z`)
    t.match(visit.page.text, 'Nothing was recorded about them by then, so nothing was allowed.')
    const [change] = await house.database.sql<
      { at: string }[]
    >`select body::jsonb ->> 'at' as at from entries where number = 11`
    await visit.open(`${her}?at=${change?.at}`)
    t.strictSame(visit.page.faults, [])
    const { text } = visit.page
    t.match(text, 'You’ll get one digest a week, on Fridays, about repairs and new patterns.')
    t.match(text, 'Preference page, version 1, en: seen. We showed it and kept it.')
    t.match(text, 'Topics were shown in this order: Repairs, New patterns and Events near you.')
    t.match(text, 'Ticked beforehand: Repairs and New patterns.')
    t.match(text, 'They left ticked: Repairs and New patterns.')
    t.match(text, /1 message\s?It was within what they had chosen\./)
    t.match(text, /In the log at place 11 of \d+\. Nothing before it has changed/)
    t.match(text, /What came next\s?entry 18.*paused\s?You asked for a pause/)
    await visit.follow('‹ earlier')
    t.match(visit.page.text, 'You’ll get emails about repairs and new patterns as they happen')
    await visit.follow('later ›')
    t.match(visit.page.text, 'one digest a week')
    for (const [query, problem] of [
      ['date=2099-01-01&time=10:00&zone=UTC', 'Only what is past is recorded'],
      ['date=3.3.2026&time=10:00&zone=UTC', 'Write the day like 2026-03-03.'],
      ['date=2026-03-03&time=10:00&zone=Nowhere', 'Write a time zone like Europe/London or UTC.'],
    ]) {
      await visit.open(`${her}?${query}`)
      t.equal(visit.status, 422)
      t.match(visit.page.text, problem)
      t.match(visit.page.title, /^Error: /)
    }
  })

  t.test('shows a text as it was stored where nothing in it can run, and its very bytes', async (t) => {
    const { visit, cookie } = auditor
    const headers = { cookie: `${cookie.name}=${cookie.value}` }
    const url = `/audit/wording/${app.wording}/as-stored`
    const stored = await server.inject({ url, headers })
    t.equal(stored.statusCode, 200)
    t.match(stored.headers['content-security-policy'], /^sandbox; default-src 'none'/)
    t.equal(createHash('sha256').update(stored.rawPayload).digest('hex'), app.wording)
    await visit.open(`/audit/wording/${app.wording}`)
    t.match(visit.page.text, '1 person in 1 entry')
    const file = visit.page.links.find(({ label }) => label === 'Download its very bytes')?.href ?? ''
    const { rawPayload } = await server.inject(file)
    t.equal(createHash('sha256').update(rawPayload).digest('hex'), app.wording)
  })

  t.test('answers a search with an example where it cannot be read, and with a page where it can', async (t) => {
    for (const q of ['', 'ada@', 'two words']) {
      const { statusCode, body } = await search(app, q)
      t.equal(statusCode, 422, q)
      t.match(body, 'Write an address such as ada@example.com')
    }
    for (const q of ['nobody@example.com', '999999', '0f8fad5b-d9cb-469f-a165-70867728950e', 'no-such-campaign']) {
      const { statusCode, body } = await search(app, q)
      t.equal(statusCode, 422, q)
      t.match(body, 'Nothing has that name.')
    }
    for (const [q, url] of [
      ['6', '/audit/entry/6'],
      ['darn', '/audit/campaign/darn'],
      [app.wording, `/audit/wording/${app.wording}`],
      [id, her],
    ] as const) {
      t.equal((await search(app, q)).location, url)
    }
  })

  t.test('checks a checkpoint that somebody kept against the ledger of now', async (t) => {
    const [kept] = await house.database.sql<{ note: string }[]>`select note from checkpoints order by size limit 1`
    await signGrown(house)
    const check = async (note: string) => (await post(app, auditor, '/audit/checkpoints', { note })).body
    const note = kept?.note ?? ''
    t.match(await check(note), /Verified\. The log of then, \d+ entries, is the beginning of the log of now/)
    t.match(
      await check(note.replaceAll(/^/gm, '> ').replaceAll('\n', '\r\n')),
      'Verified. The log of then',
      'out of a mail',
    )
    t.match(await check(note.replace(/\n\d+\n/, '\n3\n')), 'Not verified: its signature by')
    t.match(await check('hello'), 'Could not check: it is not a signed note')
    t.match(await check(''), 'Could not check')
    t.match(await check(note.replaceAll('test.example', 'other.example')), 'Could not check: it is not signed by')
  })

  t.test('writes nothing on any page, and puts no address in a URL or the log', async (t) => {
    await search(app, 'ada@example.com', 'complaint 119')
    const { visit } = auditor
    await visit.open(her)
    await visit.press('Download proof')
    const made = visit.url
    const before = await everyRow(app)
    for (const url of [...pagesOf(app), made, `${made}/file`, `${made}/file?table=yes`]) {
      await visit.open(url)
      t.equal(visit.status, 200, url)
      t.notMatch(visit.page.links.map(({ href }) => href).join(' '), /@|%40/, url)
    }
    t.same(grown(before, await everyRow(app)), {})
    t.notMatch(app.log.join('\n'), /ada@example|ada%40example|complaint/i)
  })

  t.test(
    'makes an export by a press with its entry, which verifies elsewhere and is fetched by its maker alone',
    async (t) => {
      const before = await everyRow(app)
      const { location, statusCode } = await post(app, auditor, '/audit/export', {
        from: '2026-01-01',
        payloads: 'yes',
      })
      t.equal(statusCode, 303)
      t.same(grown(before, await everyRow(app)), {
        entries: 1,
        payloads: 1,
        exports: 1,
        checkpoints: 1,
        ledger_head: 0,
      })
      const headers = { cookie: `${auditor.cookie.name}=${auditor.cookie.value}` }
      const { rawPayload } = await server.inject({ url: `${location}/file`, headers })
      const folder = await mkdtemp(join(tmpdir(), 'courtesy-desk-'))
      t.teardown(() => rm(folder, { recursive: true }))
      const file = join(folder, 'export.zip')
      await writeFile(file, rawPayload)
      t.match(await verifyLedger(file, await ledgerKey(house)), { verdict: 'verified' })
      t.match([...(await unzipped(rawPayload)).keys()], ['README.txt'])
      const [named] = await house.database.sql<{ register: string; entry: string }[]>`
        select x.by as register, p.payload::jsonb ->> 'by' as entry from exports x join payloads p on p.number = x.entry
        order by x.entry desc limit 1`
      t.same(named, { register: auditor.staff.address, entry: auditor.staff.id }, 'an entry outlives their time here')
      const other = await signedIn(app, 'admin')
      await other.visit.open(location)
      t.equal(other.visit.status, 404)
      await other.visit.open('/audit/export')
      t.match(other.visit.page.text, /Some entries, from 2026-01-01T00:00:00\.000Z, with payloads/)
      for (const [fields, problem] of [
        [{ from: '2026-31-01' }, 'is no time'],
        [{ from: '2026-02-01', to: '2026-01-01' }, 'before it begins'],
        [{ campaign: 'no-such' }, 'no-such'],
        [{ person: 'ada@example.com' }, 'Write the id of a person'],
        [{ destroy: 'never' }, 'Write the day like 2026-03-31.'],
      ] as const) {
        const refused = await post(app, auditor, '/audit/export', fields)
        t.equal(refused.statusCode, 422)
        t.match(refused.body, problem)
      }
    },
  )

  t.test(
    'never passes what somebody attests for what was seen, and tells when it was said and when recorded',
    async (t) => {
      const { visit } = await signedIn(app, 'auditor')
      const folder = await mkdtemp(join(tmpdir(), 'courtesy-desk-'))
      t.teardown(() => rm(folder, { recursive: true }))
      const wording = join(folder, 'wording.md')
      await writeFile(wording, '# What our old form said\n\nA letter about repairs now and then.\n')
      const terms = { topicsColumn: 'About what?', pace: 'digest-weekly', wording, attestedBy: 'Ines, CRM' } as const
      const files = writeExport(t, { subscribed: [confirmed('ivy@example.com')] })
      await importPeople(house, { files, ...terms })
      const { location } = await search(app, 'ivy@example.com', 'complaint 122')
      await look({ visit }, location, 'complaint 122')
      const { text } = visit.page
      t.match(
        text,
        'Text of another system: attested. Ines, CRM declares that another system showed it; we did not see it shown.',
      )
      t.notMatch(text, 'See exactly what they saw')
      t.match(text, /Recorded\s?2026-.*Said\s?2024-05-06T07:08:09\.000Z, as the import says/)
      t.match(text, /Repairs\s?yes\s?2024-05-06T07:08:09\.000Z\s?\d+\s?attested/)
      await visit.follow('See what was declared')
      t.match(visit.page.text, 'Attested: somebody declares that another system showed it.')
    },
  )

  t.test('counts what went out against preferences, by putting every release before the gate again', async (t) => {
    await auditor.visit.open('/audit/sends')
    t.match(auditor.visit.page.text, /0 of \d+ messages went to somebody against their preferences\./)
    t.match(auditor.visit.page.text, /darn.*0\.0 %/)
  })

  t.test('closes a look thirty minutes after it was opened', async (t) => {
    const { visit } = auditor
    const eve = await addPerson(house, 'eve@example.com', yesTo([1]), 'Eve')
    const url = `/audit/person/${eve}`
    await look(auditor, url, 'complaint 120')
    await visit.press('Download proof')
    const made = visit.url
    await moveClock(house.database.url, '29 minutes')
    await visit.open(url)
    t.match(visit.page.headings[0], 'What had they agreed to')
    await moveClock(house.database.url, '1 minute')
    await visit.open(url)
    t.equal(visit.page.headings[0], 'Why do you look?')
    t.equal((await post(app, auditor, `${url}/proof`)).statusCode, 403)
    await visit.open(`${made}/file`)
    t.equal(visit.status, 200, 'what was made can be fetched for an hour')
    await moveClock(house.database.url, '30 minutes')
    await visit.open(`${made}/file`)
    t.equal(visit.status, 410, 'and then it is made again')
  })

  t.test('says of somebody who was erased that she was, and shows nothing else of her', async (t) => {
    const one = { ...app, auditor: await signedIn(app, 'auditor') }
    const { visit } = one.auditor
    const finn = await addPerson(house, 'finn@example.com', yesTo([1]), 'Finn')
    const url = `/audit/person/${finn}`
    await look(one.auditor, url, 'complaint 121')
    await visit.press('Download proof')
    const made = visit.url
    const [entry] = await house.database.sql<{ number: string }[]>`
      select number from payloads where person = ${finn} order by number limit 1`
    await erasePerson(house, finn, { way: 'page', by: null })
    await visit.open(url)
    t.equal(visit.page.headings[0], 'Erased')
    t.match(visit.page.text, 'whose they were, cannot be recovered')
    t.match((await search(one, 'finn@example.com')).body, 'Whoever had this address was erased.')
    await visit.open(`/audit/entry/${entry?.number}`)
    t.match(visit.page.text, 'What it said was erased. Its fingerprint stays')
    await visit.open(`${made}/file`)
    t.equal(visit.status, 404)
    await t.rejects(lookAt(house, one.auditor.staff, finn, 'too late'), { code: 'erased' })
    const [left] = await house.database.sql<{ n: number }[]>`
      select count(*)::int as n from payloads where person = ${finn} or payload like ${`%${finn}%`} or payload like '%complaint 121%'`
    t.equal(left?.n, 0)
  })

  t.test('shows a ledger that was tampered with as what it is', async (t) => {
    const { visit } = await signedIn(app, 'auditor')
    const { sql } = house.database
    const [kept] = await sql<{ note: string }[]>`select note from checkpoints order by size limit 1`
    await signGrown(house)
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`
      await tx`update entries set leaf = repeat('ab', 32) where number = 6`
    })
    await visit.open('/audit/entry/6')
    t.match(visit.page.text, 'Not verified. Everything from entry 6 on is in doubt.')
    t.match(visit.page.text, 'Entry 6 does not match its fingerprint.')
    await visit.open('/audit/entry/5')
    t.match(visit.page.text, 'Entry 5 is not what the newest checkpoint was signed over.')
    await visit.open('/audit/checkpoints')
    visit.write('note', kept?.note ?? '')
    await visit.press('Check')
    t.match(visit.page.text, 'Not verified: the ledger of now does not begin with')
  })
})
