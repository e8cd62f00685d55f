import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { PgBoss } from 'pg-boss'
import t from 'tap'
import { eraseAddress, erasePerson } from '../../src/actions/erase.ts'
import { exportLedger } from '../../src/actions/export-ledger.ts'
import type { House } from '../../src/actions/house.ts'
import { sealPending } from '../../src/actions/seal.ts'
import { importPeople } from '../../src/actions/import-people.ts'
import { addPerson as addByStaff, stopPerson } from '../../src/actions/people.ts'
import { reportCampaign, type Report } from '../../src/actions/report-campaign.ts'
import { ledgerKey } from '../../src/actions/sign-checkpoint.ts'
import { verifyLedger } from '../../src/actions/verify-ledger.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import { appendEntries, lockHead } from '../../src/store/ledger.ts'
import { newestEntry, openApp, tokenFor, visitor, type App } from '../support/app.ts'
import { addPerson, bounce, yesTo } from '../support/cast.ts'
import { openTestHouse } from '../support/house.ts'
import { parsePage } from '../support/html.ts'
import { confirmed, writeExport } from '../support/mailchimp-files.ts'
import { openMailroom } from '../support/mailroom.ts'
import { sumsAgree } from '../support/oracle.ts'
import { writeCampaign } from '../support/sending.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { tracesOf } from '../support/traces.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

type T = Parameters<typeof writeExport>[0] & Parameters<typeof openTestHouse>[0]

const address = 'Vera.Quince@example.com'
const canonical = 'vera.quince@example.com'
const byStaff = { way: 'staff', by: null } as const

/** Puts a delivery of a message to somebody into a state, whatever way it would have come there. */
async function deliver(house: House, person: string, message: string, state: string, more = ''): Promise<string> {
  const id = randomUUID()
  const first = ['held', 'held_back'].includes(state) ? state : 'released'
  await house.database.sql`
    insert into deliveries (id, message, person, state, verdict, reason, version, worker, released_at)
    values (${id}, ${message}, ${person}, ${first}, ${{ held: 'later', held_back: 'later' }[state] ?? 'now'},
      ${{ held: 'digest', held_back: 'paused' }[state] ?? null}, 1, ${first === 'released' ? 1 : null}, instant())`
  await house.database.sql`update deliveries set state = ${state}, reply = ${more},
    settled_at = case when ${first} <> ${state} then instant() end where id = ${id}`
  return id
}

/** Somebody of whom every table holds something: she was imported, chose on her page, and has mail in every state. */
async function everywhere(t: T, app: App): Promise<{ vera: string; deliveries: string[]; inHand: string }> {
  const { house, server } = app
  const { sql } = house.database
  const files = writeExport(t, {
    subscribed: [{ ...confirmed(address), 'First Name': 'Marguerite', 'Last Name': 'Quincefield' }],
  })
  await importPeople(house, { files, topicsColumn: 'About what?', pace: 'digest-monthly' })
  const [row] = await sql<{ person: string }[]>`select person from addresses where canonical = ${canonical}`
  const vera = row?.person ?? ''
  const her = visitor(server)
  await her.open(`/p/${tokenFor(house, vera)}`)
  her.tick('topic', '1', true)
  her.tick('channel', 'email', true)
  await her.press('Save my choices')
  await bounce(house, address)
  const deliveries = []
  for (const state of ['held', 'held_back', 'deferred', 'sent', 'refused', 'unknown', 'cancelled', 'released']) {
    const message = await writeCampaign(house, state.replace('_', '-'))
    deliveries.push(
      await deliver(house, vera, message, state, state === 'refused' ? `550 no such user ${address}` : ''),
    )
    await sql`insert into slices (message, number, first, last, through, verdicts) values (${message}, 1, ${randomUUID()}, ${randomUUID()}, ${vera}, '{"now": 1}')`
  }
  const [held = '', , deferred = '', sent = ''] = deliveries
  const digest = randomUUID()
  await sql`
    insert into deliveries (id, slot, person, state, verdict, version) values (${digest}, instant(), ${vera}, 'released', 'now', 1)`
  await sql`update deliveries set digest = ${digest} where id = ${sent}`
  await sql`update deliveries set state = 'sent', settled_at = instant() where id = ${digest}`
  await sql`insert into past_releases (delivery, topic, released_at) values (${deferred}, 1, instant())`
  await sql`update people set recent = ${JSON.stringify([{ at: '2026-01-01T00:00:00.000Z', topic: 1, delivery: held }])}::jsonb where id = ${vera}`
  await sql`
    insert into sign_ups (delivery, person, fingerprint, asked, at)
    values (${randomUUID()}, ${vera}, ${fingerprintOf(house.keys, 'email', canonical)}, '{}', instant())`
  await sql`
    insert into address_changes (id, person, canonical, spelling, fingerprint)
    values (${randomUUID()}, ${vera}, ${canonical}, ${address}, 'x')`
  await tell(house, vera, sent)
  await sealOf(house, vera, deliveries)
  await sql`
    insert into chosen_people (message, person) select message, person from deliveries where id = ${sent}`
  await sql`
    insert into wrong_topic_reports (delivery, person, message)
    select id, person, message from deliveries where id = ${sent}`
  await sql`
    insert into exports (entry, what, scope, person, with_payloads, destroy_by)
    values (1, 'proof', '{}', ${vera}, true, '2199-12-31')`
  await sql`insert into door_requests (id, kind, address) values (${randomUUID()}, 'find', ${` ${address}`})`
  await sql.begin(async (tx) => {
    const payload = { what: 'a list', of: [address.toUpperCase(), 'ben@example.com'] }
    await appendEntries(tx, await lockHead(tx), [
      { kind: 'exported', topics: [], wording: null, person: null, payload },
    ])
  })
  return { vera, deliveries: [...deliveries, digest], inHand: deliveries.at(-1) ?? '' }
}

