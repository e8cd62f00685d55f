import type { Fault } from '../domain/ledger-check.ts'
import { deliveryFault } from '../domain/seal-check.ts'
import type { Sql } from '../store/database.ts'
import { choicesAfter, deliveriesAfter } from '../store/fsck.ts'
import { toldOf } from '../store/seals.ts'
import { checkEntries, type EntriesCounted } from './check-entries.ts'
import { lookAtMark, type MarkLook } from './high-water.ts'
import type { House } from './house.ts'
import { sendsAgainstPreferences, type SendsAgainst } from './sends-against-preferences.ts'

/**
 * What was gone over, and what was found. `firstBadEntry` and `firstBadCheckpoint` (its size) are those of the first fault;
 * `faults` has at most one of each part, for where one thing is wrong much else seems to be. `sends` is null where the record
 * is too damaged to be replayed.
 */
export type Fsck = Counted & {
  verdict: 'verified' | 'not verified'
  firstBadEntry: number | null
  firstBadCheckpoint: number | null
  reason: string | null
  faults: Fault[]
  sends: SendsAgainst | null
}

type Counted = EntriesCounted & Record<'people' | 'deliveries', number>

/** Rows read at a time. */
const pageRows = 1_000

/**
 * Holds the stored ledger against itself and against what rests on it, as one snapshot and in bounded memory: every entry,
 * payload, node and checkpoint, the high-water mark, everybody's choices against the newest entry about her, every delivery against the seals
 * of its releases and outcomes, and every release against the gate. Writes nothing.
 */
export async function fsck(house: House): Promise<Fsck> {
  const counted: Counted = { entries: 0, erased: 0, checkpoints: 0, seals: 0, people: 0, deliveries: 0 }
  const faults: Fault[] = []
  let sends: SendsAgainst | null = null
  // Before the snapshot: a mark that is read later may be newer than it.
  const look = await lookAtMark(house)
  try {
    await house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
      for (const check of [checkEntries, () => markFault(look), checkChoices, checkDeliveries]) {
        const fault = await check(tx, house, counted)
        if (fault) faults.push(fault)
      }
      sends = await sendsAgainstPreferences(house, tx)
    })
  } catch (error) {
    // What was found damaged may be past reading; what cannot be read although all was in order is another matter.
    if (faults.length === 0) throw error
  }
  return { ...verdictOf(faults, sends), ...counted, faults, sends }
}

/** A ledger that fits itself may still lack what was signed (I-13). */
function markFault({ mark, size, whole, fault }: MarkLook): Fault | null {
  if (fault === null || !whole) return null
  return { entry: mark && mark.size > size ? size + 1 : null, checkpoint: mark?.size ?? null, reason: fault }
}

function verdictOf(faults: readonly Fault[], sends: SendsAgainst | null) {
  const [first = null] = faults
  const against =
    sends === null || sends.against === 0 ? null : `${sends.against} deliveries were sent against preferences`
  const reason = first?.reason ?? against
  return {
    verdict: reason === null ? 'verified' : 'not verified',
    firstBadEntry: first?.entry ?? null,
    firstBadCheckpoint: first?.checkpoint ?? null,
    reason,
  } as const
}

/** Whose choices are not what the newest entry about them says. */
async function checkChoices(sql: Sql, _house: House, counted: Counted): Promise<Fault | null> {
  let first: Fault | null = null
  for (let after: string | null = null; ;) {
    const page: Awaited<ReturnType<typeof choicesAfter>> = await choicesAfter(sql, after, pageRows)
    counted.people += page.length
    for (const { rests, newest, same } of page) {
      if (same && newest === rests) continue
      const entry = Math.min(newest ?? rests, rests)
      if (first?.entry == null || entry < first.entry)
        first = { entry, checkpoint: null, reason: `somebody’s choices are not what entry ${entry} made them` }
    }
    after = page.at(-1)?.id ?? null
    if (page.length < pageRows) return first
  }
}

/** Whose rows say something else than the record of their releases. */
async function checkDeliveries(sql: Sql, _house: House, counted: Counted): Promise<Fault | null> {
  for (let after: string | null = null; ;) {
    const page: Awaited<ReturnType<typeof deliveriesAfter>> = await deliveriesAfter(sql, after, pageRows)
    counted.deliveries += page.length
    const told = await toldOf(
      sql,
      page.map(({ id }) => id),
    )
    for (const row of page) {
      const fault = deliveryFault(row, told.get(row.id)?.releases ?? [], told.get(row.id)?.outcomes ?? [])
      if (fault) return { ...fault, checkpoint: null }
    }
    after = page.at(-1)?.id ?? null
    if (page.length < pageRows) return null
  }
}
