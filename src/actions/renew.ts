import { changes, stampEntry, topicsConcerned } from '../domain/choice-differences.ts'
import { isYoungLink, type Link } from '../domain/link-token.ts'
import { Problem } from '../domain/problem.ts'
import { renew } from '../domain/renewal.ts'
import { theBrand } from '../store/brand.ts'
import type { Transaction } from '../store/database.ts'
import { instantNow } from '../store/instant.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { lockPerson, saveChoices } from '../store/people.ts'
import { wordingHashes } from '../store/wordings.ts'
import type { Evidence } from './change-choices.ts'
import { whoIsGone } from './erase.ts'
import type { House } from './house.ts'

/** `needs-fresh-link`: the link is too old to prolong anything, or she has stopped. Nothing was changed. */
export type Renewed = { kind: 'renewed'; entry: number } | { kind: 'unchanged' } | { kind: 'needs-fresh-link' }

/**
 * Says again her yes to the topics of the mail that carried this link, where it runs out soon or has run out: seen under
 * the wording that stood on the page, confirmed now. Nothing else changes, and what waits for her stays as it is. One
 * transaction with its entry; pressed twice it is one renewal.
 * @throws Problem `invalid-input` for a wording that was never published, `erased` when she was erased.
 */
export async function renewYes(house: House, link: Link, wording: string, now: Date): Promise<Renewed> {
  if (!isYoungLink(link, now)) return { kind: 'needs-fresh-link' }
  return house.database.sql.begin((tx) => renewUnderLock(house, tx, link, wording))
}

async function renewUnderLock(house: House, tx: Transaction, link: Link, wording: string): Promise<Renewed> {
  const person = await lockPerson(tx, link.person)
  if (!person) throw await whoIsGone(house, link.person)
  if (person.choices.stopped !== null) return { kind: 'needs-fresh-link' }
  const [brand, published, at] = await Promise.all([theBrand(tx), wordingHashes(tx), instantNow(tx)])
  if (!published.has(wording)) {
    throw new Problem('invalid-input', 'the page names a wording that was never published; open it again and press')
  }
  const before = person.choices
  const renewed = renew(before, link.topics, { wording, at: at.toISOString() }, brand)
  if (changes(before, renewed).length === 0) return { kind: 'unchanged' }
  const head = await lockHead(tx)
  const entry = head.size + 1
  const after = stampEntry(before, renewed, entry)
  const { purpose, day, delivery } = link
  const evidence: Evidence = { way: 'page', wording, link: { purpose, day, delivery } }
  const payload = { person: person.id, evidence, before, after }
  const topics = topicsConcerned(before, after)
  await Promise.all([
    appendEntries(tx, head, [{ kind: 'renewed', topics, wording, person: person.id, payload }]),
    saveChoices(tx, person.id, after, entry),
  ])
  return { kind: 'renewed', entry }
}
