import type { Topic } from '../domain/topic.ts'
import { asc, eq } from './drizzle.ts'
import { orm, type Sql, type Transaction } from './database.ts'
import { topics } from './schema.ts'

/** All topics, in the order they were added. */
export async function allTopics(sql: Sql): Promise<Topic[]> {
  return orm(sql)
    .select({
      id: topics.id,
      slug: topics.slug,
      name: topics.name,
      promise: topics.promise,
      translations: topics.translations,
    })
    .from(topics)
    .orderBy(asc(topics.id))
}

/** Lets one at a time change topics; readers are not kept waiting. */
export async function lockTopics(tx: Transaction): Promise<void> {
  await tx`lock table topics in share row exclusive mode`
}

/** Stores a topic under the next free id; who may not be alone locks the topics before. Ids are never used twice: they stand in links and ledger entries. */
export async function insertTopic(
  tx: Transaction,
  topic: Omit<Topic, 'id' | 'translations'>,
  expectedMonthly: number | null = null,
): Promise<Topic> {
  const [row] = await tx<{ id: number }[]>`
    insert into topics (id, slug, name, promise, expected_monthly)
    select coalesce(max(id), 0) + 1, ${topic.slug}, ${topic.name}, ${topic.promise}, ${expectedMonthly} from topics
    returning id`
  if (!row) throw new Error('an insert that returns its row returned none')
  return { id: row.id, ...topic, translations: {} }
}

/** Writes what people read of a topic, in every language. */
export async function saveTopicWords(tx: Transaction, { id, name, promise, translations }: Topic): Promise<void> {
  await orm(tx)
    .update(topics)
    .set({ name, promise, translations: translations ?? {} })
    .where(eq(topics.id, id))
}
