import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { changeChoices, type Changed } from '../../src/actions/change-choices.ts'
import type { House } from '../../src/actions/house.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { sendCampaign } from '../../src/actions/send-campaign.ts'
import { sendDue, sendTopicDue } from '../../src/actions/send-due.ts'
import { withWorker } from '../../src/actions/sweep.ts'
import { stopEverything } from '../../src/domain/choice-changes.ts'
import type { Courier, Outcome } from '../../src/mail/courier.ts'
import { suppress } from '../../src/store/suppressions.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { faultServer } from '../support/fault-smtp-server.ts'
import { fern, openTestHouse } from '../support/house.ts'
import { toInstant } from '../support/sending.ts'
import {
  addCrowd,
  courierTo,
  moreThanOnce,
  otherHouse,
  sumsAgree,
  workTogether,
  writeCampaign,
} from '../support/oracle.ts'

type T = Parameters<typeof openTestHouse>[0]

const sent = { kind: 'sent', reply: null, reached: true } as const
const stopPage = { way: 'stop-page', wording: null } as const

const stop = (house: House, person: string): Promise<Changed> =>
  changeChoices(house, person, stopPage, (current, at) => stopEverything(current, at, 'herself', null))
const wake = (house: House) => withWorker(house, (worker) => sendDue(house, worker))
const send = (house: House, slug = 'darn') => sendCampaign(house, slug, { confirm: 10_000, progress: () => undefined })

/** Takes what it is given, `batch` at a time, and tells `seen` of each first. */
function taking(seen: (delivery: string, to: string) => Promise<void> | void = () => undefined, batch = 20): Courier {
  return {
    batch,
    deliver: (parcels) =>
      Promise.all(
        parcels.map(async ({ delivery, to }): Promise<Outcome> => {
          await seen(delivery, to)
          return { delivery, ...sent }
        }),
      ),
    close: async () => undefined,
  }
}

/** Makes the database take its time between the judgement of a batch and its rows, so that whatever can slip in between does. */
async function slowReleases(house: House, ms: number): Promise<void> {
  await house.database.sql.unsafe(`
    create function take_time() returns trigger language plpgsql as $$ begin perform pg_sleep(${ms / 1000}); return null; end $$;
    create trigger take_time before insert on deliveries for each statement execute function take_time()`)
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve))
}

/** A house, and `count` others on the same database, each with the given courier. */
async function houses(t: T, count: number, courier: () => Courier): Promise<[House, House[]]> {
  const house = await openTestHouse(t)
  await addTopics(house)
  return [house, Array.from({ length: count }, () => otherHouse(t, house, courier()))]
}

t.test('I-1, F30: after a withdrawal commits nothing of hers is released, whatever runs at once', async (t) => {
  const [house, workers] = await houses(t, 3, () => taking())
  const ids = await addCrowd(house, 400, yesTo([1]))
  await writeCampaign(house, 'darn')
  await slowReleases(house, 15)
  const state = { running: true }
  const running = workTogether(workers, 'darn').finally(() => (state.running = false))
  const sorted = ids.toSorted()
  const leaving: string[] = []
  let from = 0
  while (state.running) {
    const [slice] = await house.database.sql<{ through: string | null }[]>`select through from slices`
    const next = slice?.through ? sorted.indexOf(slice.through) + 1 : 0
    // Those whose turn it is just now.
    const these = sorted.slice(Math.max(from, next), next + 30).filter((_, n) => n % 3 === 0)
    from = Math.max(from, next + 30)
    leaving.push(...these)
    await Promise.all(these.map((id) => stop(house, id)))
  }
  await running
  const [row] = await house.database.sql<{ before: number; late: number; never: number }[]>`
    select count(*) filter (where d.planned_at <= w.at + interval '1 millisecond')::int as before,
      count(*) filter (where d.planned_at > w.at + interval '1 millisecond')::int as late,
      count(*) filter (where d.id is null)::int as never
    from (select p.id, (p.choices -> 'stopped' ->> 'at')::timestamptz as at from people p where p.id = any (${leaving}::uuid[])) w
    left join deliveries d on d.person = w.id`
  t.equal(row?.late, 0, 'no release after the withdrawal')
  t.ok((row?.never ?? 0) > 0 && leaving.length > 20, `some were in time (${row?.never} of ${leaving.length})`)
  const report = await reportCampaign(house, 'darn')
  t.match(report, { state: 'sent', people: 400, never: row?.never, reasons: { stopped: row?.never } })
  t.ok(sumsAgree(report))
})

