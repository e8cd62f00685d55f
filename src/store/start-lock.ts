import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, readlink, symlink, unlink } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Problem } from '../domain/problem.ts'
import { codeOf } from './error-code.ts'

const longestWaitMs = 600_000
const pollMs = 20

/**
 * Runs `work` while no other process runs work under the same lock, in this machine's processes.
 * The lock is a symbolic link whose target names its holder (pid, start of that process, nonce): making a link is
 * as exclusive as O_EXCL, and nobody ever sees one without its content. The lock of a dead process is taken over.
 * @throws Problem 'unavailable' when a living process keeps the lock for ten minutes.
 */
export async function withStartLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await takeLock(path)
  try {
    return await work()
  } finally {
    await unlink(path)
  }
}

async function takeLock(path: string): Promise<void> {
  const nonce = randomBytes(6).toString('hex')
  const self = `${process.pid}.${await runningSince(process.pid)}.${nonce}`
  const deadline = Date.now() + longestWaitMs
  while (!(await placed(path, self))) {
    const holder = await holderOf(path)
    if (holder === undefined) continue
    const [pid = '', since = '', holderNonce = ''] = holder.split('.')
    if ((await runningSince(Number(pid))) !== since) {
      await removeDeadLock(path, holder, holderNonce)
    } else if (Date.now() > deadline) {
      throw new Problem(
        'unavailable',
        `process ${pid} has been starting or stopping PostgreSQL for ten minutes (${path}); wait for it, or end it and try again`,
      )
    } else {
      await sleep(pollMs)
    }
  }
}

/**
 * Two takers may both see the same dead holder, and the slower one must not remove the faster one's new lock.
 * So a dead holder's link is removed only under a lock of its own, named by that holder's nonce, and only if
 * the link is still that holder's: no link ever comes back with the same nonce.
 */
async function removeDeadLock(path: string, holder: string, nonce: string): Promise<void> {
  await withStartLock(`${path}.${nonce}`, async () => {
    if ((await holderOf(path)) === holder) await unlink(path)
  })
}

async function placed(path: string, self: string): Promise<boolean> {
  try {
    await symlink(self, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

async function holderOf(path: string): Promise<string | undefined> {
  try {
    return await readlink(path)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * When a process started, as an opaque text without dots that tells it from a later process with the same pid;
 * undefined when no such process lives (one that ended and waits for its parent is not alive).
 */
export async function runningSince(pid: number): Promise<string | undefined> {
  if (!answersSignals(pid)) return undefined
  if (process.platform !== 'linux') return psField(pid, 'lstart')
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // proc_pid_stat(5): the name, in brackets, may itself hold spaces and brackets; state is field 3, start time field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return answersSignals(pid) ? 'unknown' : undefined
  }
}

/** The command line of a living process; undefined when it cannot be seen. */
export async function commandLineOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return psField(pid, 'command')
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
}

function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

async function psField(pid: number, field: string): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('ps', ['-o', `${field}=`, '-p', String(pid)], {
    env: { ...process.env, LC_ALL: 'C' },
  }).catch(() => ({ stdout: '' }))
  return stdout.trim().replaceAll('.', '') || undefined
}
