import t from 'tap'
import { forget, openApp, tokenFor, visitor, type App } from '../support/app.ts'
import { addPerson, castWording, yesTo } from '../support/cast.ts'

const delivery = '0f8fad5b-d9cb-469f-a165-70867728950e'

/** Somebody who got "Five ways to darn", and what its link "Why you got this" opens. */
async function ada(
  t: Parameters<typeof openApp>[0],
  choices = yesTo([1, 2]),
  link: Parameters<typeof tokenFor>[2] = {},
) {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', choices)
  await deliver(app, id)
  const token = tokenFor(app.house, id, { topics: [1], delivery, ...link })
  const visit = visitor(app.server)
  await visit.open(`/p/${token}/why`)
  return { ...app, id, token, visit }
}

t.test('she reads what it was, when she said yes and where, her sentence, and how to end it', async (t) => {
  const { visit, token } = await ada(t)
  t.equal(visit.presses, 1)
  t.strictSame(visit.page.faults, [])
  t.equal(visit.page.headings[0], 'Why you got “Five ways to darn”')
  t.match(visit.page.text, /We sent it on \d+ \w+ \d{4}\. It is about repairs: How to mend what you have\./)
  t.match(visit.page.text, 'On 14 January 2026 you said yes to repairs on our page.')
  t.match(visit.page.text, 'You’ll get emails about repairs and new patterns as they happen.')
  t.ok(visit.page.links.some(({ href }) => href === `/p/${token}`))
  await visit.press('Stop “Repairs”')
  t.equal(visit.page.headings[0], 'Stopped. You’ll get no more emails about repairs.')
  await visit.open(`/p/${token}/why`)
  t.match(visit.page.text, 'You have said no to repairs since then')
  await visit.press('Stop everything')
  await visit.open(`/p/${token}/why`)
  t.match(visit.page.text, 'You have stopped everything since then')
})

t.test('a yes that somebody attests is called that', async (t) => {
  const choices = yesTo([1])
  const basis = { evidence: 'attested', wording: castWording, confirmedAt: '2019-02-04T08:00:00.000Z' } as const
  const [answer] = Object.values(choices.topics)
  if (!answer) throw new Error('she has said something')
  const { visit } = await ada(t, { ...choices, topics: { 1: { ...answer, basis } } })
  t.match(visit.page.text, 'On 4 February 2019 you signed up for repairs, before we kept choices here.')
})

t.test('an old link tells what the email was and nothing about her', async (t) => {
  const { visit } = await ada(t, yesTo([1]), { daysAgo: 100 })
  t.equal(visit.page.headings[0], 'Why you got “Five ways to darn”')
  t.notMatch(visit.page.text, /You’ll get|said yes|January/)
  t.match(visit.page.text, 'It can still stop them.')
  t.strictSame(
    visit.page.forms.map(({ buttons }) => buttons[0]),
    ['Stop “Repairs”', 'Stop everything', 'This wasn’t about “Repairs”'],
  )
})

t.test('a link that belongs to no email, or to somebody else’s, tells nothing of it', async (t) => {
  const { house, server, visit, id } = await ada(t)
  const ben = await addPerson(house, 'ben@example.com', yesTo([1]))
  for (const token of [
    tokenFor(house, ben, { delivery }),
    tokenFor(house, id),
    tokenFor(house, id, { delivery: ben }),
  ]) {
    await visit.open(`/p/${token}/why`)
    t.equal(visit.page.headings[0], 'This link doesn’t belong to one email')
    t.notMatch(visit.page.text, 'darn')
    t.strictSame(visit.page.faults, [])
  }
  await house.database.sql`delete from deliveries`
  await forget(house, id)
  t.equal((await server.inject(`/p/${tokenFor(house, id, { delivery })}/why`)).statusCode, 404)
})

async function deliver({ house }: App, person: string): Promise<void> {
  const { sql } = house.database
  await sql`
    insert into messages (id, topic, subject, in_short, sender, body)
    values (${delivery}, 1, 'Five ways to darn', 'Five ways to darn.', 'Fern <news@fern.example>', 'Hello')`
  await sql`
    insert into deliveries (id, message, person, state, verdict, version, attempt)
    values (${delivery}, ${delivery}, ${person}, 'released', 'now', 1, ${delivery})`
  await sql`update deliveries set state = 'sent', settled_at = instant() where id = ${delivery}`
}
