// F17-F19: what a database connection that is cut leaves, seen from the pages, the gate and the workers.
import type { TransactionSql } from 'postgres'
import t from 'tap'
import type { House } from '../../src/actions/house.ts'
import { sendCampaign } from '../../src/actions/send-campaign.ts'
import { sweep } from '../../src/actions/sweep.ts'
import type { Courier } from '../../src/mail/courier.ts'
import { openDatabase } from '../../src/store/database.ts'
import { until } from '../support/bundled-server.ts'
import { choicesOf, entriesIn, openApp, tokenFor } from '../support/app.ts'
import { openWorkerSession } from '../../src/store/worker-session.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { databaseProxy, type DatabaseProxy, type Fault } from '../support/database-proxy.ts'
import { openTestHouse } from '../support/house.ts'
import { parsePage } from '../support/html.ts'
import { addCrowd, moreThanOnce, sumsAgree, writeCampaign } from '../support/oracle.ts'

type T = Parameters<typeof openTestHouse>[0]

/** The house as a process has it whose every connection goes by way of the proxy. */
function behind(t: T, house: House, proxy: DatabaseProxy, courier: Courier = house.courier): House {
  const database = openDatabase(proxy.url)
  t.teardown(() => database.close())
  return { ...house, database, courier }
}

/** Takes everything; remembers whom. */
function recorder(): { courier: Courier; to: string[] } {
  const to: string[] = []
  const deliver: Courier['deliver'] = async (parcels) => {
    to.push(...parcels.map((parcel) => parcel.to))
    return parcels.map(({ delivery }) => ({ delivery, kind: 'sent', reply: null, reached: true }))
  }
  return { courier: { batch: 50, deliver, close: async () => undefined }, to }
}

t.test('a connection that is cut ends its own transaction, and nothing else', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const { sql } = house.database
  const pid = async (tx: typeof sql) => (await tx<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid ?? 0
  const bodies = {
    'while it waits for an answer': async (tx: typeof sql) => {
      const own = await pid(tx)
      await Promise.all([tx`select pg_sleep(60)`, sql`select pg_terminate_backend(${own})`])
    },
    'while nothing is asked, and the body goes on': async (tx: typeof sql) => {
      await sql`select pg_terminate_backend(${await pid(tx)})`
      for (;;) await tx`update topics set name = 'half done'`
    },
    'and its failure is swallowed': async (tx: typeof sql) => {
      const own = await pid(tx)
      await sql`select pg_terminate_backend(${own})`
      for (let n = 0; n < 20; n++) await tx`update topics set name = 'half done'`.catch(() => undefined)
    },
  }
  for (const [when, body] of Object.entries(bodies)) {
    // Others ask at the same time, so that whatever is free is taken.
    const others = Array.from({ length: 30 }, (_, n) => sql.begin((tx) => tx`select ${n}::int as n`))
    await t.rejects(
      sql.begin((tx) => body(tx as unknown as typeof sql)),
      { code: 'CONNECTION_CLOSED' },
      when,
    )
    t.same(
      (await Promise.all(others)).map(([row]) => row?.['n']),
      Array.from({ length: 30 }, (_, n) => n),
    )
    t.same(await sql`select from topics where name = 'half done'`, [], 'nothing of it was done')
  }
  const session = await sql.reserve()
  await sql`select pg_terminate_backend(${await pid(session)})`
  const asking = async () => {
    for (;;) await session`select 1`
  }
  await t.rejects(asking(), 'what is under way fails')
  session.release()
  await Promise.all(Array.from({ length: 30 }, () => sql.begin((tx) => tx`select 1`)))
})

t.test('workers that cannot be named while the database is away take no connection with them (F19)', async (t) => {
  const house = await openTestHouse(t)
  const { url } = house.database
  const database = openDatabase(url)
  t.teardown(() => database.close())
  const name = new URL(url).pathname.slice(1)
  const elsewhere = openDatabase(url.replace(name, 'postgres'))
  t.teardown(() => elsewhere.close())
  const allow = (connections: boolean) =>
    elsewhere.sql.unsafe(`alter database ${name} allow_connections ${connections}`)
  await allow(false)
  // As many as there are sessions.
  for (let n = 0; n < 10; n++) await t.rejects(openWorkerSession(database.sql))
  await allow(true)
  const works = async () => database.sql.begin((tx) => tx`select 1`)
  // The end of a connection that was just refused may be told only once the next transaction has begun on it: that one fails.
  await works().catch(works)
})

const turns = async (n: number) => {
  for (let turn = 0; turn < n; turn++) await new Promise((go) => setImmediate(go))
}

