import { parseAddress, type Address } from '../domain/address.ts'
import { fingerprintOf } from '../domain/keyring.ts'
import { Problem } from '../domain/problem.ts'
import { tellOfChange } from '../store/changes.ts'
import type { Transaction } from '../store/database.ts'
import { cancelForbidden } from '../store/deliveries.ts'
import { instantNow } from '../store/instant.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { lockNewAddresses, lockPerson, personByAddress } from '../store/people.ts'
import { countSuppressed, newestSuppressed, suppress, type SuppressedAddress } from '../store/suppressions.ts'
import { commit } from './commit.ts'
import type { House } from './house.ts'

/** So many of the list are shown; the rest are counted. */
const mostShown = 20

/** The addresses that must never be written to: how many, and the newest by fingerprint; no address is kept for it. */
export type DoNotContactList = { count: number; newest: SuppressedAddress[] }

/**
 * Puts an address on the list of those that are never written to, whoever has it, whatever anybody chooses; nobody takes
 * it off again. What waits for its owner is cancelled in the same transaction, and an entry tells that it was done.
 * @param staff the id of who did it. @returns whether it is new there.
 * @throws Problem `invalid-input` for what is no address.
 */
export async function addDoNotContact(house: House, text: string, staff: string): Promise<boolean> {
  const address = parseAddress(text)
  if (address.kind === 'refused') throw new Problem('invalid-input', `this is no email address: ${address.reason}`)
  for (;;) {
    const added = await commit(house, (tx) => addUnderLock(house, tx, address, staff))
    if (added !== null) return added
  }
}

/** @returns null where somebody came to have that address meanwhile: then not all that is needed is locked. */
async function addUnderLock(house: House, tx: Transaction, { canonical }: Address, staff: string) {
  const fingerprint = fingerprintOf(house.keys, 'email', canonical)
  const known = await personByAddress(tx, canonical)
  const person = known && (await lockPerson(tx, known.id))
  if (!person) {
    await lockNewAddresses(tx, 'email', [fingerprint])
    if (await personByAddress(tx, canonical)) return null
  }
  const at = (await instantNow(tx)).toISOString()
  const added = await suppress(tx, 'email', 'do_not_contact', 'staff', [{ fingerprint, at }])
  if (added.length === 0) return false
  if (person) {
    await cancelForbidden(tx, person.id, () => 'do_not_contact')
    await tellOfChange(tx, [person.id])
  }
  const id = person?.id ?? null
  const evidence = { way: 'staff', by: staff }
  const payload = id === null ? { evidence } : { person: id, evidence }
  const head = await lockHead(tx)
  await appendEntries(tx, head, [{ kind: 'do-not-contact', topics: [], wording: null, person: id, payload }])
  return true
}

/** The list in numbers and fingerprints. */
export async function readDoNotContact(house: House): Promise<DoNotContactList> {
  const sql = house.database.readOnly
  const [count, newest] = await Promise.all([
    countSuppressed(sql, 'do_not_contact'),
    newestSuppressed(sql, 'do_not_contact', mostShown),
  ])
  return { count, newest }
}
