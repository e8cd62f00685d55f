import type { Brand } from '../domain/brand.ts'
import { Problem } from '../domain/problem.ts'
import type { Topic } from '../domain/topic.ts'
import { volumeOf, type Volume } from '../domain/volume.ts'
import { theBrand } from '../store/brand.ts'
import { instantNow } from '../store/instant.ts'
import { allTopics } from '../store/topics.ts'
import { topicVolumes } from '../store/volumes.ts'
import { currentWordings, peopleByWording, publishedTexts, type PublishedText } from '../store/wordings.ts'
import type { House } from './house.ts'

/** Topics as staff see them: with how much each really brings. */
export type StaffTopics = { brand: Brand; topics: (Topic & { volume: Volume })[] }

export async function readStaffTopics(house: House): Promise<StaffTopics> {
  const sql = house.database.readOnly
  const [brand, topics, volumes, now] = await Promise.all([
    theBrand(sql),
    allTopics(sql),
    topicVolumes(sql),
    instantNow(sql),
  ])
  const volume = (id: number): Volume => {
    const found = volumes.find(({ topic }) => topic === id)
    return found ? volumeOf(found, now) : { kind: 'new', expected: null }
  }
  return { brand, topics: topics.map((topic) => ({ ...topic, volume: volume(topic.id) })) }
}

/** One topic by its short name. @throws Problem `not-found`. */
export async function readStaffTopic(house: House, slug: string): Promise<StaffTopics['topics'][number]> {
  const { topics } = await readStaffTopics(house)
  const topic = topics.find((one) => one.slug === slug)
  if (topic) return topic
  throw new Problem(
    'not-found',
    `there is no topic of that short name; there are: ${topics.map((one) => one.slug).join(', ')}`,
  )
}

/** A frozen text with its number among those of its kind and language, and how many people's yes rests on it. */
export type TextVersion = PublishedText & { version: number; people: number }

/** Every frozen text, the newest first. Reads everybody's choices. */
export async function readTextVersions(house: House): Promise<TextVersion[]> {
  const sql = house.database.readOnly
  const [texts, people] = await Promise.all([publishedTexts(sql), peopleByWording(sql)])
  const counts = new Map<string, number>()
  const versions = texts.toReversed().map((text) => {
    const key = `${text.kind} ${text.language}`
    const version = (counts.get(key) ?? 0) + 1
    counts.set(key, version)
    return { ...text, version, people: people.get(text.hash) ?? 0 }
  })
  return versions.toReversed()
}

/**
 * How many people's yes rests on a text that is not the one asked now: they stay on the words they saw, until they choose anew.
 * Reads everybody's choices.
 */
export async function peopleOnEarlierTexts(house: House): Promise<number> {
  const sql = house.database.readOnly
  const [people, ...current] = await Promise.all([
    peopleByWording(sql),
    currentWordings(sql, 'preferences'),
    currentWordings(sql, 'sign-up'),
  ])
  const now = new Set(current.flatMap((texts) => [...texts.values()]))
  return [...people].reduce((sum, [hash, count]) => sum + (now.has(hash) ? 0 : count), 0)
}
