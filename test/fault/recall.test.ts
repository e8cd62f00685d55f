import t from 'tap'
import { changeChoices, type Changed } from '../../src/actions/change-choices.ts'
import type { House } from '../../src/actions/house.ts'
import { unsubscribeOneClick } from '../../src/actions/preferences.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { stopEverything, stopTopics } from '../../src/domain/choice-changes.ts'
import { openApp, tokenFor, visitor } from '../support/app.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { openTestHouse } from '../support/house.ts'
import { addCrowd, courierTo, otherHouse, sumsAgree, workTogether } from '../support/oracle.ts'
import { sendNow, toMondayNoon, wakeDue, writeCampaign } from '../support/sending.ts'
import { stallAt, watched } from '../support/stalled-mail.ts'

const stopPage = { way: 'stop-page', wording: null } as const
const stop = (house: House, person: string): Promise<Changed> =>
  changeChoices(house, person, stopPage, (current, at) => stopEverything(current, at, 'herself', null))
const stopTopic = (house: House, person: string, topic: number): Promise<Changed> =>
  changeChoices(house, person, stopPage, (current, at) => stopTopics(current, [topic], at))

/** Waits for one of them, whichever comes first. */
async function until(isSo: () => boolean, orEnded: Promise<unknown>): Promise<void> {
  const state = { ended: false }
  void orEnded.finally(() => (state.ended = true))
  while (!isSo() && !state.ended) await new Promise((resolve) => setImmediate(resolve))
}

async function rows(house: House, person: string) {
  return house.database.sql<{ subject: string | null; state: string; reason: string | null; attempts: number }[]>`
    select m.subject, d.state, d.reason, d.attempts from deliveries d left join messages m on m.id = d.message
    where d.person = ${person} order by m.subject nulls last, d.planned_at`
}

/** Waits until this process listens, and cuts that connection. @returns how many were cut. */
async function cutListener(house: House): Promise<number> {
  for (;;) {
    const cut = await house.database.sql`
      select pg_terminate_backend(pid, 1000) from pg_stat_activity
      where datname = current_database() and application_name = 'courtesy-changes' and query like 'listen%'`
    if (cut.length > 0) return cut.length
  }
}

async function recentOf(house: House, person: string): Promise<{ delivery: string }[]> {
  const [row] = await house.database.sql<
    { recent: { delivery: string }[] }[]
  >`select recent from people where id = ${person}`
  return row?.recent ?? []
}

t.test('I-2: a stop calls back what is between release and dot, and her page says so plainly', async (t) => {
  const { server, met, goOn } = await stallAt(t, 'DATA')
  const { courier, anyRecalled } = watched(t, server)
  const { house, server: pages } = await openApp(t, {}, { courier })
  const ada = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
  await addPerson(house, 'ben@example.com', yesTo([1]))
  await writeCampaign(house, 'darn')
  const sending = sendNow(house, 'darn')
  await met
  const her = visitor(pages)
  await her.open(`/p/${tokenFor(house, ada)}/stop`)
  const pressed = her.press('Stop everything')
  await until(anyRecalled, pressed)
  goOn()
  await pressed
  t.match(her.page.text, 'In force now.')
  t.notMatch(her.page.text, 'may still arrive')
  const report = await sending
  t.match(report, { state: 'sent', now: 2, sent: 1, cancelled: 1, released: 0, deferred: 0 })
  t.ok(sumsAgree(report))
  t.same(
    server.dots.map((dot) => dot.recipient),
    ['ben@example.com'],
  )
  t.match(await rows(house, ada), [{ state: 'cancelled', reason: 'stopped', attempts: 0 }])
  t.same(await recentOf(house, ada), [], 'it counts against no limit')
})

t.test('I-2: once the dot is written the page never says Done, and one-click does not wait to say so', async (t) => {
  const { server, met, goOn } = await stallAt(t, 'DOT')
  const house = await openTestHouse(t, { courier: courierTo(t, server) })
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
  await writeCampaign(house, 'darn')
  const sending = sendNow(house, 'darn')
  await met
  t.match(await stopTopic(house, ada, 2), { inFlight: { count: 0 } }, 'a no to another topic forbids nothing of it')
  const link = { purpose: 'unsubscribe' as const, person: ada, day: 0, topics: [1], entry: null }
  const oneClick = await unsubscribeOneClick(house, { ...link, delivery: ada })
  t.match(oneClick, { kind: 'changed', inFlight: { count: 1 } })
  t.match(await stop(house, ada), { kind: 'changed', inFlight: { count: 1, since: /^2/ } })
  goOn()
  t.match(await sending, { sent: 1, cancelled: 0 })
  t.equal(server.dots.length, 1)
})

