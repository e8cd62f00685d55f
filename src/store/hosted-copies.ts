import type { Sql } from './database.ts'

/** A message that everybody may read, as it was written, and its topic. */
export type HostedMessage = {
  subject: string
  body: string
  language: string | null
  topic: { name: string; promise: string }
}

/** Null for what is no campaign, or one that has not begun to be sent: then nobody got it. */
export async function hostedMessage(sql: Sql, message: string): Promise<HostedMessage | null> {
  const [row] = await sql<{ subject: string; body: string; language: string | null; name: string; promise: string }[]>`
    select m.subject, m.body, m.language, t.name, t.promise
    from campaigns c join messages m on m.id = c.message join topics t on t.id = m.topic
    where c.message = ${message} and c.started_at is not null`
  if (!row) return null
  const { name, promise, ...rest } = row
  return { ...rest, topic: { name, promise } }
}
