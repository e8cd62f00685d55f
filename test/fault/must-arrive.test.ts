// I-6: mail that she waits for herself arrives at least once, and leaves at most twice.
import t from 'tap'
import type { House } from '../../src/actions/house.ts'
import { sendServiceDue } from '../../src/actions/send-due.ts'
import { queueServiceMail } from '../../src/actions/service-mail.ts'
import { sweep, withWorker } from '../../src/actions/sweep.ts'
import type { ServiceKind } from '../../src/domain/gate.ts'
import { mustArriveKinds } from '../../src/domain/must-arrive.ts'
import { instantNow } from '../../src/store/instant.ts'
import { addPerson, addTopics, bounce, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { faultServer, type Fault, type Phase } from '../support/fault-smtp-server.ts'
import { openTestHouse } from '../support/house.ts'
import { courierTo } from '../support/oracle.ts'

type T = Parameters<typeof openTestHouse>[0]

/** A house whose receiver fails as told, time after time, and somebody for whom a service mail of that kind is laid out. */
async function laidOut(t: T, kind: ServiceKind, faults: readonly [Phase, Fault][]) {
  let n = 0
  const server = await faultServer(t, ({ phase }) => {
    const [at, fault] = faults[n] ?? []
    if (phase !== at) return undefined
    n += 1
    return fault
  })
  const house = await openTestHouse(t, { serviceCourier: courierTo(t, server) })
  await addTopics(house)
  const person = await addPerson(house, 'ada@example.com', yesTo([1]))
  await house.database.sql.begin(async (tx) => {
    const at = (await instantNow(tx)).toISOString()
    const mail = { subject: 'Your link', text: 'Here it is.', html: '<p>Here it is.</p>' }
    await queueServiceMail(tx, kind, { person, version: 1, at }, () => ({
      ...mail,
      sender: 'hello@fern.example',
      locale: 'en',
    }))
  })
  return { house, server, person }
}

const wake = (house: House) => withWorker(house, (worker) => sendServiceDue(house, worker))

async function deliveryIn(house: House) {
  const [row] = await house.database.sql<{ state: string; attempt: string | null; body: string }[]>`
    select d.state, d.attempt, m.body from deliveries d join messages m on m.id = d.message`
  return row
}

const lost: [Phase, Fault] = ['DOT', 'reset']

for (const kind of mustArriveKinds) {
  t.test(
    `I-6: a ${kind} that perhaps arrived leaves once more, as the same message, and never a third time`,
    async (t) => {
      const { house, server } = await laidOut(t, kind, [lost, lost])
      await wake(house)
      t.match(await deliveryIn(house), { state: 'unknown' })
      await moveClock(house.database.url, '14 minutes')
      await wake(house)
      t.equal(server.dots.length, 1, 'an answer that comes late is waited for')
      await moveClock(house.database.url, '2 minutes')
      await wake(house)
      t.equal(server.dots.length, 2)
      t.equal(new Set(server.dots.map((dot) => dot.messageId)).size, 1, 'one Message-ID')
      t.match(await deliveryIn(house), { state: 'unknown', body: '' }, 'and what was in it is forgotten')
      for (let later = 0; later < 3; later++) {
        await moveClock(house.database.url, '1 day')
        await wake(house)
      }
      t.equal(server.dots.length, 2)
    },
  )
}

t.test('I-6: it arrives where the first try was lost', async (t) => {
  const { house, server } = await laidOut(t, 'confirmation', [lost])
  await wake(house)
  const first = await deliveryIn(house)
  await moveClock(house.database.url, '16 minutes')
  await wake(house)
  t.match(await deliveryIn(house), { state: 'sent', body: '' })
  t.same(
    server.dots.map((dot) => dot.taken),
    [false, true],
  )
  t.ok(first)
})

t.test('I-6: a worker that died with it in hand: it leaves once more', async (t) => {
  const { house, server } = await laidOut(t, 'own_link', [])
  const dying = { ...house.serviceCourier, deliver: () => Promise.reject(new Error('the worker died here')) }
  await t.rejects(wake({ ...house, serviceCourier: dying }))
  await sweep(house)
  t.match(await deliveryIn(house), { state: 'unknown' })
  await moveClock(house.database.url, '16 minutes')
  await wake(house)
  t.match(await deliveryIn(house), { state: 'sent' })
  t.equal(server.dots.length, 1)
})

t.test('I-6: what was refused is not repeated', async (t) => {
  const { house, server } = await laidOut(t, 'receipt', [['DOT', { reply: '554 5.6.0 no' }]])
  await wake(house)
  t.match(await deliveryIn(house), { state: 'refused' })
  await moveClock(house.database.url, '1 day')
  await wake(house)
  t.equal(server.dots.length, 1)
})

t.test('a link that has ended meanwhile is not sent again', async (t) => {
  for (const [kind, later] of [
    ['own_link', '61 minutes'],
    ['confirmation', '8 days'],
  ] as const) {
    const { house, server } = await laidOut(t, kind, [lost])
    await wake(house)
    await moveClock(house.database.url, later)
    await wake(house)
    t.equal(server.dots.length, 1, kind)
    t.match(await deliveryIn(house), { state: 'unknown' })
  }
})

t.test('it is judged again before it leaves once more', async (t) => {
  const { house, server } = await laidOut(t, 'own_link', [lost])
  await wake(house)
  await bounce(house, 'ada@example.com')
  await moveClock(house.database.url, '16 minutes')
  await wake(house)
  t.equal(server.dots.length, 1)
})

t.test('any other service mail that perhaps arrived is not repeated (I-5)', async (t) => {
  const { house, server } = await laidOut(t, 'acknowledgement', [lost])
  await wake(house)
  await moveClock(house.database.url, '1 day')
  await wake(house)
  t.equal(server.dots.length, 1)
  t.match(await deliveryIn(house), { state: 'unknown', body: '' })
})