t.test('I-1: what waits for a withdrawal to commit sees what it said', async (t) => {
  const [house, [worker]] = await houses(t, 1, () => taking())
  if (!worker) return
  const [ada = ''] = await addCrowd(house, 3, yesTo([1]))
  await writeCampaign(house, 'darn')
  const { sql } = house.database
  const running = await sql.begin(async (tx) => {
    await tx`select id from people where id = ${ada} for no key update`
    const work = workTogether([worker], 'darn')
    await until(async () => {
      const [row] =
        await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      return row !== undefined
    })
    const [address] = await tx<{ fingerprint: string }[]>`select fingerprint from addresses where person = ${ada}`
    const at = new Date().toISOString()
    await suppress(tx, 'email', 'bounced', 'test', [{ fingerprint: address?.fingerprint ?? '', at }])
    return { work }
  })
  await running.work
  t.match(await reportCampaign(house, 'darn'), { now: 2, never: 1, sent: 2, reasons: { bounced: 1 } })
})

t.test('I-1: what wakes sees whatever was committed before its people were locked', async (t) => {
  const got: string[] = []
  const house = { ...(await openTestHouse(t)), courier: taking((_, to) => void got.push(to)) }
  await addTopics(house)
  const [ada = ''] = await addCrowd(house, 3, yesTo([1], 'digest-daily'))
  await writeCampaign(house, 'darn')
  t.match(await send(house), { held: 3 })
  await moveClock(house.database.url, '25 hours')
  const { sql } = house.database
  const running = await sql.begin(async (tx) => {
    // Whoever reads may read, and whoever locks a person waits.
    await tx`lock table people in exclusive mode`
    const waking = withWorker(house, (worker) => sendTopicDue(house, worker))
    await until(async () => {
      const [row] =
        await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      return row !== undefined
    })
    const [address] = await tx<{ fingerprint: string }[]>`select fingerprint from addresses where person = ${ada}`
    const at = new Date().toISOString()
    await suppress(tx, 'email', 'bounced', 'test', [{ fingerprint: address?.fingerprint ?? '', at }])
    return { waking }
  })
  t.equal(await running.waking, 2)
  t.equal(got.length, 2)
  t.match(await reportCampaign(house, 'darn'), { sent: 2, changed: 1 })
})

t.test('I-2: "Done" is said only when no dot of hers can come any more', async (t) => {
  const late: string[] = []
  const done = new Map<string, number>()
  const server = await faultServer(t, ({ phase, recipient }) => {
    if (phase === 'DOT' && done.has(recipient ?? '')) late.push(recipient ?? '')
    return undefined
  })
  const [house, workers] = await houses(t, 2, () => courierTo(t, server))
  const ids = await addCrowd(house, 200, yesTo([1]))
  await writeCampaign(house, 'darn')
  const addresses = new Map(
    (await house.database.sql<{ person: string; spelling: string }[]>`select person, spelling from addresses`).map(
      (row) => [row.person, row.spelling],
    ),
  )
  const running = workTogether(workers, 'darn')
  let told = 0
  for (const id of ids.toSorted()) {
    const changed = await stop(house, id)
    if (changed.kind !== 'changed') continue
    if (changed.inFlight.count === 0) done.set(addresses.get(id) ?? '', performance.now())
    else told += changed.inFlight.count
  }
  await running
  t.same(late, [])
  t.ok(done.size > 0)
  t.comment(`${done.size} were told Done, ${told} that a mail may still arrive`)
  t.same(
    [...done].filter(([address, at]) => server.dots.some((dot) => dot.recipient === address && dot.at > at)),
    [],
  )
})

