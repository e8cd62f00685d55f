import { languageFor } from '../domain/language.ts'
import { makeLink, minuteOf, type Link } from '../domain/link-token.ts'
import { forPage, type PrivatePage } from '../domain/private-page.ts'
import { ownLinkLetter } from '../mail/own-link-letter.ts'
import { theBrand } from '../store/brand.ts'
import type { Transaction } from '../store/database.ts'
import { addressEntry } from '../store/details.ts'
import { instantNow } from '../store/instant.ts'
import { lockPerson, type Person } from '../store/people.ts'
import { sendHers } from './acknowledge-raise.ts'
import { countTry } from './count-try.ts'
import { whoIsGone } from './erase.ts'
import type { House } from './house.ts'
import { queueServiceMail } from './service-mail.ts'

/** `too-many`: asked too often; after `seconds` it may be asked again. */
export type Asked = { kind: 'asked' } | { kind: 'too-many'; seconds: number }

/**
 * Mails a fresh link to the address of the person that a link of ours names, of whatever kind and age; nothing is typed.
 * It is laid out before this returns, and leaves right after it.
 * @param opens what it opens once she has pressed; null for her page. It may show no more there than elsewhere.
 * @throws Problem `erased` when she was erased.
 */
export async function sendFreshLink(
  house: House,
  link: Link,
  network: string | null,
  opens: PrivatePage | null = null,
): Promise<Asked> {
  const asked = await house.database.sql.begin(async (tx): Promise<Asked> => {
    const her = await lockPerson(tx, link.person)
    if (!her?.address) throw await whoIsGone(house, link.person)
    const seconds = await countTry(house, tx, 'link', { canonical: her.address.canonical, network })
    if (seconds !== null) return { kind: 'too-many', seconds }
    await layOutOwnLink(house, tx, her, opens)
    return { kind: 'asked' }
  })
  if (asked.kind === 'asked') await sendHers(house, link.person)
  return asked
}

/**
 * Lays out the mail with a fresh link for her, whose row is locked; none where her address must not be written to, or the
 * brand has no address to send from.
 */
export async function layOutOwnLink(
  house: House,
  tx: Transaction,
  her: Person,
  opens: PrivatePage | null = null,
): Promise<void> {
  if (her.address === null || her.suppressions.some((reason) => reason !== 'complained')) return
  const [brand, now] = [await theBrand(tx), await instantNow(tx)]
  const { replyTo } = brand
  if (replyTo === null) {
    house.warn('nobody can be mailed a link: set the address it comes from with courtesy brand set --reply-to')
    return
  }
  const language = languageFor(her.choices.language, brand.languages)
  // The link goes to this address and dies with it.
  const entry = (await addressEntry(tx, her.id))?.number ?? null
  const base: Omit<Link, 'delivery'> = { purpose: 'session', person: her.id, ...minuteOf(now), topics: [], entry }
  await queueServiceMail(tx, 'own_link', { person: her.id, version: her.entry, at: now.toISOString() }, (delivery) => {
    const url = `${house.publicUrl}/s/${makeLink(house.keys.links, { ...base, delivery })}${forPage(opens)}`
    return { ...ownLinkLetter({ brand, language, url }), sender: replyTo, locale: language }
  })
}
