import PostalMime from 'postal-mime'
import t from 'tap'
import { createCampaign } from '../../src/actions/create-campaign.ts'
import { changeChoices } from '../../src/actions/change-choices.ts'
import type { House } from '../../src/actions/house.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { sendCampaign } from '../../src/actions/send-campaign.ts'
import { sendDue } from '../../src/actions/send-due.ts'
import { withWorker } from '../../src/actions/sweep.ts'
import { stopEverything, stopTopics } from '../../src/domain/choice-changes.ts'
import { readLink } from '../../src/domain/link-token.ts'
import type { Courier, Outcome, Parcel } from '../../src/mail/courier.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { openTestHouse } from '../support/house.ts'

const sent = { kind: 'sent', reply: null, reached: true } as const

/** Remembers what was handed over; answers as told, else takes it. */
function recorder(answer: (parcel: Parcel) => Omit<Outcome, 'delivery'> = () => sent) {
  const parcels: Parcel[] = []
  const courier: Courier = {
    batch: 50,
    deliver: async (given) => {
      parcels.push(...given)
      return given.map((parcel) => ({ delivery: parcel.delivery, ...answer(parcel) }))
    },
    close: async () => undefined,
  }
  return { courier, parcels, to: () => parcels.map((parcel) => parcel.to) }
}

async function write(house: House, slug: string, topic = 'repairs', usefulUntil: string | null = null): Promise<void> {
  await createCampaign(house, {
    slug,
    topic,
    subject: `About ${slug}`,
    inShort: `In short: ${slug}.`,
    sender: 'Fern <news@fern.example>',
    body: `# ${slug}\n\nHello {{name|there}}.\n`,
    usefulUntil,
  })
}

async function send(house: House, slug: string) {
  return sendCampaign(house, slug, { confirm: 1_000, progress: () => undefined })
}

const wake = (house: House) => withWorker(house, (worker) => sendDue(house, worker))

/** Moves the clock to a Monday noon of the brand's zone, so that every test begins in the same week. */
async function toMonday(house: House): Promise<void> {
  const { sql, url } = house.database
  const [row] = await sql<{ hours: number }[]>`
    select extract(epoch from date_trunc('week', instant()) + interval '7 days 12 hours' - instant()) / 3600 as hours`
  await moveClock(url, `${row?.hours} hours`)
}

t.test('what waits for a slot goes as one mail at it, each item with its own why and its own stop', async (t) => {
  const { courier, parcels } = recorder()
  const house = await openTestHouse(t, { courier, publicUrl: 'https://choices.fern.example' })
  await addTopics(house)
  await toMonday(house)
  const eve = await addPerson(house, 'eve@example.com', yesTo([1, 2], 'digest-weekly'))
  await write(house, 'darn')
  await write(house, 'hats', 'new-patterns')
  t.match(await send(house, 'darn'), { later: 1, held: 1, reasons: { digest: 1 } })
  await send(house, 'hats')
  t.equal(await wake(house), 0, 'nothing goes before the slot')
  await moveClock(house.database.url, '4 days')
  t.equal(await wake(house), 1)
  t.equal(await wake(house), 0, 'and once')
  const mail = await PostalMime.parse(Buffer.from(parcels[0]?.mime ?? '', 'latin1'))
  t.match(mail.subject, '2 items')
  t.match(mail.headers.find(({ key }) => key === 'list-id')?.value, '<digest.fern.example>')
  for (const part of [mail.text ?? '', mail.html ?? '']) {
    for (const text of ['About darn', 'In short: darn.', 'About hats', 'In short: hats.', 'Mill Lane'])
      t.match(part, text)
    t.equal(part.match(/\/m\/[0-9a-f-]{36}/g)?.length, 2, 'each has its hosted copy')
    t.equal(part.match(/\/why/g)?.length, 2)
    t.equal(part.match(/\/stop/g)?.length, 3, 'one stop for each item and one for everything')
  }
  const oneClick = /\/u\/([\w-]+)>/.exec(mail.headers.find(({ key }) => key === 'list-unsubscribe')?.value ?? '')?.[1]
  t.match(
    readLink(house.keys.links, oneClick ?? ''),
    { person: eve, topics: [1, 2] },
    'one-click turns off the topics in it',
  )
  for (const slug of ['darn', 'hats']) t.match(await reportCampaign(house, slug), { later: 1, sent: 1, held: 0 })
  const [row] = await house.database.sql<{ n: number }[]>`
    select count(distinct r ->> 'delivery')::int as n from people, jsonb_array_elements(recent) r where id = ${eve}`
  t.equal(row?.n, 1, 'it counts as one')
})

