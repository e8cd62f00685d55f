import { createHash } from 'node:crypto'
import t from 'tap'
import { parse } from 'csv-parse/sync'
import { choicesOf, entriesIn, openApp, visitor } from '../support/app.ts'
import { herDataSchema } from '../../src/domain/her-data.ts'
import { parseAddress } from '../../src/domain/address.ts'
import { minuteOf, type Link } from '../../src/domain/link-token.ts'
import { instantNow } from '../../src/store/instant.ts'
import { reportWrongTopic } from '../../src/store/wrong-topic.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { askNewAddress, useAddressLink } from '../../src/actions/change-address.ts'
import { moveClock } from '../support/database.ts'
import { parsePage } from '../support/html.ts'
import { liveSomeWeeks, sessionOfHers } from '../support/life.ts'
import { takingCourier } from '../support/sending.ts'
import { unzipped } from '../support/zip.ts'

type Test = Parameters<typeof openApp>[0]

async function ada(t: Test) {
  const clock = { now: new Date() }
  const app = await openApp(t, { now: () => clock.now }, { courier: takingCourier().courier })
  const life = await liveSomeWeeks(app)
  clock.now = new Date(life.now)
  const visit = visitor(app.server)
  const cookie = await sessionOfHers(app.house, life.id)
  visit.headers['cookie'] = cookie
  return { ...app, visit, id: life.id, cookie, clock }
}

t.test('she takes away everything in one file, made by one press with its entry', async (t) => {
  const { visit, server, house, id, cookie } = await ada(t)
  await visit.open('/me/talk')
  visit.write('words', 'I mend socks.')
  await visit.press('Send')
  const before = await entriesIn(house)
  await visit.open('/me/download')
  t.strictSame(visit.page.faults, [])
  t.equal(await entriesIn(house), before, 'looking makes nothing')
  await visit.press('Make my download')
  t.equal(visit.page.headings[0], 'Your download is ready.')
  t.equal(await entriesIn(house), before + 1)
  const href = visit.page.links.find(({ label }) => label === 'Get the file')?.href ?? ''
  const answer = await server.inject({ url: href, headers: { cookie } })
  t.equal(answer.statusCode, 200)
  t.match(answer.headers, {
    'content-type': 'application/zip',
    'content-disposition': /^attachment; filename="my-data-\d+\.zip"$/,
  })
  t.equal(await entriesIn(house), before + 1, 'fetching writes nothing')
  const files = await unzipped(answer.rawPayload)
  const data = herDataSchema.parse(JSON.parse(files.get('data.json') ?? ''))
  t.same(data.choices, await choicesOf(house, id))
  t.equal(data.person.email, 'ada@example.com')
  t.match(data.told, [{ text: 'I mend socks.', wantsReply: false, mayQuote: 'none', reply: null }])
  t.match(files.get('index.html'), 'I mend socks.')
  t.equal(data.history[0]?.kind, 'exported')
  t.equal(data.history[0]?.number, data.entry)
  t.equal(data.history.length, 6)
  t.same(
    data.leftOut.map(({ subject, reason }) => `${subject}: ${reason}`),
    ['A mending fair near you: not_asked', 'Lace without tears: topic'],
  )
  t.equal(data.deliveries.length, 8)
  const [header, ...rows] = parse(files.get('deliveries.csv') ?? '')
  t.equal(header?.length, 9)
  t.equal(rows.length, data.deliveries.length + data.leftOut.length)
  t.equal(parse(files.get('history.csv') ?? '').length, 7)
  const receipts = [...files.keys()].filter((name) => name.startsWith('receipts/'))
  t.same(
    receipts,
    data.history.map(({ number }) => `receipts/${number}.html`),
  )
  for (const name of ['index.html', ...receipts]) {
    const html = files.get(name) ?? ''
    t.strictSame(parsePage(html).faults, [], name)
    t.notMatch(html, /(?:href|src)="(?:https?:)?\/\/|<script|undefined/, `${name} needs nothing from elsewhere`)
    for (const [, url = ''] of html.matchAll(/href="([^"]+)"/g)) {
      const path = name.includes('/') ? url.replace('../', '') : url
      t.ok(files.has(path), `${name} leads to ${path}`)
    }
    t.notMatch(html, 'The next signed state', `${name} is proven`)
  }
  t.match(parsePage(files.get('index.html') ?? '').text, 'You’ll get one digest a week, on Fridays, about repairs.')
  for (const [name, text] of files) {
    if (name.startsWith('wordings/')) {
      t.equal(`wordings/${createHash('sha256').update(text).digest('hex')}.html`, name)
    }
    t.notMatch(text, 'everything@example.com')
  }
  const schema = await server.inject('/schema/her-data.json')
  t.match(schema.headers['content-type'], 'application/schema+json')
  t.equal(schema.body, files.get('data.schema.json'))
  t.match(JSON.parse(schema.body), { $schema: /2020-12/, required: ['format', 'at', 'entry'] })
})

