import { notVerified, type Verification } from './bundle.ts'
import type { EntryChecks } from './entry-checks.ts'
import type { Lines } from './lines.ts'
import { appendLeaf, emptyFrontier, leafHash, rootOf } from './merkle.ts'
import type { Checkpoint } from './signed-note.ts'

/** A signed state of the tree; `name` says where it was found. */
export type Milestone = Checkpoint & { name: string }

/**
 * Reads every entry and its leaf line by line, side by side, builds the tree again, and stops at the first thing that
 * is wrong. @param milestones all signed states by size; the tree must pass through each
 */
export async function walkWhole(
  lines: { entries: Lines; leaves: Lines },
  milestones: readonly Milestone[],
  checks: EntryChecks,
): Promise<Verification> {
  let tree = emptyFrontier
  let agreed = 0
  let due = 0
  for (;;) {
    for (let next = milestones[due]; next?.size === tree.size; next = milestones[++due]) {
      if (rootOf(tree) !== next.root) return rootDiffers(next, agreed)
      agreed = next.size
    }
    const line = lines.entries.ready() ?? (await lines.entries.next())
    const leaf = lines.leaves.ready() ?? (await lines.leaves.next())
    const number = tree.size + 1
    const next = milestones[due]
    const bad = (reason: string) => notVerified(tree.size, number, reason)
    if (line === null && next)
      return bad(`entries.jsonl ends before entry ${number}; ${next.name} was signed for ${next.size}`)
    if (line === null && leaf === null) return ended(tree.size, checks)
    if (line === null) return notVerified(tree.size, null, 'leaves.txt has more lines than there are entries')
    if (!next) return bad(`entry ${number} is beyond the ${tree.size} that checkpoint.txt was signed for`)
    if (lines.entries.torn) return bad(`the line of entry ${number} does not end in a line feed`)
    if (leafHash(line) !== leaf) return bad(`the bytes of entry ${number} do not hash to line ${number} of leaves.txt`)
    if (lines.leaves.torn) return bad(`line ${number} of leaves.txt does not end in a line feed`)

    const entry = checks.read(line, number)
    if (typeof entry === 'string') return bad(entry)
    const fault = checks.hasMore ? await checks.beside(entry) : null
    if (fault !== null) return bad(fault)
    tree = appendLeaf(tree, leaf)
  }
}

async function ended(size: number, checks: EntryChecks): Promise<Verification> {
  const fault = await checks.end()
  if (fault !== null) return notVerified(size, null, fault)
  return { verdict: 'verified', entries: size, size, payloads: checks.payloads, firstBadEntry: null, reason: null }
}

/** The name of the checkpoint that whoever verifies brought along. */
export const yours = 'your earlier checkpoint'

/** Losing entries to a failure is possible, and then the log's owner has to have said so in it. */
export function ifYours(name: string): string {
  if (name !== yours) return ''
  return ', so what was signed then was removed or replaced since. If that was a loss, such as an old backup, an entry of the kind "recovered" says when and how much'
}

/** `agreed`: the largest size at which a checkpoint has agreed; 0 if none has. */
function rootDiffers({ name, size }: Milestone, agreed: number): Verification {
  const reason = `entries 1 to ${size} are not what was signed: their tree has another root than ${name}${ifYours(name)}`
  if (agreed === 0) return notVerified(0, size === 1 ? 1 : null, reason)
  // Two signatures under one size and two roots: the log told two stories, and no entry can be named.
  const suspect = agreed === size ? null : agreed + 1
  return notVerified(agreed, suspect, `${reason}; a checkpoint of entries 1 to ${agreed} agrees with them`)
}
