import type { Sql } from './database.ts'
import type { Figure } from './insights.ts'

/** The figures of how people stand at one moment. */
export const standingFigures = ['person', 'pace', 'topic', 'channel', 'expires'] as const

/**
 * How everybody stands at `now`, in one pass over all people who have an address; numbers alone. `person`: by the facts that make a
 * relationship (domain/insights.ts). Of those who may be written to `pace`, where `own` stands for several, and `topic`, by
 * its id. `channel`: `email:yes`, `email:no`, of those who have not stopped, and `stopped`. `expires`: yeses by the month in
 * which their age ends (UTC), this one and eleven more, where the brand sets one; what has ended is no permission.
 */
export async function countStanding(
  sql: Sql,
  { seenDays, attestedDays }: { seenDays: number | null; attestedDays: number | null },
  now: Date,
): Promise<Figure[]> {
  const at = now.toISOString()
  const rows = await sql<{ figure: string; key: string; n: string }[]>`
    with yeses as materialized (
      select p.id, t.topic::smallint as topic, t.answer ->> 'pace' as pace,
        (t.answer #>> '{basis,confirmedAt}')::timestamptz
          + make_interval(days => case t.answer #>> '{basis,evidence}' when 'seen' then ${seenDays}::int else ${attestedDays}::int end) as ends
      from people p cross join lateral jsonb_each(case jsonb_typeof(p.choices -> 'topics') when 'object' then p.choices -> 'topics' end) as t (topic, answer)
      where p.choices -> 'stopped' = 'null'::jsonb and t.answer ->> 'answer' = 'yes' and jsonb_typeof(t.answer -> 'basis') = 'object'
        and exists (select from addresses a where a.person = p.id)),
    permitted as materialized (
      select id, bool_or(pace is not null) as own from yeses where ends is null or ends > ${at}::timestamptz group by id),
    spoke as materialized (
      select person, bool_or(greatest(created_at, edited_at) > ${at}::timestamptz - interval '12 months') as lately,
        bool_or(may_quote <> 'none') as tells
      from answers group by person),
    her as materialized (
      select p.choices ->> 'pace' as pace, p.choices -> 'channels' as channels, p.choices -> 'stopped' <> 'null'::jsonb as stopped,
        y.id is not null as permitted, y.own,
        concat_ws(',', case when y.id is not null then 'permitted' end, case when p.choices ->> 'choseAt' is not null then 'chose' end,
          case when s.lately then 'spoke' end, case when s.tells then 'tells' end) as facts
      from people p left join permitted y on y.id = p.id left join spoke s on s.person = p.id
      where exists (select from addresses a where a.person = p.id))
    select 'person' as figure, facts as key, count(*) as n from her group by facts
    union all select 'pace', case when own then 'own' else pace end, count(*) from her where permitted group by 2
    union all select 'topic', topic::text, count(*) from yeses where ends is null or ends > ${at}::timestamptz group by topic
    union all select 'channel', c.channel || ':' || c.said, count(*)
      from her cross join lateral jsonb_each_text(case jsonb_typeof(her.channels) when 'object' then her.channels end) as c (channel, said) where not her.stopped group by 2
    union all select 'channel', 'stopped', count(*) from her where stopped having count(*) > 0
    union all select 'expires', to_char(ends at time zone 'UTC', 'YYYY-MM'), count(*)
      from yeses where ends > ${at}::timestamptz
        and ends < (date_trunc('month', ${at}::timestamptz at time zone 'UTC') + interval '12 months') at time zone 'UTC' group by 2`
  return rows.map((row) => ({ ...row, n: Number(row.n) }))
}
