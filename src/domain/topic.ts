/** One thing a person can hear about. `id` is small (1…32767), fits a link and a ledger entry, and never changes. */
export type Topic = { id: number; slug: string; name: string; promise: string }

/**
 * The topic that a cell of an imported interest column names, by name or slug, whatever the case; undefined if none.
 */
export function topicNamed(topics: readonly Topic[], value: string): Topic | undefined {
  const wanted = value.trim().normalize('NFC').toLowerCase()
  return topics.find((topic) => topic.slug === wanted || topic.name.normalize('NFC').toLowerCase() === wanted)
}
