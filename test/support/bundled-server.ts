import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres from 'postgres'
import { type JoinedServer, joinBundledServer } from '../../src/store/bundled-postgres.ts'

type Teardown = { teardown(work: () => unknown): unknown }

export const isRoot = process.getuid?.() === 0

const settings = { fsync: 'off', full_page_writes: 'off' }
const patienceMs = 60_000

/** An empty DATA_DIR, removed when the test ends. Others may enter it unless `mode` says otherwise. */
export async function dataFolder(test: Teardown, mode = 0o711): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'courtesy-test-data-'))
  await chmod(dataDir, mode)
  test.teardown(() => rm(dataDir, { recursive: true, force: true }))
  return dataDir
}

/** This process joins; it leaves when the test ends at the latest. */
export async function joined(test: Teardown, dataDir: string): Promise<JoinedServer> {
  const server = await joinBundledServer({ dataDir, settings })
  test.teardown(() => server.leave())
  return server
}

export type OtherProcess = {
  /** The URL that it got; rejects with what it printed when it could not join. */
  url: Promise<string>
  /** It leaves in good order. */
  leave(): Promise<void>
  /** It and everything else in its process group gets SIGKILL. */
  kill(): Promise<void>
}

/** Another process that joins, and stays until it is told to leave or is killed. */
export function otherProcess(test: Teardown, dataDir: string, env: NodeJS.ProcessEnv = process.env): OtherProcess {
  const args = ['--input-type=module', '-e', program, dataDir, JSON.stringify(settings)]
  const child = spawn(process.execPath, args, {
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const end = once(child, 'exit')
  const kill = async (): Promise<void> => {
    const lives = child.exitCode === null && child.signalCode === null
    if (lives && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    await end
  }
  test.teardown(kill)
  return {
    url: firstLine(child),
    leave: async () => {
      child.stdin.end()
      await end
    },
    kill,
  }
}

const program = `
  import { joinBundledServer } from ${JSON.stringify(new URL('../../src/store/bundled-postgres.ts', import.meta.url).href)}
  const [dataDir, settings] = process.argv.slice(1)
  const server = await joinBundledServer({ dataDir, settings: JSON.parse(settings) })
  console.log(server.url)
  // Input ends when it is told to leave, and when the test is gone.
  process.stdin.resume().once('end', async () => {
    await server.leave()
    process.exit()
  })`

async function firstLine(child: ChildProcessByStdio<Writable, Readable, Readable>): Promise<string> {
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error(complaint)
}

/** The value of one SQL expression. */
export async function answer(url: string, expression: string): Promise<unknown> {
  const sql = postgres(url, { max: 1 })
  try {
    const [row] = await sql.unsafe(`select (${expression}) as answer`)
    return row?.['answer']
  } finally {
    await sql.end()
  }
}

/** How many servers were ever started on this data. */
export async function starts(dataDir: string): Promise<number> {
  return (await readFile(join(dataDir, 'postgres.log'), 'utf8')).split('starting PostgreSQL').length - 1
}

export async function postmasterPid(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)
}

/** Waits until it is so; after 20 seconds it throws. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patienceMs
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`still not so after ${patienceMs} ms: ${isSo.toString()}`)
    await sleep(5)
  }
}
