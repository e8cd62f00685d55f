import { randomUUID } from 'node:crypto'
import type { House } from '../../src/actions/house.ts'
import type { Transaction } from '../../src/store/database.ts'
import { castWording } from './cast.ts'

/** The last noon of the year that {@link addCrowdedYear} writes; the clock is set to it by whoever uses it. */
export const yearEnd = '2026-06-30T12:00:00.000Z'

export const brokenInYear = 9

/**
 * Writes a year of that many people straight into the tables, in a few statements: what they chose, who stopped, what they were sent,
 * alone and in digests, what they were asked and said. Some groups are small on purpose, and {@link brokenInYear} mails broke what
 * was asked: three over a limit, two after a stop, four as a second mail in the slot of a digest. It lies so many weeks later than {@link yearEnd} says. The house has its three topics, wordings and an empty list of people.
 */
export async function addCrowdedYear(house: House, people: number, weeksLater = 0): Promise<void> {
  const on: On = (at) => new Date(Date.parse(at) + weeksLater * 7 * 86_400_000).toISOString()
  await house.database.sql.begin(async (tx) => {
    // Neither triggers nor references: it is as if it had all been there for long.
    await tx`set local session_replication_role = replica`
    await tx`set local synchronous_commit = off`
    const [head] = await tx<{ size: number }[]>`select size::int as size from ledger_head`
    // What is there already is older than the year.
    await tx`update entries set body = overlay(body placing ${on('2025-06-01').slice(0, 10)} from 8 for 10)`
    await addPeople(tx, people, head?.size ?? 0, on)
    await addMails(tx, on)
    await addWords(tx, on)
  })
  await house.database.sql`analyze people, addresses, payloads, entries, deliveries, answers, askings`
}

/** An instant of the year, where it lies. */
type On = (at: string) => string

async function addPeople(tx: Transaction, people: number, size: number, on: On): Promise<void> {
  await tx`
    create temporary table crowd on commit drop as
    select i, md5('crowd ' || i)::uuid as id, ${size}::bigint + i as entry,
      ${on('2025-07-01T08:00:00Z')}::timestamptz + i * (interval '330 days' / ${people}) as at,
      case when i % 23 = 0 then ${on('2026-04-10T10:00:00Z')}::timestamptz + (i % 80) * interval '1 day' end as stopped,
      case when i % 11 = 0 then 'pending' when i % 3 <> 0 then 'yes' end as repairs, i % 4 = 0 as patterns, i <= 7 as events,
      case when i <= 6 then 'digest-daily' when i % 50 = 4 then '2-per-week' when i % 5 < 2 then 'as-it-happens'
        when i % 5 < 4 then 'digest-weekly' else 'digest-monthly' end as pace
    from generate_series(1, ${people}::int) as i`
  await tx`
    create temporary table chosen on commit drop as
    select c.*, jsonb_build_object(
      'topics', case when repairs is null then '{}' else jsonb_build_object('1', answer || jsonb_build_object('answer', repairs, 'pace',
          case when repairs = 'yes' and i % 40 = 7 then '1-per-day' end, 'basis', case when repairs = 'yes' then basis end)) end
        || case when patterns then jsonb_build_object('2', answer || yes) else '{}' end
        || case when events then jsonb_build_object('3', answer || yes) else '{}' end,
      'pace', pace, 'paceChosen', true, 'paused', null, 'stopped', null, 'quiet', null, 'language', null, 'timeZone', null,
      'oneClick', null, 'choseAt', case when i % 3 = 1 then utc_text(at) end,
      'channels', jsonb_strip_nulls(jsonb_build_object('email', case when i % 31 = 0 then 'no' else 'yes' end,
        'text', case when i % 9 = 0 then 'yes' end, 'phone', case when i <= 5 then 'yes' end, 'post', case when i % 8 = 0 then 'no' end))) as choices
    from crowd c cross join lateral (select
      jsonb_build_object('at', utc_text(c.at), 'entry', c.entry) as answer,
      jsonb_build_object('evidence', case when i % 2 = 0 then 'seen' else 'attested' end, 'wording', ${castWording}::text,
        'confirmedAt', utc_text(c.at)) as basis) as said
      cross join lateral (select jsonb_build_object('answer', 'yes', 'pace', null, 'basis', basis) as yes) as ever`
  await tx`
    create temporary table stops on commit drop as
    select id, i, stopped as at, choices as before, ${size + people}::bigint + row_number() over (order by stopped, i) as entry,
      choices || jsonb_build_object('stopped', jsonb_build_object('at', utc_text(stopped - (i % 50) * interval '1 millisecond'),
        'by', 'herself', 'reason', null)) as choices
    from chosen where stopped is not null`
  await tx`
    insert into people (id, name, family_name, choices, entry, created_at)
    select c.id, 'Ada', '', coalesce(s.choices, c.choices), coalesce(s.entry, c.entry), c.at from chosen c left join stops s using (id)`
  await tx`
    insert into addresses (channel, canonical, person, spelling, fingerprint)
    select 'email', 'crowd' || i || '@example.com', id, 'crowd' || i || '@example.com', md5('print ' || i) from chosen where i % 101 <> 0`
  await tx`
    insert into entries (number, body, leaf)
    select entry, format('{"at":"%s","commitment":"%s","kind":"given","number":%s,"topics":[1],"v":1,"wording":null}', utc_text(at), repeat('0', 64), entry),
      repeat('0', 64) from chosen
    union all
    select entry, format('{"at":"%s","commitment":"%s","kind":"withdrawn","number":%s,"topics":[],"v":1,"wording":null}', utc_text(at), repeat('0', 64), entry),
      repeat('0', 64) from stops`
  await tx`
    insert into payloads (number, person, salt, payload)
    select entry, id, ''::bytea, jsonb_build_object('person', id, 'before', null, 'after', choices)::text from chosen
    union all select entry, id, ''::bytea, jsonb_build_object('person', id, 'before', before, 'after', choices)::text from stops`
  await tx`update ledger_head set size = (select max(number) from entries)`
}

