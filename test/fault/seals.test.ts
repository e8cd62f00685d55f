import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { erasePerson } from '../../src/actions/erase.ts'
import { fsck } from '../../src/actions/fsck.ts'
import { sealPending } from '../../src/actions/seal.ts'
import { sweep } from '../../src/actions/sweep.ts'
import { insertDeliveries } from '../../src/store/releases.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { openTestHouse } from '../support/house.ts'
import { addCrowd, otherHouse, workTogether } from '../support/oracle.ts'
import { entriesOfKind, sealFaults } from '../support/seals.ts'
import { sendNow, takingCourier, toMondayNoon, wakeDue, writeCampaign } from '../support/sending.ts'
import { tracesOf } from '../support/traces.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url))

t.test('each slice is one entry when it is done, and what became of it is another', async (t) => {
  const { courier } = takingCourier()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await addCrowd(house, 1_200, yesTo([1]))
  await writeCampaign(house, 'darn')
  t.match(await sendNow(house, 'darn'), { sent: 1_200 })
  const [row] = await house.database.sql<{ n: number }[]>`select count(*)::int as n from slices`
  t.ok((row?.n ?? 0) > 1)
  t.equal(await entriesOfKind(house, 'released'), row?.n)
  const outcomes = await entriesOfKind(house, 'outcomes')
  t.ok(outcomes >= 1 && outcomes <= (row?.n ?? 0) + 1, `${outcomes} seals of outcomes`)
  t.same(await sealFaults(house), [])
})

t.test('what wakes later is sealed too, each of its releases and outcomes', async (t) => {
  let tries = 0
  const { courier } = takingCourier(() => ({
    kind: tries++ % 3 === 0 ? 'deferred' : 'sent',
    reply: null,
    reached: true,
  }))
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await toMondayNoon(house)
  await addPerson(house, 'ada@example.com', yesTo([1, 2], 'digest-weekly', { timeZone: 'UTC' }))
  await addPerson(house, 'ben@example.com', yesTo([1], '1-per-day', { timeZone: 'UTC' }))
  for (const slug of ['one', 'two', 'three']) {
    await writeCampaign(house, slug)
    await sendNow(house, slug)
  }
  for (let day = 0; day < 12; day++) {
    await moveClock(house.database.url, '1 day')
    await wakeDue(house)
    if (day % 2 === 0) await sealPending(house)
  }
  await sealPending(house)
  t.same(await sealFaults(house), [])
  const [row] = await house.database.sql<{ releases: number; again: number; digests: number }[]>`
    select count(*)::int as releases, (count(*) - count(distinct delivery))::int as again,
      count(*) filter (where record::jsonb -> 'message' = 'null')::int as digests
    from sealed join seals using (entry) where kind = 'released'`
  t.ok(row && row.releases > 6 && row.again > 0 && row.digests > 0, JSON.stringify(row))
  await verifyWholeLedger(t, house)
})

t.test('whoever seals at once, nothing is sealed twice and nothing is left', async (t) => {
  const { courier } = takingCourier()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await addCrowd(house, 900, yesTo([1]))
  await writeCampaign(house, 'darn')
  const workers = [1, 2, 3].map(() => otherHouse(t, house, courier))
  let going = true
  const sealers = workers.map(async (worker) => {
    while (going) {
      await sealPending(worker)
      await new Promise((resolve) => setImmediate(resolve))
    }
  })
  await workTogether(workers, 'darn')
  going = false
  await Promise.all(sealers)
  await sealPending(house)
  t.same(await sealFaults(house), [])
  const [row] = await house.database.sql<{ n: number }[]>`
    select count(*)::int as n from sealed join seals using (entry) where kind = 'released'`
  t.equal(row?.n, 900)
})

t.test('a seal that fails leaves everything to the next', async (t) => {
  const { courier } = takingCourier()
  const house = await openTestHouse(t, { courier })
  const { sql } = house.database
  await addTopics(house)
  await addPerson(house, 'ada@example.com', yesTo([1]))
  await writeCampaign(house, 'darn')
  await sql.unsafe(`create trigger broken before insert on seals for each row execute function refuse_change()`)
  await t.rejects(sendNow(house, 'darn'), /append-only/)
  t.equal(await entriesOfKind(house, 'released'), 0)
  t.not((await sealFaults(house)).length, 0, 'it waits')
  await sql.unsafe('drop trigger broken on seals')
  await sendNow(house, 'darn')
  t.same(await sealFaults(house), [])
})

