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

/** How many of each kind were deleted: people, deliveries, texts or rows of a register. */
export type Retired = Record<
  Extract<
    KeptKind,
    | 'stopped'
    | 'not-asked'
    | 'sign-ups'
    | 'askings'
    | 'reasons'
    | 'deliveries'
    | 'replies'
    | 'service-mail'
    | 'requests'
    | 'exports'
  >,
  number
>

/** People in one transaction: bounds how long somebody who changes her own choices may have to wait. */
const peopleAtOnce = 100

/**
 * Deletes what has been kept for its time (domain/retention.ts). Any number of processes may do it at once; what is cut off
 * is taken up the next day. @param signal aborted to begin nothing more.
 */
export async function retireData(house: House, signal?: AbortSignal): Promise<Retired> {
  await forgetErasedUnknown(house.database.sql)
  return {
    stopped: await inBatches(signal, () => retirePeople(house, 'stopped')),
    'not-asked': await inBatches(signal, () => retirePeople(house, 'not-asked')),
    'sign-ups': await inBatches(signal, () => retirePeople(house, 'sign-ups')),
    askings: await forgetAskings(house.database.sql, intervalOf('askings')),
    reasons: await inBatches(signal, () =>
      commit(house, (tx) => forgetReasons(tx, intervalOf('reasons'), peopleAtOnce)),
    ),
    requests:
      (await forgetDoorRequests(house.database.sql, intervalOf('requests'))) +
      (await forgetAddressChanges(house.database.sql, intervalOf('requests'))),
    exports: await forgetExports(house.database.sql, intervalOf('exports')),
    replies: await inBatches(signal, () =>
      commit(house, (tx) => forgetReplies(tx, intervalOf('replies'), peopleAtOnce)),
    ),
    deliveries: await inBatches(signal, () => retireDeliveries(house, 'topic')),
    'service-mail': await inBatches(signal, () => retireDeliveries(house, 'service')),
  }
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
