import { heldReasons } from '../domain/insights.ts'
import type { Quote } from '../domain/answer.ts'
import type { Sql } from './database.ts'
import type { DayFigure } from './insights.ts'

/** From one day to another (`YYYY-MM-DD`, UTC, both included). */
type Days = { from: string; until: string }

/**
 * Who stopped everything, by day, of the entries after `entry`: `stops`, and `slowest`: the longest time in milliseconds from the
 * instant at which a press was taken up to the entry that is in force. Brought in from elsewhere is no press.
 */
export async function countStops(sql: Sql, entry: number, { from, until }: Days): Promise<DayFigure[]> {
  const rows = await sql<{ day: string; stops: string; slowest: number }[]>`
    with withdrawn as materialized (
      select number, substr(body, 8, 24) as at from entries
      where number > ${entry} and body like '%"kind":"withdrawn"%' and substr(body, 8, 10) between ${from} and ${until})
    select substr(w.at, 1, 10) as day, count(*) as stops,
      greatest(0, round(max(extract(epoch from w.at::timestamptz - (j #>> '{after,stopped,at}')::timestamptz)) * 1000))::int as slowest
    from withdrawn w join payloads p using (number) cross join lateral (select p.payload::jsonb as j) as payload
    where j #> '{before,stopped}' = 'null' and j #>> '{after,stopped,by}' <> 'import'
    group by 1`
  return rows.flatMap(({ day, stops, slowest }) => [
    { day, figure: 'stops', key: '', n: Number(stops) },
    { day, figure: 'slowest', key: '', n: slowest },
  ])
}

/** The last entry of a day, or of those before it; the search begins after `entry`, which is one of them. */
export async function lastEntryOf(sql: Sql, day: string, entry: number): Promise<number> {
  const [row] = await sql<{ number: string | null }[]>`
    select max(number) as number from entries where number > ${entry} and substr(body, 8, 10) <= ${day}`
  return Number(row?.number ?? entry)
}

/** How many people were asked each question, by day. */
export async function countAsked(sql: Sql, { from, until }: Days): Promise<DayFigure[]> {
  const rows = await sql<{ day: string; key: string; n: string }[]>`
    select (at at time zone 'UTC')::date::text as day, question as key, count(*) as n from askings
    where at >= ${from}::date::timestamp at time zone 'UTC' and at < (${until}::date + 1)::timestamp at time zone 'UTC'
    group by 1, 2`
  return rows.map((row) => ({ ...row, figure: 'asked', n: Number(row.n) }))
}

/** What became of a question in a period. What is answered, and what came of it, is hers: deleted answers count no longer. */
export type QuestionCount = { slug: string; text: string; answered: number; replied: number; acted: number }

/** Every question and, last, what people wrote of their own accord (`slug` is empty). */
export async function countQuestions(sql: Sql, { from, until }: Days): Promise<QuestionCount[]> {
  return sql<QuestionCount[]>`
    with answered as (
      select a.question, count(*)::int as answered, count(r.answer)::int as replied, count(c.answer)::int as acted
      from answers a left join replies r on r.answer = a.id
        left join (select distinct answer from change_answers) as c on c.answer = a.id
      where a.created_at >= ${from}::date::timestamp at time zone 'UTC'
        and a.created_at < (${until}::date + 1)::timestamp at time zone 'UTC' and a.entry is null
      group by a.question),
    asked as (select slug, text, opened_at from questions union all select '', '', null)
    select q.slug, q.text, coalesce(a.answered, 0) as answered, coalesce(a.replied, 0) as replied, coalesce(a.acted, 0) as acted
    from asked q left join answered a on coalesce(a.question, '') = q.slug
    order by q.slug = '', q.opened_at desc`
}

/** Why people stopped, as they said in a period, by reason. */
export async function countReasons(sql: Sql, { from, until }: Days): Promise<{ key: string; n: number }[]> {
  return sql<{ key: string; n: number }[]>`
    select reason as key, count(*)::int as n from answers
    where reason is not null and created_at >= ${from}::date::timestamp at time zone 'UTC'
      and created_at < (${until}::date + 1)::timestamp at time zone 'UTC'
    group by reason`
}

/** The newest words of those who stopped and let us quote them; the first name only where they said so. */
export async function quotesOf(
  sql: Sql,
  { from, until }: Days,
  limit: number,
): Promise<{ text: string; reason: string; firstName: string | null }[]> {
  return sql<{ text: string; reason: string; firstName: string | null; mayQuote: Quote }[]>`
    select a.text, a.reason, case when a.may_quote = 'first_name' then p.name end as "firstName"
    from answers a join people p on p.id = a.person
    where a.reason is not null and a.text <> '' and a.may_quote <> 'none'
      and a.created_at >= ${from}::date::timestamp at time zone 'UTC'
      and a.created_at < (${until}::date + 1)::timestamp at time zone 'UTC'
    order by a.created_at desc, a.id limit ${limit}`
}

/** Messages that were not sent to somebody, or not yet, because of what she said: by reason, of campaigns that began in a period. */
export async function countHeld(sql: Sql, { from, until }: Days): Promise<{ key: string; n: number }[]> {
  const rows = await sql<{ key: string; n: string }[]>`
    select split_part(v.key, ':', 2) as key, sum(v.value::bigint) as n
    from campaigns c join slices s on s.message = c.message cross join lateral jsonb_each_text(s.verdicts) as v
    where c.started_at >= ${from}::date::timestamp at time zone 'UTC'
      and c.started_at < (${until}::date + 1)::timestamp at time zone 'UTC'
      and split_part(v.key, ':', 2) = any (${[...heldReasons]}::text[])
    group by 1`
  return rows.map((row) => ({ ...row, n: Number(row.n) }))
}

/** How many messages were sent about each topic, by its id, in a period: a campaign is one, however many people it reached. */
export async function countMessages(sql: Sql, { from, until }: Days): Promise<{ key: string; n: number }[]> {
  return sql<{ key: string; n: number }[]>`
    select m.topic::text as key, count(*)::int as n from campaigns c join messages m on m.id = c.message
    where c.started_at >= ${from}::date::timestamp at time zone 'UTC'
      and c.started_at < (${until}::date + 1)::timestamp at time zone 'UTC' and c.state <> 'cancelled'
    group by 1`
}
