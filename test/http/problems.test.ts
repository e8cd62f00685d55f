import t from 'tap'
import { statusOf } from '../../src/http/problem-pages.ts'
import { formToken, makeSession } from '../../src/domain/session-cookie.ts'
import { buildServer } from '../../src/http/server.ts'
import { openDatabase } from '../../src/store/database.ts'
import { choicesOf, entriesIn, openApp, tokenFor, visitor, type App } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { parsePage } from '../support/html.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

t.test('every failure is a page in the brand’s look that says what became of her choices', async (t) => {
  const { house, server } = await openApp(t)
  const token = tokenFor(house, await addPerson(house, 'ada@example.com', yesTo([1])))
  const requests = [
    [404, { url: '/nowhere' }],
    [404, { url: '/p/1abc' }],
    [400, { url: '/p/%ff' }],
    [405, { method: 'PUT', url: `/p/${token}` }],
    [405, { method: 'POST', url: '/robots.txt' }],
    [413, { method: 'POST', url: `/p/${token}`, headers: form, payload: `topic=${'1'.repeat(40_000)}` }],
    [415, { method: 'POST', url: `/p/${token}`, headers: { 'content-type': 'text/plain' }, payload: 'x' }],
    [
      415,
      { method: 'POST', url: `/p/${token}/stop`, headers: { 'content-type': 'application/json\t; x' }, payload: '{}' },
    ],
    [422, { method: 'POST', url: `/p/${token}`, headers: form, payload: 'a=b' }],
    [422, { method: 'POST', url: `/p/${token}/pause`, headers: form, payload: 'for=ever' }],
    [422, { method: 'POST', url: `/p/${token}/stop-topic`, headers: form, payload: '__proto__[topic]=1' }],
  ] as const
  for (const [status, request] of requests) {
    const response = await server.inject(request)
    t.equal(response.statusCode, status, JSON.stringify(request).slice(0, 60))
    const page = parsePage(response.body)
    t.strictSame(page.faults, [])
    t.match(page.title, / – Fern$/)
    t.match(page.text, 'Nothing was changed.')
    t.notMatch(page.text, /Error|problem:|undefined|null|node_modules/)
  }
})

t.test('more raises than six in an hour are asked to wait: nothing was changed, and she can still stop', async (t) => {
  const { house, server } = await openApp(t)
  const id = await addPerson(house, 'ada@example.com', yesTo([1], 'digest-monthly'))
  const her = visitor(server)
  const raise = async (pace: string) => {
    await her.open(`/p/${tokenFor(house, id)}`)
    her.tick('pace', pace, true)
    await her.press('Save my choices')
  }
  for (let times = 0; times < 6; times++) {
    await raise('as-it-happens')
    t.equal(her.page.headings[0], 'Saved.')
    await her.open(`/p/${tokenFor(house, id)}`)
    await her.press('One digest a month')
  }
  const before = await everythingOf(house, id)
  await raise('digest-weekly')
  t.equal(her.status, 429)
  t.strictSame(her.page.faults, [])
  t.equal(her.page.headings[0], 'Please wait.')
  t.match(her.page.text, /Nothing was changed.* You can still stop with any email we sent you\./)
  t.strictSame(await everythingOf(house, id), before)
  await her.follow('Stop')
  await her.press('Stop everything')
  t.equal(her.page.headings[0], 'Stopped. You’ll get nothing more from us.')
})

t.test('a method that is not there is answered with those that are', async (t) => {
  const { server } = await openApp(t)
  t.equal((await server.inject({ method: 'DELETE', url: '/healthz' })).headers.allow, 'GET, HEAD, OPTIONS')
  t.equal((await server.inject({ method: 'PUT', url: '/p/x' })).headers.allow, 'GET, HEAD, POST, OPTIONS')
  t.equal((await server.inject({ method: 'OPTIONS', url: '/p/x' })).statusCode, 204)
})

t.test(
  'a failure inside shows a reference and nothing of what is inside; of a press it promises nothing',
  async (t) => {
    const { house, server, log } = await openApp(t)
    const token = tokenFor(house, await addPerson(house, 'ada@example.com', yesTo([1])))
    await house.database.sql.unsafe('alter table topics rename to topics_gone')
    for (const [method, says] of [
      ['GET', 'Nothing was changed.'],
      ['POST', 'We can’t tell whether your change was kept.'],
    ] as const) {
      const response = await server.inject({ method, url: `/p/${token}` })
      t.equal(response.statusCode, 500)
      const page = parsePage(response.body)
      t.strictSame(page.faults, [])
      t.match(page.title, 'Sorry, that didn’t work. – Fern')
      t.match(page.text, says)
      t.match(page.text, 'hello@fern.example')
      const [, reference = 'none'] = /mention ([\da-f-]{36})\./.exec(page.text) ?? []
      t.ok(log.some((line) => line.includes(reference) && line.includes('42P01')))
      t.notMatch(response.body, /topics|relation|postgres|\.ts/)
    }
  },
)

t.test('while the database is away, pages say so, and nothing is promised', async (t) => {
  const { house } = await openApp(t)
  const away = openDatabase('postgres://nobody@127.0.0.1:1/none')
  t.teardown(() => away.close())
  const server = await buildServer(
    { ...house, database: away },
    { logger: { level: 'silent' }, development: false, mailbox: null },
  )
  t.teardown(() => server.close())
  const token = tokenFor(house, '0f8fad5b-d9cb-469f-a165-70867728950e')
  const response = await server.inject(`/p/${token}`)
  t.equal(response.statusCode, 503)
  t.equal(response.headers['retry-after'], '30')
  t.strictSame(parsePage(response.body).faults, [])
  t.match(response.body, 'Nothing was changed.')
  t.equal((await server.inject('/healthz')).statusCode, 200)
  t.equal((await server.inject('/readyz')).statusCode, 503)
})

