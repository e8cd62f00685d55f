import { parseAddress } from '../domain/address.ts'
import { fingerprintOf } from '../domain/keyring.ts'
import { Problem } from '../domain/problem.ts'
import { releasesAt } from '../domain/releases-at.ts'
import type { Sql } from '../store/database.ts'
import { brandAt } from '../store/brand.ts'
import { choicesHistory, deliveryOf, releasesOf, suppressionsAt, wordingsAt } from '../store/history.ts'
import { instantNow } from '../store/instant.ts'
import { personById, type Person } from '../store/people.ts'
import { suppressionsOf } from '../store/suppressions.ts'
import { allTopics } from '../store/topics.ts'
import { theCampaign } from './check-campaign.ts'
import { explanationOf, personCalled, type Explanation } from './explain.ts'
import type { House } from './house.ts'

/** Somebody by address, or by the id that records name, which outlives her address. */
export type Who = { address: string } | { person: string }

/** The answer as of then, or why there is none: her record was erased, or began only later. */
export type Replay =
  | { kind: 'replayed'; explanation: Explanation }
  | { kind: 'could not check'; reason: 'erased' | 'not known yet' }

/**
 * The gate's answer as of a past instant, from the record alone: her choices as the newest entry by then left them, what
 * was suppressed and published by then, the brand's rules of then, and the mails that had been released by then and not
 * taken back. The topic, language and usefulness of a message never change, and no suppression is ever lifted. Changes
 * within the same millisecond count as made before.
 * @throws Problem `not-found` for an unknown address or campaign, `invalid-input` for an instant that is none or lies ahead.
 */
export async function replay(house: House, who: Who, slug: string, at: Date): Promise<Replay> {
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const [campaign, now] = await Promise.all([theCampaign(tx, slug), instantNow(tx)])
    if (!(at.getTime() <= now.getTime())) {
      throw new Problem('invalid-input', `only what is past can be replayed: up to ${now.toISOString()}`)
    }
    const person = await whoIsMeant(house, tx, who)
    if (!person) return { kind: 'could not check', reason: 'erased' }
    const [all, topics, brand, wordings, releases, delivery] = await Promise.all([
      choicesHistory(tx, person.id),
      allTopics(tx),
      brandAt(tx, at),
      wordingsAt(tx, at),
      releasesOf(tx, person.id),
      deliveryOf(tx, person.id, campaign.message),
    ])
    if (all.at(-1)?.entry !== person.entry) return { kind: 'could not check', reason: 'erased' }
    const history = all.filter((change) => Date.parse(change.at) <= at.getTime())
    const choices = history.at(-1)?.choices
    if (!choices) return { kind: 'could not check', reason: 'not known yet' }
    const { spelling = '', fingerprint = '' } = person.address ?? {}
    const suppressions = await suppressionsAt(tx, fingerprint, at)
    const standing = { choices, suppressions, recent: releasesAt(releases, at) }
    const rules = { brand, wordings }
    const then = { address: spelling, campaign, standing, rules, topics, history, delivery, at }
    return { kind: 'replayed', explanation: explanationOf(then) }
  })
}

/** Whom is meant; null for somebody who was erased. @throws Problem as {@link personCalled}. */
export async function whoIsMeant(house: House, sql: Sql, who: Who): Promise<Person | null> {
  if ('person' in who) return personById(sql, who.person)
  try {
    return await personCalled(house, sql, who.address)
  } catch (error) {
    if (error instanceof Problem && (await wasErased(house, sql, who.address))) return null
    throw error
  }
}

async function wasErased(house: House, sql: Sql, text: string): Promise<boolean> {
  const address = parseAddress(text)
  if (address.kind === 'refused') return false
  const fingerprint = fingerprintOf(house.keys, 'email', address.canonical)
  return (await suppressionsOf(sql, 'email', [fingerprint])).get(fingerprint)?.includes('erased') ?? false
}
