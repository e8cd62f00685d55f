import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { scheduleCampaign } from '../../src/actions/control-campaign.ts'
import { createCampaign } from '../../src/actions/create-campaign.ts'
import type { House } from '../../src/actions/house.ts'
import { reportCampaign, type Report } from '../../src/actions/report-campaign.ts'
import { slicesAtOnce } from '../../src/actions/work-slices.ts'
import { readConfig } from '../../src/config.ts'
import type { Pace } from '../../src/domain/pace.ts'
import { relayUse } from '../../src/mail/smtp-courier.ts'
import { openHouse } from '../../src/main.ts'
import { ranges } from '../../src/store/audience.ts'
import { saveBrand } from '../../src/store/brand.ts'
import { moveCampaign } from '../../src/store/campaigns.ts'
import { planSlices } from '../../src/store/slices.ts'
import { until } from '../support/bundled-server.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { freshDatabase, moveClock } from '../support/database.ts'
import { fern } from '../support/house.ts'
import { sealFaults } from '../support/seals.ts'
import { smtpReceiver } from '../support/smtp-receiver.ts'

// Real processes take their time, also where a file is run by itself.
t.setTimeout(180_000)

type T = Parameters<typeof smtpReceiver>[0]

const program = fileURLToPath(new URL('../../bin/courtesy.mjs', import.meta.url))

/** How many connections one process keeps to the relay, and how many people it releases at once: a batch of each of its slices. */
const ofOneProcess = {
  connections: relayUse.connections,
  released: slicesAtOnce * Math.ceil((relayUse.connections * relayUse.perConnection) / slicesAtOnce),
}
/** People in a slice of these tests: more than a batch, so that every slice goes on after its first one. */
const slicePeople = 100

/** A relay that answers no final dot until `open` is called, a database with people who want Repairs, and our program on both. */
async function sendingHouse(t: T, people: number, pace: Pace = 'as-it-happens') {
  const gate = Promise.withResolvers<void>()
  const relay = await smtpReceiver(t, { onMessage: () => gate.promise })
  // A test that fails before it opens the gate still ends.
  t.teardown(async () => gate.resolve())
  const dataDir = mkdtempSync(join(tmpdir(), 'courtesy-worker-'))
  t.teardown(async () => rmSync(dataDir, { recursive: true, force: true }))
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: (await freshDatabase(t)).url,
    SMTP_URL: relay.url,
    DATA_DIR: dataDir,
    PUBLIC_URL: 'http://test.example',
    PORT: '0',
    LOG_LEVEL: 'warn',
  }
  const { house, close } = await openHouse(readConfig(env), () => undefined)
  t.teardown(close)
  await house.database.sql.begin((tx) => saveBrand(tx, fern))
  await addTopics(house)
  await addPerson(house, 'p0@example.com', yesTo([1], pace))
  await house.database.sql`
    with new as (
      insert into people (id, name, family_name, choices, entry)
      select gen_random_uuid(), 'P', '', choices, entry from people, generate_series(2, ${people}) returning id)
    insert into addresses (channel, canonical, person, spelling, fingerprint)
    select 'email', 'p' || n || '@example.com', id, 'p' || n || '@example.com', md5(id::text)
    from (select id, row_number() over () as n from new) as numbered`
  return { house, relay, open: () => gate.resolve(), run: (...args: string[]) => running(t, env, args) }
}

type Running = {
  /** What it said on stderr until now. */
  words(): string
  signal(name: 'SIGTERM' | 'SIGKILL'): void
  /** Its exit code, or the signal that ended it, and its stdout. */
  ended: Promise<{ code: number | string; out: string }>
}

/** One process of ours, killed when the test ends. */
function running(t: T, env: NodeJS.ProcessEnv, args: string[]): Running {
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let words = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
  const ended = once(child, 'close').then(([code, signal]: (number | string)[]) => ({
    code: code ?? signal ?? '',
    out,
  }))
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return { words: () => words, signal: (name) => void child.kill(name), ended }
}

/** A campaign that is being sent, its people cut into slices so small that several workers find something to do. */
async function startInSlices(house: House, slug: string, size: number): Promise<void> {
  const campaign = await createCampaign(house, {
    slug,
    topic: 'repairs',
    subject: `About ${slug}`,
    inShort: `In short: ${slug}.`,
    sender: 'Fern <news@fern.example>',
    body: 'Hello {{name|there}}.\n',
    usefulUntil: null,
  })
  await house.database.sql.begin(async (tx) => {
    await moveCampaign(tx, campaign.message, ['draft'], 'sending')
    await planSlices(tx, campaign.message, await ranges(tx, size))
  })
}

