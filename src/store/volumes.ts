import type { TopicVolume } from '../domain/volume.ts'
import type { Sql } from './database.ts'

/** What was sent about each topic, a campaign counting once however many people it reached. Reads campaigns, not deliveries. */
export async function topicVolumes(sql: Sql): Promise<TopicVolume[]> {
  const rows = await sql<{ topic: number; sent: number; since: string | null; expected: number | null }[]>`
    select t.id as topic, t.expected_monthly as expected, min(c.started_at) as since,
      (count(c.message) filter (where c.started_at > instant() - interval '84 days'))::int as sent
    from topics t left join (campaigns c join messages m on m.id = c.message) on m.topic = t.id
      and c.started_at is not null and c.state <> 'cancelled'
    group by t.id order by t.id`
  return rows.map((row) => ({ ...row, since: row.since === null ? null : new Date(row.since).toISOString() }))
}