/** What was released to her: of all but the last it is sealed, and that waits beside somebody else's. */
async function sealOf(house: House, vera: string, deliveries: readonly string[]): Promise<void> {
  const { sql } = house.database
  const record = (delivery: string, person: string) => ({ at: '2026-01-01T00:00:00.000Z', delivery, person })
  const note = (records: object[]) => sql`
    insert into unsealed (kind, records) values ('released', ${records.map((one) => JSON.stringify(one))}::text[])`
  await note(deliveries.slice(0, -1).map((id) => record(id, vera)))
  await sealPending(house)
  await note([record(deliveries.at(-1) ?? '', vera), record(randomUUID(), randomUUID())])
}

/** Her part of the conversation: an answer with our reply and a change that came of it, and a question that she did not want. */
async function tell(house: House, vera: string, delivery: string): Promise<void> {
  const { sql } = house.database
  const [answer, change] = [randomUUID(), randomUUID()]
  await sql`insert into questions (slug, text, why) values ('mittens', 'Left-handed?', 'We plan patterns')`
  await sql`insert into askings (person, question) values (${vera}, 'mittens')`
  await sql`
    insert into answers (id, person, question, message, text)
    values (${answer}, ${vera}, 'mittens', (select message from deliveries where id = ${delivery}), 'Since I broke my wrist')`
  await sql`
    insert into answers (id, person, reason, entry, text)
    values (${randomUUID()}, ${vera}, 'too_many', 2, 'My broken wrist hurts')`
  await sql`
    insert into replies (answer, person, text, delivery) values (${answer}, ${vera}, 'Mend well, your wrist', ${delivery})`
  await sql`insert into changes_made (id, text) values (${change}, 'Patterns for both hands')`
  await sql`insert into change_answers (change, answer, person) values (${change}, ${answer}, ${vera})`
}

/** All that could tell of her: what she is called, where she can be reached, and the numbers that stand for her. */
function needlesOf(house: House, vera: string, deliveries: readonly string[]): Record<string, string> {
  return {
    id: vera,
    address: canonical,
    'first name': 'Marguerite',
    'last name': 'Quincefield',
    'internet address': '203.0.113.5',
    'her words': 'wrist',
    fingerprint: fingerprintOf(house.keys, 'email', canonical),
    ...Object.fromEntries(deliveries.map((id, index) => [`delivery ${index}`, id])),
  }
}

/** The numbers of a report that no erasure may change. */
function sums({ people, now, later, never, sent, refused, unknown }: Report) {
  return { people, now, later, never, sent, refused, unknown }
}

/** Where a line of hers may give way to one of somebody else, or one line held both. */
const isShared = (table: string) =>
  ['public.payloads.payload', 'public.slices.through', 'public.unsealed.records'].includes(table)

const slugs = ['held', 'held-back', 'deferred', 'sent', 'refused', 'unknown', 'cancelled', 'released']

