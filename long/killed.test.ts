// kill -9 at random moments during a large campaign that two processes send; COURTESY_PEOPLE and COURTESY_KILLS run a smaller one.
import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { House } from '../src/actions/house.ts'
import { theCampaign } from '../src/actions/check-campaign.ts'
import { reportCampaign } from '../src/actions/report-campaign.ts'
import { startCampaign } from '../src/actions/send-campaign.ts'
import { slicesAtOnce } from '../src/actions/work-slices.ts'
import { relayUse } from '../src/mail/smtp-courier.ts'
import { addTopics, yesTo } from '../test/support/cast.ts'
import { faultServer, type FaultServer } from '../test/support/fault-smtp-server.ts'
import { openTestHouse } from '../test/support/house.ts'
import { addCrowd, moreThanOnce, sumsAgree, writeCampaign } from '../test/support/oracle.ts'

const people = Number(process.env['COURTESY_PEOPLE'] ?? 20_000)
const kills = Number(process.env['COURTESY_KILLS'] ?? 50)
const root = fileURLToPath(new URL('..', import.meta.url))
const processes = 2
/** Connections × parcels for each, shared by three slices, in one process. */
const inHand = Math.ceil((relayUse.connections * relayUse.perConnection) / slicesAtOnce) * slicesAtOnce

function keyringOf({ keys }: House): string {
  return JSON.stringify({
    ledger: keys.ledger.export({ type: 'pkcs8', format: 'pem' }),
    links: { 1: randomBytes(32).toString('hex') },
    currentLinks: '1',
    fingerprint: keys.fingerprint.export().toString('hex'),
  })
}

/** Starts the program's worker, and again whenever it has ended. */
function workers(house: House, server: FaultServer, dataDir: string) {
  const running = new Set<ChildProcess>()
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: house.database.url,
    SMTP_URL: server.url,
    DATA_DIR: dataDir,
    PUBLIC_URL: 'http://127.0.0.1:3999',
  }
  const start = () => {
    const child = spawn(process.execPath, [join(root, 'bin/courtesy.mjs'), 'work'], { cwd: root, env, stdio: 'ignore' })
    running.add(child)
    child.once('exit', () => running.delete(child))
  }
  return {
    fill: () => {
      while (running.size < processes) start()
    },
    killOne: async () => {
      const [child] = [...running].toSorted(() => Math.random() - 0.5)
      if (!child) return
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
    end: async () => {
      for (const child of running) child.kill('SIGKILL')
      await Promise.all([...running].map((child) => once(child, 'exit')))
    },
  }
}

t.setTimeout(1_500_000)

t.test(
  `${kills} times kill -9 while ${processes} processes send to ${people}: 0 twice, 0 missing, sums exact`,
  async (t) => {
    const server = await faultServer(t)
    const house = await openTestHouse(t)
    await addTopics(house)
    await addCrowd(house, people, yesTo([1]))
    await writeCampaign(house, 'darn')
    const { sql } = house.database
    await startCampaign(house, await theCampaign(sql, 'darn'))
    const dataDir = mkdtempSync(join(tmpdir(), 'courtesy-long-'))
    t.teardown(async () => rmSync(dataDir, { recursive: true, force: true }))
    writeFileSync(join(dataDir, 'keyring.json'), keyringOf(house), { mode: 0o400 })
    const running = workers(house, server, dataDir)
    t.teardown(() => running.end())
    // A kill leaves up to `inHand` unknown, of which few have arrived: the moments leave room for those too.
    const pace = Math.floor((people * 0.45) / kills)
    const state = async () => (await reportCampaign(house, 'darn')).state
    for (let killed = 0; killed < kills; killed++) {
      running.fill()
      const moment = server.dots.length + 1 + Math.floor(Math.random() * 2 * pace)
      for (let looks = 1; server.dots.length < moment; looks++) {
        if (looks % 500 === 0 && (await state()) !== 'sending') throw new Error(`it was over after ${killed} kills`)
        await wait(2)
      }
      await running.killOne()
      const report = await reportCampaign(house, 'darn')
      if (!sumsAgree(report)) t.fail(`after ${killed} kills: ${JSON.stringify(report)}`)
    }
    while ((await state()) !== 'sent') {
      running.fill()
      await wait(250)
    }
    const report = await reportCampaign(house, 'darn')
    t.match(report, { people, now: people, released: 0, deferred: 0, refused: 0 })
    t.ok(sumsAgree(report))
    t.equal(report.sent + report.unknown, people, 'nobody is missing')
    t.ok(report.unknown <= kills * inHand, `${report.unknown} unknown after ${kills} kills`)
    const copies = server.copiesBySubject()
    t.same(moreThanOnce(copies), [], 'nobody got it twice')
    const rows = await sql<{ state: string; spelling: string }[]>`
    select state, spelling from deliveries d join addresses a using (person)`
    t.equal(rows.filter((row) => row.state === 'sent' && !copies.has(`darn ${row.spelling}`)).length, 0)
    t.equal(rows.length, people)
    t.comment(`${report.sent} sent, ${report.unknown} unknown, of which ${copies.size - report.sent} had arrived`)
  },
)
