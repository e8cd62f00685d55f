import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import postgres from 'postgres'
import tap from 'tap'
import { joinBundledServer } from '../../src/store/bundled-postgres.ts'
import { runningSince } from '../../src/store/start-lock.ts'
import {
  answer,
  dataFolder,
  isRoot,
  joined,
  otherProcess,
  postmasterPid,
  starts,
  until,
} from '../support/bundled-server.ts'

const sessions = `from pg_stat_activity where application_name = 'courtesy-session'`

await tap.test('a server starts on nothing, for this machine and with a password only, and durable', async (t) => {
  const dataDir = await dataFolder(t)
  const server = await joinBundledServer({ dataDir })
  t.teardown(() => server.leave())
  const found = {
    database: await answer(server.url, 'current_database()'),
    addresses: await answer(server.url, `current_setting('listen_addresses')`),
    sockets: await answer(server.url, `current_setting('unix_socket_directories')`),
    auth: await answer(server.url, `select string_agg(distinct auth_method, ',') from pg_hba_file_rules`),
    fsync: await answer(server.url, `current_setting('fsync')`),
    commit: await answer(server.url, `current_setting('synchronous_commit')`),
    zone: await answer(server.url, `current_setting('TimeZone')`),
    locale: await answer(server.url, `select datlocale from pg_database where datname = 'courtesy'`),
  }
  t.same(found, {
    database: 'courtesy',
    addresses: '127.0.0.1',
    sockets: '',
    auth: 'scram-sha-256',
    fsync: 'on',
    commit: 'on',
    zone: 'UTC',
    locale: 'C.UTF-8',
  })
  t.equal((await stat(join(dataDir, 'postgres', 'courtesy.password'))).mode & 0o777, 0o600)
  const wrong = Object.assign(new URL(server.url), { password: 'guess' }).href
  await t.rejects(answer(wrong, '1'), { code: '28P01' })
})

await tap.test('the last one out stops the server, and what was written is there the next time', async (t) => {
  const dataDir = await dataFolder(t)
  const first = await joined(t, dataDir)
  const second = otherProcess(t, dataDir)
  t.equal(await second.url, first.url, 'the second process joins the same server')
  const sql = postgres(first.url, { max: 1 })
  await sql`create table kept as select 42 as n`
  await sql.end()
  const pid = await postmasterPid(dataDir)
  await first.leave()
  await first.leave()
  t.equal(await answer(first.url, 'select n from kept'), 42, 'it runs on for the other one')
  await second.leave()
  t.equal(await runningSince(pid), undefined, 'it is gone')
  const again = await joined(t, dataDir)
  t.equal(await answer(again.url, 'select n from kept'), 42)
})

await tap.test('a server left over by a killed process is found and used', async (t) => {
  const dataDir = await dataFolder(t)
  const killed = otherProcess(t, dataDir)
  const url = await killed.url
  await killed.kill()
  const pid = await postmasterPid(dataDir)
  t.ok(await runningSince(pid), 'it outlives the one who started it')
  const next = await joined(t, dataDir)
  t.equal(next.url, url)
  t.equal(await starts(dataDir), 1)
  await until(async () => (await answer(url, `select count(*)::int ${sessions}`)) === 1)
  await next.leave()
  t.equal(await runningSince(pid), undefined)
})

await tap.test('three processes that start at once on nothing share one server', async (t) => {
  const dataDir = await dataFolder(t)
  const processes = [1, 2, 3].map(() => otherProcess(t, dataDir))
  const urls = await Promise.all(processes.map((one) => one.url))
  t.equal(new Set(urls).size, 1)
  t.equal(await starts(dataDir), 1)
  const pid = await postmasterPid(dataDir)
  await Promise.all(processes.map((one) => one.leave()))
  t.equal(await runningSince(pid), undefined, 'leaving all at once leaves none behind')
})

await tap.test('a process has a session again after the server cut it', async (t) => {
  const server = await joined(t, await dataFolder(t))
  const before = await answer(server.url, `select max(pid) ${sessions}`)
  await answer(server.url, `pg_terminate_backend(${String(before)})`)
  await until(
    async () => (await answer(server.url, `select count(*)::int ${sessions} and pid <> ${String(before)}`)) === 1,
  )
})

await tap.test('a server that was killed comes back on the port that others know, if it is still free', async (t) => {
  const dataDir = await dataFolder(t)
  const killServer = async (): Promise<void> => {
    const pid = await postmasterPid(dataDir)
    process.kill(pid, 'SIGKILL')
    await until(async () => (await runningSince(pid)) === undefined)
  }
  const first = await joined(t, dataDir)
  await killServer()
  t.equal((await joined(t, dataDir)).url, first.url)

  await killServer()
  const squatter = createServer().listen(Number(new URL(first.url).port), '127.0.0.1')
  t.teardown(() => squatter.close())
  await once(squatter, 'listening')
  const third = await joined(t, dataDir)
  t.not(third.url, first.url)
  t.equal(await answer(third.url, '1'), 1)
})

await tap.test('the pid of a dead server that is another program by now keeps no server from starting', async (t) => {
  const dataDir = await dataFolder(t)
  const first = await joined(t, dataDir)
  await first.leave()
  const { uid, gid } = await stat(join(dataDir, 'postgres'))
  const other = spawn('sleep', ['60'], { stdio: 'ignore', ...(isRoot ? { uid, gid } : {}) })
  t.teardown(() => other.kill())
  const pidFile = [other.pid, join(dataDir, 'postgres'), 1, 54321, '', '127.0.0.1', '', 'ready', ''].join('\n')
  await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), pidFile)
  const server = await joined(t, dataDir)
  t.equal(await answer(server.url, '1'), 1)
  t.equal(other.exitCode, null, 'and that program is left alone')
})

await tap.test('data that a killed start left half-made is never taken for data', async (t) => {
  const dataDir = await dataFolder(t)
  const killed = otherProcess(t, dataDir)
  killed.url.catch(() => undefined)
  await until(async () => (await readdir(dataDir, { recursive: true })).some((name) => name.endsWith('PG_VERSION')))
  await killed.kill()
  t.notOk(existsSync(join(dataDir, 'postgres')))
  const server = await joined(t, dataDir)
  t.equal(await answer(server.url, '1'), 1)
  t.same((await readdir(dataDir)).toSorted(), ['postgres', 'postgres.log'], 'and nothing of it stays')
})
