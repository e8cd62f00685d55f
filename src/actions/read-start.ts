import type { Brand } from '../domain/brand.ts'
import type { Topic } from '../domain/topic.ts'
import { theBrand } from '../store/brand.ts'
import { allTopics } from '../store/topics.ts'
import { currentWording } from '../store/wordings.ts'
import type { House } from './house.ts'

/** What the sign-up page shows to everybody; `wording` is the hash of what it asks now. */
export type StartShown = { brand: Brand; topics: Topic[]; wording: string | null }

/** Reads it on the pool that cannot write. */
export async function readStart(house: House, language: string): Promise<StartShown> {
  const sql = house.database.readOnly
  const [brand, topics, wording] = await Promise.all([
    theBrand(sql),
    allTopics(sql),
    currentWording(sql, 'sign-up', language),
  ])
  return { brand, topics, wording }
}
