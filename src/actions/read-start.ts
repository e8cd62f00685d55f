import type { Brand } from '../domain/brand.ts'
import type { Topic } from '../domain/topic.ts'
import { theBrand } from '../store/brand.ts'
import { allTopics } from '../store/topics.ts'
import { currentWordings } from '../store/wordings.ts'
import type { House } from './house.ts'

/** What the sign-up page shows to everybody; `wordings` are the hashes of what it asks now, by language. */
export type StartShown = { brand: Brand; topics: Topic[]; wordings: ReadonlyMap<string, string> }

/** Reads it on the pool that cannot write. */
export async function readStart(house: House): Promise<StartShown> {
  const sql = house.database.readOnly
  const [brand, topics, wordings] = await Promise.all([theBrand(sql), allTopics(sql), currentWordings(sql, 'sign-up')])
  return { brand, topics, wordings }
}