t.test('her changes of address are in it, and what she said was not about its topic', async (t) => {
  const { visit, server, house, id } = await ada(t)
  const { sql } = house.database
  const [first] = await sql<{ id: string }[]>`
    select d.id from deliveries d join messages m on m.id = d.message
    where d.person = ${id} and m.subject = 'Five ways to darn'`
  await sql.begin((tx) => reportWrongTopic(tx, id, [first?.id ?? '']))
  const change = async (to: string) => {
    const address = parseAddress(to)
    if (address.kind !== 'address') throw new Error(to)
    await askNewAddress(house, id, address, null)
    const [row] = await sql<{ id: string }[]>`select id from address_changes where spelling = ${to}`
    return row?.id ?? ''
  }
  const confirmed = await change('ada@new.example')
  const about = { person: id, topics: [], delivery: confirmed, entry: null }
  const link: Link = { purpose: 'confirm', ...minuteOf(await instantNow(sql)), ...about }
  t.equal(await useAddressLink(house, link), 'confirm')
  await change('ada@newest.example')
  await visit.open('/me/download')
  t.equal(visit.page.headings[0], 'Your page is closed.', 'a session of before the change is over')
  const cookie = await sessionOfHers(house, id)
  visit.headers['cookie'] = cookie
  await visit.open('/me/download')
  await visit.press('Make my download')
  const href = visit.page.links.find(({ label }) => label === 'Get the file')?.href ?? ''
  const files = await unzipped((await server.inject({ url: href, headers: { cookie } })).rawPayload)
  const data = herDataSchema.parse(JSON.parse(files.get('data.json') ?? ''))
  t.match(data.addressChanges, [
    { address: 'ada@newest.example', is: 'waiting' },
    { address: 'ada@example.com', is: 'replaced' },
  ])
  t.match(data.wrongTopic, [{ delivery: first?.id, subject: 'Five ways to darn', topic: 1 }])
  const page = parsePage(files.get('index.html') ?? '')
  t.strictSame(page.faults, [])
  t.match(page.text, /ada@newest\.example\s*given by you, and not confirmed yet/)
  t.match(page.text, /ada@example\.com\s*yours until then/)
  t.match(page.text, /Five ways to darn\s*You told us that it wasn’t about repairs\./)
})

t.test('it is hers alone, for an hour, and pressing twice is one download', async (t) => {
  const { visit, server, house, id, clock } = await ada(t)
  const before = await entriesIn(house)
  await visit.open('/me/download')
  await visit.press('Make my download')
  const href = visit.page.links.find(({ label }) => label === 'Get the file')?.href ?? ''
  await visit.open('/me/download')
  await visit.press('Make my download')
  t.equal(await entriesIn(house), before + 1)
  const ben = await addPerson(house, 'ben@example.com', yesTo([1]))
  const theirs = await sessionOfHers(house, ben)
  t.equal((await server.inject({ url: href, headers: { cookie: theirs } })).statusCode, 404)
  t.equal((await server.inject(href)).statusCode, 403)
  const pretended = await server.inject({
    url: href.replace(/\/(\d+)\.zip/, '?made=$1'),
    headers: { cookie: theirs },
  })
  t.notMatch(pretended.body, 'ready')
  const pressed = await server.inject({
    method: 'POST',
    url: '/me/download',
    headers: { cookie: theirs, 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'seal=x',
  })
  t.equal(pressed.statusCode, 403, 'a press from elsewhere makes none')
  await moveClock(house.database.url, '61 minutes')
  clock.now = new Date(clock.now.getTime() + 61 * 60_000)
  const later = await sessionOfHers(house, id)
  t.equal((await server.inject({ url: href, headers: { cookie: later } })).statusCode, 410)
})

t.test('what a spreadsheet would run stays text, and much is streamed in pieces', async (t) => {
  const { visit, server, house, id, cookie } = await ada(t)
  await house.database.sql`
    with m as (
      insert into messages (id, topic, subject, in_short, sender, body)
      select gen_random_uuid(), 1, '=cmd|' || n, '', 'Fern <news@fern.example>', 'Hello' from generate_series(1, 1200) n returning id)
    insert into deliveries (id, message, person, state, verdict, reason, version, planned_at, settled_at)
    select gen_random_uuid(), id, ${id}, 'held_back', 'never', 'channel', 9, instant() - interval '1 day', instant() from m`
  await visit.open('/me/download')
  await visit.press('Make my download')
  const href = visit.page.links.find(({ label }) => label === 'Get the file')?.href ?? ''
  const files = await unzipped((await server.inject({ url: href, headers: { cookie } })).rawPayload)
  const rows = parse(files.get('deliveries.csv') ?? '')
  t.equal(rows.length, 1 + 1208 + 2)
  t.notOk(rows.flat().some((cell) => cell.startsWith('=')))
  t.equal(herDataSchema.parse(JSON.parse(files.get('data.json') ?? '')).deliveries.length, 1208)
  t.equal(new Set(rows.map((row) => row[6])).size, 1 + 1208 + 1, 'each once')
})
