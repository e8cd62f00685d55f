import { randomUUID } from 'node:crypto'
import type { Address } from '../domain/address.ts'
import type { Brand } from '../domain/brand.ts'
import { fingerprintOf } from '../domain/keyring.ts'
import { makeLink, minuteOf, type Link } from '../domain/link-token.ts'
import { evidenceOf, pendingChoices, type SignUp } from '../domain/sign-up.ts'
import type { Topic } from '../domain/topic.ts'
import { confirmationLetter } from '../mail/confirmation-letter.ts'
import { theBrand } from '../store/brand.ts'
import type { Transaction } from '../store/database.ts'
import { instantNow } from '../store/instant.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { insertPerson, lockNewAddresses, lockPerson, personByAddress } from '../store/people.ts'
import { insertSignUp, unansweredConfirmations } from '../store/sign-ups.ts'
import { suppressionsOf } from '../store/suppressions.ts'
import { allTopics } from '../store/topics.ts'
import type { Evidence } from './change-choices.ts'
import { countConfirmation } from './count-try.ts'
import type { House } from './house.ts'
import { queueServiceMail } from './service-mail.ts'

/** So many confirmations go to one person while she answers none. */
const mostUnanswered = 3

/**
 * Lays out the mail that asks whoever has that address to confirm what was asked for in her name. Somebody new is stored
 * with choices that are pending, which send nothing; of somebody known nothing is changed. None goes to an address that
 * must not be written to, nor more than a few while nobody answers.
 * @returns false where somebody else was just adding that address: try again.
 */
export async function layOutConfirmation(
  house: House,
  tx: Transaction,
  address: Address,
  asked: SignUp,
): Promise<boolean> {
  const fingerprint = fingerprintOf(house.keys, 'email', address.canonical)
  const known = await personByAddress(tx, address.canonical)
  const her = known && (await lockPerson(tx, known.id))
  if (!her) {
    await lockNewAddresses(tx, 'email', [fingerprint])
    if (await personByAddress(tx, address.canonical)) return false
  }
  const suppressed = (await suppressionsOf(tx, 'email', [fingerprint])).get(fingerprint) ?? []
  const brand = await theBrand(tx)
  if (brand.replyTo === null) {
    house.warn('nobody can sign up: set the address that confirmations come from with courtesy brand set --reply-to')
    return true
  }
  const unanswered = her ? await unansweredConfirmations(tx, her.id, her.choices.choseAt) : 0
  const erased = suppressed.includes('erased')
  if (suppressed.includes('do_not_contact') || suppressed.includes('bounced') || unanswered >= mostUnanswered)
    return true
  if (!(await countConfirmation(house, tx, { canonical: address.canonical, erased }))) return true
  // Read before the ledger's head is locked, so that nobody waits for it longer than the writing takes.
  const [now, topics] = [await instantNow(tx), await allTopics(tx)]
  const person = her ? { id: her.id, version: her.entry } : await insertPending(tx, { address, fingerprint, asked })
  const about = topics.filter(({ id }) => asked.topics.includes(id))
  await layOut(house, tx, { person, brand, fingerprint, asked, about, now })
  return true
}

/** Stores somebody new with what she asked for, pending, and the entry that introduces her. */
async function insertPending(
  tx: Transaction,
  { address, fingerprint, asked }: { address: Address; fingerprint: string; asked: SignUp },
): Promise<{ id: string; version: number }> {
  const id = randomUUID()
  const head = await lockHead(tx)
  const entry = head.size + 1
  const pending = pendingChoices(asked, head.at)
  const topics = Object.fromEntries(Object.entries(pending.topics).map(([topic, said]) => [topic, { ...said, entry }]))
  const after = { ...pending, topics }
  const evidence: Evidence = { way: 'start', wording: asked.wording, details: evidenceOf(asked) }
  const payload = { person: id, evidence, before: null, after }
  await appendEntries(tx, head, [{ kind: 'given', topics: asked.topics, wording: asked.wording, person: id, payload }])
  const person = { id, name: '', familyName: '', choices: after, entry }
  await insertPerson(tx, person, 'email', {
    canonical: address.canonical,
    spelling: address.spelling,
    fingerprint,
  })
  return { id, version: entry }
}

type Laid = {
  person: { id: string; version: number }
  brand: Brand
  fingerprint: string
  asked: SignUp
  about: readonly Topic[]
  now: Date
}

async function layOut(house: House, tx: Transaction, laid: Laid): Promise<void> {
  const { person, brand, fingerprint, asked, about, now } = laid
  const [at, locale] = [now.toISOString(), asked.language]
  const base: Omit<Link, 'delivery'> = {
    purpose: 'confirm',
    person: person.id,
    ...minuteOf(now),
    topics: about.map(({ id }) => id),
    entry: null,
  }
  let delivery = ''
  await queueServiceMail(tx, 'confirmation', { person: person.id, version: person.version, at }, (id) => {
    delivery = id
    const url = `${house.publicUrl}/start/${makeLink(house.keys.links, { ...base, delivery })}`
    const letter = confirmationLetter({ brand, locale, topics: about, pace: asked.pace, url })
    return { ...letter, sender: brand.replyTo ?? '', locale }
  })
  await insertSignUp(tx, { delivery, person: person.id, fingerprint, asked, at })
}
