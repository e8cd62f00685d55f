import type { House } from '../../src/actions/house.ts'
import { appendLeaf, emptyFrontier } from '../../src/domain/merkle.ts'
import { appendEntries, lockHead } from '../../src/store/ledger.ts'

/** Adds entries about nobody. */
export async function grow(house: House, by: number): Promise<void> {
  const one = { kind: 'looked-at', topics: [], wording: null, person: null, payload: {} } as const
  await house.database.sql.begin(async (tx) => {
    const entries = Array.from({ length: by }, () => one)
    await appendEntries(tx, await lockHead(tx), entries)
  })
}

/** What a database administrator does, who can switch every guard off. */
export async function byHand(house: House, ...statements: readonly string[]): Promise<void> {
  await house.database.sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`
    for (const statement of statements) await tx.unsafe(statement)
  })
}

/** The ledger as it was at that size: what a backup or a replica that lagged holds. */
export async function goBackTo(house: House, size: number): Promise<void> {
  const leaves = await house.database.sql<{ leaf: string }[]>`
    select leaf from entries where number <= ${size} order by number`
  const { hashes } = leaves.map((row) => row.leaf).reduce(appendLeaf, emptyFrontier)
  await byHand(
    house,
    `delete from payloads where number > ${size}`,
    `delete from entries where number > ${size}`,
    `delete from tree_nodes where (position + 1) * (1 << level) > ${size}`,
    `delete from checkpoints where size > ${size}`,
    `update ledger_head set size = ${size}, frontier = '{${hashes.join(',')}}'`,
  )
}
