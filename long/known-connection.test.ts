// What postgres.js 3.4.9 does with a connection that is lost in a transaction or while it is reserved: it writes to the closed
// socket, the process dies of an error nobody can catch, and where it is caught the pool never answers again.
// https://github.com/porsager/postgres/issues/1208 and /1133; a dead transaction may go on in another one: /1216.
import t from 'tap'
import { withWorker } from '../src/actions/sweep.ts'
import { whileAlone } from '../src/store/sole-worker.ts'
import { openTestHouse } from '../test/support/house.ts'

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
  ['a lock', (house: Parameters<typeof withWorker>[0], work: () => Promise<void>) => whileAlone(house.database.sql, 'x', work)],
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
