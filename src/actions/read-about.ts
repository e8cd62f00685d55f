import type { Brand } from '../domain/brand.ts'
import type { ServiceKind } from '../domain/gate.ts'
import { serviceKinds } from '../domain/service-register.ts'
import type { Topic } from '../domain/topic.ts'
import type { TopicVolume } from '../domain/volume.ts'
import { theBrand } from '../store/brand.ts'
import { instantNow } from '../store/instant.ts'
import { lastServiceMail } from '../store/service-messages.ts'
import { allTopics } from '../store/topics.ts'
import { topicVolumes } from '../store/volumes.ts'
import type { House } from './house.ts'

/** Everything that is said to everybody about these emails. `lastUse` is when each service kind was laid out last (ISO), where it was. */
export type About = {
  brand: Brand
  topics: Topic[]
  volumes: TopicVolume[]
  lastUse: ReadonlyMap<ServiceKind, string>
  now: Date
}

/** Reads it on the pool that cannot write. */
export async function readAbout(house: House): Promise<About> {
  const sql = house.database.readOnly
  const [brand, topics, volumes, lastUse, now] = await Promise.all([
    theBrand(sql),
    allTopics(sql),
    topicVolumes(sql),
    lastServiceMail(sql, serviceKinds),
    instantNow(sql),
  ])
  return { brand, topics, volumes, lastUse, now }
}
