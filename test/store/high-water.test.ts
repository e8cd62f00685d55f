import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { lookAtMark, raiseMark, requireMark } from '../../src/actions/high-water.ts'
import { signCheckpoint, signGrown } from '../../src/actions/sign-checkpoint.ts'
import { highWaterFile } from '../../src/high-water-file.ts'
import { newestCheckpoint } from '../../src/store/checkpoints.ts'
import { until } from '../support/bundled-server.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { byHand, goBackTo, grow } from '../support/older-ledger.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

type T = Parameters<typeof openTestHouse>[0] & Parameters<typeof temporaryFolder>[0]

/** A house whose mark is a file, with that many entries, signed. */
async function marked(t: T, entries: number): Promise<{ house: TestHouse; path: string }> {
  const path = join(temporaryFolder(t), 'new', 'high-water')
  const house = { ...(await openTestHouse(t)), highWater: highWaterFile(path) }
  await grow(house, entries)
  await signGrown(house)
  return { house, path }
}

t.test('the mark follows each signed checkpoint, and only its owner reads it', async (t) => {
  const { house, path } = await marked(t, 3)
  const newest = await newestCheckpoint(house.database.sql)
  t.equal(readFileSync(path, 'utf8'), newest?.note)
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.match(await lookAtMark(house), { mark: { size: 3 }, size: 3, fault: null })
  await grow(house, 300)
  await requireMark(house)
  await signGrown(house)
  t.match(await lookAtMark(house), { mark: { size: 303 }, fault: null })
  t.same(house.warnings, [])
})

t.test('a database that is older than its mark is refused, and so is one that went on from there', async (t) => {
  const { house } = await marked(t, 700)
  await goBackTo(house, 600)
  await t.rejects(requireMark(house), {
    code: 'verification-failed',
    message: /ends at entry 600, and 700 were signed/,
  })
  await t.rejects(
    house.database.sql.begin((tx) => signCheckpoint(house, tx)),
    { code: 'verification-failed' },
  )
  await grow(house, 150)
  await t.rejects(requireMark(house), { message: /entries 1 to 700 of the database are not those that were signed/ })
  await t.rejects(signGrown(house), { code: 'verification-failed' })
  t.same(await newestCheckpoint(house.database.sql), null, 'no checkpoint was signed that contradicts an earlier one')
  await raiseMark(house)
  t.match((await lookAtMark(house)).mark, { size: 700 }, 'the mark did not move')
  t.match(house.warnings, [/stays where it is/])
})

t.test('what an administrator changes by hand is found at the start', async (t) => {
  for (const [what, ...statements] of [
    ['a leaf', `update entries set leaf = repeat('a', 64) where number = 290`],
    ['a node', `update tree_nodes set hash = repeat('a', 64)`],
    ['nodes gone', `delete from tree_nodes`],
    ['the tail', `delete from payloads where number > 290`, `delete from entries where number > 290`],
    [
      'the tail with its place, but not what was signed',
      `delete from payloads`,
      `delete from entries`,
      `delete from tree_nodes`,
      `update ledger_head set size = 0, frontier = '{}'`,
    ],
    ['the head', `update ledger_head set size = 0, frontier = '{}'`],
    ['the frontier', `update ledger_head set frontier[1] = repeat('b', 64)`],
    [
      'the order',
      `update entries e set leaf = (select leaf from entries o where o.number = 581 - e.number) where number in (290, 291)`,
    ],
    ['the name', `update ledger_head set origin = 'other.example/ledger'`],
  ] as const) {
    const { house } = await marked(t, 300)
    await byHand(house, ...statements)
    await t.rejects(requireMark(house), { code: 'verification-failed' }, what)
    const machineWithoutMark = { ...house, highWater: { read: async () => null, write: async () => undefined } }
    if (what !== 'the name' && what !== 'a leaf' && what !== 'the order')
      await t.rejects(requireMark(machineWithoutMark), { code: 'verification-failed' }, `${what}, without a mark`)
  }
})

