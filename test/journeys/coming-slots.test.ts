import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { checkCampaign } from '../../src/actions/check-campaign.ts'
import { checkInWords } from '../../src/cli/campaign-words.ts'
import { stopTopics } from '../../src/domain/choice-changes.ts'
import { ComingSlots } from '../../src/domain/coming-slots.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { openTestHouse } from '../support/house.ts'
import { sendNow, takingCourier, toMondayNoon, writeCampaign } from '../support/sending.ts'

t.test('a check says what the coming slots will carry: how many people, and how many items at most', async (t) => {
  const { courier } = takingCourier()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  const monday = await toMondayNoon(house)
  const later = (days: number) => new Date(monday.getTime() + days * 86_400_000).toISOString().slice(0, 10)
  const weekly = { timeZone: 'UTC' }
  const ada = await addPerson(house, 'ada@example.com', yesTo([1, 2], 'digest-weekly', weekly))
  await addPerson(house, 'ben@example.com', yesTo([1], 'digest-weekly', weekly))
  await addPerson(house, 'cyn@example.com', yesTo([1], 'digest-weekly', { timeZone: 'Pacific/Kiritimati' }))
  await addPerson(house, 'dov@example.com', yesTo([1], 'digest-daily', weekly))
  await addPerson(house, 'eve@example.com', yesTo([2], 'digest-weekly', weekly))
  await addPerson(house, 'fay@example.com', yesTo([1], 'as-it-happens', weekly))
  await writeCampaign(house, 'darn')
  t.same((await checkCampaign(house, 'darn')).slots, [
    { at: later(1), people: 1, items: 1 },
    { at: later(4), people: 3, items: 1 },
  ])
  await writeCampaign(house, 'hats', { topic: 'new-patterns' })
  await writeCampaign(house, 'caps', { topic: 'new-patterns' })
  await sendNow(house, 'hats')
  await sendNow(house, 'caps')
  const check = await checkCampaign(house, 'darn')
  t.match(check, { people: 6, now: 1, later: 4, never: 1, reasons: { digest: 4, not_asked: 1 } })
  t.same(check.slots, [
    { at: later(1), people: 1, items: 1 },
    { at: later(4), people: 3, items: 3 },
  ])
  t.match(
    checkInWords(check),
    /In the coming digests\n {2}Tuesday \d+ \w+: 1 person, 1 item\n {2}Friday \d+ \w+: 3 people, 3 items\n/,
  )

  await house.database.sql`update campaigns set state = 'paused' where slug = 'caps'`
  t.match((await checkCampaign(house, 'darn')).slots, [{}, { items: 2 }], 'a paused one is in no digest')
  await sendNow(house, 'darn')
  t.match((await checkCampaign(house, 'darn')).slots, [{}, { people: 3, items: 2 }], 'itself counts once')
  await changeChoices(house, ada, { way: 'page', wording: null }, (choices, at) => stopTopics(choices, [1], at))
  t.match(
    (await checkCampaign(house, 'darn')).slots,
    [{}, { people: 2, items: 1 }],
    'only those who would get this one count',
  )
})

t.test('what waits for another slot of hers is no item of this one', async (t) => {
  const { courier } = takingCourier()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await toMondayNoon(house)
  const both = yesTo([1, 2], 'digest-weekly', { timeZone: 'UTC' })
  const [first, second] = [both.topics[1], both.topics[2]]
  if (!first || !second) throw new Error('she said yes to both')
  const topics = { 1: first, 2: { ...second, pace: 'digest-daily' as const } }
  await addPerson(house, 'ada@example.com', { ...both, topics })
  await writeCampaign(house, 'hats', { topic: 'new-patterns' })
  await sendNow(house, 'hats')
  await writeCampaign(house, 'darn')
  t.match((await checkCampaign(house, 'darn')).slots, [{ people: 1, items: 1 }])
})

t.test('a million people in one slot take the room of one', async (t) => {
  const slots = new ComingSlots()
  const friday = new Date('2026-11-27T09:00:00Z')
  for (let n = 0; n < 1_000_000; n++) slots.add(friday, n % 2 === 0 ? 'UTC' : 'Europe/London')
  slots.holds(friday, 'UTC', 3)
  slots.holds(friday, 'UTC', 2)
  t.same(slots.list(), [{ at: '2026-11-27', people: 1_000_000, items: 3 }])
})

t.test('people are in the slot of their own Friday, wherever they are', async (t) => {
  const slots = new ComingSlots()
  slots.add(new Date('2026-11-26T19:00:00Z'), 'Pacific/Kiritimati')
  slots.add(new Date('2026-11-27T20:00:00Z'), 'Pacific/Pago_Pago')
  slots.add(new Date('2026-12-04T09:00:00Z'), 'UTC')
  t.same(slots.list(), [
    { at: '2026-11-27', people: 2, items: 1 },
    { at: '2026-12-04', people: 1, items: 1 },
  ])
})
