import t from 'tap'
import { leavesOf, pathOf, rootOfAll, rootOver, subtreesIn } from '../../src/domain/merkle-path.ts'
import { appendLeafTelling, emptyFrontier, inclusionProof, leafHash, type Frontier } from '../../src/domain/merkle.ts'

const leaves = Array.from({ length: 130 }, (_, n) => leafHash(`leaf ${n}`))

t.test(
  'the path that is read as runs of full subtrees is the one of RFC 6962, for every leaf of every tree',
  async (t) => {
    let compared = 0
    for (let size = 1; size <= leaves.length; size++) {
      const tree = leaves.slice(0, size)
      for (let index = 0; index < size; index++) {
        const path = pathOf(index, size).map((run) => {
          const roots = subtreesIn(run).map((subtree) => {
            const { start, end } = leavesOf(subtree)
            return rootOfAll(tree.slice(start, end))
          })
          return rootOver(roots, run)
        })
        if (JSON.stringify(path) !== JSON.stringify(inclusionProof(tree, index))) t.fail(`leaf ${index} of ${size}`)
        compared++
      }
    }
    t.equal(compared, (130 * 131) / 2)
    t.throws(() => pathOf(3, 3), { code: 'invalid-input' })
    t.throws(() => pathOf(-1, 3), { code: 'invalid-input' })
  },
)

t.test('a leaf tells each subtree that it fills, once, with its place', async (t) => {
  const full = new Map<string, string>()
  let frontier: Frontier = emptyFrontier
  for (const leaf of leaves) {
    frontier = appendLeafTelling(frontier, leaf, (level, position, root) => {
      t.notOk(full.has(`${level}/${position}`))
      full.set(`${level}/${position}`, root)
    })
  }
  t.equal(full.size, 65 + 32 + 16 + 8 + 4 + 2 + 1)
  for (const [name, root] of full) {
    const [level = 0, position = 0] = name.split('/').map(Number)
    const { start, end } = leavesOf({ level, position })
    t.equal(root, rootOfAll(leaves.slice(start, end)), name)
  }
})
