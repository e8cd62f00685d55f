// Many at once: withdrawals during a running campaign (F30), and limits under several campaigns and workers (F31).
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { changeChoices } from '../src/actions/change-choices.ts'
import type { House } from '../src/actions/house.ts'
import { reportCampaign } from '../src/actions/report-campaign.ts'
import { sendDue } from '../src/actions/send-due.ts'
import { withWorker } from '../src/actions/sweep.ts'
import { stopEverything } from '../src/domain/choice-changes.ts'
import { addTopics, yesTo } from '../test/support/cast.ts'
import { moveClock } from '../test/support/database.ts'
import { faultServer } from '../test/support/fault-smtp-server.ts'
import { openTestHouse } from '../test/support/house.ts'
import {
  addCrowd,
  courierTo,
  moreThanOnce,
  otherHouse,
  sumsAgree,
  workTogether,
  writeCampaign,
} from '../test/support/oracle.ts'

const leavers = Number(process.env['COURTESY_WITHDRAWALS'] ?? 1_000)
const stop = (house: House, person: string) =>
  changeChoices(house, person, { way: 'stop-page', wording: null }, (current, at) =>
    stopEverything(current, at, 'herself', null),
  )

t.setTimeout(600_000)

t.test(
  `${leavers} withdrawals during a campaign: nothing is released after one, and no dot follows a Done`,
  async (t) => {
    const server = await faultServer(t)
    const house = await openTestHouse(t)
    await addTopics(house)
    const ids = await addCrowd(house, leavers * 4, yesTo([1]))
    await writeCampaign(house, 'darn')
    const { sql } = house.database
    const addresses = new Map(
      (await sql<{ person: string; spelling: string }[]>`select person, spelling from addresses`).map((row) => [
        row.person,
        row.spelling,
      ]),
    )
    const workers = Array.from({ length: 3 }, () => otherHouse(t, house, courierTo(t, server, 5, 5)))
    const done = new Map<string, number>()
    let warned = 0
    const queue = ids.toSorted(() => Math.random() - 0.5).slice(0, leavers)
    const leaving = [...queue]
    const state = { running: true }
    const running = workTogether(workers, 'darn').finally(() => (state.running = false))
    const leave = async () => {
      for (let id = queue.shift(); id; id = queue.shift()) {
        // Spread over the whole of the campaign.
        const moment = (leavers - queue.length) * 3
        while (server.dots.length < moment && state.running) await wait(1)
        const changed = await stop(house, id)
        if (changed.kind === 'changed' && changed.inFlight.count === 0)
          done.set(addresses.get(id) ?? '', performance.now())
        else warned += 1
      }
    }
    await Promise.all([running, ...Array.from({ length: 6 }, leave)])
    const late = server.dots.filter((dot) => dot.at > (done.get(dot.recipient) ?? Infinity))
    t.same(late, [], 'no message after a page said Done')
    const [row] = await sql<{ released: number; spared: number }[]>`
    select count(*) filter (where d.planned_at > w.at + interval '1 millisecond')::int as released,
      count(*) filter (where d.id is null)::int as spared
    from (select id, (choices -> 'stopped' ->> 'at')::timestamptz as at from people where id = any (${leaving}::uuid[])) w
    left join deliveries d on d.person = w.id`
    t.equal(row?.released, 0, 'no release after a withdrawal')
    const report = await reportCampaign(house, 'darn')
    t.ok(sumsAgree(report))
    t.same(moreThanOnce(server.copiesBySubject()), [])
    t.comment(`${row?.spared} spared, ${done.size} told Done, ${warned} told that one may still arrive`)
  },
)

t.test('two campaigns and what was held, one mail a day, four workers, five days: nobody ever gets two', async (t) => {
  const people = leavers * 2
  const server = await faultServer(t)
  const house = await openTestHouse(t)
  await addTopics(house)
  await addCrowd(house, people, yesTo([1, 2], '1-per-day'))
  const workers = Array.from({ length: 4 }, () => otherHouse(t, house, courierTo(t, server, 5, 5)))
  const [one, two, three, four] = workers
  if (!one || !two || !three || !four) return
  const wake = (worker: House) => withWorker(worker, (number) => sendDue(worker, number))
  let before = 0
  for (let day = 0; day < 5; day++) {
    await writeCampaign(house, `darn-${day}`)
    await writeCampaign(house, `hats-${day}`, 'new-patterns')
    await Promise.all([
      workTogether([one, two], `darn-${day}`),
      workTogether([three, four], `hats-${day}`),
      ...workers.map(wake),
      ...workers.map(wake),
    ])
    const today = new Map<string, number>()
    for (const dot of server.dots.slice(before)) today.set(dot.recipient, (today.get(dot.recipient) ?? 0) + 1)
    t.same(moreThanOnce(today), [])
    t.equal(today.size, people, `day ${day}: one each`)
    before = server.dots.length
    await moveClock(house.database.url, '25 hours')
  }
  for (let day = 0; day < 5; day++)
    for (const name of ['darn', 'hats']) t.ok(sumsAgree(await reportCampaign(house, `${name}-${day}`)))
})