t.test('I-2: what is between release and dot, and what is unknown, is said with its time', async (t) => {
  const [house] = await houses(t, 0, () => taking())
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  await writeCampaign(house, 'darn')
  const dying = { ...taking(), deliver: () => Promise.reject(new Error('the worker died here')) }
  await t.rejects(send({ ...house, courier: dying }))
  t.match(await stop(house, ada), { inFlight: { count: 1, since: /^2/ } })
})

t.test('I-3: nothing is handed over without its committed release', async (t) => {
  const uncommitted: string[] = []
  const [house, workers] = await houses(t, 2, () =>
    taking(async (delivery) => {
      const [row] = await house.database.readOnly<{ state: string; attempt: string; live: boolean }[]>`
        select state, attempt, lease_until > instant() as live from deliveries where id = ${delivery}`
      if (row?.state !== 'released' || !row.attempt || !row.live) uncommitted.push(delivery)
    }),
  )
  await addCrowd(house, 60, yesTo([1]))
  await writeCampaign(house, 'darn')
  await workTogether(workers, 'darn')
  t.same(uncommitted, [])
  t.match(await reportCampaign(house, 'darn'), { sent: 60 })
})

t.test('I-3: what was not begun within its lease does not begin, and comes later', async (t) => {
  const server = await faultServer(t)
  const courier = courierTo(t, server)
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await addCrowd(house, 30, yesTo([1]))
  await writeCampaign(house, 'darn')
  // As a worker that stood still for the twenty seconds it has.
  const late: Courier = {
    ...courier,
    deliver: (parcels, terms) => courier.deliver(parcels, { ...terms, begunBefore: terms.begunBefore - 20_000 }),
  }
  t.match(await send({ ...house, courier: late }), { sent: 0, deferred: 30 })
  t.equal(server.dots.length, 0)
  await moveClock(house.database.url, '10 minutes')
  await wake(house)
  t.match(await reportCampaign(house, 'darn'), { sent: 30, deferred: 0 })
  t.same(moreThanOnce(server.copies()), [])
})

t.test('I-4: the sums agree at every instant while it is sent', async (t) => {
  const server = await faultServer(t, ({ phase, recipient }) => {
    const n = Number(/\d+/.exec(recipient ?? '')?.[0] ?? 0)
    if (phase === 'RCPT' && n % 10 === 1) return { reply: `550 5.1.1 nobody ${n}` }
    if (phase === 'DOT' && n % 10 === 2) return { reply: '452 4.3.1 full' }
    return phase === 'DOT' && n % 10 === 3 ? 'reset' : undefined
  })
  const [house, workers] = await houses(t, 3, () => courierTo(t, server))
  const ids = await addCrowd(house, 300, yesTo([1]))
  await addCrowd(house, 50, yesTo([1], 'digest-weekly'), 'weekly')
  await writeCampaign(house, 'darn')
  const state = { running: true }
  const running = workTogether(workers, 'darn').finally(() => (state.running = false))
  let looks = 0
  for (; state.running; looks++) {
    const report = await reportCampaign(house, 'darn')
    if (!sumsAgree(report)) t.fail(JSON.stringify(report))
    const leaver = ids[looks * 3]
    if (leaver && looks < 20) await stop(house, leaver)
  }
  await running
  const report = await reportCampaign(house, 'darn')
  t.ok(sumsAgree(report))
  t.match(report, { people: 350, released: 0, held: 50 })
  t.ok(looks > 5, `${looks} looks`)
  const taken = server.dots.filter((dot) => dot.taken).length
  t.equal(taken, report.sent, 'sent is what the receiver took')
})

