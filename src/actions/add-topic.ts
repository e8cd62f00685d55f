import { plainLine } from '../domain/plain-line.ts'
import { Problem } from '../domain/problem.ts'
import { mostTopicsAtStart } from '../domain/sign-up.ts'
import { topicNamed, type Topic } from '../domain/topic.ts'
import { allTopics, insertTopic, lockTopics } from '../store/topics.ts'
import type { House } from './house.ts'

const mostExpected = 1_000

/**
 * Adds one thing that people can hear about. Nobody is asked for it by that: it stands on their pages, unticked.
 * @param expectedMonthly how many emails a month will come, said on her page while there is no history to count.
 * @throws Problem `invalid-input` for a slug, name, promise or number that cannot be, `already-exists` for one that is taken,
 * `conflict` where there are as many as the sign-up page can ask about: one more would be a topic that nobody new is offered.
 */
export async function addTopic(
  house: House,
  topic: Omit<Topic, 'id' | 'translations'>,
  expectedMonthly: number | null = null,
): Promise<Topic> {
  if (expectedMonthly !== null && (expectedMonthly < 1 || expectedMonthly > mostExpected)) {
    throw new Problem('invalid-input', `--expect is 1 to ${mostExpected} emails a month (given: ${expectedMonthly})`)
  }
  if (!/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(topic.slug)) {
    throw new Problem(
      'invalid-input',
      `"${topic.slug}" cannot be a topic's short name; use a-z, 0-9 and "-", up to 40 characters`,
    )
  }
  const name = plainLine('--name', topic.name, 60)
  const promise = plainLine('--promise', topic.promise, 160)
  return house.database.sql.begin(async (tx) => {
    await lockTopics(tx)
    const topics = await allTopics(tx)
    const taken = topicNamed(topics, topic.slug) ?? topicNamed(topics, name)
    if (taken)
      throw new Problem(
        'already-exists',
        `there is already a topic ${taken.slug} (“${taken.name}”); nothing was changed`,
      )
    if (topics.length >= mostTopicsAtStart)
      throw new Problem(
        'conflict',
        `people choose from at most ${mostTopicsAtStart} topics, and there are ${topics.length}, so ${topic.slug} was not added; send under one that is there: ${topics.map(({ slug }) => slug).join(', ')}`,
      )
    return insertTopic(tx, { slug: topic.slug, name, promise }, expectedMonthly)
  })
}

export async function listTopics(house: House): Promise<Topic[]> {
  return allTopics(house.database.sql)
}