t.test('fields that look like parts of an object are fields and no more', async (t) => {
  const { house, server, wording } = await openApp(t)
  const id = await addPerson(house, 'ada@example.com', yesTo([1]))
  const url = `/p/${tokenFor(house, id)}`
  const fields = `wording=${wording}&shown=1&topic=1&pace=digest-weekly&channel=email`
  const noise = '&__proto__=1&constructor=1&constructor[prototype][stopped]=1&stopped=1&person=x&pace-__proto__=1'
  const many = Array.from({ length: 1_000 }, (_, index) => `&f${index}=1`).join('')
  const response = await server.inject({ method: 'POST', url, headers: form, payload: fields + noise + many })
  t.equal(response.statusCode, 303)
  t.match(await choicesOf(house, id), { pace: 'digest-weekly', stopped: null })
  t.equal(Object.keys(Object.prototype).length, 0)
  const twice = await server.inject({ method: 'POST', url, headers: form, payload: `${fields}&pace=as-it-happens` })
  t.equal(twice.statusCode, 422)
})

t.test('what the database says when it goes is no fault of the request', async (t) => {
  for (const code of ['57P01', '53300', '08006', 'ECONNREFUSED', 'CONNECTION_CLOSED', 'CONNECT_TIMEOUT']) {
    t.equal(statusOf(Object.assign(new Error('x'), { code })), 503)
    t.equal(statusOf(new Error('x', { cause: { code } })), 503)
  }
  t.equal(statusOf(Object.assign(new Error('x'), { code: '23505' })), 500)
  t.equal(statusOf('thrown text'), 500)
  t.equal(statusOf(Object.assign(new Error('x'), { statusCode: 418 })), 400)
})

t.test('in a session a failure leads back to her page, and one without a session to a fresh link', async (t) => {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const session = { person: id, since: new Date(), id: 'a'.repeat(32) }
  const cookie = `courtesy=${makeSession(app.house.keys.sessions, session)}`
  const seal = formToken(app.house.keys.sessions, session)
  const requests = [
    [422, '/me', `seal=${seal}&a=b`, cookie, '/me'],
    [422, '/me/details', `seal=${seal}&language=xx`, cookie, '/me'],
    [422, '/me/stop-topic', `seal=${seal}&topic=99`, cookie, '/me'],
    [403, '/me/erase', 'seal=x', cookie, '/me'],
    [403, '/me/erase', `seal=${seal}`, '', '/find'],
  ] as const
  for (const [status, url, payload, given, leadsTo] of requests) {
    const response = await app.server.inject({ method: 'POST', url, headers: { ...form, cookie: given }, payload })
    t.equal(response.statusCode, status, url)
    const page = parsePage(response.body)
    t.strictSame(page.faults, [])
    t.match(page.text, 'Nothing was changed.')
    t.ok(
      page.links.some(({ href }) => href === leadsTo),
      `${url} leads to ${leadsTo}`,
    )
  }
})

t.test('what came too often says when it may come again', async (t) => {
  const { house, server } = await openApp(t)
  const id = await addPerson(house, 'ada@example.com', yesTo([1], 'digest-monthly'))
  await house.database.sql`
    with notes as (
      insert into messages (id, service_kind, subject, in_short, sender, body)
      select gen_random_uuid(), 'acknowledgement', '', '', 'Fern <news@fern.example>', '' from generate_series(1, 6) returning id)
    insert into deliveries (id, message, person, state, verdict, version)
    select gen_random_uuid(), id, ${id}, 'held', 'now', 1 from notes`
  const her = visitor(server)
  await her.open(`/p/${tokenFor(house, id)}`)
  const form = her.page.forms.find(({ inputs }) => inputs.some(({ name }) => name === 'pace'))
  const fields = form?.fields.map(([name, value]) => [name, name === 'pace' ? 'as-it-happens' : value]) ?? []
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const payload = new URLSearchParams(fields as [string, string][]).toString()
  const answer = await server.inject({ method: 'POST', url: form?.action ?? '', headers, payload })
  t.equal(answer.statusCode, 429)
  t.equal(answer.headers['retry-after'], '3600')
})

t.test('security.txt names whom to tell, and until when (RFC 9116)', async (t) => {
  const { server } = await openApp(t, {}, { publicUrl: 'https://choices.fern.example' })
  const answer = await server.inject('/.well-known/security.txt')
  t.equal(answer.headers['content-type'], 'text/plain; charset=utf-8')
  const lines = answer.body.split('\n')
  t.match(lines, ['Contact: mailto:hello@fern.example', /^Expires: \d{4}-\d\d-\d\dT00:00:00\.000Z$/])
  t.ok(lines.includes('Canonical: https://choices.fern.example/.well-known/security.txt'))
  const until = Date.parse(lines[1]?.slice('Expires: '.length) ?? '') - Date.now()
  t.ok(until > 170 * 86_400_000 && until < 365 * 86_400_000)
  const { server: nobody } = await openApp(t, {}, { brand: null })
  t.equal((await nobody.inject('/.well-known/security.txt')).statusCode, 404)
})

/** Her choices, all entries, and all that was laid out to be sent to her. */
async function everythingOf(house: App['house'], id: string): Promise<unknown> {
  const [row] = await house.database.sql`select count(*)::int as mails from deliveries where person = ${id}`
  return { choices: await choicesOf(house, id), entries: await entriesIn(house), mails: row?.['mails'] }
}
