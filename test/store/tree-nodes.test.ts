import { readFileSync } from 'node:fs'
import t from 'tap'
import { appendLeaf, emptyFrontier, rootOf, verifyInclusion } from '../../src/domain/merkle.ts'
import { appendEntries, lockHead, type NewEntry } from '../../src/store/ledger.ts'
import { inclusionPaths } from '../../src/store/tree-nodes.ts'
import { openTestHouse } from '../support/house.ts'

const entry: NewEntry = { kind: 'looked-at', topics: [], wording: null, person: null, payload: {} }

/** A ledger of `size` entries, appended in batches of odd lengths. */
async function grown(t: Parameters<typeof openTestHouse>[0], size: number) {
  const house = await openTestHouse(t)
  const { sql } = house.database
  const lengths = [1, 2, 300, 7, 255, 256, 257, 1, 90, 500]
  for (let n = 0, turn = 0; n < size; turn++) {
    const length = Math.min(lengths[turn % lengths.length] ?? 1, size - n)
    await sql.begin(async (tx) =>
      appendEntries(
        tx,
        await lockHead(tx),
        Array.from({ length }, () => entry),
      ),
    )
    n += length
  }
  return { house, sql }
}

t.test('every entry is proven in the tree of any size from a few hundred rows', async (t) => {
  const { sql } = await grown(t, 2_000)
  const rows = await sql<{ leaf: string }[]>`select leaf from entries order by number`
  const leaves = rows.map((row) => row.leaf)
  for (const size of [1, 2, 255, 256, 257, 700, 1_024, 1_999, 2_000]) {
    const root = rootOf(leaves.slice(0, size).reduce(appendLeaf, emptyFrontier))
    const numbers = [1, 2, 3, 128, 255, 256, 257, 512, 699, 1_000, size - 1, size].filter((n) => n >= 1 && n <= size)
    const paths = await inclusionPaths(sql, numbers, size)
    for (const number of numbers) {
      const claim = { index: number - 1, size, root, leaf: leaves[number - 1] ?? '', proof: paths.get(number) ?? [] }
      t.ok(verifyInclusion(claim), `entry ${number} of ${size}`)
    }
  }
  const [nodes] = await sql<{ n: number }[]>`select count(*)::int as n from tree_nodes`
  t.equal(nodes?.n, 7 + 3 + 1, 'levels 8, 9 and 10 of 2,000 leaves')
  for (const statement of ['delete from tree_nodes', `update tree_nodes set hash = ''`, 'truncate tree_nodes']) {
    await t.rejects(sql.unsafe(statement), statement)
  }
})

t.test('the migration makes the same nodes for entries that were there before it', async (t) => {
  const { sql } = await grown(t, 1_300)
  const nodes = () => sql`select level, position, hash from tree_nodes order by level, position`
  const kept = await nodes()
  t.equal(kept.length, 5 + 2 + 1)
  const migration = readFileSync(new URL('../../migrations/0010_her_record.sql', import.meta.url), 'utf8')
  const block = migration.slice(migration.indexOf('do $$'))
  await sql.begin(async (tx) => {
    await tx`alter table tree_nodes disable trigger user`
    await tx`delete from tree_nodes`
    await tx.unsafe(block)
  })
  t.same(await nodes(), kept)
})
