import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import tap from 'tap'
import { withStartLock } from '../../src/store/start-lock.ts'
import { dataFolder } from '../support/bundled-server.ts'

await tap.test('the lock of a dead process is taken over, and never by two at once', async (t) => {
  const folder = await dataFolder(t)
  const lock = join(folder, 'lock')
  const dead = spawn(process.execPath, ['-e', ''])
  await once(dead, 'exit')
  let inside = 0
  let most = 0
  let turns = 0
  const turn = async (): Promise<void> => {
    inside += 1
    turns += 1
    most = Math.max(most, inside)
    await sleep(1)
    inside -= 1
  }
  for (let round = 0; round < 25; round += 1) {
    await symlink(`${dead.pid}.1.round${round}`, lock)
    await Promise.all([1, 2, 3, 4].map(() => withStartLock(lock, turn)))
  }
  t.equal(most, 1)
  t.equal(turns, 100)
  t.same(await readdir(folder), [], 'no lock is left')
})

await tap.test('a lock whose pid belongs to a later process by now is taken over', async (t) => {
  const folder = await dataFolder(t)
  await symlink(`${process.pid}.1.reused`, join(folder, 'lock'))
  t.equal(await withStartLock(join(folder, 'lock'), async () => 'mine'), 'mine')
})

await tap.test('the lock is given back when the work fails', async (t) => {
  const folder = await dataFolder(t)
  const failure = new Error('no')
  const work = (): Promise<never> => Promise.reject(failure)
  await t.rejects(withStartLock(join(folder, 'lock'), work), failure)
  t.same(await readdir(folder), [])
})