async function addMails(tx: Transaction, on: On): Promise<void> {
  for (let n = 0; n < 6; n++) {
    const message = randomUUID()
    const topic = n < 4 ? 1 : 2
    const at = on(`2026-0${4 + (n % 3)}-2${n}T10:00:00Z`)
    await tx`
      insert into messages (id, topic, subject, in_short, sender, body) values (${message}, ${topic}, 's', 's', 'a@fern.example', 'b')`
    await tx`
      insert into campaigns (message, slug, state, started_at) values (${message}, ${`crowded-${n}`}, 'sent', ${at})`
    await tx`
      insert into slices (message, number, first, last, finished, verdicts)
      values (${message}, 0, ${message}, ${message}, true, ${JSON.stringify(verdicts(n))}::jsonb)`
    await tx`
      insert into deliveries (id, message, person, state, verdict, version, released_at, planned_at, settled_at)
      select gen_random_uuid(), ${message}, id, case when i % 500 = 1 then 'unknown' when i % 300 = 2 then 'refused' else 'sent' end, 'now', entry,
        ${at}::timestamptz + (i % 90) * interval '1 second', ${at}, ${at}
      from chosen where pace in ('as-it-happens', '2-per-week') and case ${topic}::int when 1 then repairs = 'yes' else patterns end
        and i % 31 <> 0 and i % 40 <> 7 and i % 3 = ${n % 3} and (stopped is null or stopped > ${at}::timestamptz + interval '1 hour')`
  }
  await addDigests(tx, on)
  await breakSome(tx, on)
}

function verdicts(n: number): Record<string, number> {
  return { now: 900, 'later:digest': 400 + n, 'never:stopped': 40, 'never:topic': n === 0 ? 3 : 0, 'never:bounced': 7 }
}

/** One weekly digest of two messages each, on Fridays; one in a hundred left three hours late. */
async function addDigests(tx: Transaction, on: On): Promise<void> {
  const [first, second] = [randomUUID(), randomUUID()]
  for (const id of [first, second])
    await tx`insert into messages (id, topic, subject, in_short, sender, body) values (${id}, 1, 's', 's', 'a@fern.example', 'b')`
  await tx`
    create temporary table digests on commit drop as
    select gen_random_uuid() as id, c.id as person, c.entry, slot, slot + case when c.i % 100 = 2 then interval '3 hours' else interval '4 minutes' end as at
    from chosen c cross join lateral (select ${on('2026-05-01T09:00:00Z')}::timestamptz + (c.i % 10) * interval '7 days' as slot) as s
    where c.pace = 'digest-weekly' and c.repairs = 'yes' and c.i % 31 <> 0 and c.i % 40 <> 7
      and (c.stopped is null or c.stopped > slot + interval '1 day') and slot < ${on(yearEnd)}::timestamptz`
  await tx`
    insert into deliveries (id, slot, person, state, verdict, version, released_at, planned_at, settled_at)
    select id, slot, person, 'sent', 'now', entry, at, slot, at from digests`
  for (const message of [first, second])
    await tx`
      insert into deliveries (id, message, digest, person, state, verdict, version, released_at, planned_at, settled_at)
      select gen_random_uuid(), ${message}, id, person, 'sent', 'later', entry, at, slot - interval '1 day', at from digests`
}

