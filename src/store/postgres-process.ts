import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from '../domain/problem.ts'
import { codeOf } from './error-code.ts'
import type { Account } from './postgres-account.ts'
import { commandLineOf, runningSince } from './start-lock.ts'

/** The server's main process as its pid file tells it; `status` is starting, ready or stopping. */
type Postmaster = { pid: number; port: number; status: string }

const longestStartMs = 300_000
const longestStopMs = 120_000
const pollMs = 10
const largestLogBytes = 10_000_000
const startTries = 15
const pauseMs = 25

const defaults = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '128MB',
  max_connections: '100',
  fsync: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_destination: 'stderr',
  logging_collector: 'off',
  lc_messages: 'C',
  // Statements and key values hold addresses, which do not belong in a log.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
}

/**
 * The port of the server on this data, and whether it is new: started now, because none was running. Call it under the start lock only.
 * @throws Problem 'unavailable' when it does not start; the message tells why and what to do.
 */
export async function runningServer(
  dataDir: string,
  account: Account,
  settings: Record<string, string>,
): Promise<{ port: number; isNew: boolean }> {
  let isNew = false
  const deadline = Date.now() + longestStartMs
  for (let tries = 1; ;) {
    const found = await postmasterOn(dataDir)
    if (found?.status === 'ready') return { port: found.port, isNew }
    if (found && Date.now() > deadline) throw tooSlow(dataDir)
    if (found) {
      await sleep(pollMs)
      continue
    }
    const port = String((await lastPort(dataDir)) || (await freePort()))
    const failure = await startServer(dataDir, account, { ...defaults, ...settings, port })
    isNew = failure === undefined
    if (failure === undefined) continue
    if (tries === startTries || !isPassing(failure)) throw explainedFailure(dataDir, failure)
    await sleep(tries * pauseMs)
    tries += 1
  }
}

/** Ends the server as it likes it best (fast shutdown: sessions are cut, everything is written) and waits until it is gone. */
export async function stopServer(dataDir: string): Promise<void> {
  const found = await postmasterOn(dataDir)
  if (!found) return
  process.kill(found.pid, 'SIGINT')
  const deadline = Date.now() + longestStopMs
  while ((await runningSince(found.pid)) !== undefined) {
    if (Date.now() > deadline) {
      throw new Problem(
        'unavailable',
        `PostgreSQL (pid ${found.pid}) was asked to stop two minutes ago and still runs; see ${logOf(dataDir)}`,
      )
    }
    await sleep(pollMs)
  }
}

/** The living server on this data, or undefined. A pid file whose process is something else by now is removed. */
async function postmasterOn(dataDir: string): Promise<Postmaster | undefined> {
  const lines = await pidFileLines(dataDir)
  const pid = Number(lines[0])
  if (!(pid > 1) || (await runningSince(pid)) === undefined) return undefined
  const command = await commandLineOf(pid)
  if (command !== undefined && !command.includes('postgres')) {
    // A later process got the dead server's pid (usual in containers). PostgreSQL would take it for a server and refuse.
    await rm(pidFileOf(dataDir), { force: true })
    return undefined
  }
  return { pid, port: Number(lines[3]), status: lines[7]?.trim() ?? 'starting' }
}

/** A server that was killed leaves its port in its pid file: taking it again lets those who still know it come back. */
async function lastPort(dataDir: string): Promise<number> {
  return Number((await pidFileLines(dataDir))[3] ?? 0)
}

/** Lines as PostgreSQL writes them: pid, data, start, port, socket folder, address, memory key, status. */
async function pidFileLines(dataDir: string): Promise<string[]> {
  try {
    return (await readFile(pidFileOf(dataDir), 'utf8')).split('\n')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Starts a server that outlives this process, and waits until it is ready. Returns what it logged if it ended instead. */
async function startServer(
  dataDir: string,
  account: Account,
  settings: Record<string, string>,
): Promise<string | undefined> {
  const log = await openLog(dataDir, account)
  const { size: logged } = await log.stat()
  const data = join(dataDir, 'postgres')
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const start = account.command(account.binaries.postgres, ['-D', data, ...options])
  const child = spawn(start.file, start.args, {
    ...start.options,
    cwd: data,
    env: serverEnvironment(),
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  })
  child.unref()
  const end = { message: undefined as string | undefined }
  child.once('error', (error) => (end.message = error.message))
  child.once('exit', () => (end.message ??= ''))
  await log.close()
  const deadline = Date.now() + longestStartMs
  while (end.message === undefined) {
    const lines = await pidFileLines(dataDir)
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return undefined
    if (Date.now() > deadline) throw tooSlow(dataDir)
    await sleep(pollMs)
  }
  return end.message + (await readFile(logOf(dataDir))).subarray(logged).toString()
}

/** What PostgreSQL's programs see of our environment: neither secrets nor a language that would change their messages. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C' }
}

async function openLog(dataDir: string, account: Account): Promise<FileHandle> {
  const path = logOf(dataDir)
  const { size } = await stat(path).catch(() => ({ size: 0 }))
  if (size > largestLogBytes) await rename(path, `${path}.1`)
  const log = await open(path, 'a', 0o600)
  if (account.owner) await log.chown(account.owner.uid, account.owner.gid)
  return log
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}

/**
 * Whether the next try may go well: the port is taken by now, somebody else's start was faster,
 * or the sessions of a server that was killed have not noticed it yet.
 */
function isPassing(output: string): boolean {
  return /Address already in use|"postmaster\.pid" already exists|pre-existing shared memory block/.test(output)
}

/** The Problem behind what a program of PostgreSQL printed before it failed. */
export function explainedFailure(dataDir: string, output: string): Problem {
  if (/No space left on device|Check free disk space|wrote only \d+ of \d+ bytes/.test(output)) {
    return new Problem(
      'unavailable',
      `the disk that holds ${dataDir} is full, so PostgreSQL could not start; free some space and start again`,
    )
  }
  if (output.includes('Address already in use')) {
    return new Problem(
      'unavailable',
      'PostgreSQL found its port on 127.0.0.1 taken at every try; end the program that takes all free ports, or set DATABASE_URL to a PostgreSQL 15 or newer',
    )
  }
  const lastLines = output.trim().split('\n').slice(-5).join('\n')
  return new Problem(
    'unavailable',
    `PostgreSQL did not start; its last words are below, more may be in ${logOf(dataDir)}. ` +
      `Mend the cause and start again, or set DATABASE_URL to a PostgreSQL 15 or newer\n${lastLines}`,
  )
}

function tooSlow(dataDir: string): Problem {
  return new Problem(
    'unavailable',
    `PostgreSQL has been starting for five minutes and is not ready; see ${logOf(dataDir)} for what it is doing, then start again`,
  )
}

function pidFileOf(dataDir: string): string {
  return join(dataDir, 'postgres', 'postmaster.pid')
}

function logOf(dataDir: string): string {
  return join(dataDir, 'postgres.log')
}
