import { setTimeout as wait } from 'node:timers/promises'
import { parseAddress } from '../domain/address.ts'
import { shortText } from '../domain/audience-export.ts'
import { fingerprintOf } from '../domain/keyring.ts'
import { Problem } from '../domain/problem.ts'
import { tellOfChange } from '../store/changes.ts'
import type { Transaction } from '../store/database.ts'
import { erasedStill } from '../store/delivery-counts.ts'
import {
  deleteDeliveries,
  deleteDoorRequests,
  deletePayloads,
  deletePeople,
  deleteTalk,
  deliveriesOf,
  goingTo,
  lockToErase,
  markErased,
  wasErased,
  type Going,
  type HerAddress,
} from '../store/erasure.ts'
import { instantNow } from '../store/instant.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { lockNewAddresses, personByAddress } from '../store/people.ts'
import { suppress, suppressionsOf } from '../store/suppressions.ts'
import { commit } from './commit.ts'
import type { House } from './house.ts'
import type { InFlight } from './in-flight.ts'

/** By which way she said it, and by whose hand. It goes into the entry's payload, which is about nobody: no word of hers belongs here. */
export type ErasedBy = { way: 'page' | 'staff'; by: string | null }

/**
 * `erased`: it was done now, and `inFlight` may still arrive. `unknown`: nobody was stored with that address, and only its
 * fingerprint is kept now. `already`: it had been done before.
 */
export type Erased =
  | { kind: 'erased'; entry: number; at: string; inFlight: InFlight }
  | { kind: 'unknown'; entry: number; at: string }
  | { kind: 'already' }

/** How long an erasure waits for what it calls back to come back from the workers, and how often it looks. */
const patienceMs = 2_000
const lookAgainMs = 20

/**
 * Deletes everything that tells of one person, in one transaction (I-15): what waits for her is never sent, what a worker has
 * in hand is called back, and only a fingerprint of her address stays, so that nobody adds it again. The ledger and all
 * its proofs stay as they are; what its entries say of her is gone.
 * @throws Problem `not-found` when there is no such person and never was one that was erased.
 */
export async function erasePerson(house: House, person: string, by: ErasedBy): Promise<Erased> {
  const erased = await eraseStored(house, person, by)
  if (erased) return erased
  const gone = await whoIsGone(house, person)
  if (gone.code === 'erased') return { kind: 'already' }
  throw gone
}

/** What there is to say of somebody whom a link names and who is not stored: that she was erased, or that we know no such person. */
export async function whoIsGone(house: House, person: string): Promise<Problem> {
  return (await wasErased(house.database.readOnly, person))
    ? new Problem('erased', 'what was known of this person has been erased')
    : new Problem('not-found', 'there is no such person')
}

/** @returns null when there is no such person (any more). */
async function eraseStored(house: House, person: string, by: ErasedBy): Promise<Erased | null> {
  const gone = await commit(house, (tx) => eraseUnderLock(house, tx, person, by))
  if (!gone) return null
  return { kind: 'erased', entry: gone.entry, at: gone.at, inFlight: await afterwards(house, gone.going) }
}

/**
 * As {@link erasePerson}, for somebody who asked staff to. An address that nobody has is kept as a fingerprint all the same,
 * so that no import brings it in afterwards.
 * @throws Problem `invalid-input` for what is no address.
 */
export async function eraseAddress(house: House, text: string, said: { by?: string | undefined }): Promise<Erased> {
  const address = parseAddress(text)
  if (address.kind === 'refused') {
    throw new Problem('invalid-input', `"${text}" is no email address: ${address.reason}`)
  }
  const { canonical } = address
  const by: ErasedBy = { way: 'staff', by: shortText(said.by ?? '') }
  const fingerprint = fingerprintOf(house.keys, 'email', canonical)
  for (;;) {
    const person = await personByAddress(house.database.sql, canonical)
    const erased = person && (await eraseStored(house, person.id, by))
    if (erased) return erased
    const kept = await commit(house, (tx) => keepFingerprint(house, tx, { canonical, fingerprint }, by))
    if (kept) return kept
  }
}

/** What was released to her, or is unknown, when she was erased. */
type Gone = { entry: number; at: string; going: readonly Going[] }

