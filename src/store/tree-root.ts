import { leavesOf, rootOfAll, rootOver, subtreesIn } from '../domain/merkle-path.ts'
import type { Sql } from './database.ts'
import { leavesIn, lowestNodeLevel, nameOf, storedNodes } from './tree-nodes.ts'

/**
 * The root over the first `size` entries as they are stored, from a few hundred rows; null where entries or nodes of that tree are
 * missing, as after somebody removed them.
 */
export async function rootAt(sql: Sql, size: number): Promise<string | null> {
  const run = { start: 0, end: size }
  const subtrees = subtreesIn(run)
  const [stored, leaves] = await Promise.all([
    storedNodes(
      sql,
      subtrees.filter(({ level }) => level >= lowestNodeLevel),
    ),
    leavesIn(sql, subtrees.filter(({ level }) => level < lowestNodeLevel).map(leavesOf)),
  ])
  const roots = subtrees.map((subtree) => {
    if (subtree.level >= lowestNodeLevel) return stored.get(nameOf(subtree)) ?? null
    const { start, end } = leavesOf(subtree)
    const hashes = Array.from({ length: end - start }, (_, n) => leaves.get(start + n))
    return hashes.every((hash) => hash !== undefined) ? rootOfAll(hashes) : null
  })
  return roots.every((root) => root !== null) ? rootOver(roots, run) : null
}