t.test('what a dead worker left is sealed, and that nobody knows what became of it', async (t) => {
  const { courier } = takingCourier()
  const house = await openTestHouse(t, { courier })
  const { sql } = house.database
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  const message = await writeCampaign(house, 'darn')
  await sql.begin(async (tx) => {
    const [row] = await tx<{ at: string }[]>`select instant() as at`
    const base = { id: randomUUID(), message, slot: null, person: ada, version: 1, allowedBy: 1 }
    const released = { ...base, state: 'released', verdict: 'now', reason: null, dueAt: null } as const
    await insertDeliveries(tx, 77, [released], new Date(row?.at ?? ''), `${message}/1`)
  })
  t.equal(await sweep(house), 1)
  await sealPending(house)
  t.same(await sealFaults(house), [])
  t.match(await sql`select record from sealed join seals using (entry) order by entry`, [
    { record: /"verdict":"now"/ },
    { record: /"outcome":"unknown"/ },
  ])
})

t.test('what had been released before there were seals is sealed as its row tells it', async (t) => {
  const answers = ['sent', 'refused', 'deferred', 'unknown'] as const
  let turn = 0
  const { courier } = takingCourier(() => ({ kind: answers[turn++ % 4] ?? 'sent', reply: null, reached: true }))
  const house = await openTestHouse(t, { courier })
  const { sql } = house.database
  await addTopics(house)
  for (const n of [1, 2, 3, 4]) await addPerson(house, `p${n}@example.com`, yesTo([1]))
  await writeCampaign(house, 'darn')
  await sql.unsafe(`create function leave_out() returns trigger language plpgsql as $$ begin return null; end $$`)
  await sql.unsafe(`create trigger left_out before insert on unsealed for each row execute function leave_out()`)
  await sendNow(house, 'darn')
  t.match(await sealFaults(house), [/releases/, /outcomes/])
  await sql.unsafe('drop trigger left_out on unsealed')
  const statements = (name: string) => {
    const file = readdirSync(migrations).find((one) => one.endsWith(`_${name}.sql`)) ?? ''
    return readFileSync(join(migrations, file), 'utf8').split('--> statement-breakpoint')
  }
  await sql`alter table unsealed alter column records set data type jsonb using '[]'`
  for (const one of statements('what_was_sent_is_sealed'))
    if (one.includes('insert into unsealed')) await sql.unsafe(one)
  for (const one of statements('records_are_text')) await sql.unsafe(one)
  await sealPending(house)
  t.same(await sealFaults(house), [])
  t.match(await fsck(house), { verdict: 'verified', deliveries: 4, sends: { checked: 4, against: 0 } })
})

t.test('an erasure takes what is sealed, what waits to be, and what is being sealed meanwhile', async (t) => {
  const { courier } = takingCourier()
  const house = await openTestHouse(t, { courier })
  const { sql } = house.database
  await addTopics(house)
  const [ada, ben] = [
    await addPerson(house, 'ada@example.com', yesTo([1])),
    await addPerson(house, 'ben@example.com', yesTo([1])),
  ]
  await addPerson(house, 'cyn@example.com', yesTo([1]))
  await writeCampaign(house, 'one')
  await sendNow(house, 'one')
  const hers = async (person: string) =>
    Object.fromEntries(
      (await sql<{ id: string }[]>`select id from deliveries where person = ${person}`).map(({ id }, n) => [
        `delivery ${n}`,
        id,
      ]),
    )
  const needles = { ada: await hers(ada), ben: await hers(ben) }
  // Put back to waiting, as if it had just been released: ada’s and ben’s records lie in one batch.
  await sql.unsafe('alter table sealed disable trigger user')
  await sql`
    insert into unsealed (kind, records) select kind, array_agg(record) from sealed join seals using (entry) group by kind`
  await sql`delete from sealed`
  await erasePerson(house, ada, { way: 'page', by: null })
  t.same(await tracesOf(house, needles.ada), [], 'what waited')

  await sql.unsafe(`
    create function wait_for_test() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock(4711); return new; end $$;
    create trigger slow before insert on sealed for each statement execute function wait_for_test()`)
  const holder = await sql.reserve()
  await holder`select pg_advisory_lock(4711)`
  const sealing = sealPending(house)
  const waiting = async (n: number) => {
    for (;;) {
      const [row] = await sql<{ n: number }[]>`
        select count(*)::int as n from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`
      if ((row?.n ?? 0) >= n) return
    }
  }
  await waiting(1)
  const erasing = erasePerson(house, ben, { way: 'page', by: null })
  await waiting(2)
  await holder`select pg_advisory_unlock(4711)`
  holder.release()
  await Promise.all([sealing, erasing])
  await sealPending(house)
  t.same(await tracesOf(house, needles.ben), [], 'what was being sealed')
  t.same(
    (await sealFaults(house)).filter((fault) => !fault.startsWith('releases') && !fault.includes('outcomes')),
    [],
    'every root still fits',
  )
  const [kept] = await sql<{ n: number }[]>`select count(*)::int as n from sealed`
  t.equal(kept?.n, 2, 'cyn’s release and outcome')
  await verifyWholeLedger(t, house)
})