t.test('one item goes out as itself', async (t) => {
  const { courier, parcels } = recorder()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await toMonday(house)
  await addPerson(house, 'eve@example.com', yesTo([1], 'digest-weekly'), 'Eve')
  await write(house, 'darn')
  await send(house, 'darn')
  await moveClock(house.database.url, '4 days')
  await wake(house)
  const mail = await PostalMime.parse(Buffer.from(parcels[0]?.mime ?? '', 'latin1'))
  t.equal(mail.subject, 'About darn')
  t.match(mail.text, 'Hello Eve.')
})

t.test('a weekly digest comes every week: sent once is not sent never again', async (t) => {
  const { courier, to } = recorder()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await toMonday(house)
  await addPerson(house, 'eve@example.com', yesTo([1], 'digest-weekly'))
  for (let week = 1; week <= 4; week++) {
    await write(house, `letter-${week}`)
    await send(house, `letter-${week}`)
    await moveClock(house.database.url, '4 days')
    await wake(house)
    t.equal(to().length, week)
    await moveClock(house.database.url, '3 days')
  }
})

t.test('many workers at the slot: everybody gets one mail', async (t) => {
  const { courier, to } = recorder()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await toMonday(house)
  const names = Array.from({ length: 40 }, (_, n) => `p${n}@example.com`)
  for (const name of names) await addPerson(house, name, yesTo([1, 2], 'digest-weekly'))
  await write(house, 'darn')
  await write(house, 'hats', 'new-patterns')
  await send(house, 'darn')
  await send(house, 'hats')
  await moveClock(house.database.url, '4 days')
  await Promise.all([wake(house), wake(house), wake(house), wake(house)])
  t.same(
    to().toSorted((a, b) => (a < b ? -1 : 1)),
    names.toSorted((a, b) => (a < b ? -1 : 1)),
  )
})

t.test('what she no longer wants does not come; the rest of the digest does', async (t) => {
  const { courier, parcels } = recorder()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await toMonday(house)
  const eve = await addPerson(house, 'eve@example.com', yesTo([1, 2], 'digest-weekly'))
  const fay = await addPerson(house, 'fay@example.com', yesTo([1, 2], 'digest-weekly'))
  await write(house, 'darn')
  await write(house, 'hats', 'new-patterns')
  await send(house, 'darn')
  await send(house, 'hats')
  const page = { way: 'stop-page', wording: null } as const
  await changeChoices(house, eve, page, (current, at) => stopTopics(current, [1], at))
  await changeChoices(house, fay, page, (current, at) => stopEverything(current, at, 'herself', null))
  await moveClock(house.database.url, '4 days')
  await wake(house)
  t.equal(parcels.length, 1)
  t.match((await PostalMime.parse(Buffer.from(parcels[0]?.mime ?? '', 'latin1'))).subject, 'About hats')
  t.match(await reportCampaign(house, 'darn'), { later: 2, cancelled: 2, sent: 0 })
  t.match(await reportCampaign(house, 'hats'), { later: 2, cancelled: 1, sent: 1 })
})

