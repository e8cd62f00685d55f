import t from 'tap'
import { buildServer } from '../../src/http/server.ts'
import type { Database } from '../../src/store/database.ts'
import { newestEntry, openApp, tokenFor, type App } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const delivery = '0f8fad5b-d9cb-469f-a165-70867728950e'

/** Every kind of address there is, with links of all ages and kinds. */
async function addresses({ house }: App) {
  const id = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
  const [p, old] = [tokenFor(house, id, { topics: [1], delivery }), tokenFor(house, id, { daysAgo: 400 })]
  const u = tokenFor(house, id, { purpose: 'unsubscribe', topics: [1], delivery })
  const undo = tokenFor(house, id, { purpose: 'undo', entry: await newestEntry(house) })
  const talk = ['/talk', '/talk?said', '/talk/decline', `/talk/${delivery}`, `/talk/${delivery}/delete`, '/reason']
  const paths = ['', '/stop', '/pause', '/why', '/stop-topic', '/slower', '/resume', ...talk]
  const hers = [p, old].flatMap((token) => paths.map((path) => `/p/${token}${path}`))
  const results = [`/p/${p}?saved=${undo}`, `/p/${p}?undone=${undo}`, `/p/${p}?unchanged`]
  const ours = [
    '/',
    '/style.css',
    '/brand.css',
    '/favicon.svg',
    '/favicon.ico',
    '/robots.txt',
    '/healthz',
    '/readyz',
    '/nowhere',
  ]
  return { id, tokens: [p, old, u, undo], urls: [...hers, ...results, `/u/${u}`, `/undo/${undo}`, ...ours] }
}

t.test('every answer carries the headers that keep her page to herself', async (t) => {
  const app = await openApp(t)
  const { urls } = await addresses(app)
  for (const url of urls) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'DELETE', 'POST'] as const) {
      const { headers, statusCode } = await app.server.inject({ method, url })
      t.match(
        headers,
        {
          'content-security-policy':
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
          'referrer-policy': 'no-referrer',
          'x-content-type-options': 'nosniff',
          'x-robots-tag': /noindex/,
        },
        `${method} ${url.slice(0, 12)} ${statusCode}`,
      )
      t.equal(headers['set-cookie'], undefined)
      if (!/\.(?:css|svg|ico)/.test(url)) t.equal(headers['cache-control'], 'no-store')
    }
  }
})

t.test('people who come by https are kept on https', async (t) => {
  const secure = await openApp(t, {}, { publicUrl: 'https://fern.example' })
  t.match((await secure.server.inject('/healthz')).headers['strict-transport-security'], /^max-age=31536000/)
  const plain = await openApp(t)
  t.equal((await plain.server.inject('/healthz')).headers['strict-transport-security'], undefined)
})

t.test('GET, HEAD and OPTIONS never use the pool that can write, and the other one cannot', async (t) => {
  const app = await openApp(t)
  const { urls, id } = await addresses(app)
  const before = await everything(app)
  const writing = new Proxy(app.house.database.sql, {
    apply: () => {
      throw new Error('a GET has used the pool that can write')
    },
    get: (_pool, name) => {
      throw new Error(`a GET has used the pool that can write (${String(name)})`)
    },
  })
  const database: Database = { ...app.house.database, sql: writing }
  const server = await buildServer(
    { ...app.house, database },
    { logger: { level: 'silent' }, development: true, mailbox: null },
  )
  t.teardown(() => server.close())
  for (const url of urls) {
    for (const method of ['GET', 'HEAD', 'OPTIONS'] as const) {
      const { statusCode } = await server.inject({ method, url, headers: { 'user-agent': 'Microsoft Office' } })
      t.ok(statusCode < 500, `${method} ${url.slice(0, 12)} answered ${statusCode}`)
    }
  }
  t.strictSame(await everything(app), before)
  await t.rejects(app.house.database.readOnly`update people set name = 'x' where id = ${id}`, { code: '25006' })
})

t.test('scanners that open a link fifty times at once leave it as it was', async (t) => {
  const app = await openApp(t)
  const { urls } = await addresses(app)
  const before = await everything(app)
  const answers = await Promise.all(Array.from({ length: 50 }, () => app.server.inject({ url: urls[0] ?? '' })))
  t.ok(answers.every(({ statusCode }) => statusCode === 200))
  t.strictSame(await everything(app), before)
})

t.test('no token and no address ever reaches the log, whatever happens', async (t) => {
  const app = await openApp(t)
  const { urls, tokens } = await addresses(app)
  for (const url of urls) {
    for (const method of ['GET', 'POST', 'PUT'] as const) {
      await app.server.inject({
        method,
        url,
        headers: form,
        payload: method === 'POST' ? 'wording=ada@example.com' : '',
      })
    }
  }
  await app.server.inject(`/P/${tokens[0]}/elsewhere`)
  await app.server.inject(`/p/${tokens[0]}%ff`)
  await app.house.database.sql.unsafe('alter table topics rename to topics_gone')
  for (const url of urls) await app.server.inject(url)
  await app.server.inject({ method: 'POST', url: `/p/${tokens[0]}/stop` })
  const log = app.log.join('')
  t.match(log, '"status":500', 'a failure was logged')
  t.match(log, '"route":"/p/:link/stop"')
  t.match(log, '"code":"42P01"')
  t.notMatch(log, /Failed query|does not exist/, 'what was asked and answered was not')
  for (const token of tokens) t.notOk(log.includes(token.slice(5, 40)), 'no part of a token')
  t.notMatch(log, 'ada@')
})

t.test('a token that was changed anywhere, cut or lengthened is unknown, and so is one of another kind', async (t) => {
  const app = await openApp(t)
  const { tokens } = await addresses(app)
  const [p = '', , u = ''] = tokens
  const changed = p.split('').map((letter, at) => `${p.slice(0, at)}${letter === 'A' ? 'B' : 'A'}${p.slice(at + 1)}`)
  const pages = new Set<string>()
  for (const token of [...changed, p.slice(0, -1), `${p}w`, p.slice(1), u, 'x'.repeat(300), "'", '../..']) {
    const { statusCode, body } = await app.server.inject(`/p/${encodeURIComponent(token)}`)
    t.equal(statusCode, 404)
    pages.add(body)
  }
  for (const path of ['/stop', '/pause', '/why', '/slower', '/resume', '/stop-topic']) {
    const { statusCode, body } = await app.server.inject(`/p/${changed[40]}${path}`)
    t.equal(statusCode, 404, path)
    pages.add(body)
  }
  t.equal(pages.size, 1, 'and every one of them meets the same page')
})

t.test('the address of the request decides nothing: every link on a page stays on the page', async (t) => {
  const app = await openApp(t)
  const { urls } = await addresses(app)
  const { body } = await app.server.inject({
    url: urls[0] ?? '',
    headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
  })
  t.notMatch(body, 'evil.example')
  t.notMatch(body, /<script|<img|<iframe|<style|style=|\son\w+=/)
})

/** Every row of every table, as text. */
async function everything({ house }: App): Promise<string[]> {
  const { sql } = house.database
  const tables = await sql<{ name: string }[]>`
    select table_schema || '.' || table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`
  const rows = await Promise.all(
    tables.map(({ name }) => sql.unsafe(`select t::text as row from ${name} t order by 1`)),
  )
  return rows.flatMap((table, index) => table.map((row) => `${tables[index]?.name} ${row['row']}`))
}
