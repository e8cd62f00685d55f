import { zoneFor } from '../domain/calendar.ts'
import { text, textDate, textDay, textMonth, textName, type TextKey } from '../domain/catalogue.ts'
import type { Topic } from '../domain/topic.ts'
import type { Look } from './her-view.ts'
import { pageLanguage, textTime } from './page-frame.ts'

/** What is said to her about her record, in one language and the time zone that holds for her. */
export type Words = {
  language: string
  zone: string
  say(key: TextKey, values?: Readonly<Record<string, string | number>>): string
  date(at: string): string
  day(at: string): string
  time(at: string): string
  month(name: string): string
  /** A topic's name as it stands inside a sentence; by its number where there is no such topic any more. */
  topic(id: number): string
}

export function wordsIn(language: string, zone: string, topics: readonly Topic[]): Words {
  return {
    language,
    zone,
    say: (key, values) => text(language, key, values),
    date: (at) => textDate(language, new Date(at), zone),
    day: (at) => textDay(language, new Date(at), zone),
    time: (at) => textTime(new Date(at), zone),
    month: (name) => textMonth(language, name),
    topic: (id) => textName(language, topics.find((topic) => topic.id === id)?.name ?? String(id)),
  }
}

/** The words of a page about her. */
export function wordsFor({ preferences: { person, brand, topics } }: Look): Words {
  return wordsIn(pageLanguage, zoneFor(person.choices.timeZone, brand), topics)
}
