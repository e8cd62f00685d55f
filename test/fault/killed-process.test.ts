import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { House } from '../../src/actions/house.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { addTopics, yesTo } from '../support/cast.ts'
import { faultServer, type FaultServer, type Script } from '../support/fault-smtp-server.ts'
import { openTestHouse } from '../support/house.ts'
import { addCrowd, moreThanOnce, sumsAgree, writeCampaign } from '../support/oracle.ts'

type T = Parameters<typeof openTestHouse>[0]

const root = fileURLToPath(new URL('../..', import.meta.url))
/** What one process may have between release and outcome: connections × parcels for each × slices at once. */
const inHand = 10 * 5 * 3

type Ended = { code: number | null; signal: string | null; words: string }
type Process = { child: ChildProcess; ended: Promise<Ended> }

/** A house with people and a campaign, a server, and the program itself to send it with. */
async function campaignOf(t: T, people: number, script?: Script) {
  const server = await faultServer(t, script)
  const house = await openTestHouse(t)
  await addTopics(house)
  await addCrowd(house, people, yesTo([1]))
  await writeCampaign(house, 'darn')
  const dataDir = mkdtempSync(join(tmpdir(), 'courtesy-killed-'))
  t.teardown(async () => rmSync(dataDir, { recursive: true, force: true }))
  const running = new Set<ChildProcess>()
  t.teardown(async () => {
    for (const child of running) child.kill('SIGKILL')
  })
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: house.database.url,
    SMTP_URL: server.url,
    DATA_DIR: dataDir,
    PUBLIC_URL: 'http://127.0.0.1:3999',
  }
  const send = (): Process => {
    const args = [join(root, 'bin/courtesy.mjs'), 'campaign', 'send', 'darn', '--confirm', String(people), '--json']
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'pipe'] })
    running.add(child)
    let words = ''
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
    const ended = once(child, 'close').then(([code, signal]: unknown[]) => {
      running.delete(child)
      return { code: code as number | null, signal: signal as string | null, words }
    })
    return { child, ended }
  }
  return { server, house, send }
}

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await new Promise((go) => setImmediate(go))
}

/** A killed process' sessions end a moment after it. @returns what it left between release and outcome. */
async function leftBy(house: House): Promise<number> {
  const { sql } = house.database
  await until(async () => {
    const [row] = await sql<{ n: number }[]>`
      select count(*)::int as n from pg_locks l join pg_database d on d.oid = l.database
      where d.datname = current_database() and l.locktype = 'advisory'`
    return row?.n === 0
  })
  const [row] = await sql<{ n: number }[]>`select count(*)::int as n from deliveries where state = 'released'`
  return row?.n ?? 0
}

/** I-4, I-5 and I-7 as whoever reads the database and the receiver's log can see them. */
async function check(t: Tap.Test, house: House, server: FaultServer, people: number, left: number): Promise<void> {
  const report = await reportCampaign(house, 'darn')
  t.ok(sumsAgree(report), 'the sums agree')
  t.match(report, { state: 'sent', people, now: people, released: 0, deferred: 0, refused: 0 })
  t.equal(report.sent + report.unknown, people, 'nobody is missing')
  t.equal(report.unknown, left, 'unknown is what was released and unanswered')
  t.same(moreThanOnce(server.copiesBySubject()), [], 'nobody got it twice')
  const recorded = await house.database.sql<{ spelling: string }[]>`
    select spelling from deliveries d join addresses a using (person) where state = 'sent'`
  const copies = server.copiesBySubject()
  t.equal(recorded.filter(({ spelling }) => !copies.has(`darn ${spelling}`)).length, 0, 'whatever is called sent arrived')
}

declare namespace Tap {
  type Test = typeof t
}

t.test('F1, F5: kill -9 at random moments: 0 twice, 0 missing, sums exact, unknown is what was in hand', async (t) => {
  const { server, house, send } = await campaignOf(t, 2_000)
  let left = 0
  const moments: number[] = []
  for (let kills = 0; kills < 4; kills++) {
    const process = send()
    const moment = server.dots.length + 1 + Math.floor(Math.random() * 300)
    moments.push(moment)
    await Promise.race([until(() => server.dots.length >= moment), process.ended])
    process.child.kill('SIGKILL')
    await process.ended
    const now = await leftBy(house)
    t.ok(now <= inHand, `${now} in hand`)
    left += now
    t.ok(sumsAgree(await reportCampaign(house, 'darn')))
  }
  t.comment(`killed at dots ${moments.join(', ')}`)
  t.match(await send().ended, { code: 0 })
  await check(t as unknown as Tap.Test, house, server, 2_000, left)
})

const moments: [string, 'CONNECT' | 'RCPT' | 'DOT'][] = [
  ['F2: kill -9 after the release, before anything was dialled', 'CONNECT'],
  ['F2: kill -9 in the middle of the dialogue', 'RCPT'],
  ['F3: kill -9 after the dot, before its answer', 'DOT'],
]

for (const [name, phase] of moments) {
  t.test(`${name}: unknown, not sent again`, async (t) => {
    const met = Promise.withResolvers<void>()
    let open = false
    const { server, house, send } = await campaignOf(t, 200, (moment) => {
      if (moment.phase !== phase || open) return undefined
      met.resolve()
      return 'stall'
    })
    const process = send()
    await met.promise
    process.child.kill('SIGKILL')
    await process.ended
    const left = await leftBy(house)
    t.ok(left > 0 && left <= inHand, `${left} in hand`)
    open = true
    t.match(await send().ended, { code: 0 })
    await check(t as unknown as Tap.Test, house, server, 200, left)
  })
}

t.test('F4: kill -9 after the 250, before it was written down: unknown, and one copy', async (t) => {
  const { server, house, send } = await campaignOf(t, 200)
  const process = send()
  await until(() => server.dots.some((dot) => dot.taken))
  process.child.kill('SIGKILL')
  await process.ended
  const left = await leftBy(house)
  t.match(await send().ended, { code: 0 })
  await check(t as unknown as Tap.Test, house, server, 200, left)
})

t.test('F6: told to end, a worker releases nothing new, answers what is in flight and leaves nothing unknown', async (t) => {
  const { server, house, send } = await campaignOf(t, 1_000, ({ phase }) => (phase === 'DATA' ? 'slow' : undefined))
  const process = send()
  await until(() => server.dots.length > 20)
  process.child.kill('SIGTERM')
  t.match(await process.ended, { code: 2, words: /Go on with/ })
  const report = await reportCampaign(house, 'darn')
  t.match(report, { state: 'sending', released: 0, unknown: 0 })
  t.ok(report.sent < 1_000 && sumsAgree(report))
  t.equal(server.dots.length, report.sent)
  t.match(await send().ended, { code: 0 })
  await check(t as unknown as Tap.Test, house, server, 1_000, 0)
})

t.test('F7: a process that stood still for longer than its lease begins nothing with what it had', async (t) => {
  const met = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<undefined>()
  const { server, house, send } = await campaignOf(t, 60, ({ phase }) => {
    if (phase !== 'CONNECT') return undefined
    met.resolve()
    return gate.promise
  })
  const process = send()
  await met.promise
  process.child.kill('SIGSTOP')
  const before = server.dots.length
  process.child.kill('SIGKILL')
  gate.resolve(undefined)
  await process.ended
  t.equal(server.dots.length, before, 'what stood still has sent nothing')
  const left = await leftBy(house)
  t.match(await send().ended, { code: 0 })
  await check(t as unknown as Tap.Test, house, server, 60, left)
})
