import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { envelopeAddress, maskedAddress, type Address } from '../domain/address.ts'
import { notAsked } from '../domain/choices.ts'
import { judge } from '../domain/gate.ts'
import { fingerprintOf } from '../domain/keyring.ts'
import { languageFor } from '../domain/language.ts'
import { ageDays, dayOf, isFresh, linkLifetimes, makeLink, minuteOf, type Link } from '../domain/link-token.ts'
import { parseSender } from '../domain/sender.ts'
import { newAddressLetter, oldAddressLetter } from '../mail/address-letters.ts'
import { serviceLetter } from '../mail/service-letter.ts'
import type { Transaction } from '../store/database.ts'
import {
  addressChange,
  forgetChangesFrom,
  insertAddressChange,
  swapAddress,
  type AddressChange,
} from '../store/details.ts'
import { instantNow } from '../store/instant.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { lockNewAddresses, lockPerson, personByAddress, personById, type Person } from '../store/people.ts'
import { suppressionsOf } from '../store/suppressions.ts'
import { sendHers } from './acknowledge-raise.ts'
import { theRules } from './check-campaign.ts'
import { commit } from './commit.ts'
import { countTry } from './count-try.ts'
import { whoIsGone } from './erase.ts'
import { deliver } from './hand-over.ts'
import type { House } from './house.ts'
import { queueServiceMail } from './service-mail.ts'

type NewAddress = Omit<AddressChange, 'confirmedAt'>

/** `unchanged`: it is her address already. */
export type AddressAsked = { kind: 'asked' } | { kind: 'unchanged' } | { kind: 'too-many'; seconds: number }

/**
 * Takes down that she wants to be written to at another address. Nothing changes until somebody who reads it says yes: it is
 * mailed one link, and her present address a note with a link that keeps it. The answer is the same whatever is known of the
 * new address; one that must not be written to gets nothing.
 * @throws Problem `erased` when she was erased.
 */
export async function askNewAddress(
  house: House,
  id: string,
  to: Address,
  network: string | null,
): Promise<AddressAsked> {
  const fingerprint = fingerprintOf(house.keys, 'email', to.canonical)
  const change = { id: randomUUID(), person: id, canonical: to.canonical, spelling: to.spelling, fingerprint }
  let saved: string | null = null
  const asked = await commit(house, async (tx): Promise<AddressAsked> => {
    const her = await lockPerson(tx, id)
    if (!her?.address) throw await whoIsGone(house, id)
    if (her.address.spelling === to.spelling) return { kind: 'unchanged' }
    const seconds = await countTry(house, tx, 'link', { canonical: to.canonical, network })
    if (seconds !== null) return { kind: 'too-many', seconds }
    saved = her.choices.language
    await insertAddressChange(tx, change)
    await tellOldAddress(house, tx, her, change)
    return { kind: 'asked' }
  })
  if (asked.kind !== 'asked') return asked
  await sendHers(house, id)
  await mailNewAddress(house, change, saved)
  return asked
}

async function tellOldAddress(house: House, tx: Transaction, her: Person, { id, spelling }: NewAddress): Promise<void> {
  const [{ brand }, now] = [await theRules(tx), await instantNow(tx)]
  const { replyTo } = brand
  if (replyTo === null) return
  const language = languageFor(her.choices.language, brand.languages)
  const link: Link = { purpose: 'undo', person: her.id, day: dayOf(now), topics: [], delivery: id, entry: null }
  const url = `${house.publicUrl}/address/${makeLink(house.keys.links, link)}`
  const letter = oldAddressLetter({ brand, language, url }, maskedAddress(spelling))
  const to = { person: her.id, version: her.entry, at: now.toISOString() }
  await queueServiceMail(tx, 'acknowledgement', to, () => ({ ...letter, sender: replyTo, locale: language }))
}

