// `npm test [-- files…]`: one throwaway PostgreSQL for the run, tap on all test files or the given ones, and the plain line that CI reads.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chmod, constants, mkdtemp, readFile, rm, statfs } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { joinBundledServer } from '../src/store/bundled-postgres.ts'
import { preparedTemplate, throwawaySettings } from '../test/support/database.ts'

const modules = fileURLToPath(new URL('../node_modules', import.meta.url))
const tapProgram = join(modules, 'tap/dist/esm/run.mjs')
const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort())

process.exitCode = await runTests(process.argv.slice(2))

async function runTests(files: string[]): Promise<number> {
  const dataDir = await mkdtemp(join(await fastestFolder(), 'courtesy-test-run-'))
  // Where root lacks the right to open every folder, the server's own user has to be able to enter this one.
  await chmod(dataDir, 0o711)
  try {
    if (await needsBuild()) await runTap(['build'], {})
    const server = await joinBundledServer({ dataDir, settings: throwawaySettings })
    try {
      await preparedTemplate(server.url)
      const { status, output } = await runTap(['run', '--reporter=tap', ...files], {
        COURTESY_TEST_SERVER: server.url,
        // Each file is a process of its own that loads the same modules: they are compiled once.
        NODE_COMPILE_CACHE: join(tmpdir(), `courtesy-compiled-${userInfo().uid}`),
      })
      return report(status, output)
    } finally {
      await server.leave()
    }
  } catch (error) {
    console.error(error)
    return report(1, '')
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

const shared = '/dev/shm'
const roomNeeded = 4 * 1024 ** 3

/** Memory where there is enough of it: nearly every test begins with a database of its own, some 500 files. */
async function fastestFolder(): Promise<string> {
  try {
    await access(shared, constants.W_OK)
    const { bavail, bsize } = await statfs(shared)
    return bavail * bsize >= roomNeeded ? shared : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** tap comes built with the plugin that our settings take out; run so, it would rebuild itself and fail every file (tap 21). */
async function needsBuild(): Promise<boolean> {
  const built = await readFile(join(modules, '@tapjs/test/test-built/dist/esm/index.js'), 'utf8').catch(() => '')
  return built === '' || built.includes('"@tapjs/typescript"')
}

async function runTap(args: string[], more: NodeJS.ProcessEnv): Promise<{ status: number; output: string }> {
  interruption.signal.throwIfAborted()
  const child = spawn(process.execPath, [tapProgram, ...args], {
    env: { ...process.env, ...more },
    // A process group of its own: tap does not pass a signal on to the files that it runs.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const interrupt = (): boolean => child.pid !== undefined && process.kill(-child.pid, 'SIGINT')
  interruption.signal.addEventListener('abort', interrupt)
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    process.stdout.write(chunk)
  })
  const [status] = await once(child, 'close')
  interruption.signal.removeEventListener('abort', interrupt)
  return {
    status: typeof status === 'number' ? status : 1,
    output: Buffer.concat(chunks).toString(),
  }
}

/** Prints the last line and returns the exit code, which is 0 only when tap said so and counted no failure. */
function report(status: number, output: string): number {
  const summary = output.match(/^# \{ total: \d+.*\}$/gm)?.at(-1)
  const count = (name: string): number => Number(summary?.match(new RegExp(`\\b${name}: (\\d+)`))?.[1] ?? 0)
  const ok = status === 0 && summary !== undefined && count('fail') === 0 && !interruption.signal.aborted
  const failed = ok ? 0 : Math.max(1, count('fail'))
  const skipped = count('skip') + count('todo')
  console.log(`${count('pass')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  return ok ? 0 : status || 1
}
