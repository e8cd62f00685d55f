import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chown, mkdtemp, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Problem } from '../domain/problem.ts'
import { codeOf } from './error-code.ts'
import type { Account } from './postgres-account.ts'
import { unfinishedPrefix } from './postgres-binaries.ts'
import { explainedFailure, serverEnvironment } from './postgres-process.ts'

/** The only role of the bundled server, its superuser. */
export const serverUser = 'courtesy'

/**
 * Makes dataDir/postgres unless it is there, and returns the password of the server's user. Call it under the start lock only.
 * @throws Problem 'not-ready' for data of another major version, data that is not PostgreSQL's, or a lost password.
 */
export async function preparedData(
  dataDir: string,
  account: Account,
  settings: Record<string, string>,
): Promise<string> {
  const data = join(dataDir, 'postgres')
  const major = await contentOf(join(data, 'PG_VERSION'))
  if (major === undefined) {
    await refuseForeignFolder(data)
    return await createData(dataDir, account, settings)
  }
  if (Number(major) !== account.binaries.major) throw otherMajor(data, Number(major), account.binaries.major)
  const password = await contentOf(passwordFileIn(data))
  if (password) return password
  throw new Problem(
    'not-ready',
    `the password of the data in ${data} is missing (${passwordFileIn(data)}); put that file back from a backup, or move ${data} away to begin with an empty database`,
  )
}

async function refuseForeignFolder(data: string): Promise<void> {
  const names = await readdir(data).catch(() => [])
  if (names.length === 0) return
  throw new Problem(
    'not-ready',
    `${data} holds files but no PostgreSQL data (there is no PG_VERSION in it); move it away and start again`,
  )
}

/** Everything is made beside its place and renamed into it at the end: what a killed run leaves behind is never taken for data. */
async function createData(dataDir: string, account: Account, settings: Record<string, string>): Promise<string> {
  await removeUnfinished(dataDir)
  const stage = await mkdtemp(join(dataDir, unfinishedPrefix))
  const password = randomBytes(24).toString('base64url')
  const passwordForInitdb = join(stage, 'password')
  await writeFile(passwordForInitdb, password, { mode: 0o600, flush: true })
  if (account.owner) {
    await chown(passwordForInitdb, account.owner.uid, account.owner.gid)
    await chown(stage, account.owner.uid, account.owner.gid)
  }
  const made = join(stage, 'data')
  try {
    await runInitdb(dataDir, account, [
      `--pgdata=${made}`,
      `--username=${serverUser}`,
      '--auth=scram-sha-256',
      `--pwfile=${passwordForInitdb}`,
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(settings['fsync'] === 'off' ? ['--no-sync'] : []),
    ])
    await rename(passwordForInitdb, passwordFileIn(made))
    await syncFolder(made)
    await rename(made, join(dataDir, 'postgres'))
    await syncFolder(dataDir)
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
  return password
}

async function runInitdb(dataDir: string, account: Account, args: string[]): Promise<void> {
  const initdb = account.command(account.binaries.initdb, args)
  const child = spawn(initdb.file, initdb.args, {
    ...initdb.options,
    cwd: dataDir,
    env: serverEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [[status], printed, complaints] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ])
  if (status !== 0) throw explainedFailure(dataDir, printed + complaints)
}

async function removeUnfinished(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    // An initdb that outlived its parent may still be writing here: what cannot be removed now, a later start removes.
    if (name.startsWith(unfinishedPrefix))
      await rm(join(dataDir, name), { recursive: true, force: true }).catch(() => {})
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** It lies with its data, so that whoever moves the one moves the other. */
function passwordFileIn(data: string): string {
  return join(data, 'courtesy.password')
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function otherMajor(data: string, found: number, bundled: number): Problem {
  return new Problem(
    'not-ready',
    `${data} was made by PostgreSQL ${found}, and PostgreSQL ${bundled} is bundled, which cannot read it. Either dump it with the older one ` +
      `(pg_dump of PostgreSQL ${found} or newer, while the Courtesy that came with ${found} runs) and load it into the new one, or move the folder away to begin with an empty database`,
  )
}
