import { readFileSync } from 'node:fs'
import t from 'tap'
import { choicesOf, entriesIn, forget, openApp, tokenFor, visitor } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { parsePage } from '../support/html.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

const delivery = '0f8fad5b-d9cb-469f-a165-70867728950e'
const another = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const body = 'List-Unsubscribe=One-Click'

type Case = {
  name: string
  request: string
  expect: { status: number[]; unsubscribed?: boolean; hasConfirmForm?: boolean }
}
const vectors = new URL('../vectors/listhdr/one-click-requests.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(vectors, 'utf8')) as { cases: Case[] }

/** One person who chose repairs and new patterns herself, and the one-click link of an email about repairs. */
async function ada(t: Parameters<typeof openApp>[0], link: Parameters<typeof tokenFor>[2] = {}, more = {}) {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2], 'as-it-happens', more))
  const token = tokenFor(app.house, id, { purpose: 'unsubscribe', topics: [1], delivery, ...link })
  const press = (headers: Record<string, string> = form, payload = body) =>
    app.server.inject({ method: 'POST', url: `/u/${token}`, headers, payload })
  return { ...app, id, token, press, choices: () => choicesOf(app.house, id), entries: () => entriesIn(app.house) }
}

t.test('requests as mail programs send them', async (t) => {
  for (const { name, request, expect } of cases.filter((each) => /^[A-Z]+ \//.test(each.request))) {
    await t.test(name, async (t) => {
      const { server, token, choices } = await ada(t)
      const [head = '', ...rest] = request.split('\r\n\r\n')
      const [line = '', ...lines] = head.split('\r\n')
      const headers = Object.fromEntries(lines.map((each) => each.split(': ') as [string, string]))
      const url = `/u/${name === 'forged-token' ? `${token.slice(0, -3)}${token.at(-3) === 'A' ? 'B' : 'A'}${token.slice(-2)}` : token}`
      const method = line.split(' ')[0] as 'GET' | 'HEAD' | 'POST'
      const payload = rest.join('\r\n\r\n')
      const response = await server.inject({ method, url, headers, ...(payload ? { payload } : {}) })
      t.ok((expect.status ?? [200]).includes(response.statusCode), `answered ${response.statusCode}`)
      t.equal(response.headers['set-cookie'], undefined)
      t.equal(response.headers.location, undefined)
      t.equal((await choices()).topics[1]?.answer === 'no', expect.unsubscribed ?? true)
      if (expect.hasConfirmForm) t.match(response.body, 'name="List-Unsubscribe" value="One-Click"')
    })
  }
})

t.test(
  'one press ends the topic of that email and nothing else, in one entry, with a short plain answer',
  async (t) => {
    const { press, choices, entries } = await ada(t)
    const response = await press()
    t.equal(response.statusCode, 200)
    t.equal(response.body, 'Done.\n')
    t.match(await choices(), { topics: { 1: { answer: 'no' }, 2: { answer: 'yes' } }, stopped: null })
    t.equal(await entries(), 2)
  },
)

t.test('the same link a hundred times is one entry', async (t) => {
  const { house, press, entries } = await ada(t)
  for (let round = 0; round < 20; round++) {
    const answers = await Promise.all(Array.from({ length: 5 }, () => press()))
    t.ok(answers.every(({ statusCode }) => statusCode === 200))
  }
  t.equal(await entries(), 2)
  await verifyWholeLedger(t, house)
})

t.test(
  'a one-click on a second email within 90 days stops everything, as does one by somebody who never chose',
  async (t) => {
    const { house, server, id, press, choices } = await ada(t)
    await press()
    const second = tokenFor(house, id, { purpose: 'unsubscribe', topics: [2], delivery: another })
    await server.inject({ method: 'POST', url: `/u/${second}`, headers: form, payload: body })
    t.match((await choices()).stopped, { by: 'one-click' })

    const ben = await ada(t, {}, { choseAt: null })
    await ben.press()
    t.match((await ben.choices()).stopped, { by: 'one-click' })
  },
)

t.test('it works for ever: after three years, and without the delivery’s row', async (t) => {
  const { press, choices } = await ada(t, { daysAgo: 3 * 365 })
  t.equal((await press()).statusCode, 200)
  t.equal((await choices()).topics[1]?.answer, 'no')
})

t.test('cookies, credentials and origins neither help nor hinder', async (t) => {
  const { press, choices } = await ada(t)
  const response = await press({
    ...form,
    cookie: '__Host-s=x',
    authorization: 'Basic eDp5',
    origin: 'https://evil.example',
    'sec-fetch-site': 'cross-site',
  })
  t.equal(response.statusCode, 200)
  t.equal((await choices()).topics[1]?.answer, 'no')
})

t.test('a body that says anything else changes nothing', async (t) => {
  const { press, entries } = await ada(t)
  const multipart = { 'content-type': 'multipart/form-data; boundary=b' }
  const part = (name: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--b--\r\n`
  for (const [headers, payload] of [
    [form, ''],
    [form, 'List-Unsubscribe=Two-Clic'],
    [form, 'List-Unsubscribe=One-Click&List-Unsubscribe=No'],
    [form, 'unsubscribe=One-Click'],
    [form, '_method=DELETE'],
    [{ 'content-type': 'application/json' }, '{"List-Unsubscribe":"One-Click"}'],
    [multipart, ''],
    [multipart, part('List-Unsubscribe', 'Two-Click')],
    [multipart, part('other', 'One-Click')],
    [multipart, 'List-Unsubscribe=One-Click'],
    [{ ...form, 'x-http-method-override': 'POST' }, 'a=b'],
  ] as const) {
    t.equal((await press(headers, payload)).statusCode, 400, payload)
  }
  t.equal((await press(form, `${body}&pad=${'x'.repeat(20_000)}`)).statusCode, 413)
  t.equal(await entries(), 1)
})

t.test('a method override changes nothing about what is done', async (t) => {
  const { press, server, token, entries, choices } = await ada(t)
  await server.inject({ url: `/u/${token}`, headers: { 'x-http-method-override': 'POST', ...form } })
  t.equal(await entries(), 1)
  t.equal((await press({ ...form, 'x-http-method-override': 'GET' })).statusCode, 200)
  t.equal((await choices()).topics[1]?.answer, 'no')
})

t.test('opening the address shows what a press would do, and the press in a browser shows what it did', async (t) => {
  const { house, server, token, choices, entries } = await ada(t)
  const visit = visitor(server)
  await visit.open(`/u/${token}`)
  t.strictSame(visit.page.faults, [])
  t.equal(visit.page.headings[0], 'Stop emails about repairs?')
  t.equal(await entries(), 1)
  await visit.press('Stop “Repairs”')
  t.equal(visit.status, 200)
  t.strictSame(visit.page.faults, [])
  t.equal(visit.page.headings[0], 'Stopped. You’ll get no more emails about repairs.')
  t.equal(visit.url, `/u/${token}`, 'it is answered in place, not by a redirect')
  await visit.press('Undo')
  t.equal(visit.page.headings[0], 'Put back.')
  t.equal((await choices()).topics[1]?.answer, 'yes')
  t.equal(await entries(), 3)
  await verifyWholeLedger(t, house)
})

t.test('who never chose is told before the press that it ends everything', async (t) => {
  const { server, token } = await ada(t, {}, { choseAt: null })
  const visit = visitor(server)
  await visit.open(`/u/${token}`)
  t.equal(visit.page.headings[0], 'Stop emails from Fern?')
  await visit.press('Stop everything')
  t.equal(visit.page.headings[0], 'Stopped. You’ll get nothing more from us.')
  await visit.open(`/u/${token}`)
  await visit.press('Stop everything')
  t.equal(visit.page.headings[0], 'You had already stopped this.')
})

t.test('what may still arrive is told after every press, also after one that had nothing left to end', async (t) => {
  const { house, id, server, token } = await ada(t)
  const { sql } = house.database
  await sql`
    insert into messages (id, topic, subject, in_short, sender, body) values (${delivery}, 1, 's', 's', 'Fern <n@fern.example>', 'b')`
  await sql`
    insert into deliveries (id, message, person, state, verdict, version, attempt, lease_until)
    values (${delivery}, ${delivery}, ${id}, 'released', 'now', 1, ${delivery}, instant() + interval '30 seconds')`
  const headers = { ...form, accept: 'text/html' }
  const told = []
  for (let round = 0; round < 2; round++) {
    const { body: page } = await server.inject({ method: 'POST', url: `/u/${token}`, headers, payload: body })
    told.push(parsePage(page))
  }
  t.equal(told[1]?.headings[0], 'You had already stopped this.')
  for (const { text } of told) t.match(text, /One email was handed over at \d\d:\d\d and may still arrive\./)
})

t.test('after somebody was erased the press still says done: nothing can come', async (t) => {
  const { house, id, press, entries } = await ada(t)
  await forget(house, id)
  t.equal((await press()).statusCode, 200)
  t.equal(await entries(), 1)
})
