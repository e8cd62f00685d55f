import { onTimeMinutes } from '../domain/insights.ts'
import type { Sql } from './database.ts'
import type { DayFigure } from './insights.ts'

/** From one day to another (`YYYY-MM-DD`, UTC, both included). */
type Days = { from: string; until: string }

/** No more deliveries than `most` were released since a day began. It looks at no more than that. */
export async function atMostReleased(sql: Sql, since: string, most: number): Promise<boolean> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from (
      select from deliveries where released_at >= ${since}::date::timestamp at time zone 'UTC' limit ${most + 1}) as d`
  return (row?.n ?? 0) <= most
}

/**
 * What left the house about topics, by the day of its release; a digest is one mail. `delivered`: by the overall pace of whom it
 * went to, `own` where that differs by topic. `digests` and `digests-on-time`: digests of several messages, and those that left
 * within an hour of their slot.
 */
export async function countMails(sql: Sql, { from, until }: Days): Promise<DayFigure[]> {
  const rows = await sql<(Omit<DayFigure, 'n'> & { n: string })[]>`
    with mails as materialized (
      select (d.released_at at time zone 'UTC')::date as day, d.person, d.slot, d.released_at
      from deliveries d left join messages m on m.id = d.message
      where d.released_at >= ${from}::date::timestamp at time zone 'UTC'
        and d.released_at < (${until}::date + 1)::timestamp at time zone 'UTC'
        and d.digest is null and (d.slot is not null or m.topic is not null) and d.state in ('sent', 'unknown')),
    hers as (select day, person, count(*) as n from mails group by day, person),
    paced as (
      select h.day, h.n, case when exists (
          select from jsonb_each(p.choices -> 'topics') as t (topic, answer)
          where answer ->> 'answer' = 'yes' and jsonb_typeof(answer -> 'basis') = 'object' and answer ->> 'pace' is not null)
        then 'own' else p.choices ->> 'pace' end as pace
      from hers h join people p on p.id = h.person)
    select day::text, 'delivered' as figure, pace as key, sum(n) as n from paced group by day, pace
    union all select day::text, 'digests', '', count(*) from mails where slot is not null group by day
    union all select day::text, 'digests-on-time', '', count(*) from mails
      where released_at <= slot + make_interval(mins => ${onTimeMinutes}) group by day`
  return rows.map((row) => ({ ...row, n: Number(row.n) }))
}
