import t from 'tap'
import { answerDoors } from '../../src/actions/answer-doors.ts'
import { buildServer } from '../../src/http/server.ts'
import { sweep } from '../../src/actions/sweep.ts'
import { entriesIn, openApp, visitor } from '../support/app.ts'
import { addPerson, bounce, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { fern } from '../support/house.ts'
import { openMailroom } from '../support/mailroom.ts'
import { toInstant } from '../support/sending.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

t.test('whoever lost every mail types her address, and has her page two presses and a mail later', async (t) => {
  const app = await openMailroom(t)
  await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const visit = visitor(app.server)
  await visit.open('/')
  t.equal(visit.page.headings[0], 'Find your choices')
  visit.type('address', '  Ada@Example.com ')
  await visit.press('Email me my link')
  t.equal(visit.presses, 2)
  t.equal(visit.page.headings[0], 'If we know that address, a link is on its way.')
  t.strictSame(visit.page.faults, [])
  t.equal(await app.work(), 1)
  t.equal(app.parcels[0]?.to, 'ada@example.com', 'to the spelling that we have, not to the one that was typed')
  await visit.open(await app.newestLink())
  await visit.press('Open my page')
  t.equal(visit.page.headings[0], 'Your choices for ada@example.com')
})

t.test('known or not, stopped, bounced or erased: the same answer from the same statements (I-25)', async (t) => {
  const app = await openMailroom(t)
  await addPerson(app.house, 'ada@example.com', yesTo([1]))
  await addPerson(app.house, 'ben@example.com', {
    ...yesTo([1]),
    stopped: { at: new Date().toISOString(), by: 'herself', reason: null },
  })
  await addPerson(app.house, 'dov@example.com', yesTo([1]))
  await bounce(app.house, 'dov@example.com')
  const { statements, server } = await recording(t, app)
  const seen = new Set<string>()
  for (const address of ['ada@example.com', 'ben@example.com', 'dov@example.com', 'nobody@example.com']) {
    statements.length = 0
    const payload = new URLSearchParams({ address }).toString()
    const answer = await server.inject({ method: 'POST', url: '/find', headers: form, payload })
    const { date, ...headers } = answer.headers
    t.ok(date)
    seen.add(JSON.stringify({ status: answer.statusCode, headers, body: answer.body, statements }))
  }
  t.equal(seen.size, 1, 'nothing tells one from the other')
  t.match([...seen][0], /insert into door_requests/)
  t.notMatch([...seen][0], /from people|from addresses|from suppressions/, 'nobody is even looked for')
  t.equal(await app.work(), 2)
  t.same(app.parcels.map(({ to }) => to).toSorted(), ['ada@example.com', 'ben@example.com'])
})

t.test('whose address must not be written to gets nothing', async (t) => {
  const app = await openMailroom(t)
  for (const reason of ['do_not_contact', 'bounced', 'erased'] as const) {
    const address = `${reason}@example.com`
    await addPerson(app.house, address, yesTo([1]))
    await bounce(app.house, address)
    await app.house.database.sql`update suppressions set reason = ${reason} where reason = 'bounced'`
    await ask(app, address)
  }
  t.equal(await app.work(), 0)
  const [left] = await app.house.database.sql<{ n: number }[]>`select count(*)::int as n from deliveries`
  t.equal(left?.n, 0, 'nor is anything written about it')
})

t.test('a request that cannot be answered keeps nobody else waiting, and is answered once it can be', async (t) => {
  const app = await openMailroom(t)
  const { sql } = app.house.database
  const ada = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  await addPerson(app.house, 'ben@example.com', yesTo([1]))
  await sql.unsafe(`
    create function stumble() returns trigger language plpgsql as $$ begin
      if new.person = '${ada}' then raise exception 'stumbled'; end if; return new; end $$;
    create trigger stumble before insert on deliveries for each row execute function stumble()`)
  await ask(app, 'ada@example.com')
  await ask(app, 'ben@example.com')
  t.equal(await app.work(), 1)
  t.same(
    app.parcels.map(({ to }) => to),
    ['ben@example.com'],
  )
  await sql`drop trigger stumble on deliveries`
  t.equal(await app.work(), 1)
  t.equal(app.parcels.at(-1)?.to, 'ada@example.com')
})

t.test('what is no address is said beside the field, and what was typed stays', async (t) => {
  const { server, house } = await openApp(t)
  const visit = visitor(server)
  for (const typed of [
    'ada',
    'ada@',
    'a@x.test,b@y.test',
    '"a b"@x.test',
    'a@[127.0.0.1]',
    'a@localhost',
    '',
    'x'.repeat(400),
  ]) {
    await visit.open('/find')
    visit.type('address', typed)
    await visit.press('Email me my link')
    t.equal(visit.status, 422)
    t.strictSame(visit.page.faults, [])
    t.match(visit.page.title, /^Error: /)
    t.match(visit.html, /<div class="problems" role="alert" tabindex="-1" autofocus>/)
    t.ok(visit.page.links.some(({ href }) => href === '#address'))
    t.match(visit.html, 'aria-describedby="address-error"')
    t.equal(visit.page.forms[0]?.inputs.find(({ name }) => name === 'address')?.value, typed)
  }
  const [row] = await house.database.sql<{ n: number }[]>`select count(*)::int as n from door_requests`
  t.equal(row?.n, 0)
})

t.test('an address is kept until it was answered and no longer; nothing is written to the ledger', async (t) => {
  const app = await openMailroom(t)
  await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const entries = await entriesIn(app.house)
  await ask(app, 'ada@example.com')
  await ask(app, 'nobody@example.com')
  t.equal(await answerDoors(app.house), 2)
  t.same(await app.house.database.sql`select * from door_requests`, [])
  t.equal(await entriesIn(app.house), entries)
  t.notMatch(app.log.join(''), /example\.com/)
})

t.test('several workers at once answer each request once', async (t) => {
  const app = await openMailroom(t)
  for (let n = 0; n < 12; n++) {
    await addPerson(app.house, `p${n}@example.com`, yesTo([1]))
    await ask(app, `p${n}@example.com`)
  }
  const answered = await Promise.all(Array.from({ length: 4 }, () => answerDoors(app.house)))
  t.equal(
    answered.reduce((sum, each) => sum + each, 0),
    12,
  )
  const [row] = await app.house.database.sql<{ n: number; people: number }[]>`
    select count(*)::int as n, count(distinct person)::int as people from deliveries`
  t.same(row, { n: 12, people: 12 })
})

t.test(
  'a brand that has no address to send from tells its log, and her page still says no more than is so',
  async (t) => {
    const app = await openMailroom(t, {}, { brand: { ...fern, replyTo: null } })
    await addPerson(app.house, 'ada@example.com', yesTo([1]))
    await ask(app, 'ada@example.com')
    t.equal(await app.work(), 0)
    t.match(app.house.warnings, [/reply-to/])
  },
)

t.test(
  'five in an hour for one mailbox, however it is written, are one too many; nobody else has to wait',
  async (t) => {
    const app = await openMailroom(t)
    for (const address of ['ada.may@gmail.com', 'ADAMAY@gmail.com', 'adamay+a@gmail.com', 'a.damay+b@GMAIL.com']) {
      t.equal((await ask(app, address)).statusCode, 303)
    }
    const answer = await ask(app, 'adamay@gmail.com')
    t.equal(answer.statusCode, 429)
    const wait = Number(answer.headers['retry-after'])
    t.ok(wait > 0 && wait <= 3600)
    t.match(answer.body, 'Please wait.')
    t.match(answer.body, 'You can still stop with any email we sent you.')
    t.equal((await ask(app, 'ben@example.com')).statusCode, 303)
    await moveClock(app.house.database.url, '1 hour')
    t.equal((await ask(app, 'adamay@gmail.com')).statusCode, 303)
  },
)

t.test('nobody who was never here is told apart by the limit: it counts for any address', async (t) => {
  const app = await openMailroom(t)
  await addPerson(app.house, 'ada@example.com', yesTo([1]))
  for (const address of ['ada@example.com', 'nobody@example.com']) {
    const statuses = []
    for (let n = 0; n < 5; n++) statuses.push((await ask(app, address)).statusCode)
    t.same(statuses, [303, 303, 303, 303, 429])
  }
})

t.test('one network asks thirty times an hour, and other networks go on', async (t) => {
  const app = await openMailroom(t)
  for (let n = 0; n < 30; n++) t.equal((await ask(app, `p${n}@example.com`, '203.0.113.7')).statusCode, 303)
  t.equal((await ask(app, 'next@example.com', '203.0.113.7')).statusCode, 429)
  t.equal((await ask(app, 'next@example.com', '203.0.113.8')).statusCode, 303)
  t.equal((await ask(app, 'other@example.com')).statusCode, 303, 'this machine is no network')
})

t.test('what counts is a fingerprint: nothing that can be read, another in the next hour, gone after it', async (t) => {
  const app = await openMailroom(t)
  const { sql, url } = app.house.database
  // An hour later is the same day.
  await toInstant(app.house, `${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T12:00:00Z`)
  const keys = async () => (await sql<{ key: string }[]>`select key from tries`).map(({ key }) => key)
  await ask(app, 'ada@example.com', '203.0.113.7')
  const before = await keys()
  t.equal(before.length, 3)
  t.ok(before.every((key) => /^[\da-f]{32}$/.test(key)))
  await moveClock(url, '1 hour')
  await sweep(app.house)
  t.equal((await keys()).length, 1, 'only the count of the day is left')
  await ask(app, 'ada@example.com', '203.0.113.7')
  t.equal((await keys()).filter((key) => before.includes(key)).length, 1)
  await moveClock(url, '25 hours')
  await sweep(app.house)
  t.same(await keys(), [])
})

async function ask({ server }: Awaited<ReturnType<typeof openApp>>, address: string, remoteAddress = '127.0.0.1') {
  const payload = new URLSearchParams({ address }).toString()
  return server.inject({ method: 'POST', url: '/find', headers: form, payload, remoteAddress })
}

/** The same pages on pools that write down every statement, without its values. */
async function recording(t: Parameters<typeof openApp>[0], { house }: Awaited<ReturnType<typeof openApp>>) {
  const statements: string[] = []
  const spied = <Pool extends object>(pool: Pool): Pool =>
    new Proxy(pool, {
      apply(target, self, given: unknown[]) {
        const [text] = given
        if (Array.isArray(text)) statements.push(text.join('?').replaceAll(/\s+/g, ' ').trim())
        return Reflect.apply(target as unknown as (...all: unknown[]) => unknown, self, given)
      },
      get(target, name) {
        const value = Reflect.get(target, name) as unknown
        if (name !== 'begin' || typeof value !== 'function') return value
        return (...given: unknown[]) => {
          const work = given.at(-1) as (tx: object) => unknown
          statements.push('begin')
          return Reflect.apply(value, target, [...given.slice(0, -1), (tx: object) => work(spied(tx))])
        }
      },
    })
  const database = { ...house.database, sql: spied(house.database.sql), readOnly: spied(house.database.readOnly) }
  const server = await buildServer(
    { ...house, database },
    { logger: { level: 'silent' }, development: false, mailbox: null },
  )
  t.teardown(() => server.close())
  await server.ready()
  return { statements, server }
}
