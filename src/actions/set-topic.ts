import { allLanguages, languageOf, type Language } from '../domain/language.ts'
import { plainLine } from '../domain/plain-line.ts'
import { Problem } from '../domain/problem.ts'
import { topicNamed, type Topic } from '../domain/topic.ts'
import { allTopics, lockTopics, saveTopicWords } from '../store/topics.ts'
import type { House } from './house.ts'

/** What is to be said of a topic from now on; what is undefined stays. */
export type NewWords = { name?: string | undefined; promise?: string | undefined }

/**
 * Changes what people read of a topic: its own words, or, where `language` (a code) is given, those in that language.
 * Nobody's choices change; the pages ask with a new wording.
 * @throws Problem `not-found` for an unknown topic, `invalid-input` for words that cannot be, a language that we don't
 * speak or a translation of which one half is missing, `already-exists` for a name that another topic has.
 */
export async function setTopic(house: House, slug: string, language: string | null, words: NewWords): Promise<Topic> {
  return setTopicWords(house, slug, [{ language, words }])
}

/** As {@link setTopic}, in several languages at once: all of it, or nothing where one of them cannot be. */
export async function setTopicWords(
  house: House,
  slug: string,
  changes: readonly { language: string | null; words: NewWords }[],
): Promise<Topic> {
  const wanted = changes.map(({ language, words }) => ({
    code: language === null ? null : knownLanguage(language),
    given: cleanWords(words),
  }))
  return house.database.sql.begin(async (tx) => {
    await lockTopics(tx)
    const topics = await allTopics(tx)
    const topic = topics.find((one) => one.slug === slug)
    if (!topic) {
      const known = topics.map((one) => one.slug).join(', ') || 'none yet; add one with: courtesy topic add'
      throw new Problem('not-found', `there is no topic "${slug}"; known: ${known}`)
    }
    let changed = topic
    for (const { code, given } of wanted) {
      changed = code === null ? renamed(topics, { ...changed, ...given }) : translated(changed, code, given)
    }
    await saveTopicWords(tx, changed)
    return changed
  })
}

function cleanWords(words: NewWords): { name?: string; promise?: string } {
  const given = {
    ...(words.name === undefined ? {} : { name: plainLine('--name', words.name, 60) }),
    ...(words.promise === undefined ? {} : { promise: plainLine('--promise', words.promise, 160) }),
  }
  if (Object.keys(given).length > 0) return given
  throw new Problem('invalid-input', 'give --name, --promise or both; nothing was changed')
}

function knownLanguage(code: string): Language {
  const language = languageOf(code)
  if (language === code) return language
  throw new Problem('invalid-input', `--language must be one of ${allLanguages.join(', ')} (given: "${code}")`)
}

function renamed(topics: readonly Topic[], topic: Topic): Topic {
  const taken = topicNamed(
    topics.filter(({ id }) => id !== topic.id),
    topic.name,
  )
  if (!taken) return topic
  throw new Problem('already-exists', `the topic ${taken.slug} is called “${taken.name}” already; nothing was changed`)
}

function translated(topic: Topic, language: Language, given: { name?: string; promise?: string }): Topic {
  const { name, promise } = { ...topic.translations?.[language], ...given }
  if (name !== undefined && promise !== undefined) {
    return { ...topic, translations: { ...topic.translations, [language]: { name, promise } } }
  }
  throw new Problem(
    'invalid-input',
    `${topic.slug} has no words in "${language}" yet, so give both --name and --promise; nothing was changed`,
  )
}
