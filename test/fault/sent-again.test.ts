// What is sent again because somebody decided so (campaign retry): its answers, its limits, its hours.
import t from 'tap'
import type { House } from '../../src/actions/house.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { retryUnknown } from '../../src/actions/retry-unknown.ts'
import { sweep } from '../../src/actions/sweep.ts'
import type { Courier, Outcome } from '../../src/mail/courier.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { fern, openTestHouse } from '../support/house.ts'
import { otherHouse, sumsAgree } from '../support/oracle.ts'
import { sendNow, takingCourier, toInstant, wakeDue, writeCampaign } from '../support/sending.ts'

/** A courier that answers once it is told how; `handed` is when it has got something. */
function waitingCourier() {
  const handed = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<Outcome['kind']>()
  const courier: Courier = {
    batch: 60,
    close: async () => undefined,
    deliver: async (parcels) => {
      handed.resolve()
      const kind = await answer.promise
      return parcels.map(({ delivery }) => ({ delivery, kind, reply: 'late', reached: true }))
    },
  }
  return { courier, handed: handed.promise, answer: answer.resolve }
}

/** Cuts every session that holds a lock of its own: by that its worker is known to be there. */
async function cutWorkers({ database: { sql } }: House): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()
      and database = (select oid from pg_database where datname = current_database())`
}

for (const late of ['deferred', 'refused', 'sent'] as const) {
  t.test(
    `I-3, I-5: the ${late} of a worker that was taken for dead says nothing of what was released again`,
    async (t) => {
      const [first, second] = [waitingCourier(), waitingCourier()]
      const house = await openTestHouse(t, { courier: second.courier })
      await addTopics(house)
      await addPerson(house, 'ada@example.com', yesTo([1]))
      await writeCampaign(house, 'darn')
      const sending = sendNow(otherHouse(t, house, first.courier), 'darn').catch(() => undefined)
      await first.handed
      await cutWorkers(house)
      while ((await sweep(house)) === 0) continue
      const again = retryUnknown(house, 'darn', { confirm: 1 })
      await second.handed
      first.answer(late)
      await sending
      t.match(await reportCampaign(house, 'darn'), { released: 1 }, 'the second copy is on its way')
      second.answer('sent')
      await again
      t.match(await reportCampaign(house, 'darn'), { sent: 1 })
      await moveClock(house.database.url, '1 day')
      t.equal(await wakeDue(house), 0, 'and there is no third')
    },
  )
}

t.test('I-9: what perhaps arrived goes on counting when sending it again failed', async (t) => {
  const answers: Outcome['kind'][] = ['unknown', 'deferred', 'sent', 'sent']
  const { courier, parcels } = takingCourier(() => ({ kind: answers.shift() ?? 'sent', reply: null, reached: true }))
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await addPerson(house, 'ada@example.com', yesTo([1, 2], '1-per-day'))
  await writeCampaign(house, 'darn')
  await writeCampaign(house, 'hats', { topic: 'new-patterns' })
  await sendNow(house, 'darn')
  await retryUnknown(house, 'darn', { confirm: 1 })
  t.match(await reportCampaign(house, 'darn'), { deferred: 1 })
  t.match(await sendNow(house, 'hats'), { sent: 0, held: 1, reasons: { cap_reached: 1 } })
  await moveClock(house.database.url, '1 hour')
  t.equal(await wakeDue(house), 1, 'but it is no reason against itself')
  t.match(await reportCampaign(house, 'darn'), { sent: 1 })
  t.equal(parcels.length, 3)
  await moveClock(house.database.url, '24 hours')
  t.equal(await wakeDue(house), 1)
  for (const slug of ['darn', 'hats']) t.ok(sumsAgree(await reportCampaign(house, slug)))
})

t.test('I-10: what is sent again begins before her quiet hours or not at all', async (t) => {
  const { courier, parcels } = takingCourier(() => ({ kind: 'unknown', reply: null, reached: true }))
  const brand = { ...fern, quiet: { from: '22:00', to: '08:00' }, timeZone: 'UTC' }
  const house = await openTestHouse(t, { courier, brand })
  await addTopics(house)
  await addPerson(house, 'ada@example.com', yesTo([1], 'as-it-happens', { timeZone: 'UTC' }))
  await writeCampaign(house, 'darn')
  await toInstant(house, '2031-01-06T21:50:00Z')
  await sendNow(house, 'darn')
  await retryUnknown(house, 'darn', { confirm: 1 })
  t.equal(parcels.length, 2)
  const within = 10 * 60_000
  for (const { begunBefore = Infinity } of parcels) t.ok(begunBefore <= performance.now() + within)
})