/** The one mail to an address that is nobody's yet. It passes the gate like every other; if it is lost, she asks again. */
async function mailNewAddress(house: House, change: NewAddress, saved: string | null): Promise<void> {
  const { sql } = house.database
  const [rules, now, suppressed] = await Promise.all([
    theRules(sql),
    instantNow(sql),
    suppressionsOf(sql, 'email', [change.fingerprint]),
  ])
  const { brand } = rules
  const nobody = { choices: notAsked(), recent: [], suppressions: suppressed.get(change.fingerprint) ?? [] }
  const verdict = judge({ kind: 'service', serviceKind: 'confirmation', channel: 'email' }, nobody, rules, now)
  if (brand.replyTo === null || verdict.kind !== 'now') return
  const { id, person } = change
  const link: Link = { purpose: 'confirm', person, ...minuteOf(now), topics: [], delivery: id, entry: null }
  const url = `${house.publicUrl}/address/${makeLink(house.keys.links, link)}`
  const sender = { ...parseSender(brand.replyTo), name: brand.name }
  const to = envelopeAddress(change.spelling).address
  const delivery = randomUUIDv7()
  const write = async () => {
    const letter = newAddressLetter({ brand, language: languageFor(saved, brand.languages), url })
    const messageId = `<${delivery}@${sender.domain}>`
    const mime = await serviceLetter({ from: sender, replyTo: brand.replyTo, to, messageId, date: now, ...letter })
    return { delivery, from: envelopeAddress(sender.address).address, to, mime }
  }
  const mail = { delivery, person: change.person, items: [], notAfter: null, write }
  const held = { since: performance.now(), perDestination: null, recalled: () => false }
  await deliver(house, [mail], held, house.serviceCourier)
}

/** What the link of such a mail would do now. `over`: nothing any more. */
export type AddressLink = 'confirm' | 'keep' | 'put-back' | 'over'

/** How it stands with a link to `/address`, on the pool that cannot write. @throws Problem `erased` when she was erased. */
export async function addressLink(house: House, link: Link): Promise<AddressLink> {
  const sql = house.database.readOnly
  const [now, change, her] = await Promise.all([
    instantNow(sql),
    link.delivery === null ? null : addressChange(sql, link.delivery),
    personById(sql, link.person),
  ])
  if (!her) throw await whoIsGone(house, link.person)
  return stateOf(link, change, now)
}

function stateOf(link: Link, change: AddressChange | null, now: Date): AddressLink {
  if (change?.person !== link.person) return 'over'
  if (link.purpose === 'confirm') return change.confirmedAt === null && isFresh(link, now) ? 'confirm' : 'over'
  if (link.purpose !== 'undo' || ageDays(link, now) > linkLifetimes.confirmDays) return 'over'
  return change.confirmedAt === null ? 'keep' : 'put-back'
}

/**
 * Does what the link is for: makes the new address hers, keeps the old one, or puts it back. Once; of two presses one does it.
 * Fresh links and sessions of before end with it, and an address that is put back undoes every later change too.
 * `taken`: somebody else has that address by now, and nothing was changed.
 * @throws Problem `erased` when she was erased.
 */
export async function useAddressLink(house: House, link: Link): Promise<AddressLink | 'taken'> {
  return commit(house, async (tx) => {
    const her = await lockPerson(tx, link.person)
    if (!her?.address) throw await whoIsGone(house, link.person)
    const change = link.delivery === null ? null : await addressChange(tx, link.delivery)
    const state = stateOf(link, change, await instantNow(tx))
    if (state === 'over' || !change) return 'over'
    if (state === 'keep') {
      await forgetChangesFrom(tx, change.id)
      return state
    }
    await lockNewAddresses(tx, 'email', [change.fingerprint])
    const owner = await personByAddress(tx, change.canonical)
    if (owner && owner.id !== her.id) return 'taken'
    await swapAddress(tx, change, her.address)
    if (state === 'put-back') await forgetChangesFrom(tx, change.id)
    const corrected = { address: { before: her.address.spelling, after: change.spelling } }
    const evidence = { way: state === 'confirm' ? 'page' : 'undo', wording: null }
    const payload = { person: her.id, evidence, corrected }
    const head = await lockHead(tx)
    await appendEntries(tx, head, [{ kind: 'corrected', topics: [], wording: null, person: her.id, payload }])
    return state
  })
}