t.test(
  'I-15: an erasure leaves no trace of her in any column of any table, and the record still verifies',
  async (t) => {
    const app = await openApp(t)
    const { house } = app
    const { sql } = house.database
    const boss = new PgBoss({ connectionString: house.database.url, schema: 'pgboss', max: 1 })
    boss.on('error', () => undefined)
    await boss.start()
    t.teardown(() => boss.stop({ graceful: false }))
    const ben = await addPerson(house, 'ben@example.com', yesTo([1]), 'Benedict')
    const { vera, deliveries, inHand } = await everywhere(t, app)
    await deliver(house, ben, await writeCampaign(house, 'bens'), 'sent')
    const into = temporaryFolder(t)
    const [before, key] = [join(into, 'before.zip'), await ledgerKey(house)]
    await exportLedger(house, before)
    const checkpoint = await sql<{ note: string }[]>`select note from checkpoints order by size desc limit 1`
    const hers = needlesOf(house, vera, deliveries)
    const bens = { id: ben, address: 'ben@example.com', name: 'Benedict' }
    const [of, ofBen] = [await tracesOf(house, hers), await tracesOf(house, bens)]
    for (const what of Object.keys(hers))
      t.ok(
        of.some((trace) => trace.what === what),
        `${what} was there`,
      )
    for (const table of [
      'people',
      'addresses',
      'payloads',
      'deliveries',
      'past_releases',
      'slices',
      'suppressions',
      'sign_ups',
      'door_requests',
      'address_changes',
      'askings',
      'answers',
      'replies',
      'change_answers',
      'chosen_people',
      'wrong_topic_reports',
      'exports',
      'unsealed',
      'sealed',
    ])
      t.ok(
        of.some((trace) => trace.table.startsWith(`public.${table}.`)),
        `she was in ${table}`,
      )
    const [words] = await sql`select count(*)::int as n from messages where service_kind is not null`
    t.equal(words?.['n'], 1, 'a note of hers was laid out')
    const reports = await Promise.all(slugs.map((slug) => reportCampaign(house, slug)))

    const erased = await erasePerson(house, vera, byStaff)

    t.match(
      erased,
      { kind: 'erased', inFlight: { count: 3 } },
      'what is unknown, and what is in hand of workers that hang: a mail and a note',
    )
    t.same(await tracesOf(house, hers), [
      { table: 'public.erased_in_hand.carrier', what: `delivery ${deliveries.indexOf(inHand)}` },
      { table: 'public.erased_in_hand.delivery', what: `delivery ${deliveries.indexOf(inHand)}` },
      { table: 'public.erased_people.id', what: 'id' },
      { table: 'public.suppressions.fingerprint', what: 'fingerprint' },
    ])
    t.same(
      (await tracesOf(house, bens)).filter(({ table }) => !isShared(table)),
      ofBen.filter(({ table }) => !isShared(table)),
      'nothing of anybody else is touched',
    )
    const [left] = await sql`select count(*)::int as n from messages where service_kind is not null`
    t.equal(left?.['n'], 0)
    t.match(house.noes.at(-1), { kind: 'erased', fingerprint: hers['fingerprint'] })
    t.notMatch(
      [...app.log, ...house.warnings].join('\n'),
      new RegExp(`${canonical}|Marguerite|Quincefield|${vera}`, 'i'),
    )

    const [last] = await sql<{ body: string; payload: string; person: string | null }[]>`
    select body, payload, person from entries join payloads using (number) order by number desc limit 1`
    t.match(JSON.parse(last?.body ?? ''), { kind: 'erased', topics: [], wording: null })
    t.same(JSON.parse(last?.payload ?? ''), { what: 'erased', way: 'staff', by: null })
    await verifyWholeLedger(t, house)
    t.match(await verifyLedger(before, key), { verdict: 'verified' }, 'the old bundle')
    const after = join(into, 'after.zip')
    await exportLedger(house, after)
    const since = checkpoint[0]?.note
    t.match(await verifyLedger(after, key, since), { verdict: 'verified' }, 'and a new one, since the old checkpoint')

    for (const [index, slug] of slugs.entries()) {
      const [was, is] = [reports[index], await reportCampaign(house, slug)]
      t.ok(was && sumsAgree({ ...is, people: is.now + is.later + is.never }), slug)
      if (was) t.same(sums(is), sums(was), slug)
    }
    t.same(await erasePerson(house, vera, byStaff), { kind: 'already' })
    t.same(await eraseAddress(house, address, {}), { kind: 'already' })
  },
)

