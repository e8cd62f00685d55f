// F11, F13: which refusals suppress an address, and which never do.
import t from 'tap'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { sendCampaign } from '../../src/actions/send-campaign.ts'
import { suppressBounced } from '../../src/actions/suppress-bounced.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { faultServer } from '../support/fault-smtp-server.ts'
import { openTestHouse } from '../support/house.ts'
import { addCrowd, courierTo, otherHouse, sumsAgree, writeCampaign } from '../support/oracle.ts'
import { wakeDue } from '../support/sending.ts'
import type { House } from '../../src/actions/house.ts'

type T = Parameters<typeof openTestHouse>[0]

const send = (house: House, slug: string) =>
  sendCampaign(house, slug, { confirm: 10_000, progress: () => undefined }).catch(() => undefined)

/** A house whose receiver answers RCPT with `answers` by the first part of the address; all others are taken. */
async function answering(t: T, answers: Record<string, string>): Promise<House> {
  const server = await faultServer(t, ({ phase, recipient }) => {
    const reply = phase === 'RCPT' ? answers[recipient?.split('@')[0] ?? ''] : undefined
    return reply === undefined ? undefined : { reply }
  })
  const house = await openTestHouse(t, { courier: courierTo(t, server) })
  await addTopics(house)
  return house
}

async function suppressedIn(house: House): Promise<string[]> {
  const rows = await house.database.sql<{ spelling: string }[]>`
    select a.spelling from suppressions s join addresses a using (channel, fingerprint)
    where s.reason = 'bounced' order by a.spelling`
  return rows.map((row) => row.spelling)
}

const bouncedEntries = async (house: House) => {
  const rows = await house.database.sql<{ body: string; payload: string }[]>`
    select body, payload from entries join payloads using (number) where body::jsonb ->> 'kind' = 'bounced' order by number`
  return [...rows]
}

t.test('F11: a mailbox that is gone is suppressed, with its entry, and what waits for it is cancelled', async (t) => {
  const house = await answering(t, {
    ada: '550 5.1.1 no such user',
    ben: '550 5.7.1 refused by policy',
    cyn: '552 5.2.2 mailbox full',
    dov: '550 unknown',
  })
  for (const name of ['ada', 'ben', 'cyn', 'dov']) await addPerson(house, `${name}@example.com`, yesTo([1, 2]))
  for (let n = 0; n < 12; n++) await addPerson(house, `p${n}@example.com`, yesTo([1]))
  await writeCampaign(house, 'darn')
  await send(house, 'darn')
  const report = await reportCampaign(house, 'darn')
  t.match(report, { people: 16, sent: 12, refused: 4, bounced: 1 })
  t.ok(sumsAgree(report))
  t.same(await suppressedIn(house), ['ada@example.com'])
  const [entry, ...more] = await bouncedEntries(house)
  t.same(more, [])
  t.match(JSON.parse(entry?.payload ?? '{}'), { evidence: { way: 'refusal', class: 'gone' } })
  t.notMatch(entry?.body, /example/, 'no address in the leaf')
  await writeCampaign(house, 'again')
  await send(house, 'again')
  t.match(await reportCampaign(house, 'again'), { reasons: { bounced: 1 }, sent: 12, refused: 3 })
  await verifyWholeLedger(t, house)
})

t.test('F11: what waits for somebody whose mailbox is gone is cancelled with it', async (t) => {
  const house = await answering(t, { ada: '550 5.1.1 no such user' })
  const choices = yesTo([1, 2])
  const second = choices.topics['2']
  if (second) choices.topics['2'] = { ...second, pace: 'digest-weekly' }
  await addPerson(house, 'ada@example.com', choices)
  await addCrowd(house, 20, yesTo([1]))
  await writeCampaign(house, 'hats', 'new-patterns')
  await send(house, 'hats')
  t.match(await reportCampaign(house, 'hats'), { held: 1 })
  await writeCampaign(house, 'darn')
  await send(house, 'darn')
  t.match(await reportCampaign(house, 'hats'), { held: 0, cancelled: 1 })
})

