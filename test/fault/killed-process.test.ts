import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { House } from '../../src/actions/house.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { sendDue } from '../../src/actions/send-due.ts'
import { withWorker } from '../../src/actions/sweep.ts'
import { slicesAtOnce } from '../../src/actions/work-slices.ts'
import { relayUse } from '../../src/mail/smtp-courier.ts'
import { addTopics, yesTo } from '../support/cast.ts'
import { faultServer, type FaultServer, type Phase, type Script } from '../support/fault-smtp-server.ts'
import { openTestHouse } from '../support/house.ts'
import { sealFaults } from '../support/seals.ts'
import { addCrowd, courierTo, moreThanOnce, sumsAgree, writeCampaign } from '../support/oracle.ts'

type Test = Pick<typeof t, 'ok' | 'equal' | 'same' | 'match'>
type T = Parameters<typeof openTestHouse>[0]

const root = fileURLToPath(new URL('../..', import.meta.url))
/** What one process may have between release and outcome: connections × parcels for each, shared by three slices. */
const inHand = Math.ceil((relayUse.connections * relayUse.perConnection) / slicesAtOnce) * slicesAtOnce

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
  writeFileSync(join(dataDir, 'keyring.json'), keyringOf(house), { mode: 0o400 })
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
  const send = (more: Record<string, string> = {}): Process => {
    const args = [join(root, 'bin/courtesy.mjs'), 'campaign', 'send', 'darn', '--confirm', String(people), '--json']
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...env, ...more },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
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

/** The house's keyring as the program reads it; the keys of links are others, as nobody follows a link here. */
function keyringOf({ keys }: House): string {
  return JSON.stringify({
    ledger: keys.ledger.export({ type: 'pkcs8', format: 'pem' }),
    links: { 1: randomBytes(32).toString('hex') },
    currentLinks: '1',
    fingerprint: keys.fingerprint.export().toString('hex'),
  })
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
async function check(t: Test, house: House, server: FaultServer, people: number, left: number): Promise<void> {
  const report = await reportCampaign(house, 'darn')
  t.ok(sumsAgree(report), 'the sums agree')
  t.match(report, { state: 'sent', people, now: people, released: 0, deferred: 0, refused: 0 })
  t.equal(report.sent + report.unknown, people, 'nobody is missing')
  t.equal(report.unknown, left, 'unknown is what was released and unanswered')
  t.same(await sealFaults(house), [], 'all of it is sealed, once')
  t.same(moreThanOnce(server.copiesBySubject()), [], 'nobody got it twice')
  const recorded = await house.database.sql<{ spelling: string }[]>`
    select spelling from deliveries d join addresses a using (person) where state = 'sent'`
  const copies = server.copiesBySubject()
  t.equal(
    recorded.filter(({ spelling }) => !copies.has(`darn ${spelling}`)).length,
    0,
    'whatever is called sent arrived',
  )
}

/** Kills it at the moment that `when` waits for. @returns what it left between release and outcome. */
async function killed(t: Test, house: House, process: Process, when: Promise<unknown>): Promise<number> {
  await Promise.race([when, process.ended])
  process.child.kill('SIGKILL')
  t.match(await process.ended, { signal: 'SIGKILL' }, 'it was still at it')
  const left = await leftBy(house)
  t.ok(left <= inHand, `${left} were in hand`)
  t.ok(sumsAgree(await reportCampaign(house, 'darn')))
  return left
}

t.test('F1-F5: kill -9 at every stage: 0 twice, 0 missing, sums exact, unknown is what was in hand', async (t) => {
  const people = 2_000
  const fault: { at: Phase | null; met: () => void } = { at: null, met: () => undefined }
  const { server, house, send } = await campaignOf(t, people, ({ phase }) => {
    if (phase !== fault.at) return undefined
    fault.met()
    return 'stall'
  })
  const at = (phase: Phase) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    Object.assign(fault, { at: phase, met: resolve })
    return promise.finally(() => (fault.at = null))
  }
  let left = await killed(t, house, send(), at('CONNECT'))
  t.ok(left > 0, 'F2: released, and nothing dialled')
  t.equal(server.dots.length, 0)
  left += await killed(t, house, send(), at('DOT'))
  t.ok(server.dots.length > 0, 'F3: after the dot, before its answer')
  const seen = server.dots.length
  left += await killed(
    t,
    house,
    send(),
    until(() => server.dots.slice(seen).some((dot) => dot.taken)),
  )
  const moment = server.dots.length + 1 + Math.floor(Math.random() * 600)
  left += await killed(
    t,
    house,
    send(),
    until(() => server.dots.length >= moment),
  )
  t.comment(`F1: killed at dot ${moment}, ${left} in hand in all`)
  t.match(await send().ended, { code: 0 })
  await check(t, house, server, people, left)
})

t.test('F6: told to end, it releases nothing new, answers what is in flight and leaves nothing unknown', async (t) => {
  const { server, house, send } = await campaignOf(t, 1_000, ({ phase }) => (phase === 'DATA' ? 'slow' : undefined))
  const process = send()
  await until(() => server.dots.length > 20)
  process.child.kill('SIGTERM')
  t.match(await process.ended, { code: 2, words: /Go on with/ })
  const report = await reportCampaign(house, 'darn')
  t.match(report, { state: 'sending', released: 0, unknown: 0, sent: server.dots.length })
  t.ok(report.sent < 1_000 && sumsAgree(report))
})

t.test(
  'F7: stopped for longer than its lease after a release, it begins nothing of it; it comes later, once',
  async (t) => {
    const people = 40
    const [greeting, greeted] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let mails = 0
    const { server, house, send } = await campaignOf(t, people, async ({ phase }) => {
      if (phase === 'MAIL') mails += 1
      if (phase !== 'CONNECT') return undefined
      greeting.resolve()
      await greeted.promise
      return undefined
    })
    const { sql } = house.database
    // Its clock is a minute on once that file is there: what a process sees that was stopped so long.
    const lateClock = fileURLToPath(new URL('../support/late-clock.mjs', import.meta.url))
    const late = join(t.testdir(), 'late')
    const process = send({ NODE_OPTIONS: `--import=${lateClock}`, COURTESY_LATE_ONCE: late })
    await Promise.race([greeting.promise, process.ended])
    process.child.kill('SIGSTOP')
    writeFileSync(late, '')
    const [released] = await sql<{ n: number }[]>`select count(*)::int as n from deliveries where state = 'released'`
    t.equal(released?.n, people, 'all of it was released before it was stopped')
    greeted.resolve()
    process.child.kill('SIGCONT')
    t.match(await process.ended, { code: 0 })
    t.equal(mails, 0, 'no MAIL FROM')
    const report = await reportCampaign(house, 'darn')
    t.match(report, { sent: 0, released: 0, deferred: people })
    t.ok(sumsAgree(report))
    await sql`update deliveries set due_at = instant() where state = 'deferred'`
    await withWorker(house, (worker) => sendDue({ ...house, courier: courierTo(t, server) }, worker))
    t.match(await reportCampaign(house, 'darn'), { sent: people, deferred: 0 })
    t.same(moreThanOnce(server.copiesBySubject()), [], 'no second copy')
  },
)