t.test('what is of no use any more is withheld and she can see it; nothing goes if nothing is left', async (t) => {
  const { courier, parcels } = recorder()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await toMonday(house)
  await addPerson(house, 'eve@example.com', yesTo([1], 'digest-weekly'))
  const [soon] = await house.database.sql<{ at: string }[]>`select (instant() + interval '4 days 1 hour')::text as at`
  await write(house, 'fair', 'repairs', soon?.at ?? null)
  t.match(await send(house, 'fair'), { later: 1, held: 1 })
  await moveClock(house.database.url, '5 days')
  await wake(house)
  t.equal(parcels.length, 0)
  t.match(await reportCampaign(house, 'fair'), { later: 1, changed: 1, held: 0 })
})

t.test(
  'what waits past its slot for the end of quiet hours outlives a change that has nothing to do with it',
  async (t) => {
    const { courier, parcels } = recorder()
    const house = await openTestHouse(t, { courier })
    await addTopics(house)
    await toMonday(house)
    const quiet = { from: '08:00', to: '10:00' }
    const eve = await addPerson(house, 'eve@example.com', yesTo([1], 'digest-weekly', { timeZone: 'UTC', quiet }))
    // Of use until noon after the slot on Friday at nine, and not until the slot after that.
    const [noon] = await house.database.sql<{ at: string }[]>`select (instant() + interval '4 days')::text as at`
    await write(house, 'fair', 'repairs', noon?.at ?? null)
    await send(house, 'fair')
    await moveClock(house.database.url, '93.5 hours')
    t.equal(await wake(house), 0, 'at half past nine it is quiet')
    await changeChoices(house, eve, { way: 'page', wording: null }, (choices) => ({
      ...choices,
      channels: { ...choices.channels, phone: 'yes' },
    }))
    t.match(await reportCampaign(house, 'fair'), { held: 1, cancelled: 0 })
    await moveClock(house.database.url, '1 hour')
    t.equal(await wake(house), 1)
    t.equal(parcels.length, 1)
  },
)

t.test('a digest that is put off comes later as the same mail, and only then counts', async (t) => {
  let busy = true
  const { courier, parcels } = recorder(() => (busy ? { kind: 'deferred', reply: '451 later', reached: true } : sent))
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await toMonday(house)
  const eve = await addPerson(house, 'eve@example.com', yesTo([1, 2], 'digest-weekly'))
  await write(house, 'darn')
  await write(house, 'hats', 'new-patterns')
  await send(house, 'darn')
  await send(house, 'hats')
  await moveClock(house.database.url, '4 days')
  await wake(house)
  const recent = async () => (await house.database.sql`select recent from people where id = ${eve}`)[0]?.['recent']
  t.same(await recent(), [])
  t.match(await reportCampaign(house, 'darn'), { deferred: 1 })
  busy = false
  await moveClock(house.database.url, '2 hours')
  await wake(house)
  t.same(
    parcels.map((parcel) => parcel.delivery),
    [parcels[0]?.delivery, parcels[0]?.delivery],
    'the same Message-ID',
  )
  t.match(await reportCampaign(house, 'darn'), { sent: 1, deferred: 0 })
  t.equal(((await recent()) as unknown[]).length, 2)
})

t.test(
  'a limit lets the next one through when the oldest leaves the window, and several then come as one',
  async (t) => {
    const { courier, to } = recorder()
    const house = await openTestHouse(t, { courier })
    await addTopics(house)
    await toMonday(house)
    await addPerson(house, 'eve@example.com', yesTo([1, 2], '1-per-week'))
    for (const slug of ['one', 'two', 'three']) {
      await write(house, slug)
      await send(house, slug)
    }
    t.equal(to().length, 1)
    t.match(await reportCampaign(house, 'three'), { held: 1, reasons: { cap_reached: 1 } })
    await moveClock(house.database.url, '6 days')
    t.equal(await wake(house), 0)
    await moveClock(house.database.url, '2 days')
    t.equal(await wake(house), 1)
    t.equal(to().length, 2)
    t.match(await reportCampaign(house, 'three'), { sent: 1 })
  },
)