t.test('F13: one text that answers half of everything is about us: nobody is suppressed for it', async (t) => {
  const everybody = Object.fromEntries(
    Array.from({ length: 30 }, (_, n) => [`p${n}`, `550 5.1.1 <p${n}@example.com> no such user`]),
  )
  const house = await answering(t, everybody)
  await addCrowd(house, 30, yesTo([1]))
  await writeCampaign(house, 'darn')
  await send(house, 'darn')
  t.match(await reportCampaign(house, 'darn'), { state: 'paused', bounced: 0 })
  await suppressBounced(house)
  t.same(await suppressedIn(house), [])
  t.same(await bouncedEntries(house), [])
})

t.test(
  'F13: whatever is said to MAIL FROM is about us, in whatever words, and however few are written to',
  async (t) => {
    const server = await faultServer(t, ({ phase }) =>
      phase === 'MAIL' ? { reply: '550 5.1.1 <news@fern.example> no such user' } : undefined,
    )
    const house = await openTestHouse(t, { courier: courierTo(t, server) })
    await addTopics(house)
    await addCrowd(house, 3, yesTo([1]))
    await writeCampaign(house, 'darn')
    await send(house, 'darn')
    t.match(await reportCampaign(house, 'darn'), { refused: 3, bounced: 0 })
    t.same(await suppressedIn(house), [])
  },
)

t.test('a doubtful refusal counts on its third day, and not where a mail was taken in between', async (t) => {
  const answers: Record<string, string> = { ada: '550 unknown', ben: '550 unknown' }
  const house = await answering(t, answers)
  for (const name of ['ada', 'ben']) await addPerson(house, `${name}@example.com`, yesTo([1]))
  await addCrowd(house, 30, yesTo([1]))
  for (const day of [1, 2, 3]) {
    t.same(await suppressedIn(house), [], `before day ${day}`)
    if (day === 2) delete answers['ben']
    else answers['ben'] = '550 unknown'
    await writeCampaign(house, `day-${day}`)
    await send(house, `day-${day}`)
    await moveClock(house.database.url, '26 hours')
  }
  t.same(await suppressedIn(house), ['ada@example.com'])
})

t.test('a mail that was given up keeps nobody from reading the refusals of its campaign (F11, F12)', async (t) => {
  const house = await answering(t, { grey: '451 4.7.1 later', ada: '550 5.1.1 no such user' })
  await addPerson(house, 'grey@example.com', yesTo([1]))
  await addCrowd(house, 20, yesTo([1]))
  await addPerson(house, 'ada@example.com', yesTo([1], 'digest-monthly'))
  await writeCampaign(house, 'darn')
  await send(house, 'darn')
  for (let n = 0; n < 20 && (await reportCampaign(house, 'darn')).deferred > 0; n++) {
    await moveClock(house.database.url, '6 hours')
    await wakeDue(house)
  }
  await moveClock(house.database.url, '40 days')
  await wakeDue(house)
  t.match(await reportCampaign(house, 'darn'), { sent: 20, refused: 2, held: 0, bounced: 1 })
  t.same(await suppressedIn(house), ['ada@example.com'])
  t.same(await house.database.sql`select due_at from deliveries where state = 'refused' and due_at is not null`, [])
})

t.test('two workers that look at the same refusals make one suppression and one entry', async (t) => {
  const house = await answering(t, { ada: '550 5.1.1 no such user', ben: '550 5.2.1 disabled' })
  for (const name of ['ada', 'ben']) await addPerson(house, `${name}@example.com`, yesTo([1]))
  await addCrowd(house, 20, yesTo([1]))
  await writeCampaign(house, 'darn')
  await send(house, 'darn')
  // As if nobody had looked yet.
  await house.database.sql`update deliveries set refusal = null`
  await house.database.sql`delete from suppressions`
  const before = (await bouncedEntries(house)).length
  const others = Array.from({ length: 3 }, () => otherHouse(t, house, house.courier))
  await Promise.all([house, ...others].map((one) => suppressBounced(one)))
  t.same(await suppressedIn(house), ['ada@example.com', 'ben@example.com'])
  t.equal((await bouncedEntries(house)).length - before, 2)
})
