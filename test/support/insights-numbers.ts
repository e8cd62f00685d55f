import type t from 'tap'
import { keepInsights } from '../../src/actions/keep-insights.ts'
import type { Sql } from '../../src/store/database.ts'
import { openApp, type App } from './app.ts'
import { addCrowdedYear, brokenInYear, yearEnd } from './crowded-year.ts'
import { tablesIn } from './html-tables.ts'
import { fern } from './house.ts'
import { standAt } from './sending.ts'
import { signedIn } from './staff.ts'

type Test = Parameters<typeof openApp>[0] & Pick<typeof t, 'equal' | 'same' | 'match' | 'strictSame'>
const [from, until] = ['2026-01-01', '2026-06-30']
const within = (column: string) => `${column} >= '${from}T00:00:00Z' and ${column} < '2026-07-01T00:00:00Z'`

async function openYear(t: Test, people: number): Promise<App> {
  const app = await openApp(
    t,
    { now: () => new Date(yearEnd) },
    { brand: { ...fern, seenDays: 400, attestedDays: 360 } },
  )
  await standAt(app.house, '2026-05-31T01:00:00Z')
  await addCrowdedYear(app.house, people)
  return app
}

/** A number as the page writes it. */
function written(n: number): string {
  return n > 0 && n < 10 ? 'fewer than 10' : n.toLocaleString('en-GB')
}

/** A yes that counts, as somebody else would ask for it. */
const yes = (topic: string, at = 'instant()') =>
  `exists (select from jsonb_path_query(p.choices, '$.topics.${topic} ? (@.answer == "yes" && @.basis.evidence != null)') as y
    where (y #>> '{basis,confirmedAt}')::timestamptz + case y #>> '{basis,evidence}' when 'seen' then interval '400 days' else interval '360 days' end > ${at})`
const held = `from people p join addresses a on a.person = p.id where true`
const permitted = `${held} and p.choices ->> 'stopped' is null and ${yes('*')}`
const chose = `${permitted} and p.choices ->> 'choseAt' <> ''`
const spoke = `${chose} and p.id in (select person from answers where created_at > instant() - interval '12 months')`
const steps = [
  held,
  permitted,
  chose,
  spoke,
  `${spoke} and p.id in (select person from answers where may_quote in ('no_name', 'first_name'))`,
]
const ownPace = `p.choices @? '$.topics.* ? (@.answer == "yes" && @.pace != null)'`

async function number(sql: Sql, query: string): Promise<number> {
  const [row] = await sql.unsafe<{ n: string }[]>(`select count(*) as n ${query}`)
  return Number(row?.n)
}

/** Everything on the page that is a number, counted by itself in the tables. */
async function expected(t: Test, sql: Sql): Promise<Map<string, string[][]>> {
  const count = async (query: string) => number(sql, query)
  const shown = async (query: string) => written(await count(query))
  const tables = new Map<string, string[][]>()
  const ladder = await Promise.all(steps.map(shown))
  tables.set(
    'From an address to a relationship',
    ladder.map((n) => [n]),
  )

  const topics = [1, 2, 3].map(async (id) => [
    await shown(`${held} and p.choices ->> 'stopped' is null and ${yes(`"${id}"`)}`),
    (
      await count(
        `from campaigns c join messages m on m.id = c.message where m.topic = ${id} and ${within('c.started_at')}`,
      )
    ).toString(),
  ])
  tables.set('What people ask for, and what we send', await Promise.all(topics))

  const groups = ['as-it-happens', 'digest-daily', 'digest-weekly', 'digest-monthly']
  const mail = `from deliveries d join people p on p.id = d.person left join messages m on m.id = d.message
    where d.digest is null and (m.topic > 0 or d.slot > '-infinity') and d.state in ('sent', 'unknown') and ${within('d.released_at')}`
  const paces = [
    ...groups.map((pace) => `p.choices ->> 'pace' = '${pace}' and not ${ownPace}`),
    `p.choices ->> 'pace' like '%-per-%' and not ${ownPace}`,
    ownPace,
  ]
  const asked = await Promise.all(paces.map((pace) => count(`${permitted} and ${pace}`)))
  const got = await Promise.all(paces.map((pace) => count(`${mail} and ${pace}`)))
  const small = asked.map((n) => n > 0 && n < 10)
  // One group is small, so the smallest of the others is not shown: the small one would be what is left of the whole.
  const least = Math.min(...asked.filter((n) => n >= 10))
  tables.set(
    'Pace asked, and pace delivered',
    asked.map((n, at) => {
      const isHidden = small.includes(true) && n === least
      const mails = small[at] || isHidden ? 'not shown' : written(got[at] ?? 0)
      const each = mails === 'not shown' ? '–' : (((got[at] ?? 0) / n / 181) * 30).toFixed(1)
      return [isHidden ? 'not shown' : written(n), ['–', '30.0', '4.3', '1.0', '–', '–'][at] ?? '', mails, each]
    }),
  )

  const said = (channel: string, answer: string) =>
    shown(`${held} and p.choices ->> 'stopped' is null and p.choices #>> '{channels,${channel}}' = '${answer}'`)
  tables.set('How, and never', [
    ...(await Promise.all(
      ['email', 'text', 'phone', 'post'].map((channel) => Promise.all([said(channel, 'yes'), said(channel, 'no')])),
    )),
    ['–', await shown(`${held} and p.choices ->> 'stopped' is not null`)],
  ])

  const reasons = ['too_many', 'not_for_me', 'not_as_promised', 'never_asked', 'not_needed']
  tables.set(
    'Why people ask for less',
    await Promise.all(
      reasons.map(async (reason) => [
        await shown(`from answers where reason = '${reason}' and ${within('created_at')}`),
      ]),
    ),
  )

  const [slow] = await sql.unsafe<{ s: number }[]>(`
    select max(extract(epoch from (e.body::json ->> 'at')::timestamptz - (choices #>> '{stopped,at}')::timestamptz))::float8 as s
    from people p join entries e on e.number = p.entry where choices ->> 'stopped' is not null and ${within("(e.body::json ->> 'at')::timestamptz")}`)
  const digests = `from deliveries where message is null and state = 'sent' and ${within('released_at')}`
  tables.set('Promises kept', [
    [String(brokenInYear)],
    [await shown(mail)],
    [
      await shown(
        `from people p join entries e on e.number = p.entry where choices ->> 'stopped' is not null and ${within("(e.body::json ->> 'at')::timestamptz")}`,
      ),
    ],
    [(Math.round((slow?.s ?? 0) * 100) / 100).toString()],
    [await shown(digests)],
    [(await count(`${digests} and released_at - slot > interval '1 hour'`)).toLocaleString('en-GB')],
  ])

  const verdicts = async (key: string) => {
    const [row] = await sql.unsafe<{ n: number }[]>(`
      select coalesce(sum((verdicts ->> '${key}')::int), 0)::int as n from slices join campaigns using (message) where ${within('started_at')}`)
    return row?.n ?? 0
  }
  // Of what was held back, three is all there is beside the stopped, which is hidden with it.
  tables.set('Held back, or kept for later, because they asked', [
    ['not shown'],
    ['fewer than 10'],
    ['0'],
    ['0'],
    [written(await verdicts('later:digest'))],
    ['0'],
    ['0'],
  ])
  t.equal(await verdicts('never:topic'), 3)

  const question = async (is: string, slug: string | null) => [
    slug === null ? '–' : await shown(`from askings where question = '${slug}' and ${within('at')}`),
    await shown(`from answers where ${is} and entry is null and ${within('created_at')}`),
    await shown(`from replies where answer in (select id from answers where ${is} and ${within('created_at')})`),
    await shown(`from answers where ${is} and ${within('created_at')} and id in (select answer from change_answers)`),
  ]
  tables.set(
    'Questions, and what became of the answers',
    await Promise.all([
      question(`question = 'next'`, 'next'),
      question(`question = 'use'`, 'use'),
      question('question is null', null),
    ]),
  )

  const ends = `(y #>> '{basis,confirmedAt}')::timestamptz + case y #>> '{basis,evidence}' when 'seen' then interval '400 days' else interval '360 days' end`
  const months = await sql.unsafe<{ month: string; n: number }[]>(`
    select to_char(${ends}, 'FMMonth YYYY') as month, count(*)::int as n from people p cross join lateral jsonb_path_query(p.choices, '$.topics.* ? (@.answer == "yes")') as y
    where p.choices ->> 'stopped' is null and p.id in (select person from addresses) and ${ends} > instant() and ${ends} < '2027-06-01T00:00:00Z'
    group by 1, date_trunc('month', ${ends}) order by date_trunc('month', ${ends})`)
  tables.set(
    'Permissions about to expire',
    months.map(({ n }) => [written(n)]),
  )
  return tables
}

