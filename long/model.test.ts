// 20,000 random histories (withdraw, grant, pause, bounce, plan, release, every reply, crash, clock) against an oracle.
// COURTESY_SEQUENCES runs fewer; COURTESY_SEED=<the seed that was printed> makes the same ones again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { freshDatabase } from '../test/support/database.ts'
import type { Lane } from './model-lanes.ts'

const sequences = Number(process.env['COURTESY_SEQUENCES'] ?? 20_000)
const seed = Number(process.env['COURTESY_SEED'] ?? Date.now() % 2 ** 31)
const processes = 2
const lanesOfEach = 3
const program = fileURLToPath(new URL('model-lanes.ts', import.meta.url))

t.setTimeout(1_700_000)

t.test(`${sequences} histories come to what the oracle says, seed ${seed}`, async (t) => {
  const numbers = Array.from({ length: processes * lanesOfEach }, (_, number) => number)
  const lanes = await Promise.all(
    numbers.map(async (number): Promise<Lane> => {
      const { url } = await freshDatabase(t)
      // The first lanes take what cannot be divided.
      const histories = Math.floor(sequences / numbers.length) + (number < sequences % numbers.length ? 1 : 0)
      return { url, seed: seed + number, histories }
    }),
  )
  const ends = await Promise.all(
    Array.from({ length: processes }, (_, each) => run(t, lanes.slice(each * lanesOfEach, (each + 1) * lanesOfEach))),
  )
  const done = (name: string) => ends.reduce((sum, end) => sum + (end[name] ?? 0), 0)
  t.equal(done('histories'), sequences)
  const kinds = ['send', 'wake', 'pass', 'stop', 'pause', 'no', 'yes', 'bounce']
  t.comment(kinds.map((name) => `${done(name)} ${name}`).join(', '))
  for (const name of kinds) t.ok(done(name) > sequences / 20, `${name} was among them`)
})

/** Runs lanes in a process of their own. @returns what it counted; what it found is told to the test. */
async function run(
  t: { fail(message: string): unknown; teardown(end: () => Promise<void>): unknown },
  lanes: readonly Lane[],
): Promise<Record<string, number>> {
  const child = spawn(process.execPath, [program, JSON.stringify(lanes)], { stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(async () => void child.kill('SIGKILL'))
  let out = ''
  let words = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
  const [code] = await once(child, 'close')
  if (code === 0) return JSON.parse(out) as Record<string, number>
  t.fail(`a lane ended with ${code}: ${words}`)
  return {}
}