const sentAndDone = (house: House, slug: string) => async () => {
  const report = await reportCampaign(house, slug)
  return report.state === 'sent' && report.released === 0
}

function sumsAgree(report: Report): boolean {
  const { sent, refused, deferred, unknown, cancelled, held, released, changed } = report
  return report.now + report.later === sent + refused + deferred + unknown + cancelled + held + released + changed
}

const addressesOf = (relay: { received: readonly { to: string[] }[] }) => relay.received.flatMap(({ to }) => to)

t.test('two workers and the command that sends share one campaign: everybody gets it exactly once', async (t) => {
  const { house, relay, open, run } = await sendingHouse(t, 500)
  await startInSlices(house, 'darn', 50)
  const sending = run('campaign', 'send', 'darn', '--confirm', '500', '--json')
  run('work')
  run('work')
  await until(async () => relay.connections() === 3 * ofOneProcess.connections)
  open()
  const { code, out } = await sending.ended
  t.equal(code, 0, sending.words())
  const report: Report = JSON.parse(out)
  t.match(report, { state: 'sent', people: 500, sent: 500, unknown: 0 })
  t.ok(sumsAgree(report))
  t.same([addressesOf(relay).length, new Set(addressesOf(relay)).size], [500, 500])
  const [jobs] = await house.database.sql<
    { data: string }[]
  >`select string_agg(data::text, ' ') as data from pgboss.job`
  t.notMatch(jobs?.data, /@|example/, 'no job holds personal data')
})

t.test('told to end, a worker answers for what is in flight, leaves the rest to others, and ends with 0', async (t) => {
  const { house, relay, open, run } = await sendingHouse(t, 500)
  await startInSlices(house, 'darn', slicePeople)
  const worker = run('work')
  await until(async () => relay.connections() === ofOneProcess.connections)
  await until(async () => (await reportCampaign(house, 'darn')).released === ofOneProcess.released)
  worker.signal('SIGTERM')
  await until(async () => /ending once/.test(worker.words()))
  // Long enough for a worker that did not wait for its answers to close everything and be gone.
  for (let looks = 0; looks < 200; looks++) await reportCampaign(house, 'darn')
  open()
  t.match(await worker.ended, { code: 0 })
  const report = await reportCampaign(house, 'darn')
  t.match(report, { state: 'sending', unknown: 0, released: 0, deferred: 0 })
  t.equal(report.sent, relay.received.length)
  t.ok(report.people < 500, 'nothing new was released')
  t.ok(sumsAgree(report))
  run('work')
  await until(sentAndDone(house, 'darn'))
  t.match(await reportCampaign(house, 'darn'), { people: 500, sent: 500 })
  t.equal(new Set(addressesOf(relay)).size, relay.received.length)
})

t.test('told twice, it ends at once, and what it had in hand becomes unknown for all to see', async (t) => {
  const { house, relay, run } = await sendingHouse(t, 20, 'digest-daily')
  await startInSlices(house, 'darn', 50)
  const worker = run('work')
  await until(async () => (await reportCampaign(house, 'darn')).state === 'sent')
  await moveClock(house.database.url, '2 days')
  await until(async () => relay.connections() === ofOneProcess.connections)
  worker.signal('SIGTERM')
  await until(async () => /a second signal/.test(worker.words()))
  worker.signal('SIGTERM')
  t.match(await worker.ended, { code: 1 })
  t.match(await reportCampaign(house, 'darn'), { released: 20 })
  run('work')
  await until(async () => (await reportCampaign(house, 'darn')).released === 0)
  t.match(await reportCampaign(house, 'darn'), { held: 0, unknown: 20, sent: 0 })
})

t.test('a worker that is killed in the middle: the others do the rest, and nobody gets it twice', async (t) => {
  const { house, relay, open, run } = await sendingHouse(t, 800)
  await startInSlices(house, 'darn', slicePeople)
  const [dying] = [run('work'), run('work')]
  await until(async () => (await reportCampaign(house, 'darn')).released === 2 * ofOneProcess.released)
  dying?.signal('SIGKILL')
  await dying?.ended
  open()
  await until(sentAndDone(house, 'darn'))
  const report = await reportCampaign(house, 'darn')
  t.ok(sumsAgree(report))
  t.equal(report.unknown, ofOneProcess.released, 'what it had released and nobody answered')
  t.match(report, { people: 800, now: 800, sent: 800 - report.unknown })
  t.equal(new Set(addressesOf(relay)).size, relay.received.length)
  const [row] = await house.database.sql<{ n: number }[]>`select count(distinct person)::int as n from deliveries`
  t.equal(row?.n, 800, 'and nobody was left out')
  // A worker seals each minute, and at the end of a campaign, which is a moment after the last answer.
  await until(async () => (await sealFaults(house)).length === 0)
})

