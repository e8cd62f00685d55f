import t from 'tap'
import { erasePerson } from '../../src/actions/erase.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { retireData } from '../../src/actions/retire-data.ts'
import { intervalOf } from '../../src/domain/retention.ts'
import { dayOf, makeLink } from '../../src/domain/link-token.ts'
import { reportInWords } from '../../src/cli/campaign-words.ts'
import { reportWrongTopic } from '../../src/store/wrong-topic.ts'
import { choicesOf, entriesIn, openApp, tokenFor, visitor } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { sendNow, takingCourier, toMondayNoon, wakeDue, writeCampaign } from '../support/sending.ts'

type Test = Parameters<typeof openApp>[0]

/** Ada and Ben who got "About darn", and the link that came with hers. */
async function sent(t: Test, daysAgo = 0) {
  const app = await openApp(t, {}, { courier: takingCourier().courier })
  const ada = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
  const ben = await addPerson(app.house, 'ben@example.com', yesTo([1]))
  await writeCampaign(app.house, 'darn')
  await sendNow(app.house, 'darn')
  const { sql } = app.house.database
  const rows = await sql<{ id: string; person: string }[]>`select id, person from deliveries`
  const deliveryOf = (person: string) => rows.find((row) => row.person === person)?.id ?? ''
  const tokenOf = (person: string) =>
    tokenFor(app.house, person, { topics: [1], delivery: deliveryOf(person), daysAgo })
  const [token, tokenOfBen] = [tokenOf(ada), tokenOf(ben)]
  return { ...app, sql, ada, ben, token, tokenOfBen, delivery: deliveryOf(ada), visit: visitor(app.server) }
}

t.test('on the why page one press says it; it is kept once, counted, and changes nothing of hers', async (t) => {
  const { house, visit, token, ada } = await sent(t)
  const [entries, choices] = [await entriesIn(house), await choicesOf(house, ada)]
  await visit.open(`/p/${token}/why`)
  await visit.press('This wasn’t about “Repairs”')
  t.equal(visit.page.headings[0], 'Thank you. We’ve noted it.')
  t.strictSame(visit.page.faults, [])
  t.ok(visit.page.forms.some(({ buttons }) => buttons[0] === 'Stop everything'))
  await visit.open(`/p/${token}/why`)
  t.match(visit.page.text, 'You told us that it wasn’t about repairs.')
  t.notOk(visit.page.forms.some(({ buttons }) => buttons[0]?.startsWith('This wasn’t')))
  await visit.open(`/p/${token}/stop`)
  await visit.press('This wasn’t about “Repairs”')
  t.equal(visit.page.headings[0], 'Thank you. We’ve noted it.', 'said again, it is taken the same way')
  t.match(await reportCampaign(house, 'darn'), { sent: 2, wasntAbout: 1, wasntAboutRate: 0.5 })
  t.match(
    reportInWords(await reportCampaign(house, 'darn')),
    'Said it wasn’t about its topic: 1 (50.0% of those who may have got it)',
  )
  t.equal(await entriesIn(house), entries)
  t.same(await choicesOf(house, ada), choices)
})

t.test('an old link may say it too, and still tells nothing of her', async (t) => {
  const { house, visit, token } = await sent(t, 400)
  await visit.open(`/p/${token}/why`)
  await visit.press('This wasn’t about “Repairs”')
  t.equal(visit.page.headings[0], 'Thank you. We’ve noted it.')
  t.match(await reportCampaign(house, 'darn'), { wasntAbout: 1 })
  await visit.open(`/p/${token}/why`)
  t.notMatch(visit.page.text, 'You told us')
})

t.test('on the stop page it stands after every way to stop, and stopping needs none of it', async (t) => {
  const { visit, token, house, ada } = await sent(t)
  await visit.open(`/p/${token}/stop`)
  t.strictSame(
    visit.page.forms.map(({ buttons }) => buttons[0]),
    ['Stop everything', 'Only stop “Repairs”', 'This wasn’t about “Repairs”'],
  )
  await visit.press('Stop everything')
  t.ok((await choicesOf(house, ada)).stopped)
  await visit.open(`/p/${tokenFor(house, ada)}/stop`)
  t.notMatch(visit.html, 'wasn’t about', 'a link that came with no mail has nothing to say it of')
})

