import postgres from 'postgres'
import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import type { House } from '../../src/actions/house.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { sendCampaign } from '../../src/actions/send-campaign.ts'
import { sendDue } from '../../src/actions/send-due.ts'
import { withWorker } from '../../src/actions/sweep.ts'
import { stopEverything } from '../../src/domain/choice-changes.ts'
import type { Courier } from '../../src/mail/courier.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { faultServer } from '../support/fault-smtp-server.ts'
import { openTestHouse } from '../support/house.ts'
import { addCrowd, courierTo, moreThanOnce, otherHouse, sumsAgree, writeCampaign } from '../support/oracle.ts'

const send = (house: House, slug = 'darn') => sendCampaign(house, slug, { confirm: 10_000, progress: () => undefined })
const wake = (house: House) => withWorker(house, (worker) => sendDue(house, worker))
const stop = (house: House, person: string) =>
  changeChoices(house, person, { way: 'stop-page', wording: null }, (current, at) =>
    stopEverything(current, at, 'herself', null),
  )

/** Takes everything; remembers whom. */
function recorder(): { courier: Courier; to: string[] } {
  const to: string[] = []
  const courier: Courier = {
    batch: 50,
    deliver: async (parcels) => {
      to.push(...parcels.map((parcel) => parcel.to))
      return parcels.map(({ delivery }) => ({ delivery, kind: 'sent', reply: null, reached: true }))
    },
    close: async () => undefined,
  }
  return { courier, to }
}

/** An administrator beside the house: `cut` ends what the house is asking, except the sessions that hold a worker's locks. */
function administrator(t: { teardown(close: () => Promise<void>): unknown }, house: House) {
  const url = new URL(house.database.url)
  const name = url.pathname.slice(1)
  const sql = postgres(Object.assign(url, { pathname: 'postgres' }).href, { max: 1, onnotice: () => undefined })
  t.teardown(() => sql.end())
  return {
    sql,
    allow: (yes: boolean) => sql.unsafe(`alter database "${name}" allow_connections ${yes}`),
    cut: async () => {
      const rows = await sql`
        select pg_terminate_backend(pid) from pg_stat_activity a
        where datname = ${name} and pid <> pg_backend_pid() and not exists (select from pg_locks l where l.pid = a.pid and l.locktype = 'advisory')`
      return rows.length
    },
  }
}

t.test('I-20: the database takes no connection: nothing leaves; once it does, all go', async (t) => {
  const server = await faultServer(t)
  const house = await openTestHouse(t)
  await addTopics(house)
  await addCrowd(house, 40, yesTo([1]))
  await writeCampaign(house, 'darn')
  const admin = administrator(t, house)
  await house.database.close()
  await admin.allow(false)
  const shut = otherHouse(t, house, courierTo(t, server))
  await t.rejects(send(shut))
  await t.rejects(wake(shut))
  t.equal(server.connections().opened, 0)
  await admin.allow(true)
  const open = otherHouse(t, house, courierTo(t, server))
  t.match(await send(open), { sent: 40 })
})

t.test(
  'I-20: the database is gone while a batch is at the relay: what was sent stays unknown, and nothing more goes',
  async (t) => {
    const server = await faultServer(t)
    const house = await openTestHouse(t)
    await addTopics(house)
    await addCrowd(house, 40, yesTo([1]))
    await writeCampaign(house, 'darn')
    const admin = administrator(t, house)
    const inner = courierTo(t, server, 2, 5)
    let batches = 0
    const courier: Courier = {
      ...inner,
      deliver: async (parcels, terms) => {
        const outcomes = await inner.deliver(parcels, terms)
        if (++batches === 2) {
          await admin.allow(false)
          await admin.cut()
        }
        return outcomes
      },
    }
    await t.rejects(send(otherHouse(t, house, courier)))
    const left = server.dots.length
    t.ok(left < 40)
    await admin.allow(true)
    const next = otherHouse(t, house, courierTo(t, server))
    const report = await send(next)
    t.match(report, { state: 'sent', people: 40, released: 0 })
    t.equal(report.sent + report.unknown, 40)
    t.ok(sumsAgree(report))
    t.equal(server.dots.length, 40)
    t.same(moreThanOnce(server.copiesBySubject()), [])
  },
)

t.test('I-20: stored choices that cannot be read let nothing through', async (t) => {
  const { courier, to } = recorder()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await addPerson(house, 'ada@example.com', yesTo([1], 'soon' as 'as-it-happens'))
  await addPerson(house, 'ben@example.com', yesTo([1], 'as-it-happens', { stopped: {} as never }))
  await addPerson(house, 'cyn@example.com', yesTo([1], 'as-it-happens', { quiet: { from: 'x', to: 'y' } }))
  await addPerson(house, 'dov@example.com', yesTo([1], 'as-it-happens', { paused: { from: '', until: 'never' } }))
  await writeCampaign(house, 'darn')
  await send(house).catch(() => undefined)
  t.same(to, [])
})

t.test('F25: whoever the database picks to end a deadlock, nothing is left half done', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  const { sql, url } = house.database
  const other = postgres(url, { max: 1, connection: { deadlock_timeout: '60s' } })
  t.teardown(() => other.end())
  let withdrawal: Promise<{ kind?: string }> = Promise.resolve({})
  await other.begin(async (tx) => {
    await tx`select from ledger_head for no key update`
    withdrawal = stop(house, ada).catch((error: object) => error)
    for (let waits = 0; waits === 0;) {
      waits = (await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
        .length
    }
    await tx`select from people where id = ${ada} for no key update`
  })
  const done = (await withdrawal).kind === 'changed'
  const [row] = await sql<{ stopped: boolean; entries: number; size: number }[]>`
    select choices -> 'stopped' <> 'null' as stopped, (select count(*)::int from entries) as entries,
      (select size::int from ledger_head) as size from people where id = ${ada}`
  t.same(row, { stopped: done, entries: done ? 2 : 1, size: done ? 2 : 1 })
  t.match(await stop(house, ada), { kind: done ? 'unchanged' : 'changed' }, 'and asking again is answered')
})

