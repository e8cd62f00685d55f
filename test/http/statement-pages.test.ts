import t from 'tap'
import { addTopic } from '../../src/actions/add-topic.ts'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import { text, type TextKey } from '../../src/domain/catalogue.ts'
import { retention } from '../../src/domain/retention.ts'
import { serviceKinds } from '../../src/domain/service-register.ts'
import { buildServer } from '../../src/http/server.ts'
import { renderWording } from '../../src/render.ts'
import { choicesOf, openApp, tokenFor, visitor, type App } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { fern } from '../support/house.ts'
import { parsePage } from '../support/html.ts'
import { openMailroom } from '../support/mailroom.ts'
import { sendNow, takingCourier, writeCampaign } from '../support/sending.ts'

async function pageAt({ server }: App, url: string) {
  const response = await server.inject(url)
  t.equal(response.statusCode, 200, url)
  const page = parsePage(response.body)
  t.strictSame(page.faults, [], url)
  return { ...page, html: response.body }
}

t.test('/privacy says of everything that is kept what it is, why, on what ground and how long', async (t) => {
  const app = await openApp(t)
  const page = await pageAt(app, '/privacy')
  t.equal(page.headings[0], 'What we keep, and how long')
  for (const { kind, period, ground } of retention) {
    t.ok(page.text.includes(text('en', `privacy.kept.${kind}.name`)), kind)
    t.ok(page.text.includes(text('en', `privacy.kept.${kind}.why`)), kind)
    t.ok(page.text.includes(text('en', `privacy.ground.${ground}`)), kind)
    const time = typeof period === 'object' ? { ...period } : {}
    const until = text('en', `privacy.kept.${kind}.until` as TextKey, time)
    t.ok(page.text.includes(until), until)
    for (const n of Object.values(time)) t.match(until, String(n), 'the number that the daily work deletes by')
  }
  t.match(page.text, 'These pages set one cookie')
  t.match(page.text, 'hello@fern.example')
  t.ok(page.links.some(({ href }) => href === fern.privacyUrl))
  t.notMatch(page.text, /undefined|NaN|\{\w+/)
})

t.test('/about-these-emails is made from the brand, its topics and what was really sent', async (t) => {
  const { courier } = takingCourier()
  const app = await openApp(t, {}, { courier })
  const { house } = app
  await addTopic(house, { slug: 'new', name: 'Brand new', promise: 'Nothing yet.' }, 3)
  await addPerson(house, 'ada@example.com', yesTo([1], 'as-it-happens'))
  for (let n = 0; n < 6; n++) {
    await writeCampaign(house, `darn-${n}`)
    await sendNow(house, `darn-${n}`)
    await moveClock(house.database.url, '7 days')
  }
  const page = await pageAt(app, '/about-these-emails')
  t.match(page.text, 'Fern, 1 Mill Lane, Leeds LS1 1AA')
  t.match(page.text, /Repairs How to mend what you have\. How much: about 4 emails a month\./)
  t.match(page.text, /Events near you .*? How much: new\./)
  t.match(page.text, /Brand new Nothing yet\. How much: new, we expect about 3 emails a month\./)
  for (const kind of serviceKinds) t.ok(page.text.includes(text('en', `about.service.${kind}.name`)), kind)
  t.equal(page.text.match(/Not sent so far\./g)?.length, serviceKinds.length)
})

t.test('the register of service mail says when each kind was used last', async (t) => {
  const app = await openMailroom(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const visit = visitor(app.server)
  await visit.open(`/p/${tokenFor(app.house, id, { daysAgo: 400 })}`)
  await visit.press('Send me a fresh link')
  const page = await pageAt(app, '/about-these-emails')
  t.match(page.text, /Private link Opens your page, when you asked for it\..*?Last sent: \d+ \w+ 20\d\d\./)
  t.equal(page.text.match(/Not sent so far\./g)?.length, serviceKinds.length - 1)
})

t.test('both are linked at the end of every page, and nobody is needed to read them', async (t) => {
  const app = await openApp(t, {}, { brand: null })
  for (const url of ['/', '/find', '/nowhere', '/privacy', '/about-these-emails']) {
    const page = parsePage((await app.server.inject(url)).body)
    t.strictSame(page.faults, [])
    for (const href of ['/privacy', '/about-these-emails'])
      t.ok(
        page.links.some((link) => link.href === href),
        url,
      )
  }
})

t.test('beside each topic and pace of hers stands how much it brings, and no wording says a number', async (t) => {
  const { courier } = takingCourier()
  const app = await openApp(t, {}, { courier })
  const { house } = app
  const ada = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
  const her = visitor(app.server)
  await her.open(`/p/${tokenFor(house, ada)}`)
  t.match(her.page.text, /Repairs How to mend what you have\. new/)
  t.notMatch(her.page.text, /a month with your topics/, 'nothing is promised that nobody knows')
  for (let week = 0; week < 5; week++) {
    await writeCampaign(house, `darn-${week}`)
    await sendNow(house, `darn-${week}`)
    await writeCampaign(house, `news-${week}`, { topic: 'new-patterns' })
    await sendNow(house, `news-${week}`)
    await moveClock(house.database.url, '7 days')
  }
  const [row] = await house.database.sql`select instant() as at`
  const at = new Date(row?.['at'])
  const later = await buildServer(house, {
    logger: { level: 'silent' },
    development: false,
    mailbox: null,
    now: () => at,
  })
  t.teardown(() => later.close())
  const then = visitor(later)
  await then.open(`/p/${tokenFor(house, ada)}`)
  t.match(then.page.text, /Repairs How to mend what you have\. about 4 emails a month/)
  t.match(then.page.text, /As it happens each email when it is written about 9 emails a month with your topics/)
  then.tick('pace', 'digest-weekly', true)
  await then.press('Save my choices')
  t.match(await choicesOf(house, ada), { pace: 'digest-weekly' })
  const [wording] = await house.database.sql`select body from wordings where kind = 'preferences' and current`
  t.notMatch(wording?.['body'], /about \d/)
  t.equal((await publishWordings(house, renderWording)).isNew, false)
})