/** The page's tables without their labels. */
async function numbersOn(t: Test, app: App): Promise<Map<string, string[][]>> {
  const { visit } = await signedIn(app, 'marketer')
  await visit.open(`/admin/insights?from=${from}&until=${until}`)
  t.equal(visit.status, 200, visit.page.text)
  t.strictSame(visit.page.faults, [])
  const labels = (caption: string) => (caption.startsWith('From an address') ? 2 : 1)
  return new Map(
    [...tablesIn(visit.html)].map(([caption, rows]) => [caption, rows.map((row) => row.slice(labels(caption)))]),
  )
}

/**
 * Every number on the page, parsed from its tables, is what another count of the tables gives: of a house so large that the page
 * takes how people stand from the night.
 */
export async function agreesAfterNight(t: Test, people: number): Promise<void> {
  const app = await openYear(t, people)
  const { sql } = app.house.database
  t.equal((await keepInsights(app.house)).last, '2026-05-30')
  const before = await Promise.all(steps.map(async (step) => written(await number(sql, step))))
  await standAt(app.house, '2026-06-30T00:30:00Z')
  t.match(await keepInsights(app.house), { days: 30, last: '2026-06-29' }, 'the days since, and none twice')
  t.match(await keepInsights(app.house), { days: 0, last: '2026-06-29' })
  const standing = await expected(t, sql)
  await standAt(app.house, yearEnd)
  const [page, now] = [await numbersOn(t, app), await expected(t, sql)]
  for (const caption of [
    'From an address to a relationship',
    'What people ask for, and what we send',
    'How, and never',
    'Permissions about to expire',
    'Pace asked, and pace delivered',
  ])
    t.same(page.get(caption), standing.get(caption), caption)
  for (const caption of [
    'Why people ask for less',
    'Promises kept',
    'Held back, or kept for later, because they asked',
    'Questions, and what became of the answers',
  ])
    t.same(page.get(caption), now.get(caption), caption)
  t.same(page.get('Addresses and relationships over time'), [
    before,
    standing.get('From an address to a relationship')?.flat(),
  ])
  t.equal(page.size, 10, 'there is no other table')
}

/** The same of a house so small that all is counted at the look. */
export async function agreesAtLook(t: Test, people: number): Promise<void> {
  const app = await openYear(t, people)
  await standAt(app.house, yearEnd)
  const [page, now] = [await numbersOn(t, app), await expected(t, app.house.database.sql)]
  for (const [caption, rows] of now) t.same(page.get(caption), rows, caption)
  t.same(page.get('Addresses and relationships over time'), [now.get('From an address to a relationship')?.flat()])
}
