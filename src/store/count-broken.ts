import type { Sql } from './database.ts'
import type { DayFigure } from './insights.ts'

/** From one day to another (`YYYY-MM-DD`, UTC, both included). */
type Days = { from: string; until: string }

/**
 * How many mails about topics left on each day, and how many of them broke what she had said, from her choices as the ledger tells them
 * for the instant of the release: after a stop, a no or in a pause, over a limit in its rolling window, or as a second mail in a
 * digest's slot. It reckons for itself, not with what the gate kept. `broken` must be zero; what cannot be told any more is in `checked` no longer.
 */
export async function countBroken(sql: Sql, days: Days): Promise<DayFigure[]> {
  const rows = await sql<(Omit<DayFigure, 'n'> & { n: string })[]>`
    with ${askedThen(sql, days)}, ${slotsThen(sql)}, ${judged(sql)},
    mails as (select mail, min(released_at) as at, bool_or(broken) as broken from judged group by mail)
    select (at at time zone 'UTC')::date::text as day, figure, '' as key, count(*) as n
    from mails cross join lateral (select 'checked' as figure union all select 'broken' where broken) as f
    group by 1, 2`
  return rows.map((row) => ({ ...row, n: Number(row.n) }))
}

/**
 * `asked`: what left about a topic, with what its person had said of it: the choices of its release, or newer ones from before it.
 * The offset keeps a payload from being read once for each of its parts.
 */
function askedThen(sql: Sql, { from, until }: Days) {
  return sql`
    sent as materialized (
      select d.person, coalesce(d.digest, d.id) as mail, d.version, d.released_at, m.topic::text as topic
      from deliveries d join messages m on m.id = d.message
      where d.released_at >= ${from}::date::timestamp at time zone 'UTC'
        and d.released_at < (${until}::date + 1)::timestamp at time zone 'UTC'
        and m.topic is not null and d.state in ('sent', 'unknown')),
    asked as materialized (
      select s.person, s.mail, s.released_at, s.topic, said.entry, choices ->> 'timeZone' as zone,
        choices #>> array['topics', topic, 'pace'] as own_pace,
        coalesce(choices #>> array['topics', topic, 'pace'], choices ->> 'pace') as pace,
        choices -> 'stopped' <> 'null' or choices #>> '{channels,email}' is distinct from 'yes'
          or choices #>> array['topics', topic, 'answer'] is distinct from 'yes'
          or coalesce((choices #>> '{paused,until}')::timestamptz > s.released_at, false) as refused
      from sent s join payloads v on v.number = s.version
        left join lateral (
          select p.number, p.payload::jsonb -> 'after' as after from payloads p join entries e using (number)
          where p.person = s.person and p.number > s.version
            and substr(e.body, 8, 24)::timestamptz < date_trunc('milliseconds', s.released_at)
            and jsonb_typeof(p.payload::jsonb -> 'after') = 'object'
          order by p.number desc limit 1) as newer on true
        cross join lateral (
          select coalesce(newer.number, v.number) as entry, coalesce(newer.after, v.payload::jsonb -> 'after') as choices
          offset 0) as said
      where jsonb_typeof(choices) = 'object')`
}

/** `slots`: the same with the limit or the last slot that its pace meant, by the brand's rules of then, in her zone. */
function slotsThen(sql: Sql) {
  return sql`
    zones as materialized (select jsonb_object_agg(name, 0) as known from pg_timezone_names),
    terms as materialized (
      select a.*, (regexp_match(pace, '^([0-9]+)-per-'))[1]::int as most,
        case substring(pace from '-per-([a-z]+)$') when 'day' then interval '24 hours' when 'week' then interval '168 hours'
          when 'month' then interval '720 hours' end as within,
        substring(pace from '^digest-([a-z]+)$') as digest
      from asked a),
    slots as (
      select t.*, case t.digest
          when 'daily' then date_trunc('day', here.at - here.time) + here.time
          when 'weekly' then date_trunc('week', here.at - here.time - here.days) + here.days + here.time
          when 'monthly' then (
            select max(first + here.time) from (
              select month + make_interval(days => (here.weekday - extract(isodow from month)::int + 7) % 7) as first
              from (values (date_trunc('month', here.at)), (date_trunc('month', here.at) - interval '1 month')) as m (month)) as firsts
            where first + here.time <= here.at) end at time zone here.zone as slot
      from terms t left join lateral (
        select zone, t.released_at at time zone zone as at, (wanted ->> 'time')::interval as time,
          (wanted ->> 'weekday')::int as weekday, make_interval(days => (wanted ->> 'weekday')::int - 1) as days
        from (
            select settings from brand_versions
            order by at <= t.released_at desc, case when at <= t.released_at then -number else number end limit 1) as b
          cross join lateral (
            select case when known ? t.zone then t.zone when known ? (settings ->> 'timeZone') then settings ->> 'timeZone' else 'UTC' end
              as zone, settings -> case t.digest when 'monthly' then 'monthlySlot' else 'weeklySlot' end as wanted
            from zones) as place
        where t.digest is not null) as here on true)`
}

/** `judged`: whether it went against that; its mail is one, however many messages it carries. */
function judged(sql: Sql) {
  return sql`
    judged as (
      select s.mail, s.released_at, s.refused
        or (s.most is not null and s.most < (
          select count(distinct coalesce(o.digest, o.id)) from deliveries o join messages m on m.id = o.message
          where o.person = s.person and m.topic is not null and (s.own_pace is null or m.topic::text = s.topic)
            and o.state in ('released', 'sent', 'unknown')
            and o.released_at > s.released_at - s.within and o.released_at <= s.released_at))
        or (s.digest is not null and exists (
          select from deliveries o join messages m on m.id = o.message
          where o.person = s.person and coalesce(o.digest, o.id) <> s.mail and m.topic is not null
            and o.state in ('released', 'sent', 'unknown') and o.released_at >= s.slot and o.released_at < s.released_at
            and s.pace = (
              select coalesce(payload::jsonb #>> array['after', 'topics', m.topic::text, 'pace'], payload::jsonb #>> '{after,pace}')
              from payloads where number = s.entry))) as broken
      from slots s)`
}