t.test(
  'I-5, I-7: workers that die anywhere leave at most what they had in hand unknown, and no second copy',
  async (t) => {
    const server = await faultServer(t)
    const house = await openTestHouse(t)
    await addTopics(house)
    await addCrowd(house, 200, yesTo([1]))
    await writeCampaign(house, 'darn')
    const courier = courierTo(t, server)
    let deaths = 0
    const dying: Courier = {
      batch: 5,
      close: async () => undefined,
      deliver: async (parcels, terms) => {
        const reach = (deaths * 7 + parcels.length) % 9
        if (reach > 5) return courier.deliver(parcels, terms)
        await courier.deliver(parcels.slice(0, reach), terms)
        throw new Error('the worker died here')
      },
    }
    for (; deaths < 50; deaths++) {
      const end = await send({ ...house, courier: dying }).catch((error: Error) => error)
      const report = await reportCampaign(house, 'darn')
      t.ok(sumsAgree(report))
      if (!(end instanceof Error)) break
    }
    const report = await reportCampaign(house, 'darn')
    t.match(report, { state: 'sent', people: 200, now: 200, released: 0 })
    t.equal(report.sent + report.unknown, 200)
    t.ok(report.unknown <= deaths * 15, `${report.unknown} unknown after ${deaths} deaths of 3 batches of 5`)
    t.same(moreThanOnce(server.copiesBySubject()), [])
    await moveClock(house.database.url, '40 days')
    await wake(house)
    await send(house)
    t.same(moreThanOnce(server.copiesBySubject()), [], 'unknown is never sent again by itself')
  },
)

t.test('I-8: what each receiver did is what is recorded', async (t) => {
  const kinds = ['sent', 'refused', 'deferred', 'unknown'] as const
  const server = await faultServer(t, ({ phase, recipient }) => {
    if (phase !== 'DOT') return undefined
    if (recipient?.startsWith('refused')) return { reply: '554 5.6.0 no' }
    if (recipient?.startsWith('deferred')) return '421'
    return recipient?.startsWith('unknown') ? 'drop' : undefined
  })
  const house = await openTestHouse(t, { courier: courierTo(t, server) })
  await addTopics(house)
  for (const kind of kinds) await addCrowd(house, 5, yesTo([1]), kind)
  await writeCampaign(house, 'darn')
  t.match(await send(house), { sent: 5, refused: 5, deferred: 5, unknown: 5 })
  const wrong = await house.database.sql`
    select spelling, state from deliveries d join addresses a using (person) where not starts_with(spelling, state)`
  t.same(wrong, [])
})

t.test('I-9, F31: two campaigns, the same people, one a day, four workers: nobody gets two', async (t) => {
  const got = new Map<string, number>()
  const [house, workers] = await houses(t, 4, () => taking((_, to) => void got.set(to, (got.get(to) ?? 0) + 1)))
  await addCrowd(house, 300, yesTo([1, 2], '1-per-day'))
  await writeCampaign(house, 'darn')
  await writeCampaign(house, 'hats', 'new-patterns')
  await slowReleases(house, 3)
  await Promise.all([workTogether(workers.slice(0, 2), 'darn'), workTogether(workers.slice(2), 'hats')])
  t.equal(got.size, 300)
  t.same(moreThanOnce(got), [])
  const reports = await Promise.all([reportCampaign(house, 'darn'), reportCampaign(house, 'hats')])
  t.equal(reports[0].sent + reports[1].sent, 300)
  t.equal(reports[0].held + reports[1].held, 300)
})

t.test('I-9: what a limit held back comes as one mail, whoever wakes it and whatever is sent meanwhile', async (t) => {
  const got = new Map<string, number>()
  const [house, workers] = await houses(t, 4, () => taking((_, to) => void got.set(to, (got.get(to) ?? 0) + 1)))
  const [first, ...others] = workers
  if (!first) return
  await addCrowd(house, 80, yesTo([1, 2], '1-per-day'))
  for (const slug of ['one', 'two', 'three']) {
    await writeCampaign(house, slug)
    await workTogether([first], slug)
  }
  t.same(moreThanOnce(got), [])
  await writeCampaign(house, 'four', 'new-patterns')
  await moveClock(house.database.url, '25 hours')
  await Promise.all([workTogether([first], 'four'), ...others.map(wake), ...others.map(wake)])
  t.equal(got.size, 80)
  t.same([...new Set(got.values())], [2], 'one more each on the second day')
  const [row] = await house.database.sql<{ most: number }[]>`
    select max(n)::int as most from (
      select count(distinct r ->> 'delivery') as n from people p, jsonb_array_elements(p.recent) r
      where (r ->> 'at')::timestamptz > instant() - interval '24 hours' group by p.id) as today`
  t.equal(row?.most, 1)
})