t.test('an erased address stays out: no import, no staff and no stop bring it in again', async (t) => {
  const { house } = await openApp(t)
  const vera = await addPerson(house, address, yesTo([1]), 'Marguerite')
  t.match(await eraseAddress(house, ` ${address.toUpperCase()} `, { by: 'Ben, shop' }), { kind: 'erased' })
  const rows = [confirmed(address), confirmed('ben@example.com')]
  const files = writeExport(t, { subscribed: rows })
  const imported = await importPeople(house, { files, topicsColumn: 'About what?' })
  t.match(imported, { rows: 2, suppressed: 1, notAsked: 1, changed: 1 })
  await t.rejects(addByStaff(house, address, {}), { code: 'refused-by-gate' })
  t.match(await stopPerson(house, address, {}), { kind: 'erased' })
  const traces = await tracesOf(house, { address: canonical, name: 'Marguerite', id: vera })
  t.same(
    traces.map(({ table }) => table),
    ['public.erased_people.id'],
  )
})

t.test('an address that nobody has is kept out all the same, once', async (t) => {
  const { house } = await openApp(t)
  const entries = await newestEntry(house)
  t.match(await eraseAddress(house, address, {}), { kind: 'unknown', entry: entries + 1 })
  t.match(await eraseAddress(house, address, {}), { kind: 'already' })
  t.match(house.noes, [{ kind: 'erased', fingerprint: fingerprintOf(house.keys, 'email', canonical) }])
  await t.rejects(addByStaff(house, address, {}), { code: 'refused-by-gate' })
  t.same(await tracesOf(house, { address: canonical }), [])
  await t.rejects(eraseAddress(house, 'vera at example', {}), { code: 'invalid-input' })
  await t.rejects(erasePerson(house, randomUUID(), byStaff), { code: 'not-found' })
  await verifyWholeLedger(t, house)
})

t.test(
  'old links of hers say what was done and offer nothing; the button in the mail program just works',
  async (t) => {
    const { house, server, log } = await openApp(t)
    const vera = await addPerson(house, address, yesTo([1]))
    const mine = { preferences: tokenFor(house, vera), old: tokenFor(house, vera, { daysAgo: 400 }) }
    const undo = tokenFor(house, vera, { purpose: 'undo', entry: await newestEntry(house) })
    const oneClick = tokenFor(house, vera, { purpose: 'unsubscribe', topics: [1], delivery: randomUUID() })
    await erasePerson(house, vera, byStaff)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const requests = [
      ...Object.values(mine).flatMap((token) =>
        ['', '/stop', '/pause', '/why', '/keep'].map((path) => ({ url: `/p/${token}${path}` })),
      ),
      { url: `/p/${mine.old}/stop`, method: 'POST', headers: form, payload: '' },
      { url: `/p/${mine.preferences}`, method: 'POST', headers: form, payload: 'topic=1' },
      { url: `/undo/${undo}` },
      { url: `/undo/${undo}`, method: 'POST', headers: form, payload: '' },
      { url: `/u/${oneClick}` },
    ] as const
    for (const request of requests) {
      const response = await server.inject(request)
      t.equal(response.statusCode, 410, request.url.slice(-20))
      const page = parsePage(response.body)
      t.strictSame(page.faults, [])
      t.equal(page.headings[0], 'We’ve erased what we knew about this address.')
      t.match(page.text, 'We keep one fingerprint of the address, so that nobody can add you again by mistake.')
      t.notOk(
        page.links.some(({ href }) => href.includes('/stop')),
        'nothing is left to stop',
      )
    }
    const press = {
      method: 'POST',
      url: `/u/${oneClick}`,
      headers: form,
      payload: 'List-Unsubscribe=One-Click',
    } as const
    t.equal((await server.inject(press)).statusCode, 200)
    t.equal((await server.inject(`/p/${tokenFor(house, randomUUID())}`)).statusCode, 404, 'who never was is not erased')
    t.notMatch(log.join('\n'), new RegExp(vera))
  },
)

t.test('every table that names a person is one that an erasure knows', async (t) => {
  const house = await openTestHouse(t)
  const tables = await house.database.sql<{ name: string }[]>`
    select distinct c.table_name as name from information_schema.columns c
    where c.table_schema = 'public' and (c.column_name in ('person', 'people') or exists (
      select from pg_constraint k join pg_class r on r.oid = k.confrelid
      where k.conrelid = (quote_ident(c.table_schema) || '.' || quote_ident(c.table_name))::regclass and r.relname = 'people'))
    order by 1`
  t.same(
    tables.map(({ name }) => name),
    [
      'address_changes',
      'addresses',
      'answers',
      'askings',
      'change_answers',
      'chosen_people',
      'deliveries',
      'exports',
      'payloads',
      'replies',
      'sign_ups',
      'wrong_topic_reports',
    ],
    'a new one needs its line in store/erasure.ts, and in everywhere() here',
  )
})

