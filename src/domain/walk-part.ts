import { ProofLines, type ConsistencyPart } from './bundle-proofs.ts'
import { notVerified, type Verification } from './bundle.ts'
import type { EntryChecks } from './entry-checks.ts'
import { parseEntryBody } from './ledger-entry.ts'
import type { Lines } from './lines.ts'
import { emptyFrontier, leafHash, rootOf, verifyConsistency, verifyInclusion } from './merkle.ts'
import type { Checkpoint } from './signed-note.ts'
import { ifYours, type Milestone } from './walk-whole.ts'

/**
 * Reads some entries of a log and their proofs side by side, and stops at the first thing that is wrong. Each entry must
 * be proven under the newest checkpoint, and that must continue every earlier one; the numbers ascend and may have gaps.
 * An earlier checkpoint for which the bundle has no proof cannot be checked.
 */
export async function walkPart(
  lines: { entries: Lines; proofs: Lines },
  milestones: readonly Milestone[],
  checks: EntryChecks,
): Promise<Verification> {
  const newest = milestones.find(({ name }) => name === 'checkpoint.txt')
  const proofs = new ProofLines(lines.proofs)
  const consistency = await proofs.consistency()
  if (!newest || consistency === null) return notVerified(0, null, damaged)
  const history = continues(milestones, consistency, newest)
  if (history.broken !== null) return notVerified(0, null, history.broken)

  let entries = 0
  let last = 0
  for (;;) {
    const line = lines.entries.ready() ?? (await lines.entries.next())
    const proof = await proofs.next()
    const number = proof === null || proof === 'end' ? numberIn(line) : proof.index + 1
    const bad = (reason: string) => notVerified(entries, number, reason)
    if (proof === null) return bad(damaged)
    if (line === null && proof === 'end') break
    if (line === null) return bad(`entries.jsonl ends before entry ${number}, for which there is a proof`)
    if (proof === 'end') return bad(`there is no proof for the last lines of entries.jsonl`)
    if (lines.entries.torn) return bad(`the line of entry ${number} does not end in a line feed`)
    const entry = checks.read(line, proof.index + 1)
    if (typeof entry === 'string') return bad(entry)
    if (entry.number <= last) return bad(`entry ${entry.number} comes after entry ${last}`)
    const claim = { index: proof.index, size: newest.size, root: newest.root, leaf: leafHash(line) }
    if (!verifyInclusion({ ...claim, proof: proof.hashes })) {
      return bad(`entry ${entry.number} is not proven: its proof does not lead to the root that was signed`)
    }
    const fault = checks.hasMore ? await checks.beside(entry) : null
    if (fault !== null) return bad(fault)
    last = entry.number
    entries += 1
  }
  const fault = await checks.end()
  if (fault !== null) return notVerified(entries, null, fault)
  const found = { entries, size: newest.size, payloads: checks.payloads, firstBadEntry: null }
  if (entries === 0) return { ...found, verdict: 'could not check', reason: 'the bundle holds no entries' }
  if (history.unproven !== null) return { ...found, verdict: 'could not check', reason: history.unproven }
  return { ...found, verdict: 'verified', reason: null }
}

const damaged = 'proofs.json is not laid out as it must be'

/** Whether the newest checkpoint continues all the others: what contradicts it, and what cannot be told for want of a proof. */
function continues(
  milestones: readonly Milestone[],
  consistency: readonly ConsistencyPart[],
  newest: Checkpoint,
): { broken: string | null; unproven: string | null } {
  const proofs = new Map(consistency.map((part) => [part.size, part.hashes]))
  if (proofs.size < consistency.length) return { broken: damaged, unproven: null }
  let unproven: string | null = null
  for (const old of milestones) {
    if (old === newest) continue
    const proof = old.size === newest.size ? [] : proofs.get(old.size)
    if (old.size === 0 ? old.root === rootOf(emptyFrontier) : proof && leads(old, newest, proof)) continue
    if (proof || old.size === 0)
      return { broken: `${old.name} is not continued by checkpoint.txt${ifYours(old.name)}`, unproven: null }
    unproven = `the bundle has some entries only, and no proof that checkpoint.txt continues ${old.name} of ${old.size} entries. Ask for one that was exported with --since that checkpoint, or for the whole ledger`
  }
  return { broken: null, unproven }
}

function leads(old: Checkpoint, { size, root }: Checkpoint, proof: readonly string[]): boolean {
  return verifyConsistency({ oldSize: old.size, newSize: size, oldRoot: old.root, newRoot: root, proof })
}

/** What a line calls itself, to name it; nothing of it is believed. */
function numberIn(line: string | null): number | null {
  const read = line === null ? null : parseEntryBody(line)
  return read?.kind === 'entry' ? read.entry.number : null
}
