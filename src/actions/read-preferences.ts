import type { Brand } from '../domain/brand.ts'
import type { Choices } from '../domain/choices.ts'
import type { Rules } from '../domain/gate.ts'
import { isYoungLink, type Link } from '../domain/link-token.ts'
import type { Topic } from '../domain/topic.ts'
import type { TopicVolume } from '../domain/volume.ts'
import { theBrand } from '../store/brand.ts'
import { personById, type Person } from '../store/people.ts'
import { allTopics } from '../store/topics.ts'
import { topicVolumes } from '../store/volumes.ts'
import { currentWordings, wordingHashes } from '../store/wordings.ts'
import type { House } from './house.ts'
import { forbiddenInFlight, type InFlight } from './in-flight.ts'

/**
 * Everything her page shows. `wording` is the hash of what it asks now, by language, `wordings` are all there are, `inFlight` what may
 * still arrive though she forbids it; `mayRaise`: a session, or this link is young enough and she has not stopped.
 */
export type Preferences = {
  person: Person
  brand: Brand
  topics: Topic[]
  volumes: TopicVolume[]
  wording: ReadonlyMap<string, string>
  wordings: Rules['wordings']
  inFlight: InFlight
  mayRaise: boolean
}

/** Reads what her page shows, on the pool that cannot write. @returns null when she was erased. */
export async function readPreferences(house: House, link: Link, now: Date): Promise<Preferences | null> {
  const sql = house.database.readOnly
  const [person, brand, topics, volumes, wording, wordings, inFlight] = await Promise.all([
    personById(sql, link.person),
    theBrand(sql),
    allTopics(sql),
    topicVolumes(sql),
    currentWordings(sql, 'preferences'),
    wordingHashes(sql),
    forbiddenInFlight(sql, link.person),
  ])
  if (!person) return null
  return { person, brand, topics, volumes, wording, wordings, inFlight, mayRaise: mayRaise(link, person.choices, now) }
}

/** Whether this link may bring her more mail, as her choices are. */
export function mayRaise(link: Link, { stopped }: Choices, now: Date): boolean {
  return link.purpose === 'session' || (isYoungLink(link, now) && stopped === null)
}
