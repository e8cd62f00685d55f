import { maskedAddress } from '../domain/address.ts'
import type { Brand } from '../domain/brand.ts'
import { zoneFor } from '../domain/calendar.ts'
import { herNextSlot } from '../domain/her-next-slot.ts'
import { describe } from '../domain/sentence.ts'
import type { Topic } from '../domain/topic.ts'
import { staffLanguage } from '../domain/staff-catalogue.ts'
import { theBrand } from '../store/brand.ts'
import { instantNow } from '../store/instant.ts'
import { personById, type Person } from '../store/people.ts'
import { allTopics } from '../store/topics.ts'
import { waitingFor } from '../store/waiting.ts'
import { publishedTexts, wordingHashes, type PublishedText } from '../store/wordings.ts'
import { whoIsGone } from './erase.ts'
import { personCalled } from './explain.ts'
import { readHistory, type HistoryPart } from './her-history.ts'
import type { House } from './house.ts'

/** The id of the person with that address. @throws Problem as `personCalled`. */
export async function personIdOf(house: House, address: string): Promise<string> {
  return (await personCalled(house, house.database.readOnly, address)).id
}

/** What the page about one person shows to staff. `nextSlot` is when a digest of hers may go next; `zone` is hers. */
export type StaffPerson = {
  person: Person
  brand: Brand
  topics: Topic[]
  sentence: string
  zone: string
  nextSlot: Date | null
  waiting: { count: number; due: string | null }
  history: HistoryPart
}

/**
 * Reads it on the pool that cannot write. @param before the history goes on below that entry; null from the newest on.
 * @throws Problem `not-found` when there is no such person, `erased` when she was.
 */
export async function readStaffPerson(house: House, id: string, before: number | null): Promise<StaffPerson> {
  const sql = house.database.readOnly
  const [person, brand, topics, now, wordings, waiting, history] = await Promise.all([
    personById(sql, id),
    theBrand(sql),
    allTopics(sql),
    instantNow(sql),
    wordingHashes(sql),
    waitingFor(sql, id),
    readHistory(house, id, before),
  ])
  if (!person) throw await whoIsGone(house, id)
  const { choices, suppressions } = person
  const address = maskedAddress(person.address?.spelling ?? '')
  const isSuppressed = suppressions.length > 0
  return {
    person,
    brand,
    topics,
    sentence: describe(choices, { topics, brand, locale: staffLanguage(), now, address, suppressions, wordings }),
    zone: zoneFor(choices.timeZone, brand),
    nextSlot: isSuppressed ? null : herNextSlot(choices, now, brand),
    waiting,
    history,
  }
}

/** What staff can name as the text that somebody said yes to. */
export async function readAskingTexts(house: House): Promise<PublishedText[]> {
  const texts = await publishedTexts(house.database.readOnly)
  return texts.filter(({ kind }) => kind === 'attested' || kind === 'sign-up')
}
