import t from 'tap'
import { openApp, tokenFor, visitor } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { liveSomeWeeks, sessionOfHers } from '../support/life.ts'
import { takingCourier } from '../support/sending.ts'

/** Somebody with some weeks behind her, lived once for all these tests, and her browser with an open session. */
const whole = live()

async function live() {
  let now = new Date().toISOString()
  const app = await openApp(t, { now: () => new Date(now) }, { courier: takingCourier().courier })
  const life = await liveSomeWeeks(app)
  now = life.now
  return { ...app, id: life.id, day: Math.floor(Date.parse(now) / 86_400_000) }
}

async function ada() {
  const hers = await whole
  const visit = visitor(hers.server)
  visit.headers['cookie'] = await sessionOfHers(hers.house, hers.id)
  return { ...hers, visit }
}

t.test('she reads what was sent and what was held back, numbers before subjects, and the numbers add up', async (t) => {
  const { visit, house } = await ada()
  await visit.open('/me/sent')
  t.strictSame(visit.page.faults, [])
  t.match(visit.page.text, /Since \d+ \w+ \d{4}: 2 emails, all within what you asked; 8 held back because of it\./)
  t.match(visit.page.text, 'You’ll get one digest a week, on Fridays, about repairs.')
  t.match(visit.page.text, /Emails sent\s*2.*Waited for a digest or a better time\s*4.*Not sent at all\s*4/)
  t.match(visit.page.text, '2 emails while you were having a pause. We don’t save things up.')
  t.match(visit.page.text, 'One email about events near you, which you hadn’t asked for.')
  t.match(visit.page.text, 'One email about new patterns, to which you had said no.')
  t.match(visit.page.text, 'One email waits for your next digest.')
  const shut = visit.html.replaceAll(/<details>[\s\S]*?<\/details>/g, '')
  for (const subject of ['Against moths', 'A mending fair near you', 'Lace without tears', 'Hems, inside out']) {
    t.match(visit.html, subject)
    t.notMatch(shut, subject, `${subject} is behind a press`)
  }
  await visit.follow('Why you got “Five ways to darn”')
  t.equal(visit.page.headings[0], 'Why you got “Five ways to darn”')
  t.match(visit.page.text, 'We sent it on')
  const [stored] = await house.database.sql<{ n: number }[]>`
    select count(*)::int as n from deliveries d join messages m on m.id = d.message
    where m.subject in ('A mending fair near you', 'Lace without tears') and d.person <> (select person from addresses where canonical = 'everything@example.com')`
  t.equal(stored?.n, 0, 'nothing is stored of what was never for her')
})

t.test('her own page has the promise and the reasons with numbers, a young link too, and no subject', async (t) => {
  const { visit, house, id, day } = await ada()
  await visit.open(`/p/${tokenFor(house, id, { day })}`)
  t.match(visit.page.text, /Since .*: 2 emails, all within what you asked; 8 held back because of it\./)
  t.match(visit.page.text, '2 emails while you were having a pause')
  t.notMatch(visit.html, /moths|mending fair|Lace/)
  await visit.open(`/p/${tokenFor(house, id, { day: day - 120 })}`)
  t.notMatch(visit.page.text, /held back|pause\. We/)
  await visit.open(`/p/${tokenFor(house, id, { day })}/stop`)
  t.notMatch(visit.page.text, /held back/, 'and nothing of it on a stop page')
  await visit.open('/me')
  await visit.follow('See them all')
  t.equal(visit.page.headings[0], 'What we sent, and what we held back for you')
})

t.test('it is shown in a session alone, and only ever hers', async (t) => {
  const { visit, server, house } = await ada()
  t.equal((await server.inject('/me/sent')).statusCode, 403)
  const ben = await addPerson(house, 'ben@example.com', yesTo([1]))
  visit.headers['cookie'] = await sessionOfHers(house, ben)
  await visit.open('/me/sent')
  t.match(visit.page.text, 'Nothing yet.')
  t.notMatch(visit.html, 'darn')
})

t.test('of very much she is shown whole months, and the others behind links', async (t) => {
  const { visit, house, id } = await ada()
  const { sql } = house.database
  await sql`
    with m as (
      insert into messages (id, topic, subject, in_short, sender, body)
      select gen_random_uuid(), 1, 'Old ' || n, '', 'Fern <news@fern.example>', 'Hello' from generate_series(1, 600) n returning id, subject)
    insert into deliveries (id, message, person, state, verdict, reason, version, planned_at, settled_at)
    select gen_random_uuid(), id, ${id}, 'held_back', 'never', 'channel', 9,
      instant() - interval '1 day' * right(subject, -4)::int, instant() - interval '1 day' * right(subject, -4)::int from m`
  await visit.open('/me/sent')
  t.match(visit.page.text, /608 held back/)
  t.ok(visit.html.length < 100_000)
  const older = visit.page.links.filter(({ href }) => href.startsWith('/me/sent?month='))
  t.ok(older.length >= 10)
  const subjects = new Set(visit.html.match(/Old \d+/g))
  for (let turn = 0; turn < 10; turn++) {
    const next = visit.page.links.filter(({ href }) => href.startsWith('/me/sent?month=')).at(turn === 0 ? 0 : -1)
    if (!next) break
    await visit.open(next.href)
    for (const subject of visit.html.match(/Old \d+/g) ?? []) subjects.add(subject)
  }
  for (const { href } of older) {
    await visit.open(href)
    t.strictSame(visit.page.faults, [])
    for (const subject of visit.html.match(/Old \d+/g) ?? []) subjects.add(subject)
  }
  t.equal(subjects.size, 600, 'nothing is out of reach')
})

t.test('“all within” is said only where the record says so', async (t) => {
  const { visit, house } = await ada()
  await house.database.sql`update deliveries set version = 2 where slot is null and state = 'sent'`
  await visit.open('/me/sent')
  t.match(visit.page.text, ': 2 emails; 608 held back because of what you asked.')
  t.notMatch(visit.page.text, 'all within')
})
