// What postgres.js 3.4.9 does with a connection that is lost in a transaction or while it is reserved: it writes to the closed
// socket, the process dies of an error nobody can catch, and where it is caught the pool never answers again.
// https://github.com/porsager/postgres/issues/1208 and /1133; a dead transaction may go on in another one: /1216.
import postgres from 'postgres'
import t from 'tap'
import { reportCampaign } from '../src/actions/report-campaign.ts'
import { sendCampaign } from '../src/actions/send-campaign.ts'
import { withWorker } from '../src/actions/sweep.ts'
import { whileAlone } from '../src/store/sole-worker.ts'
import { addTopics, yesTo } from '../test/support/cast.ts'
import { faultServer } from '../test/support/fault-smtp-server.ts'
import { openTestHouse } from '../test/support/house.ts'
import { addCrowd, courierTo, moreThanOnce, otherHouse, sumsAgree, writeCampaign } from '../test/support/oracle.ts'

t.setTimeout(180_000)

const patience = (ms: number) => new Promise((resolve) => setTimeout(() => resolve('still waiting'), ms))

t.test('a connection lost in a transaction ends the transaction, and neither the process nor the pool', async (t) => {
  const house = await openTestHouse(t)
  const { sql } = house.database
  for (let n = 0; n < 20; n++) {
    const lost = sql.begin(async (tx) => {
      const [row] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`
      await sql`select pg_terminate_backend(${row?.pid ?? 0})`
      await Promise.all([tx`select 1`, tx`select 2`])
    })
    await t.rejects(Promise.race([lost, patience(3_000)]))
  }
  // The first to ask may still be told of the end; whoever asks then is answered.
  for (let round = 0; round < 2; round++) {
    const all = Promise.allSettled(Array.from({ length: 30 }, () => sql`select 1`))
    const ends = await Promise.race([all, patience(3_000)])
    if (round === 1) t.ok(Array.isArray(ends) && ends.every(({ status }) => status === 'fulfilled'))
  }
})

for (const [name, hold] of [
  ['a worker', (house: Parameters<typeof withWorker>[0], work: () => Promise<void>) => withWorker(house, work)],
  [
    'a lock',
    (house: Parameters<typeof withWorker>[0], work: () => Promise<void>) => whileAlone(house.database.sql, 'x', work),
  ],
] as const) {
  t.test(`the session of ${name} lost: what it does ends, and neither the process nor the pool`, async (t) => {
    const house = await openTestHouse(t)
    const { sql } = house.database
    const held = hold(house, async () => {
      const rows = await sql`select pg_terminate_backend(pid) from pg_locks l join pg_database d on d.oid = l.database
        where l.locktype = 'advisory' and d.datname = current_database()`
      t.equal(rows.length, 1)
      await patience(50)
    }).catch(() => 'lost')
    t.not(await Promise.race([held, patience(3_000)]), 'still waiting')
    const all = Promise.all(Array.from({ length: 30 }, () => sql`select 1`))
    t.not(await Promise.race([all, patience(3_000)]), 'still waiting')
  })
}

t.test(
  'I-20, F18, F19: connections cut anywhere between release and outcome: nothing twice, nothing lost',
  async (t) => {
    const server = await faultServer(t)
    const house = await openTestHouse(t)
    await addTopics(house)
    await addCrowd(house, 300, yesTo([1]))
    await writeCampaign(house, 'darn')
    const url = new URL(house.database.url)
    const name = url.pathname.slice(1)
    const admin = postgres(Object.assign(url, { pathname: 'postgres' }).href, { max: 1 })
    t.teardown(() => admin.end())
    const state = { done: false, cuts: 0 }
    const cutting = (async () => {
      for (let next = 5; !state.done && next < 280; next += 30) {
        while (server.dots.length < next && !state.done) await patience(1)
        const rows = await admin`
        select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name} and pid <> pg_backend_pid()`
        state.cuts += rows.length
      }
    })()
    for (let round = 0; round < 60 && !state.done; round++) {
      const beside = otherHouse(t, house, courierTo(t, server, 4, 2))
      const options = { confirm: 300, progress: () => undefined }
      state.done = await sendCampaign(beside, 'darn', options).then(
        () => true,
        () => false,
      )
    }
    await cutting
    const report = await reportCampaign(house, 'darn').catch(() => reportCampaign(house, 'darn'))
    t.match(report, { state: 'sent', people: 300, now: 300, released: 0 })
    t.ok(sumsAgree(report))
    t.equal(report.sent + report.unknown + report.deferred, 300)
    t.ok(state.cuts > 20, `${state.cuts} connections were cut`)
    t.same(moreThanOnce(server.copiesBySubject()), [])
  },
)
