import type { Topic } from '../domain/topic.ts'
import { allTopics } from '../store/topics.ts'
import type { House } from './house.ts'

/** All topics, as they are now. */
export async function allTopicsNow(house: House): Promise<Topic[]> {
  return allTopics(house.database.readOnly)
}
