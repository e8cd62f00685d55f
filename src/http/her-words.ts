import { zoneFor } from '../domain/calendar.ts'
import {
  text,
  textDate,
  textDay,
  textMonth,
  textName,
  textNumber,
  textTime,
  type TextKey,
} from '../domain/catalogue.ts'
import type { Language } from '../domain/language.ts'
import { topicIn, type Topic } from '../domain/topic.ts'
import type { Look } from './her-view.ts'

/** What is said to her about her record, in one language and the time zone that holds for her. */
export type Words = {
  language: Language
  zone: string
  say(key: TextKey, values?: Readonly<Record<string, string | number>>): string
  date(at: string): string
  day(at: string): string
  time(at: string): string
  number(value: number): string
  month(name: string): string
  /** A topic's name as it stands inside a sentence; by its number where there is no such topic any more. */
  topic(id: number): string
}

export function wordsIn(language: Language, zone: string, topics: readonly Topic[]): Words {
  return {
    language,
    zone,
    say: (key, values) => text(language, key, values),
    date: (at) => textDate(language, new Date(at), zone),
    day: (at) => textDay(language, new Date(at), zone),
    time: (at) => textTime(language, new Date(at), zone),
    number: (value) => textNumber(language, value),
    month: (name) => textMonth(language, name),
    topic: (id) => {
      const found = topics.find((topic) => topic.id === id)
      return textName(language, found ? topicIn(found, language).name : String(id))
    },
  }
}

/** The words of a page about her. */
export function wordsFor({ language, preferences: { person, brand, topics } }: Look): Words {
  return wordsIn(language, zoneFor(person.choices.timeZone, brand), topics)
}
