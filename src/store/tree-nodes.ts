import {
  continuationOf,
  leavesOf,
  pathOf,
  rootOfAll,
  rootOver,
  subtreesIn,
  united,
  type Leaves,
  type Subtree,
} from '../domain/merkle-path.ts'
import type { Sql, Transaction } from './database.ts'

/** The root of a full subtree of the ledger. */
export type TreeNode = Subtree & { hash: string }

/** Smaller subtrees are made from their leaves: 256 of them are one read, and keeping their nodes would double the ledger. */
export const lowestNodeLevel = 8

/** Keeps nodes that became full: on average one row for 128 entries. The ledger's head is locked. */
export async function insertTreeNodes(tx: Transaction, nodes: readonly TreeNode[]): Promise<void> {
  if (nodes.length === 0) return
  await tx`
    insert into tree_nodes (level, position, hash)
    select * from unnest(${nodes.map((node) => node.level)}::smallint[], ${nodes.map((node) => node.position)}::bigint[],
      ${nodes.map((node) => node.hash)}::text[])`
}

/**
 * The audit path of each of these entries in the tree of the first `size` entries, nearest sibling first, by the entry's
 * number. Two statements whatever their number and the ledger's: at most some 500 leaves and 2·log2(size) nodes an entry.
 */
export async function inclusionPaths(
  sql: Sql,
  entries: readonly number[],
  size: number,
): Promise<Map<number, string[]>> {
  const paths = entries.map((number) => ({ number, path: pathOf(number - 1, size) }))
  const rootOf = await rootsOver(
    sql,
    paths.flatMap(({ path }) => path),
  )
  return new Map(paths.map(({ number, path }) => [number, path.map(rootOf)]))
}

/**
 * The proof, for each of these earlier sizes, that the tree of the first `size` entries continues that of so many; by the
 * earlier size. Two statements whatever their number.
 */
export async function consistencyPaths(
  sql: Sql,
  oldSizes: readonly number[],
  size: number,
): Promise<Map<number, string[]>> {
  const proofs = oldSizes.map((oldSize) => ({ oldSize, runs: continuationOf(oldSize, size) }))
  const rootOf = await rootsOver(
    sql,
    proofs.flatMap(({ runs }) => runs),
  )
  return new Map(proofs.map(({ oldSize, runs }) => [oldSize, runs.map(rootOf)]))
}

/** Reads what the roots over these runs are made of. @returns what gives the root over each of them. */
async function rootsOver(sql: Sql, runs: readonly Leaves[]): Promise<(run: Leaves) => string> {
  const subtrees = runs.flatMap((run) => subtreesIn(run))
  const [roots, leaves] = await Promise.all([
    storedNodes(
      sql,
      subtrees.filter(({ level }) => level >= lowestNodeLevel),
    ),
    leavesIn(sql, united(subtrees.filter(({ level }) => level < lowestNodeLevel).map(leavesOf))),
  ])
  // Entries that stand together have much of their paths in common, and each root is made once.
  const rootOfSubtree = (subtree: Subtree): string => {
    const name = nameOf(subtree)
    const { start, end } = leavesOf(subtree)
    const root =
      roots.get(name) ??
      (subtree.level < lowestNodeLevel
        ? rootOfAll(Array.from({ length: end - start }, (_, n) => leaves.get(start + n) ?? ''))
        : undefined)
    if (root === undefined) throw new Error(`the ledger has no node ${name}, though it has its leaves`)
    roots.set(name, root)
    return root
  }
  return (run) => rootOver(subtreesIn(run).map(rootOfSubtree), run)
}

/** The stored roots of these subtrees, by {@link nameOf}. */
export async function storedNodes(sql: Sql, subtrees: readonly Subtree[]): Promise<Map<string, string>> {
  const rows = await sql<{ level: number; position: string; hash: string }[]>`
    select n.level, n.position, n.hash
    from unnest(${subtrees.map(({ level }) => level)}::smallint[], ${subtrees.map(({ position }) => position)}::bigint[])
      as w (level, position) join tree_nodes n using (level, position)`
  return new Map(rows.map(({ level, position, hash }) => [nameOf({ level, position: Number(position) }), hash]))
}

/** The leaves in these runs, by their index. */
export async function leavesIn(sql: Sql, runs: readonly Leaves[]): Promise<Map<number, string>> {
  const rows = await sql<{ number: string; leaf: string }[]>`
    select e.number, e.leaf
    from unnest(${runs.map(({ start }) => start)}::bigint[], ${runs.map(({ end }) => end)}::bigint[]) as r (start, finish)
      join entries e on e.number > r.start and e.number <= r.finish`
  return new Map(rows.map((row) => [Number(row.number) - 1, row.leaf]))
}

export function nameOf({ level, position }: Subtree): string {
  return `${level}/${position}`
}
