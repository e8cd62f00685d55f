import { LedgerCheck, type Fault, type FilledNode, type StoredLine } from '../domain/ledger-check.ts'
import type { LedgerEntry } from '../domain/ledger-entry.ts'
import { rootOfAll } from '../domain/merkle-path.ts'
import { sealLeaf, type SealPayload } from '../domain/seal.ts'
import { ledgerKeys } from '../domain/key-change.ts'
import { parseVkey } from '../domain/signed-note.ts'
import type { Sql } from '../store/database.ts'
import {
  checkpointsWithin,
  countSeals,
  countTreeNodes,
  entriesAfter,
  sealedOf,
  sealOf,
  wrongNode,
} from '../store/fsck.ts'
import { readHead } from '../store/ledger.ts'
import { lowestNodeLevel } from '../store/tree-nodes.ts'
import type { House } from './house.ts'
import { keyStatements } from '../store/key-changes.ts'
import { ledgerKey } from './sign-checkpoint.ts'

/** What was gone over. `erased` counts entries whose payload is gone. */
export type EntriesCounted = Record<'entries' | 'erased' | 'checkpoints' | 'seals', number>

/** Entries read at a time. */
const pageRows = 1_000

/**
 * Goes over the whole ledger in its order: each entry and what is kept of its payload, each checkpoint where the tree has its
 * size, each seal, the tree's nodes, and the head at the end. @returns the first that is not as it must be.
 */
export async function checkEntries(sql: Sql, house: House, counted: EntriesCounted): Promise<Fault | null> {
  const [key, head, statements] = await Promise.all([ledgerKey(house, sql), readHead(sql), keyStatements(sql)])
  const parsed = parseVkey(key)
  const filled: FilledNode[] = []
  const named = statements.map(({ entry, note }) => ({
    name: `what was signed of the key change in entry ${entry}`,
    note,
  }))
  const history = ledgerKeys(parsed.kind === 'vkey' ? [parsed.vkey] : [], named)
  if (history.kind === 'refused') return { entry: null, checkpoint: null, reason: history.reason }
  const check = new LedgerCheck(history, head.origin, (node) => {
    if (node.level >= lowestNodeLevel) filled.push(node)
  })
  let nodes = 0
  for (;;) {
    const lines = await entriesAfter(sql, check.size, pageRows)
    const fault = await checkPage(sql, check, lines, counted)
    if (fault) return fault
    nodes += filled.length
    const level = await wrongNode(sql, filled.splice(0))
    if (level !== null) return check.node(level)
    if (lines.length < pageRows) break
  }
  return check.head(head) ?? (await strayFault(sql, check, { nodes, seals: counted.seals }))
}

async function checkPage(
  sql: Sql,
  check: LedgerCheck,
  lines: readonly (StoredLine & { gone: boolean })[],
  counted: EntriesCounted,
): Promise<Fault | null> {
  const notes = await checkpointsWithin(sql, check.size === 0 ? 0 : check.size + 1, check.size + lines.length)
  const sealing: { entry: LedgerEntry; payload: string | null }[] = []
  const signed = (): Fault | null => {
    const [next] = notes
    if (next?.size !== check.size) return null
    notes.shift()
    counted.checkpoints++
    return check.checkpoint(next.size, next.note)
  }
  let fault = check.size === 0 ? signed() : null
  for (const line of lines) {
    if (fault) break
    const read = check.entry(line)
    if (read.kind === 'fault') {
      fault = read.fault
      break
    }
    counted.entries++
    if (line.payload === null) counted.erased++
    if (isSeal(read.entry)) sealing.push({ entry: read.entry, payload: line.payload })
    fault = line.gone ? faultOf(line.number, 'it tells of a person who is not there and was not erased') : signed()
  }
  // What was sealed lies before whatever ended this page.
  for (const { entry, payload } of sealing) {
    counted.seals++
    const wrong = await sealFault(sql, entry, payload)
    if (wrong !== null) return faultOf(entry.number, wrong)
  }
  return fault
}

function faultOf(entry: number, reason: string): Fault {
  return { entry, checkpoint: null, reason: `entry ${entry}: ${reason}` }
}

/** What is stored beyond what the entries account for. */
async function strayFault(
  sql: Sql,
  check: LedgerCheck,
  expected: { nodes: number; seals: number },
): Promise<Fault | null> {
  const { size } = check
  const [beyond] = await checkpointsWithin(sql, size + 1, Number.MAX_SAFE_INTEGER)
  if (beyond) {
    const reason = `${beyond.size} entries were signed for, and there are ${size}`
    return { entry: size + 1, checkpoint: beyond.size, reason }
  }
  if ((await countTreeNodes(sql)) !== expected.nodes) return check.node(lowestNodeLevel)
  if ((await countSeals(sql)) === expected.seals) return null
  return { entry: null, checkpoint: null, reason: 'there are seals that no entry speaks of' }
}

function isSeal({ kind }: LedgerEntry): boolean {
  return kind === 'released' || kind === 'outcomes'
}

/** A seal is what its entry commits to, and what is kept of each leaf is what that is made of. */
async function sealFault(sql: Sql, entry: LedgerEntry, payload: string | null): Promise<string | null> {
  const seal = await sealOf(sql, entry.number)
  if (payload === null) return 'it is a seal and names nobody, and what it commits to is gone'
  if (seal === null || seal.kind !== entry.kind) return 'its seal is missing'
  const { count, root } = JSON.parse(payload) as SealPayload
  if (seal.leaves.length !== count || rootOfAll(seal.leaves) !== root) return 'its seal has another root than it says'
  for (const { leaf, delivery, salt, record, there } of await sealedOf(sql, entry.number)) {
    if (
      sealLeaf(record, salt) !== seal.leaves[leaf] ||
      (JSON.parse(record) as { delivery: string }).delivery !== delivery
    )
      return `what is kept of leaf ${leaf} of its seal is not what was sealed`
    if (!there) return `its seal tells of delivery ${delivery}, which is not there and was not erased`
  }
  return null
}
