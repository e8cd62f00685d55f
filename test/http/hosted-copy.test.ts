import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { buildServer } from '../../src/http/server.ts'
import { openApp, type App } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { parsePage } from '../support/html.ts'
import { sendNow, takingCourier, writeCampaign } from '../support/sending.ts'

const corpus = new URL('../vectors/naughty-strings/blns.json', import.meta.url)
const strings = JSON.parse(readFileSync(corpus, 'utf8')) as string[]

async function open(t: Parameters<typeof openApp>[0]): Promise<App> {
  const { courier } = takingCourier()
  const app = await openApp(t, {}, { courier })
  await addPerson(app.house, 'zoe@example.com', yesTo([1]), 'Zoë')
  return app
}

t.test('a message that is being sent can be read by everybody, with nothing about anybody on it', async (t) => {
  const { house, server } = await open(t)
  const body = '# Hello {{name|dear <friend>}}\n\nFive ways to [darn](https://fern.example/darn).\n\n## First\n'
  const id = await writeCampaign(house, 'darn', { subject: 'Five ways to darn', body })
  t.equal((await server.inject(`/m/${id}`)).statusCode, 404, 'a draft is nobody’s to read')
  await sendNow(house, 'darn')
  const answer = await server.inject(`/m/${id}`)
  t.equal(answer.statusCode, 200)
  const page = parsePage(answer.body)
  t.strictSame(page.faults, [])
  t.strictSame(page.headings, ['Five ways to darn'], 'the subject is the only h1')
  t.equal(page.title, 'Five ways to darn – Fern')
  t.match(page.text, 'About repairs: How to mend what you have.')
  t.match(page.text, '1 Mill Lane, Leeds LS1 1AA')
  t.match(page.text, 'use the links in your own email')
  t.match(answer.body, '<h2>Hello dear &#60;friend&#62;</h2>', 'a field shows its fallback, as text')
  t.match(answer.body, '<h3>First</h3>')
  t.match(answer.body, '<a href="https://fern.example/darn">darn</a>')
  t.notMatch(answer.body, /Zo|zoe|\/p\/|\/u\/|\{\{/)
  t.strictSame(page.forms, [])
})

t.test('it can still be read when the campaign was paused or called back: some people have it', async (t) => {
  const { house, server } = await open(t)
  const id = await writeCampaign(house, 'darn')
  await sendNow(house, 'darn')
  for (const state of ['paused', 'cancelled']) {
    await house.database.sql`update campaigns set state = ${state} where message = ${id}`
    t.equal((await server.inject(`/m/${id}`)).statusCode, 200, state)
  }
})

t.test('what is no such message is unknown, whatever it looks like', async (t) => {
  const { house, server } = await open(t)
  const service = randomUUID()
  await house.database.sql`
    insert into messages (id, service_kind, subject, in_short, sender, body)
    values (${service}, 'acknowledgement', 'Your new choices', '', 'hello@fern.example', '{}')`
  for (const id of [service, randomUUID(), 'x', '%00', '1abc', randomUUID().toUpperCase(), `${randomUUID()}%20`]) {
    const answer = await server.inject(`/m/${id}`)
    t.equal(answer.statusCode, 404, id)
    t.strictSame(parsePage(answer.body).faults, [])
  }
})

t.test('it keeps to the headers of every page, and to the pool that cannot write', async (t) => {
  const { house } = await open(t)
  const id = await writeCampaign(house, 'darn', {
    body: '![x](https://elsewhere.example/x.png) <script>alert(1)</script>',
  })
  await sendNow(house, 'darn')
  const refuse = () => {
    throw new Error('a GET has used the pool that can write')
  }
  const sql = new Proxy(house.database.sql, { apply: refuse, get: refuse })
  const options = { logger: { level: 'silent' as const }, development: false, mailbox: null }
  const server = await buildServer({ ...house, database: { ...house.database, sql } }, options)
  t.teardown(() => server.close())
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST'] as const) {
    const { headers, statusCode, body } = await server.inject({ method, url: `/m/${id}` })
    t.equal(statusCode, { GET: 200, HEAD: 200, OPTIONS: 204, POST: 405 }[method])
    t.match(headers['content-security-policy'], /^default-src 'none'; style-src 'self'; img-src 'self'; form-action/)
    t.match(headers, { 'x-robots-tag': /noindex/, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    t.equal(headers['set-cookie'], undefined)
    t.notMatch(body, /<script|<img|elsewhere|\son\w+=|\sstyle=/)
  }
})

t.test('whatever its subject is, the page holds and says exactly that', async (t) => {
  const { house, server } = await open(t)
  const id = await writeCampaign(house, 'darn')
  await sendNow(house, 'darn')
  const named = strings.filter((string) => string.trim() !== '' && !string.includes('\0') && string.isWellFormed())
  for (const subject of named) {
    await house.database.sql`update messages set subject = ${subject} where id = ${id}`
    const { statusCode, body } = await server.inject(`/m/${id}`)
    const page = parsePage(body)
    const seen = subject.replaceAll(/\s+/g, ' ').trim()
    if (statusCode !== 200 || page.faults.length > 0 || page.headings[0] !== seen)
      t.fail(
        `${JSON.stringify(subject)} answered ${statusCode} ${JSON.stringify(page.headings)}: ${page.faults.join(', ')}`,
      )
  }
  t.ok(named.length > 400)
})