t.test('of a digest she says which item she means', async (t) => {
  const app = await openApp(t, {}, { courier: takingCourier().courier })
  const { house } = app
  await toMondayNoon(house)
  const eve = await addPerson(house, 'eve@example.com', yesTo([1, 2], 'digest-weekly'))
  await writeCampaign(house, 'darn')
  await writeCampaign(house, 'sock')
  await sendNow(house, 'darn')
  await sendNow(house, 'sock')
  await house.database.sql`update deliveries set due_at = instant() - interval '1 minute'`
  await toMondayNoon(house)
  await wakeDue(house)
  const [digest] = await house.database.sql<{ id: string }[]>`
    select id from deliveries where slot is not null and person = ${eve}`
  t.ok(digest)
  const token = tokenFor(house, eve, { topics: [1], delivery: digest?.id ?? null })
  const visit = visitor(app.server)
  await visit.open(`/p/${token}/stop`)
  await visit.press('This wasn’t about “Repairs”')
  t.match(visit.page.headings[0], /^Why you got your digest/)
  await visit.press('“About sock” wasn’t about “Repairs”')
  t.match(await reportCampaign(house, 'sock'), { wasntAbout: 1, wasntAboutRate: 1 })
  t.match(await reportCampaign(house, 'darn'), { wasntAbout: 0 })
  await visit.open(`/p/${token}/why`)
  t.match(visit.page.text, 'You told us that “About sock” wasn’t about repairs.')
})

t.test(
  'opening the address says nothing; somebody else’s mail, and one that never left, cannot be meant',
  async (t) => {
    const { house, server, sql, token, delivery } = await sent(t)
    t.equal((await server.inject(`/p/${token}/wrong-topic`)).headers.location, `/p/${token}/why`)
    const ben = await addPerson(house, 'cyn@example.com', yesTo([1]))
    const theirs = makeLink(house.keys.links, {
      purpose: 'preferences',
      person: ben,
      day: dayOf(new Date()),
      topics: [1],
      delivery,
      entry: null,
    })
    const pressed = await server.inject({ method: 'POST', url: `/p/${theirs}/wrong-topic` })
    t.equal(pressed.headers.location, `/p/${theirs}/why`)
    t.same(await sql`select * from wrong_topic_reports`, [])
    t.match(await reportCampaign(house, 'darn'), { wasntAbout: 0, wasntAboutRate: 0 })
  },
)

t.test('many presses at once are one, and nobody says it of another’s mail', async (t) => {
  const { house, server, sql, token, delivery } = await sent(t)
  const presses = await Promise.all(
    Array.from({ length: 8 }, () => server.inject({ method: 'POST', url: `/p/${token}/wrong-topic` })),
  )
  t.ok(presses.every(({ headers }) => headers.location === `/p/${token}/wrong-topic`))
  t.match(await reportCampaign(house, 'darn'), { wasntAbout: 1 })
  await sql`delete from wrong_topic_reports`
  const cyn = await addPerson(house, 'cyn@example.com', yesTo([1]))
  t.equal(await sql.begin((tx) => reportWrongTopic(tx, cyn, [delivery])), 0)
})

t.test('when she is erased, and when what was sent is old, what was said is a number and nobody’s', async (t) => {
  const { house, sql, server, token, ada, ben, tokenOfBen } = await sent(t)
  for (const said of [token, tokenOfBen]) await server.inject({ method: 'POST', url: `/p/${said}/wrong-topic` })
  const report = await reportCampaign(house, 'darn')
  t.match(report, { wasntAbout: 2, wasntAboutRate: 1 })
  await erasePerson(house, ada, { way: 'page', by: null })
  t.match(await sql`select person from wrong_topic_reports`, [{ person: ben }])
  t.same(await reportCampaign(house, 'darn'), report)
  await moveClock(house.database.url, intervalOf('deliveries'))
  await moveClock(house.database.url, '1 day')
  await retireData(house)
  t.same(await sql`select * from wrong_topic_reports`, [])
  t.same(await reportCampaign(house, 'darn'), report)
  t.same(Object.keys((await sql`select * from wrong_topic_counts`)[0] ?? {}), ['message', 'n'])
})