async function eraseUnderLock(house: House, tx: Transaction, id: string, by: ErasedBy): Promise<Gone | null> {
  const { people, addresses } = await lockToErase(tx, [id])
  if (people.length === 0) return null
  const [at, going] = await Promise.all([instantNow(tx), goingTo(tx, id)])
  await keepFingerprints(tx, addresses, by.way === 'page' ? 'herself' : 'staff', at)
  await removePeople(tx, people, addresses)
  await markErased(tx, people)
  const entry = await appendErased(
    house,
    tx,
    addresses.map((one) => one.fingerprint),
    by,
  )
  return { ...entry, going }
}

/** Keeps of addresses that nobody may add them again, in one statement for each channel. Their people are locked. */
export async function keepFingerprints(
  tx: Transaction,
  addresses: readonly HerAddress[],
  source: 'herself' | 'staff' | 'retention',
  at: Date,
): Promise<void> {
  for (const [channel, those] of Map.groupBy(addresses, (one) => one.channel)) {
    const rows = those.map(({ fingerprint }) => ({ fingerprint, at: at.toISOString() }))
    await suppress(tx, channel, 'erased', source, rows)
  }
}

/**
 * Deletes people who are locked ({@link lockToErase}) and all that hangs on them. What is to be kept of their addresses has been
 * written before; whoever has mail of theirs in hand is told.
 */
export async function removePeople(
  tx: Transaction,
  people: readonly string[],
  addresses: readonly HerAddress[],
): Promise<void> {
  await deleteTalk(tx, people)
  await deleteDeliveries(tx, await deliveriesOf(tx, people))
  await deletePayloads(tx, people, addresses)
  await deleteDoorRequests(tx, addresses)
  await deletePeople(tx, people)
  await tellOfChange(tx, people)
}

/** For an address that nobody has. @returns null when somebody has it after all. */
async function keepFingerprint(
  house: House,
  tx: Transaction,
  { canonical, fingerprint }: { canonical: string; fingerprint: string },
  by: ErasedBy,
): Promise<Erased | null> {
  await lockNewAddresses(tx, 'email', [fingerprint])
  if (await personByAddress(tx, canonical)) return null
  const suppressed = await suppressionsOf(tx, 'email', [fingerprint])
  if (suppressed.get(fingerprint)?.includes('erased')) return { kind: 'already' }
  const at = (await instantNow(tx)).toISOString()
  await suppress(tx, 'email', 'erased', 'staff', [{ fingerprint, at }])
  return { kind: 'unknown', ...(await appendErased(house, tx, [fingerprint], by)) }
}

/** The one thing that the record says of it: that it was done, when and by which way. Of whom it does not say. */
async function appendErased(
  house: House,
  tx: Transaction,
  fingerprints: readonly string[],
  { way, by }: ErasedBy,
): Promise<{ entry: number; at: string }> {
  const at = (await instantNow(tx)).toISOString()
  await house.noList.append(fingerprints.map((fingerprint) => ({ at, kind: 'erased', fingerprint })))
  const head = await lockHead(tx)
  const payload = { what: 'erased', way, by }
  const { size } = await appendEntries(tx, head, [{ kind: 'erased', topics: [], wording: null, person: null, payload }])
  return { entry: size, at: head.at }
}

/** What may still arrive (I-2): what is unknown, and what no worker could call back within a moment. Nothing is held meanwhile. */
async function afterwards(house: House, going: readonly Going[]): Promise<InFlight> {
  const released = [...new Set(going.flatMap(({ carrier, state }) => (state === 'released' ? [carrier] : [])))]
  const deadline = performance.now() + patienceMs
  let still = await erasedStill(house.database.sql, released)
  while (still.some(({ inHand }) => inHand) && performance.now() < deadline) {
    await wait(lookAgainMs)
    still = await erasedStill(house.database.sql, released)
  }
  const may = new Set(still.map((one) => one.carrier))
  const left = going.filter(({ carrier, state }) => state === 'unknown' || may.has(carrier))
  const since = left.map((one) => one.plannedAt).toSorted()[0] ?? null
  return { count: new Set(left.map((one) => one.carrier)).size, since }
}
