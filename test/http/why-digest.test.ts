import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { stopTopics } from '../../src/domain/choice-changes.ts'
import type { Brand } from '../../src/domain/brand.ts'
import type { Choices } from '../../src/domain/choices.ts'
import { openApp, tokenFor, visitor, type App, type Visitor } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { fern } from '../support/house.ts'
import { sendNow, takingCourier, toMondayNoon, wakeDue, writeCampaign } from '../support/sending.ts'

const utc = { timeZone: 'UTC' }

/** Somebody of whom two messages are planned, and what opens the page why of one of them. */
async function her(t: Parameters<typeof openApp>[0], choices: Choices, brand: Brand = fern) {
  const { courier } = takingCourier()
  const app = await openApp(t, {}, { courier, brand })
  await toMondayNoon(app.house)
  const id = await addPerson(app.house, 'eve@example.com', choices)
  for (const [slug, topic] of [
    ['darn', 'repairs'],
    ['hats', 'new-patterns'],
  ] as const) {
    await writeCampaign(app.house, slug, { topic })
    await sendNow(app.house, slug)
  }
  return { ...app, id }
}

async function openWhy(app: App & { id: string }, delivery: string, daysAgo = 0): Promise<Visitor> {
  const visit = visitor(app.server)
  await visit.open(`/p/${tokenFor(app.house, app.id, { topics: [1], delivery, daysAgo })}/why`)
  return visit
}

async function deliveryOf({ house }: App, slug: string): Promise<{ id: string; digest: string | null }> {
  const [row] = await house.database.sql<{ id: string; digest: string | null }[]>`
    select d.id, d.digest from deliveries d join campaigns c on c.message = d.message where c.slug = ${slug}`
  if (!row) throw new Error('nothing is recorded')
  return row
}

t.test('an item of a digest is explained by itself, and says that it came in the digest', async (t) => {
  const app = await her(t, yesTo([1, 2], 'digest-weekly', utc))
  const waiting = await openWhy(app, (await deliveryOf(app, 'darn')).id)
  t.equal(waiting.page.headings[0], 'Why “About darn” hasn’t come yet')
  t.match(waiting.page.text, /It is about repairs: .* It waits for your next digest, on \d+ \w+ \d{4}\./)
  t.match(waiting.page.text, 'On 14 January 2026 you said yes to repairs on our page.')
  await moveClock(app.house.database.url, '4 days')
  await wakeDue(app.house)
  const { id, digest } = await deliveryOf(app, 'darn')
  const visit = await openWhy(app, id)
  t.strictSame(visit.page.faults, [])
  t.equal(visit.page.headings[0], 'Why you got “About darn”')
  t.match(visit.page.text, /We sent it in your digest of \d+ \w+ \d{4}\. It is about repairs: How to mend/)
  t.notMatch(visit.page.text, 'hats')
  await visit.press('Stop “Repairs”')
  t.equal(visit.page.headings[0], 'Stopped. You’ll get no more emails about repairs.')

  const whole = await openWhy(app, digest ?? '')
  t.match(whole.page.headings[0], /^Why you got your digest of \d+ \w+ \d{4}$/)
  t.match(whole.page.text, '“About darn” is about repairs')
  t.match(whole.page.text, '“About hats” is about new patterns')
  t.match(whole.page.text, 'You have said no to repairs since then')
  t.match(whole.page.text, 'you said yes to new patterns')
  t.strictSame(
    whole.page.forms.map(({ buttons }) => buttons[0]),
    [
      'Stop “Repairs”',
      'Stop “New patterns”',
      'Stop everything',
      '“About darn” wasn’t about “Repairs”',
      '“About hats” wasn’t about “New patterns”',
    ],
  )
})

t.test('what waits its turn to leave says so, and blames nothing that she chose', async (t) => {
  const app = await her(t, yesTo([1, 2], 'as-it-happens', utc), { ...fern, ramp: { first: 1, from: '2099-01-01' } })
  const { page } = await openWhy(app, (await deliveryOf(app, 'hats')).id)
  t.equal(page.headings[0], 'Why “About hats” hasn’t come yet')
  t.match(
    page.text,
    /It waits its turn to leave, which should come on \d+ \w+ \d{4}\. We send only so many at a time\./,
  )
  t.notMatch(page.text, /digest, on|as many emails as|quiet/)
})

t.test('what waited for a limit says since when, and an old link says nothing of it', async (t) => {
  const app = await her(t, yesTo([1, 2], '1-per-week', utc))
  const { id } = await deliveryOf(app, 'hats')
  t.match((await openWhy(app, id)).page.text, /You’ve had as many emails as you chose\. It can come on \d+/)
  t.notMatch((await openWhy(app, id, 100)).page.text, /as many|can come on|You’ll get|said yes/)
  await moveClock(app.house.database.url, '8 days')
  await wakeDue(app.house)
  const visit = await openWhy(app, id)
  t.match(
    visit.page.text,
    /We sent it on \d+ .* It was ready on \d+ \w+ \d{4} and waited until what you chose let it come\./,
  )
  t.notMatch((await openWhy(app, id, 100)).page.text, 'waited')
})

t.test('what was held back or called off says why it did not come', async (t) => {
  const app = await her(t, yesTo([1, 2], 'digest-weekly', utc))
  const { house } = app
  const darn = await deliveryOf(app, 'darn')
  await changeChoices(house, app.id, { way: 'page', wording: null }, (choices, at) => stopTopics(choices, [1], at))
  const cancelled = await openWhy(app, darn.id)
  t.equal(cancelled.page.headings[0], 'Why you didn’t get “About darn”')
  t.match(cancelled.page.text, 'You changed your choices before it left, so it didn’t.')
  const { id } = await deliveryOf(app, 'hats')
  const kept = ['paused', 'channel', 'bounced', 'no_wording', 'consent_expired', 'no_language', 'expired_before_slot']
  const told = new Set<string>()
  for (const reason of kept) {
    await house.database.sql`
      update deliveries set state = 'held_back', reason = ${reason}, settled_at = instant() where id = ${id}`
    const { page } = await openWhy(app, id)
    t.equal(page.headings[0], 'Why you didn’t get “About hats”')
    t.notMatch(page.text, 'We sent it')
    told.add(page.text)
  }
  t.equal(told.size, kept.length, 'each reason has its words')
})
