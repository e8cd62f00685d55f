import { languageOf, type Language } from './language.ts'

/** What people read of a topic: its name and its one-line promise. */
export type TopicWords = { name: string; promise: string }

/**
 * One thing a person can hear about. `id` is small (1…32767), fits a link and a ledger entry, and never changes. Where
 * there is no translation, its own words stand.
 */
export type Topic = TopicWords & {
  id: number
  slug: string
  translations?: Readonly<Partial<Record<Language, TopicWords>>>
}

/** A topic with the words that it has in the language of `locale`. */
export function topicIn<T extends TopicWords & Pick<Topic, 'translations'>>(topic: T, locale: string): T {
  const language = languageOf(locale)
  return { ...topic, ...(language === null ? undefined : topic.translations?.[language]) }
}

/**
 * The topic that a cell of an imported interest column names, by name or slug, whatever the case; undefined if none.
 */
export function topicNamed(topics: readonly Topic[], value: string): Topic | undefined {
  const wanted = value.trim().normalize('NFC').toLowerCase()
  return topics.find((topic) => topic.slug === wanted || topic.name.normalize('NFC').toLowerCase() === wanted)
}