t.test('a no to one topic leaves the mail of another alone', async (t) => {
  const { server, met, goOn } = await stallAt(t, 'DATA')
  const { courier, anyRecalled } = watched(t, server)
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
  await writeCampaign(house, 'darn')
  const sending = sendNow(house, 'darn')
  await met
  t.match(await stopTopic(house, ada, 2), { kind: 'changed', inFlight: { count: 0, since: null } })
  t.equal(anyRecalled(), false)
  goOn()
  t.match(await sending, { sent: 1, cancelled: 0 })
})

t.test('a digest with one forbidden item is called back whole, and the others go once without it', async (t) => {
  const { server, met, goOn } = await stallAt(t, 'DATA')
  const { courier, anyRecalled } = watched(t, server)
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await toMondayNoon(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1, 2], 'digest-weekly'))
  await writeCampaign(house, 'darn')
  await writeCampaign(house, 'felt')
  await writeCampaign(house, 'news', { topic: 'new-patterns' })
  for (const slug of ['darn', 'felt', 'news']) await sendNow(house, slug)
  await moveClock(house.database.url, '5 days')
  const waking = wakeDue(house)
  await met
  const stopping = stopTopic(house, ada, 2)
  await until(anyRecalled, stopping)
  goOn()
  t.match(await stopping, { kind: 'changed', inFlight: { count: 0 } })
  await waking
  t.match(await rows(house, ada), [
    { subject: 'About darn', state: 'sent' },
    { subject: 'About felt', state: 'sent' },
    { subject: 'About news', state: 'cancelled', reason: 'topic' },
    { subject: null, state: 'cancelled' },
    { subject: null, state: 'sent' },
  ])
  t.equal(server.dots.length, 1)
  t.equal(new Set((await recentOf(house, ada)).map((one) => one.delivery)).size, 1, 'one mail counts')
  for (const slug of ['darn', 'felt', 'news']) t.ok(sumsAgree(await reportCampaign(house, slug)))
})

t.test('whichever process has it in hand calls it back', async (t) => {
  const { server, met, goOn } = await stallAt(t, 'DATA')
  const watches = [watched(t, server), watched(t, server)]
  const house = await openTestHouse(t)
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  await addCrowd(house, 60, yesTo([1]))
  await writeCampaign(house, 'darn')
  const workers = watches.map(({ courier }) => otherHouse(t, house, courier))
  const sending = workTogether(workers, 'darn')
  await met
  const stopping = stop(house, ada)
  await until(() => watches.some(({ anyRecalled }) => anyRecalled()), stopping)
  goOn()
  t.match(await stopping, { kind: 'changed', inFlight: { count: 0 } })
  await sending
  t.match(await reportCampaign(house, 'darn'), { sent: 60, cancelled: 1, released: 0 })
  t.equal(server.dots.filter((dot) => dot.recipient === 'ada@example.com').length, 0)
})

t.test('a listener whose connection is cut hears of it all the same', async (t) => {
  const { server, met, goOn } = await stallAt(t, 'DATA')
  const { courier, anyRecalled } = watched(t, server)
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  await writeCampaign(house, 'darn')
  const sending = sendNow(house, 'darn')
  await met
  t.equal(await cutListener(house), 1)
  const stopping = stop(house, ada)
  await until(anyRecalled, stopping)
  goOn()
  t.match(await stopping, { kind: 'changed', inFlight: { count: 0 } })
  t.match(await sending, { sent: 0, cancelled: 1 })
  t.equal(server.dots.length, 0)
})

t.test('while nobody can listen she is told that it may still arrive', async (t) => {
  const { server, met, goOn } = await stallAt(t, 'DATA')
  const house = await openTestHouse(t, { courier: courierTo(t, server) })
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  await writeCampaign(house, 'darn')
  await house.database.changes.close()
  const sending = sendNow(house, 'darn')
  await met
  t.match(await stop(house, ada), { kind: 'changed', inFlight: { count: 1 } })
  goOn()
  t.match(await sending, { sent: 1 })
})
