import { execFile } from 'node:child_process'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import tap from 'tap'
import { joinBundledServer } from '../../src/store/bundled-postgres.ts'
import { bundledBinaries, enterableCopyOf } from '../../src/store/postgres-binaries.ts'
import { explainedFailure } from '../../src/store/postgres-process.ts'
import { answer, dataFolder, isRoot, joined, otherProcess } from '../support/bundled-server.ts'

await tap.test('the server never runs as root, and works in a folder that only root can enter', async (t) => {
  const dataDir = await dataFolder(t, 0o700)
  const server = await joined(t, dataDir)
  t.equal(await answer(server.url, '1'), 1)
  const { uid } = await stat(join(dataDir, 'postgres', 'postmaster.pid'))
  if (isRoot) t.not(uid, 0)
  else t.equal(uid, process.getuid?.())
})

await tap.test('where root may not let the server into a folder, the error says where to put the data', async (t) => {
  if (!isRoot) {
    t.pass('an ordinary user runs the server herself')
    return
  }
  // Without setpriv in the PATH there is no way to keep the right to enter.
  const other = otherProcess(t, await dataFolder(t, 0o700), { PATH: '/nonexistent' })
  await t.rejects(other.url, { message: /cannot enter .*set DATA_DIR/ })
})

await tap.test('the programs can be copied to where every user can run them, once', async (t) => {
  const folder = await dataFolder(t)
  const copy = await enterableCopyOf(await bundledBinaries(), folder)
  const asSomebodyElse = isRoot ? { uid: 65534, gid: 65534 } : {}
  const { stdout } = await promisify(execFile)(copy.postgres, ['--version'], asSomebodyElse)
  t.match(stdout, `PostgreSQL) ${copy.major}.`)
  const { ino } = await stat(copy.postgres)
  await enterableCopyOf(await bundledBinaries(), folder)
  t.equal((await stat(copy.postgres)).ino, ino)
  t.equal((await readdir(folder)).length, 1)
})

await tap.test('data of another major version, of something else, or without its password is left alone', async (t) => {
  const dataDir = await dataFolder(t)
  const data = join(dataDir, 'postgres')
  await mkdir(data)
  await writeFile(join(data, 'notes.txt'), 'mine')
  const start = (): Promise<unknown> => joinBundledServer({ dataDir })
  await t.rejects(start(), { code: 'not-ready', message: /no PostgreSQL data.*move it away/ })
  await writeFile(join(data, 'PG_VERSION'), '17\n')
  await t.rejects(start(), {
    code: 'not-ready',
    message: /PostgreSQL 17.*PostgreSQL 18 is bundled.*dump.*move/,
  })
  await writeFile(join(data, 'PG_VERSION'), '18\n')
  await t.rejects(start(), { code: 'not-ready', message: /courtesy\.password.*backup/ })
  t.same((await readdir(dataDir, { recursive: true })).toSorted(), [
    'postgres',
    'postgres/PG_VERSION',
    'postgres/notes.txt',
  ])
})

await tap.test('a wrong password is refused, and leaves no server behind', async (t) => {
  const dataDir = await dataFolder(t)
  const server = await joined(t, dataDir)
  await server.leave()
  await writeFile(join(dataDir, 'postgres', 'courtesy.password'), 'another')
  await t.rejects(joined(t, dataDir), { code: 'not-ready', message: /courtesy\.password.*backup/ })
  t.notOk((await readdir(join(dataDir, 'postgres'))).includes('postmaster.pid'))
})

await tap.test('what cannot work says what to do instead', async (t) => {
  await t.rejects(bundledBinaries('sunos', 'sparc'), {
    code: 'unavailable',
    message: /sunos-sparc.*DATABASE_URL.*15/,
  })
  const full = explainedFailure('/data', 'HINT:  Check free disk space.')
  t.match(full, { code: 'unavailable', message: /disk.*\/data is full.*free/ })
  const taken = explainedFailure('/data', 'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use')
  t.match(taken, { code: 'unavailable', message: /port.*taken.*DATABASE_URL/ })
  const unknown = explainedFailure('/data', 'one\ntwo\n')
  t.match(unknown, { code: 'unavailable', message: /DATABASE_URL[^]*one\ntwo$/ })
})
