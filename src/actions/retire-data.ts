import { intervalOf, type KeptKind } from '../domain/retention.ts'
import type { Transaction } from '../store/database.ts'
import { forgetErasedUnknown } from '../store/delivery-counts.ts'
import { forgetAddressChanges } from '../store/details.ts'
import { deleteDeliveries, lockToErase, markErased } from '../store/erasure.ts'
import { forgetExports } from '../store/exports.ts'
import { instantNow } from '../store/instant.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import {
  forgetAskings,
  forgetDoorRequests,
  forgetReasons,
  forgetReplies,
  lockEndedDeliveries,
  peopleOver,
  type Over,
} from '../store/retirement.ts'
import { commit } from './commit.ts'
import { keepFingerprints, removePeople } from './erase.ts'
import type { House } from './house.ts'

const none = {
  stopped: 0,
  'not-asked': 0,
  'sign-ups': 0,
  askings: 0,
  reasons: 0,
  requests: 0,
  exports: 0,
  replies: 0,
  deliveries: 0,
  'service-mail': 0,
} satisfies Partial<Record<KeptKind, number>>

/** How many of each kind were deleted: people, deliveries, texts or rows of a register. */
export type Retired = Record<keyof typeof none, number>

/** People in one transaction: bounds how long somebody who changes her own choices may have to wait. */
const peopleAtOnce = 100

/**
 * Deletes what has been kept for its time (domain/retention.ts). Any number of processes may do it at once; what is cut off
 * is taken up the next day. What fails is told to the log and keeps nothing else from being done.
 * @param signal aborted to begin nothing more. @throws the first failure, once everything else was done.
 */
export async function retireData(house: House, signal?: AbortSignal): Promise<Retired> {
  const retired: Retired = { ...none }
  const failures: unknown[] = []
  for (const [kind, work] of worksOf(house, signal)) {
    try {
      retired[kind] += await work()
    } catch (error) {
      failures.push(error)
      const name = error instanceof Error ? error.name : 'unknown'
      house.warn(
        `what has been kept for its time ("${kind}") could not be deleted and stays until the next run: ${name}`,
      )
    }
  }
  if (failures.length > 0) throw failures[0]
  return retired
}

/** What is to be done, in this order; each in transactions of its own. */
function worksOf(house: House, signal?: AbortSignal): [kind: keyof Retired, work: () => Promise<number>][] {
  const { sql } = house.database
  return [
    ['deliveries', () => forgetErasedUnknown(sql)],
    ['stopped', () => inBatches(signal, () => retirePeople(house, 'stopped'))],
    ['not-asked', () => inBatches(signal, () => retirePeople(house, 'not-asked'))],
    ['sign-ups', () => inBatches(signal, () => retirePeople(house, 'sign-ups'))],
    ['askings', () => forgetAskings(sql, intervalOf('askings'))],
    ['reasons', () => inBatches(signal, () => retireTexts(house, 'reasons', forgetReasons))],
    ['requests', () => forgetDoorRequests(sql, intervalOf('requests'))],
    ['requests', () => forgetAddressChanges(sql, intervalOf('requests'))],
    ['exports', () => forgetExports(sql, intervalOf('exports'))],
    ['replies', () => inBatches(signal, () => retireTexts(house, 'replies', forgetReplies))],
    ['deliveries', () => inBatches(signal, () => retireDeliveries(house, 'topic'))],
    ['service-mail', () => inBatches(signal, () => retireDeliveries(house, 'service'))],
  ]
}

function retireTexts(house: House, kind: 'reasons' | 'replies', forget: typeof forgetReasons): Promise<number> {
  return commit(house, (tx) => forget(tx, intervalOf(kind), peopleAtOnce))
}

async function inBatches(signal: AbortSignal | undefined, batch: () => Promise<number>): Promise<number> {
  let all = 0
  while (!signal?.aborted) {
    const n = await batch()
    if (n === 0) break
    all += n
  }
  return all
}

function retireDeliveries(house: House, kind: 'topic' | 'service'): Promise<number> {
  const interval = intervalOf(kind === 'topic' ? 'deliveries' : 'service-mail')
  return commit(house, async (tx) => {
    const old = await lockEndedDeliveries(tx, kind, interval, peopleAtOnce)
    await deleteDeliveries(tx, old)
    return old.length
  })
}

/** @returns how many people were deleted, or might have been and had said something meanwhile: zero only when none are left. */
async function retirePeople(house: House, over: Over): Promise<number> {
  const next = await peopleOver(house.database.sql, over, intervalOf(over), { limit: peopleAtOnce })
  if (next.length > 0) await commit(house, (tx) => retireUnderLock(house, tx, over, next))
  return next.length
}

/** Of whom stopped only the fingerprint stays, so that nobody brings her in again; who never answered may be brought in again. */
async function retireUnderLock(house: House, tx: Transaction, over: Over, next: readonly string[]): Promise<void> {
  const locked = await lockToErase(tx, next)
  const people = await peopleOver(tx, over, intervalOf(over), { among: locked.people })
  if (people.length === 0) return
  const addresses = locked.addresses.filter(({ person }) => people.includes(person))
  if (over === 'stopped') {
    const at = await instantNow(tx)
    await keepFingerprints(tx, addresses, 'retention', at)
    await markErased(tx, people)
    await house.noList.append(
      addresses.map(({ fingerprint }) => ({ at: at.toISOString(), kind: 'erased', fingerprint })),
    )
  }
  await removePeople(tx, people, addresses)
  const payload = { what: 'retired', kept: over, people: people.length }
  await appendEntries(tx, await lockHead(tx), [{ kind: 'erased', topics: [], wording: null, person: null, payload }])
}