for (const how of ['fin', 'rst'] as const) {
  t.test(
    `a connection that ends with ${how}: at every moment of a transaction it fails, and is not gone on with`,
    async (t) => {
      const direct = await openTestHouse(t)
      await addTopics(direct)
      const proxy = await databaseProxy(t, direct.database.url)
      const { sql } = behind(t, direct, proxy).database
      const answers = () =>
        sql
          .begin((tx) => tx`select 1`)
          .then(
            () => true,
            () => false,
          )
      for (let after = 0; after < 12; after++) {
        const swallowed = sql.begin(async (tx) => {
          await tx`update topics set promise = 'half done'`
          proxy.cut(how)
          await turns(after)
          for (let n = 0; n < 5; n++) {
            await (async () => tx`update topics set name = 'half done'`)().catch(() => turns(n))
          }
        })
        await t.rejects(swallowed, `${after} turns of the loop after it`)
        const waiting = async (tx: TransactionSql) => {
          await tx`select 1`
          setImmediate(() => proxy.cut(how))
          await tx`select pg_sleep(60)`
        }
        await t.rejects(sql.begin(waiting), { code: /^(CONNECTION_CLOSED|ECONNRESET)$/ })
        await until(answers)
      }
      await until(answers)
      t.same(await direct.database.sql`select from topics where 'half done' in (name, promise)`, [])
    },
  )
}

for (const fault of ['before-commit', 'after-commit'] as const satisfies Fault[]) {
  t.test(`F17: the connection is cut at the commit of a withdrawal, ${fault}`, async (t) => {
    const { house, server } = await openApp(t)
    const proxy = await databaseProxy(t, house.database.url)
    const id = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
    const before = await entriesIn(house)
    const direct = house.database
    house.database = behind(t, house, proxy).database
    const press = () =>
      server.inject({
        method: 'POST',
        url: `/p/${tokenFor(house, id)}/stop`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: '',
      })
    proxy.set(fault)
    const cut = await press()
    proxy.set('forward')
    t.equal(proxy.cuts(), 1)
    t.equal(cut.statusCode, 503)
    t.ok(cut.headers['retry-after'])
    const page = parsePage(cut.body)
    t.same(page.faults, [])
    t.match(page.text, /We can’t tell whether your change was kept\. Please press again/)
    house.database = direct
    const done = fault === 'after-commit'
    const stopped = async () => (await choicesOf(house, id)).stopped !== null
    const state = { stopped: await stopped(), entries: (await entriesIn(house)) - before }
    t.same(state, { stopped: done, entries: done ? 1 : 0 }, 'a change and its entry, or neither')
    house.database = behind(t, house, proxy).database
    const again = await press()
    t.ok([200, 303].includes(again.statusCode), `again: ${again.statusCode}`)
    house.database = direct
    t.same({ stopped: await stopped(), entries: (await entriesIn(house)) - before }, { stopped: true, entries: 1 })
  })

  t.test(`F18: the connection is cut at the commit of a release, ${fault}: never sent on doubt`, async (t) => {
    const people = 120
    const { courier, to } = recorder()
    const house = await openTestHouse(t, { courier })
    await addTopics(house)
    await addCrowd(house, people, yesTo([1]))
    await writeCampaign(house, 'darn')
    const proxy = await databaseProxy(t, house.database.url)
    let batches = 0
    const cutting: Courier = {
      ...courier,
      deliver: async (parcels, begunBefore) => {
        const outcomes = await courier.deliver(parcels, begunBefore)
        batches += 1
        return outcomes
      },
    }
    const unlucky = behind(t, house, proxy, cutting)
    // The first batch goes through whole; then its outcomes and the next release meet the fault.
    const send = (of: House) => sendCampaign(of, 'darn', { confirm: people, progress: () => proxy.set(fault) })
    await t.rejects(send(unlucky), { code: 'CONNECTION_CLOSED' })
    proxy.set('forward')
    t.ok(proxy.cuts() > 0 && batches > 0)
    const handed = to.length
    const { sql } = house.database
    const [left] = await sql<{ released: number; sent: number }[]>`
      select count(*) filter (where state = 'released')::int as released, count(*) filter (where state = 'sent')::int as sent
      from deliveries`
    t.equal(left?.sent, handed, 'only what was released for certain had been handed over')
    t.ok(fault === 'before-commit' ? left?.released === 0 : (left?.released ?? 0) > 0, `${left?.released} in doubt`)
    await unlucky.database.close()
    await sweep(house)
    const report = await send(house)
    t.match(report, { state: 'sent', people, now: people, released: 0, unknown: left?.released })
    t.equal(report.sent, people - (left?.released ?? 0))
    t.ok(sumsAgree(report))
    t.same(moreThanOnce(count(to)), [], 'nobody twice')
    t.equal(to.length, report.sent, 'what was in doubt was not sent')
  })
}

function count(to: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const address of to) counts.set(address, (counts.get(address) ?? 0) + 1)
  return counts
}
