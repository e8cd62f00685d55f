import PostalMime from 'postal-mime'
import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { checkCampaign } from '../../src/actions/check-campaign.ts'
import type { Brand } from '../../src/domain/brand.ts'
import { linkLifetimes, readLink } from '../../src/domain/link-token.ts'
import { personById } from '../../src/store/people.ts'
import { choicesOf, entriesIn, newestEntry, openApp, tokenFor, visitor, type App } from '../support/app.ts'
import { addPerson, castWording, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { fern } from '../support/house.ts'
import { sendNow, takingCourier, wakeDue, writeCampaign } from '../support/sending.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

const day = 86_400_000
const aged = { ...fern, seenDays: 365, attestedDays: 365 }

async function open(t: Parameters<typeof openApp>[0], brand: Brand = aged) {
  const { courier, parcels } = takingCourier()
  return { ...(await openApp(t, {}, { courier, brand })), parcels }
}

/** Somebody whose yes to the topics was attested that many days ago. */
async function somebody({ house }: App, address: string, days: number, topics = [1]): Promise<string> {
  const confirmedAt = new Date(Date.now() - days * day).toISOString()
  const basis = { evidence: 'attested', wording: castWording, confirmedAt } as const
  const choices = yesTo(topics)
  const said = Object.entries(choices.topics).map(([id, answer]) => [id, { ...answer, basis }] as const)
  return addPerson(house, address, { ...choices, topics: Object.fromEntries(said) })
}

t.test('a mail in the last 60 days asks once whether it is still right; others do not', async (t) => {
  const app = await open(t)
  await somebody(app, 'soon@example.com', 330)
  await somebody(app, 'fresh@example.com', 100)
  await somebody(app, 'over@example.com', 366)
  await writeCampaign(app.house, 'darn')
  t.match(await sendNow(app.house, 'darn'), { now: 2, never: 1, reasons: { consent_expired: 1 } })
  const mails = new Map<string, { text: string; html: string }>()
  for (const { to, mime } of app.parcels) {
    const { text = '', html = '' } = await PostalMime.parse(Buffer.from(mime, 'latin1'))
    mails.set(to, { text, html })
  }
  t.same([...mails.keys()].toSorted(), ['fresh@example.com', 'soon@example.com'])
  const soon = mails.get('soon@example.com')
  t.equal(soon?.text.match(/Still right\? Yes, keep it: \S+\/p\/[\w-]+\/keep\n/g)?.length, 1)
  t.equal(soon?.html.match(/<a href="[^"]+\/p\/[\w-]+\/keep">Still right\? Yes, keep it<\/a>/g)?.length, 1)
  t.notMatch(`${mails.get('fresh@example.com')?.text}${mails.get('fresh@example.com')?.html}`, /keep|Still right/)
  const without = (text = '') => text.replace(/Still right.*\n+/, '').replaceAll(/\/[pu]\/[\w-]+/g, '')
  t.equal(without(soon?.text), without(mails.get('fresh@example.com')?.text), 'nothing else differs')
})

t.test('where no yes expires no mail asks', async (t) => {
  const app = await open(t, fern)
  await somebody(app, 'old@example.com', 3000)
  await writeCampaign(app.house, 'darn')
  await sendNow(app.house, 'darn')
  t.equal(app.parcels.length, 1)
  t.notMatch(app.parcels[0]?.mime, /keep/)
})

t.test('one press keeps it: a yes that she has seen, with an entry of its own and an Undo', async (t) => {
  const app = await open(t)
  const { house, server, wording } = app
  const id = await somebody(app, 'ada@example.com', 330, [1, 2])
  const before = await choicesOf(house, id)
  const token = tokenFor(house, id, { topics: [1], delivery: id })
  const visit = visitor(server)
  const entries = await entriesIn(house)
  await visit.open(`/p/${token}/keep`)
  t.equal(await entriesIn(house), entries, 'looking changes nothing')
  t.strictSame(visit.page.faults, [])
  t.equal(visit.page.headings[0], 'Still right?')
  t.match(visit.page.text, /You said yes to repairs on \d+ \w+ \d{4}\. If that still holds, one press keeps it/)
  t.match(visit.page.text, 'You’ll get emails about repairs')
  t.match(visit.page.text, 'You can change this or stop at any time.', 'she sees the whole wording')
  t.ok(visit.page.forms.some(({ buttons }) => buttons[0] === 'Stop everything'))
  await visit.press('Yes, keep it')
  t.equal(visit.presses, 2)
  t.equal(visit.page.headings[0], 'Saved.')
  const [after, renewed] = [await choicesOf(house, id), await newestEntry(house)]
  t.equal(await entriesIn(house), entries + 1)
  t.match(after.topics[1]?.basis, { evidence: 'seen', wording })
  t.ok(Date.now() - Date.parse(after.topics[1]?.basis?.confirmedAt ?? '') < 60_000)
  const [was, is] = [before.topics[1], after.topics[1]]
  t.same(after, { ...before, topics: { ...before.topics, 1: { ...was, entry: renewed, basis: is?.basis } } })
  const [entry] = await house.database.sql<{ body: string; payload: string }[]>`
    select body, payload from entries join payloads using (number) where number = ${renewed}`
  t.match(JSON.parse(entry?.body ?? ''), { kind: 'renewed', topics: [1], wording })
  t.match(JSON.parse(entry?.payload ?? ''), { evidence: { way: 'page', wording, link: { delivery: id } } })

  await visit.press('Undo')
  t.same((await choicesOf(house, id)).topics[1]?.basis, was?.basis)
  await verifyWholeLedger(t, house)
})

t.test('pressed twice it is one entry, and for a yes that is fresh there is nothing to press', async (t) => {
  const app = await open(t)
  const { house, server } = app
  const id = await somebody(app, 'ada@example.com', 330)
  const token = tokenFor(house, id, { topics: [1] })
  const body = `wording=${app.wording}`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const press = () => server.inject({ method: 'POST', url: `/p/${token}/keep`, headers, payload: body })
  const entries = await entriesIn(house)
  const both = await Promise.all([press(), press()])
  t.same(
    both.map(({ statusCode }) => statusCode),
    [303, 303],
  )
  t.equal(await entriesIn(house), entries + 1)
  const visit = visitor(server)
  await visit.open(`/p/${token}/keep`)
  t.equal(visit.page.headings[0], 'Nothing to save.')
})

t.test('a digest asks once, and only for those of its topics whose yes is near its end', async (t) => {
  const app = await open(t)
  const { house } = app
  const id = await somebody(app, 'ada@example.com', 330, [1])
  const fresh = yesTo([2]).topics['2']
  const { choices } = (await personById(house.database.sql, id)) ?? {}
  if (!choices || !fresh) return
  const basis = { evidence: 'seen', wording: castWording, confirmedAt: new Date().toISOString() } as const
  await changeChoices(house, id, { way: 'page', wording: null }, () => ({
    ...choices,
    pace: 'digest-daily',
    topics: { ...choices.topics, 2: { ...fresh, basis } },
  }))
  await writeCampaign(house, 'darn')
  await writeCampaign(house, 'hats', { topic: 'new-patterns' })
  await sendNow(house, 'darn')
  await sendNow(house, 'hats')
  await moveClock(house.database.url, '2 days')
  t.equal(await wakeDue(house), 1)
  const { text = '', html = '' } = await PostalMime.parse(Buffer.from(app.parcels[0]?.mime ?? '', 'latin1'))
  const [link, ...more] = text.match(/\/p\/\S+\/keep/g) ?? []
  t.same(more, [])
  t.ok(link && html.includes(link))
  t.same(readLink(house.keys.links, link?.split('/')[2] ?? '')?.topics, [1])
})

t.test('what has run out can be said again, and then mail comes again', async (t) => {
  const app = await open(t)
  const id = await somebody(app, 'ada@example.com', 370)
  await writeCampaign(app.house, 'darn')
  t.match(await checkCampaign(app.house, 'darn'), { now: 0, reasons: { consent_expired: 1 } })
  const visit = visitor(app.server)
  await visit.open(`/p/${tokenFor(app.house, id, { topics: [1], daysAgo: 20 })}/keep`)
  await visit.press('Yes, keep it')
  t.match(await checkCampaign(app.house, 'darn'), { now: 1 })
})

t.test('no old link, no other link and nobody who stopped can prolong anything', async (t) => {
  const app = await open(t)
  const { house, server, wording } = app
  const id = await somebody(app, 'ada@example.com', 330)
  const stopped = await addPerson(house, 'ben@example.com', {
    ...yesTo([1]),
    stopped: { at: new Date().toISOString(), by: 'herself', reason: null },
  })
  const entries = await entriesIn(house)
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const post = async (token: string, payload = `wording=${wording}`) =>
    (await server.inject({ method: 'POST', url: `/p/${token}/keep`, headers, payload })).statusCode
  const old = tokenFor(house, id, { topics: [1], daysAgo: linkLifetimes.raiseDays })
  t.equal(await post(old), 403)
  t.equal(await post(tokenFor(house, stopped, { topics: [1] })), 403)
  t.equal(await post(tokenFor(house, id, { topics: [1], purpose: 'unsubscribe' })), 404)
  t.equal(await post(tokenFor(house, id, { topics: [1] }), `wording=${'0'.repeat(64)}`), 422)
  t.equal(await post(tokenFor(house, id, { topics: [1] }), ''), 422)
  t.equal(await entriesIn(house), entries)
  const visit = visitor(server)
  await visit.open(`/p/${old}/keep`)
  t.notMatch(visit.page.text, /Still right|You said yes|You’ll get/, 'and an old one shows nothing of hers')
  await visit.open(`/p/${tokenFor(house, stopped, { topics: [1] })}/keep`)
  t.equal(visit.page.headings[0], 'You’d already stopped.')
  t.equal(await post(tokenFor(house, id, { topics: [1], daysAgo: linkLifetimes.raiseDays - 1 })), 303)
})
