// What faults between the actions and the database showed, each as it must be.
import postgres from 'postgres'
import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import type { House } from '../../src/actions/house.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { sendCampaign } from '../../src/actions/send-campaign.ts'
import { sendDue } from '../../src/actions/send-due.ts'
import { withWorker } from '../../src/actions/sweep.ts'
import { stopEverything } from '../../src/domain/choice-changes.ts'
import type { Courier, Outcome } from '../../src/mail/courier.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { openTestHouse } from '../support/house.ts'
import { addCrowd, writeCampaign } from '../support/oracle.ts'

type Answer = Omit<Outcome, 'delivery'>
const sent: Answer = { kind: 'sent', reply: null, reached: true }

function recorder(answer: () => Answer = () => sent, batch = 50) {
  const to: string[] = []
  const courier: Courier = {
    batch,
    deliver: async (parcels) => {
      to.push(...parcels.map((parcel) => parcel.to))
      return parcels.map(({ delivery }) => ({ delivery, ...answer() }))
    },
    close: async () => undefined,
  }
  return { courier, to }
}

const send = (house: House, slug = 'darn') => sendCampaign(house, slug, { confirm: 10_000, progress: () => undefined })
const wake = (house: House) => withWorker(house, (worker) => sendDue(house, worker))
const stop = (house: House, person: string) =>
  changeChoices(house, person, { way: 'stop-page', wording: null }, (current, at) =>
    stopEverything(current, at, 'herself', null),
  )

t.test('a digest that is put off stays one: all its items are due at the same instant', async (t) => {
  let busy = true
  const { courier, to } = recorder(() => (busy ? { kind: 'deferred', reply: '451 later', reached: true } : sent))
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await addCrowd(house, 20, yesTo([1, 2], 'digest-daily'))
  for (const [slug, topic] of [
    ['darn', 'repairs'],
    ['hats', 'new-patterns'],
  ] as const) {
    await writeCampaign(house, slug, topic)
    await send(house, slug)
  }
  await moveClock(house.database.url, '25 hours')
  t.equal(await wake(house), 20)
  const apart = await house.database.sql`
    select person from deliveries where state = 'deferred' group by person having count(distinct due_at) > 1`
  t.equal(apart.length, 0, 'the carrier and its items wake together')
  busy = false
  to.length = 0
  for (let minute = 0; minute < 10; minute++) {
    await moveClock(house.database.url, '1 minute')
    await wake(house)
  }
  t.equal(to.length, 20, 'one mail each')
  t.match(await reportCampaign(house, 'hats'), { sent: 20, held: 0 })
})

t.test('I-20: without its ledger nothing is sent', async (t) => {
  const { courier, to } = recorder()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await addCrowd(house, 5, yesTo([1]))
  await writeCampaign(house, 'darn')
  // A trigger refuses this; an administrator can take triggers off.
  await house.database.sql.unsafe('alter table ledger_head disable trigger all; delete from ledger_head')
  await t.rejects(send(house))
  t.equal(to.length, 0)
})

t.test('F25: a withdrawal that the database picks to end a deadlock is made again, and is made once', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  const { sql, url } = house.database
  const other = postgres(url, { max: 1, connection: { deadlock_timeout: '60s' } })
  t.teardown(() => other.end())
  let withdrawal: Promise<unknown> = Promise.resolve()
  await other.begin(async (tx) => {
    await tx`select from ledger_head for no key update`
    withdrawal = stop(house, ada).catch((error: unknown) => error)
    for (let waits = 0; waits === 0;) {
      const rows =
        await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      waits = rows.length
    }
    await tx`select from people where id = ${ada} for no key update`
  })
  t.match(await withdrawal, { kind: 'changed', entry: 2 })
  const entries = await sql`select number from entries`
  t.equal(entries.length, 2)
})

t.test('people who lost their address do not keep others waiting', async (t) => {
  const { courier, to } = recorder(() => sent, 5)
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  const gone = await addCrowd(house, 50, yesTo([1], 'digest-daily'), 'gone')
  await addCrowd(house, 5, yesTo([1], 'digest-daily'), 'here')
  await writeCampaign(house, 'darn')
  await send(house)
  await house.database.sql`delete from addresses where person = any (${gone}::uuid[])`
  await house.database
    .sql`update deliveries set due_at = due_at - interval '1 hour' where person = any (${gone}::uuid[])`
  await moveClock(house.database.url, '25 hours')
  await wake(house)
  t.equal(to.length, 5)
})
