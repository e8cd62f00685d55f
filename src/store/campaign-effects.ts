import type { Sql, Transaction } from './database.ts'
import { wrongTopicReports } from './wrong-topic.ts'

/** What people said about a message: in answers, as complaints after they got it, and that it was not about its topic. */
export async function aboutMessage(
  sql: Sql,
  message: string,
): Promise<{ answered: number; complained: number; wasntAbout: number }> {
  const [row] = await sql<{ answered: number; complained: number }[]>`
    select (select count(distinct person) from answers where message = ${message})::int as answered,
      (select count(*) from deliveries d join addresses a on a.person = d.person and a.channel = d.channel
        join suppressions s on s.channel = a.channel and s.fingerprint = a.fingerprint
        where d.message = ${message} and d.state = 'sent' and s.reason = 'complained' and s.at >= d.settled_at)::int as complained`
  return {
    answered: row?.answered ?? 0,
    complained: row?.complained ?? 0,
    wasntAbout: await wrongTopicReports(sql, message),
  }
}

const cursorRows = 500

/** Changes of choices that were made by a link of a message's mail, or of the digest that carried it. */
export async function* changesAfter(
  tx: Transaction,
  message: string,
): AsyncGenerator<{ person: string; before: unknown; after: unknown }[]> {
  yield* tx<{ person: string; before: unknown; after: unknown }[]>`
    select d.person, p.payload::jsonb -> 'before' as before, p.payload::jsonb -> 'after' as after
    from deliveries d join payloads p on p.person = d.person
    where d.message = ${message}
      and p.payload::jsonb #>> '{evidence,link,delivery}' in (d.id::text, d.digest::text)
      and jsonb_typeof(p.payload::jsonb -> 'before') = 'object' and jsonb_typeof(p.payload::jsonb -> 'after') = 'object'
    order by p.number`.cursor(cursorRows)
}
