import type { BodyFormat } from '../domain/campaign-body.ts'
import type { Topic } from '../domain/topic.ts'
import type { Sql } from './database.ts'

/** A message that everybody may read, as it was written, and its topic. */
export type HostedMessage = {
  subject: string
  body: string
  format: BodyFormat
  language: string | null
  topic: Pick<Topic, 'name' | 'promise' | 'translations'>
}

/** Null for what is no campaign, or one that has not begun to be sent: then nobody got it. */
export async function hostedMessage(sql: Sql, message: string): Promise<HostedMessage | null> {
  const [row] = await sql<HostedMessage[]>`
    select m.subject, m.body, m.format, m.language,
      json_build_object('name', t.name, 'promise', t.promise, 'translations', t.translations) as topic
    from campaigns c join messages m on m.id = c.message join topics t on t.id = m.topic
    where c.message = ${message} and c.started_at is not null`
  return row ?? null
}