t.test('I-10: nothing is released inside quiet hours, also when they begin during the run', async (t) => {
  const house = await openTestHouse(t, { brand: { ...fern, quiet: { from: '22:00', to: '08:00' }, timeZone: 'UTC' } })
  await addTopics(house)
  await addCrowd(house, 100, yesTo([1], 'as-it-happens', { timeZone: 'UTC' }))
  await writeCampaign(house, 'darn')
  const { sql, url } = house.database
  const [row] = await sql<{ hours: number }[]>`
    select extract(epoch from date_trunc('day', instant()) + interval '1 day 21 hours 59 minutes' - instant()) / 3600 as hours`
  await moveClock(url, `${row?.hours} hours`)
  let batches = 0
  const courier: Courier = {
    batch: 10,
    close: async () => undefined,
    deliver: async (parcels) => {
      if (++batches === 2) await moveClock(url, '2 minutes')
      return parcels.map(({ delivery }) => ({ delivery, ...sent }))
    },
  }
  const report = await send({ ...house, courier })
  t.match(report, { reasons: { quiet_hours: report.held } })
  t.ok(report.sent > 0 && report.held > 50, `${report.sent} before ten, ${report.held} held`)
  const late = await sql`
    select id from deliveries where attempt is not null and (planned_at at time zone 'UTC')::time not between '08:00' and '22:00'`
  t.same(late, [])
  await moveClock(url, '9 hours')
  t.equal(await wake({ ...house, courier }), 0, 'still quiet at seven')
  await moveClock(url, '1 hour')
  t.equal(await wake({ ...house, courier }), report.held, 'all come after eight')
})

t.test(
  'I-10: what was released before the border and has not begun at it waits until the quiet hours end',
  async (t) => {
    const server = await faultServer(t)
    const relay = courierTo(t, server)
    const courier: Courier = {
      ...relay,
      deliver: async (parcels, terms) => {
        // A worker that was kept from its work: by now the quiet hours have begun.
        const border = Math.max(...parcels.map((parcel) => parcel.begunBefore ?? 0))
        while (performance.now() < border) await setTimeout(50)
        return relay.deliver(parcels, terms)
      },
    }
    const house = {
      ...(await openTestHouse(t, { brand: { ...fern, quiet: { from: '22:00', to: '08:00' }, timeZone: 'UTC' } })),
      courier,
    }
    await addTopics(house)
    await addCrowd(house, 5, yesTo([1], 'as-it-happens', { timeZone: 'UTC' }))
    await writeCampaign(house, 'darn')
    await toInstant(house, '2031-01-06T21:59:56Z')
    t.match(await send(house), { now: 5, sent: 0, deferred: 5 }, 'nothing could begin any more')
    t.same(server.copies(), new Map())
    await toInstant(house, '2031-01-06T23:00:00Z')
    t.equal(await wake(house), 0)
    t.match(await reportCampaign(house, 'darn'), { held: 5, deferred: 0 })
    await toInstant(house, '2031-01-07T08:00:01Z')
    t.equal(await wake({ ...house, courier: relay }), 5)
    const after = await reportCampaign(house, 'darn')
    t.match(after, { now: 5, sent: 5 })
    t.ok(sumsAgree(after))
    t.same(moreThanOnce(server.copies()), [])
  },
)

t.test(
  'I-18: pages that anybody may open hold only the pool that cannot write (see test/http/security.test.ts)',
  async (t) => {
    const house = await openTestHouse(t)
    await t.rejects(house.database.readOnly`insert into topics (id, slug, name, promise) values (1, 'a', 'b', 'c')`, {
      code: '25006',
    })
  },
)