t.test(
  'she erases everything herself: a fresh link, one page that says what goes and what stays, one press',
  async (t) => {
    const app = await openMailroom(t)
    const { house, server } = app
    const vera = await addPerson(house, address, yesTo([1]), 'Marguerite')
    const her = visitor(server)
    await her.open(`/p/${tokenFor(house, vera)}`)
    await her.follow('Erase me')
    t.match(her.page.text, 'It opens at “Erase what you know about me”.')
    t.same(
      her.page.forms.flatMap(({ buttons }) => buttons),
      ['Send me a fresh link'],
      'a link of a mail cannot, and leads to one that can',
    )
    await her.press('Send me a fresh link')
    const link = await app.newestLink()
    await her.open(link)
    t.match(her.page.text, 'It opens at “Erase what you know about me”.')
    t.equal((await server.inject('/me/erase')).statusCode, 403, 'before it is pressed there is no session')
    await her.press('Open my page')
    t.equal(her.url, '/me/erase')
    t.strictSame(her.page.faults, [])
    t.equal(her.page.headings[0], 'Erase what you know about me')
    t.match(her.page.text, /What goes, at once and for good .* What stays, and why A fingerprint of your address/)
    t.match(her.page.text, 'This cannot be undone. If you only want fewer emails, or none, stopping is enough.')
    const cookies = new Map(her.cookies)
    const bare = {
      method: 'POST',
      url: '/me/erase',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    } as const
    t.equal((await server.inject(bare)).statusCode, 403, 'nobody without a session')
    const [[name = '', value = ''] = []] = cookies
    const unsealed = { ...bare, headers: { ...bare.headers, cookie: `${name}=${value}` }, payload: 'seal=x' }
    t.equal((await server.inject(unsealed)).statusCode, 403, 'and no press from elsewhere')
    t.ok((await tracesOf(house, { name: 'Marguerite' })).length > 0)
    await her.press('Erase it all')
    t.equal(her.status, 200)
    t.strictSame(her.page.faults, [])
    t.equal(her.page.headings[0], 'We’ve erased what we knew about this address.')
    t.match(her.page.text, 'Nothing more is sent to you.')
    t.equal(her.cookies.size, 0, 'the cookie is gone')
    t.same(
      (await tracesOf(house, { id: vera, address: canonical, name: 'Marguerite' })).map(({ table }) => table),
      ['public.erased_people.id'],
    )
    const still = await server.inject({ url: '/me', headers: { cookie: `${name}=${value}` } })
    t.equal(still.statusCode, 410, 'a copy of it opens nothing')
    t.match(still.body, 'We’ve erased what we knew about this address.')
    await her.open('/find')
    her.type('address', address)
    await her.press('Email me my link')
    const mails = app.parcels.length
    t.equal(await app.work(), 0)
    t.equal(app.parcels.length, mails, 'nobody is mailed')
    t.same(await tracesOf(house, { address: canonical }), [])
  },
)

t.test('only she can come back: as somebody new, and her old links stay what they are', async (t) => {
  const app = await openMailroom(t)
  const { house, server } = app
  const vera = await addPerson(house, address, yesTo([1]))
  await erasePerson(house, vera, byStaff)
  const her = visitor(server)
  await her.open(`/p/${tokenFor(house, vera)}`)
  await her.follow('Sign up again')
  her.tick('topic', '2', true)
  her.tick('pace', 'digest-weekly', true)
  her.type('address', address)
  await her.press('Email me to confirm')
  await app.work()
  await her.open(await app.newestLink())
  await her.press('Yes, start')
  t.equal(her.page.headings[0], 'You’re in.')
  const [row] = await house.database.sql<
    { person: string }[]
  >`select person from addresses where canonical = ${canonical}`
  t.not(row?.person, vera)
  t.same(await house.database.sql`select * from suppressions`, [])
  t.equal((await server.inject(`/p/${tokenFor(house, vera)}`)).statusCode, 410)
  t.match(await eraseAddress(house, address, {}), { kind: 'erased' }, 'and go again')
  await verifyWholeLedger(t, house)
})