t.test(
  'F19: all database sessions are cut again and again under load: workers survive, go on by themselves, and nobody gets it twice',
  async (t) => {
    const people = 1_200
    const { house, relay, open, run } = await sendingHouse(t, people)
    const workers = [run('work'), run('work')]
    // One that is cut off while it starts does not start, and says so.
    await until(async () => workers.every(({ words }) => words().startsWith('Working.')))
    open()
    await startInSlices(house, 'darn', slicePeople)
    const cutAll = () =>
      house.database.sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like 'courtesy%' and pid <> pg_backend_pid()`
    for (let cut = 0; cut < 4; cut++) {
      const before = relay.received.length
      await until(async () => relay.received.length >= Math.min(before + 100, people / 2))
      await cutAll()
    }
    // Our own sessions were cut too: what is asked on one of them fails once.
    const done = sentAndDone(house, 'darn')
    await until(() => done().catch(() => false))
    const report = await reportCampaign(house, 'darn')
    t.ok(sumsAgree(report))
    t.match(report, { people, now: people, sent: people - report.unknown, released: 0 })
    t.equal(new Set(addressesOf(relay)).size, relay.received.length, 'nobody got it twice')
    for (const worker of workers) {
      worker.signal('SIGTERM')
      t.match(await worker.ended, { code: 0 }, `it was there all the time: ${worker.words()}`)
    }
  },
)

t.test('a worker starts a scheduled campaign when its time has come, and sends what comes to its slot', async (t) => {
  const { house, relay, open, run } = await sendingHouse(t, 5)
  open()
  await addPerson(house, 'eve@example.com', yesTo([1], 'digest-daily'))
  await startInSlices(house, 'other', 50)
  await house.database.sql`update campaigns set state = 'draft', started_at = null`
  await house.database.sql`delete from slices`
  const [soon] = await house.database.sql<{ at: string }[]>`select instant() + interval '1 hour' as at`
  await scheduleCampaign(house, 'other', { at: new Date(soon?.at ?? '').toISOString(), confirm: 5 })
  const worker = run('work')
  await until(async () => /Working/.test(worker.words()))
  t.match(await reportCampaign(house, 'other'), { state: 'scheduled' })
  await moveClock(house.database.url, '2 hours')
  await until(sentAndDone(house, 'other'))
  t.match(await reportCampaign(house, 'other'), { sent: 5, held: 1 })
  await moveClock(house.database.url, '2 days')
  await until(async () => (await reportCampaign(house, 'other')).sent === 6)
  t.equal(new Set(addressesOf(relay)).size, 6)
})

t.test(
  'the queue’s tables are dropped while it runs: what is in hand goes on, and what comes after is found',
  async (t) => {
    const { house, relay, open, run } = await sendingHouse(t, 200)
    await startInSlices(house, 'darn', 50)
    const worker = run('work')
    await until(async () => relay.connections() === ofOneProcess.connections)
    await house.database.sql`drop schema pgboss cascade`
    await startInSlices(house, 'hats', 50)
    open()
    await until(sentAndDone(house, 'darn'))
    await until(sentAndDone(house, 'hats'))
    for (const slug of ['darn', 'hats']) t.match(await reportCampaign(house, slug), { sent: 200, unknown: 0 })
    t.equal(relay.received.length, 400)
    t.equal(worker.words().match(/tries again every few seconds/g)?.length, 1, 'the log hears of it once')
    t.notMatch(worker.words(), /@|select|insert/i)
    worker.signal('SIGTERM')
    t.match(await worker.ended, { code: 0 })
  },
)

t.test('the pages have a worker beside them unless they are told not to', async (t) => {
  const { house, open, run } = await sendingHouse(t, 5)
  open()
  await startInSlices(house, 'darn', 50)
  const pages = run('serve', '--no-worker')
  await until(async () => /listens on/.test(pages.words()))
  const [queue] = await house.database.sql<{ there: boolean }[]>`select to_regnamespace('pgboss') is not null as there`
  t.equal(queue?.there, false)
  const both = run('serve')
  await until(sentAndDone(house, 'darn'))
  for (const one of [pages, both]) {
    one.signal('SIGTERM')
    t.match(await one.ended, { code: 0 })
  }
})