/** Three mails over a limit, two after a stop, and four that left some days after a digest of the same slot. */
async function breakSome(tx: Transaction, on: On): Promise<void> {
  const message = randomUUID()
  await tx`insert into messages (id, topic, subject, in_short, sender, body) values (${message}, 1, 's', 's', 'a@fern.example', 'b')`
  await tx`
    insert into deliveries (id, message, person, state, verdict, version, released_at, planned_at, settled_at)
    select gen_random_uuid(), ${message}, id, 'sent', 'now', entry, stopped + interval '1 minute', stopped, stopped
    from chosen where stopped is not null and pace = 'as-it-happens' and repairs = 'yes' and i % 31 <> 0 and i % 40 <> 7 and stopped < ${on(yearEnd)}::timestamptz
    order by i limit 2`
  for (let n = 0; n < 3; n++) {
    const another = randomUUID()
    await tx`insert into messages (id, topic, subject, in_short, sender, body) values (${another}, 1, 's', 's', 'a@fern.example', 'b')`
    await tx`
      insert into deliveries (id, message, person, state, verdict, version, released_at, planned_at, settled_at)
      select gen_random_uuid(), ${another}, id, 'sent', 'now', entry, ${on('2026-03-02T10:00:00Z')}::timestamptz + ${n}::int * interval '1 day', at, at
      from chosen where pace = '2-per-week' and repairs = 'yes' and stopped is null and i % 31 <> 0 and i % 40 <> 7 order by i limit 3`
  }
  await tx`
    insert into deliveries (id, message, person, state, verdict, version, released_at, planned_at, settled_at)
    select gen_random_uuid(), ${message}, person, 'sent', 'later', entry, at + interval '6 days', slot, at
    from digests where at < ${on(yearEnd)}::timestamptz - interval '10 days' order by person limit 4`
}

async function addWords(tx: Transaction, on: On): Promise<void> {
  await tx`
    insert into questions (slug, text, why, opened_at, closed_at) values
      ('use', 'How do you use it?', 'w', ${on('2026-01-01')}, ${on('2026-05-01')}), ('next', 'What next?', 'w', ${on('2026-05-01')}, null)`
  await tx`
    insert into askings (person, question, at)
    select id, case when i % 20 = 0 then 'use' else 'next' end, ${on('2026-04-20T10:00:00Z')}::timestamptz + (i % 60) * interval '1 day'
    from chosen where i % 10 = 0`
  await tx`
    insert into answers (id, person, question, reason, entry, text, may_quote, quote_said_at, quote_wording, created_at)
    select md5('answer ' || i)::uuid, id, case when i % 20 = 0 then 'use' when i % 30 = 0 then 'next' end, null, null, 'I said ' || i,
      case when i % 140 = 0 then 'no_name' else 'none' end, at, ${castWording}, ${on('2025-06-01T10:00:00Z')}::timestamptz + (i % 390) * interval '1 day'
    from chosen where i % 20 = 0 or i % 30 = 0 or i % 77 = 0`
  await tx`
    insert into answers (id, person, reason, entry, text, may_quote, quote_said_at, quote_wording, created_at)
    select md5('reason ' || i)::uuid, id, case when i % 46 = 0 then 'too_many' when i <= 23 * 7 then 'never_asked' else 'not_needed' end, entry,
      case when i % 5 = 0 then 'Because ' || i else '' end,
      case when i % 25 = 0 then 'first_name' when i % 35 = 0 then 'no_name' else 'none' end, at, ${castWording}, at
    from stops where i % 2 = 0 or i % 5 = 0 or i <= 23 * 7`
  await tx`
    insert into replies (answer, person, text, at) select id, person, 'Thank you', created_at from answers
    where question = 'use' and text like '%0' and may_quote = 'none'`
  const change = randomUUID()
  await tx`insert into changes_made (id, text, at) values (${change}, 'We changed it', ${on('2026-06-01')})`
  await tx`
    insert into change_answers (change, answer, person) select ${change}, id, person from answers
    where question = 'next' order by id limit 12`
}