t.test('F25: withdrawals, releases and outcomes of the same people in every order never deadlock', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const ids = await addCrowd(house, 120, yesTo([1, 2], '3-per-day'))
  await writeCampaign(house, 'darn')
  await writeCampaign(house, 'hats', 'new-patterns')
  const deferring = (): Courier => ({
    batch: 7,
    deliver: async (parcels) =>
      parcels.map(({ delivery }) => ({ delivery, kind: 'deferred', reply: '451 later', reached: true })),
    close: async () => undefined,
  })
  const workers = Array.from({ length: 3 }, () => otherHouse(t, house, deferring()))
  const [one, two, three] = workers
  if (!one || !two || !three) return
  const ends = await Promise.allSettled([
    send(one, 'darn'),
    send(two, 'hats'),
    (async () => {
      for (let n = 0; n < 10; n++) {
        await moveClock(house.database.url, '6 minutes')
        await wake(three)
      }
    })(),
    (async () => {
      for (const id of ids.toReversed()) await stop(house, id)
    })(),
  ])
  t.same(
    ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : [])),
    [],
  )
  for (const slug of ['darn', 'hats']) t.ok(sumsAgree(await reportCampaign(house, slug)))
})

t.test('F26: a clock that goes back does not open a limit, nor a pause, nor a digest twice', async (t) => {
  const { courier, to } = recorder()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  const { sql, url } = house.database
  await addPerson(house, 'ada@example.com', yesTo([1], '1-per-day'))
  await addPerson(house, 'ben@example.com', yesTo([1], 'digest-daily'))
  const [soon] = await sql<{ at: Date }[]>`select instant() + interval '2 hours' as at`
  const until = new Date(soon?.at ?? 0).toISOString()
  await addPerson(house, 'cyn@example.com', yesTo([1], 'as-it-happens', { paused: { from: until, until } }))
  await writeCampaign(house, 'one')
  await send(house, 'one')
  t.same(to, ['ada@example.com'])
  await moveClock(url, '25 hours')
  await wake(house)
  t.same(to, ['ada@example.com', 'ben@example.com'])
  await writeCampaign(house, 'two')
  await send(house, 'two')
  t.same(
    to.slice(2).toSorted((a, b) => (a < b ? -1 : 1)),
    ['ada@example.com', 'cyn@example.com'],
  )
  const jumps = ['-1 hour', '-1 day', '1 hour']
  for (const jump of jumps) {
    await moveClock(url, jump)
    await wake(house)
    const slug = `jump-${jumps.indexOf(jump)}`
    await writeCampaign(house, slug)
    await send(house, slug)
  }
  t.notOk(to.slice(4).includes('ada@example.com'), 'what was released in the future counts')
  t.notOk(to.slice(4).includes('ben@example.com'), 'and so does the digest of a slot that is to come again')
})

const zones = [
  'Asia/Kathmandu',
  'Pacific/Kiritimati',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'Africa/Casablanca',
  'Europe/Berlin',
  'Pacific/Apia',
  'America/St_Johns',
]

/** Noon two days before the last Sunday of a month of next year: the clocks of Europe change in the night between. */
function beforeChange(month: number): string {
  const last = new Date(Date.UTC(new Date().getUTCFullYear() + 1, month, 0, 12))
  return new Date(last.getTime() - (last.getUTCDay() + 2) * 86_400_000).toISOString()
}

for (const start of [beforeChange(3), beforeChange(10)]) {
  t.test(
    `F28: quiet hours hold on her own clock through the days after ${start}, by the database's own zones`,
    async (t) => {
      const { courier, to } = recorder()
      const house = await openTestHouse(t, { courier })
      await addTopics(house)
      const { sql, url } = house.database
      const [row] = await sql<{ s: number }[]>`select extract(epoch from ${start}::timestamptz - instant()) as s`
      await moveClock(url, `${row?.s} seconds`)
      for (const zone of zones) {
        const name = zone.replaceAll(/\W/g, '').toLowerCase()
        await addPerson(
          house,
          `${name}@example.com`,
          yesTo([1], 'as-it-happens', { timeZone: zone, quiet: { from: '21:30', to: '08:15' } }),
        )
      }
      for (let step = 0; step < 36; step++) {
        if (step % 4 === 0) {
          await writeCampaign(house, `s${step}`)
          await send(house, `s${step}`)
        }
        await moveClock(url, '90 minutes')
        await wake(house)
      }
      const releases = await sql<{ zone: string; local: string }[]>`
      select p.choices ->> 'timeZone' as zone, ((r ->> 'at')::timestamptz at time zone (p.choices ->> 'timeZone'))::time::text as local
      from people p, jsonb_array_elements(p.recent) r`
      const inside = releases.filter(({ local }) => local >= '21:30' || local < '08:15')
      t.same(inside, [])
      t.ok(releases.length > zones.length * 5, `${releases.length} releases, ${to.length} mails`)
      const [held] = await sql<{ oldest: number }[]>`
      select coalesce(extract(epoch from instant() - min(planned_at)) / 3600, 0)::int as oldest from deliveries where state = 'held'`
      t.ok((held?.oldest ?? 0) < 13, 'and nobody waits longer than one night')
    },
  )
}