t.test('a checkpoint that somebody wrote into the database never moves the mark, and is not given out', async (t) => {
  const { house, path } = await marked(t, 3)
  const mark = readFileSync(path, 'utf8')
  await grow(house, 2)
  const forged = (size: number, note: string) =>
    byHand(house, `insert into checkpoints (size, note) values (${size}, '${note}')`)
  for (const [size, note] of [
    [4, 'none'],
    [5, mark],
  ] as const) {
    await forged(size, note)
    await raiseMark(house)
    t.equal(readFileSync(path, 'utf8'), mark)
    t.match(house.warnings.at(-1), /is none that was signed of them/)
  }
  await t.rejects(
    house.database.sql.begin((tx) => signCheckpoint(house, tx)),
    { code: 'verification-failed', message: /of 5 entries is stored that is not of those/ },
  )
})

t.test('a mark that is damaged, or of another keyring, is no mark', async (t) => {
  const { house, path } = await marked(t, 3)
  const note = readFileSync(path, 'utf8')
  for (const text of ['', 'x', note.slice(0, 40), note.replace('\n3\n', '\n2\n'), `${note} `]) {
    writeFileSync(path, text)
    await t.rejects(requireMark(house), { code: 'verification-failed', message: /damaged, or signed by a key/ })
  }
  const other = await openTestHouse(t)
  writeFileSync(path, note)
  await t.rejects(requireMark({ ...house, keys: other.keys }), { message: /damaged, or signed by a key/ })
})

t.test('a crash between the commit and the file leaves the mark behind, and the next signature moves it', async (t) => {
  const { house, path } = await marked(t, 3)
  const before = readFileSync(path, 'utf8')
  const dying = { ...house.highWater, write: () => Promise.reject(Object.assign(new Error(), { code: 'EIO' })) }
  await grow(house, 1)
  t.ok(await signGrown({ ...house, highWater: dying }))
  t.equal(readFileSync(path, 'utf8'), before)
  t.match(house.warnings, [/could not be moved \(EIO\)/])
  t.notOk(await signGrown(house), 'nothing new to sign')
  t.match((await lookAtMark(house)).mark, { size: 4 })
})

t.test('a crash between the temporary file and the rename leaves the mark as it was', async (t) => {
  const { house, path } = await marked(t, 3)
  writeFileSync(`${path}.part`, 'half a chec')
  await requireMark(house)
  await grow(house, 1)
  await signGrown(house)
  t.match(await lookAtMark(house), { mark: { size: 4 }, fault: null })
})

t.test('many who sign at once never move it back, and no two checkpoints contradict each other', async (t) => {
  const { house, path } = await marked(t, 1)
  const sizes: number[] = []
  const file = highWaterFile(path)
  const watched = {
    ...house,
    highWater: {
      ...file,
      write: async (note: string) => {
        sizes.push(Number(note.split('\n')[1]))
        await file.write(note)
      },
    },
  }
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      await grow(watched, 7)
      await signGrown(watched)
    }),
  )
  t.same(
    sizes,
    sizes.toSorted((a, b) => a - b),
  )
  t.match(await lookAtMark(house), { mark: { size: 141 }, size: 141, fault: null })
  await verifyWholeLedger(t, house)
})

t.test('one who is slow to write does not put it back behind one who came after', async (t) => {
  const { house, path } = await marked(t, 1)
  const { sql } = house.database
  const file = highWaterFile(path)
  const [writing, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const write = async (note: string) => {
    writing.resolve()
    await go.promise
    await file.write(note)
  }
  await grow(house, 1)
  const slow = signGrown({ ...house, highWater: { ...file, write } })
  await writing.promise
  await grow(house, 1)
  let done = false
  const quick = signGrown(house).finally(() => (done = true))
  await until(async () => {
    const waiting = await sql`
      select from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`
    return done || waiting.length > 0
  })
  go.resolve()
  await Promise.all([slow, quick])
  t.match((await lookAtMark(house)).mark, { size: 3 })
})
