import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PostalMime from 'postal-mime'
import t from 'tap'
import { checkCampaign } from '../../src/actions/check-campaign.ts'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { createCampaign } from '../../src/actions/create-campaign.ts'
import type { House } from '../../src/actions/house.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { sendCampaign } from '../../src/actions/send-campaign.ts'
import { testCampaign } from '../../src/actions/test-campaign.ts'
import { stopEverything } from '../../src/domain/choice-changes.ts'
import { readLink } from '../../src/domain/link-token.ts'
import type { Courier, Outcome, Parcel } from '../../src/mail/courier.ts'
import { maildirCourier } from '../../src/mail/maildir-courier.ts'
import { smtpCourier } from '../../src/mail/smtp-courier.ts'
import { addCast, addPerson, addTopics, yesTo } from '../support/cast.ts'
import { openTestHouse } from '../support/house.ts'
import { smtpReceiver } from '../support/smtp-receiver.ts'

type T = Parameters<typeof openTestHouse>[0]

const draft = {
  slug: 'darn',
  topic: 'repairs',
  subject: 'Five ways to darn',
  inShort: 'Five ways to darn. Two minutes each.',
  sender: 'Fern <news@fern.example>',
  body: '# Hello {{name|there}}\n\nFive ways to [darn](https://fern.example/darn).\n',
  usefulUntil: null,
}

function mailbox(t: T): { courier: Courier; mails: () => Buffer[] } {
  const folder = mkdtempSync(join(tmpdir(), 'courtesy-mailbox-'))
  t.teardown(async () => rmSync(folder, { recursive: true, force: true }))
  const mails = () => readdirSync(join(folder, 'new')).map((file) => readFileSync(join(folder, 'new', file)))
  return { courier: maildirCourier(folder), mails }
}

function relay(url: string): Courier {
  return smtpCourier({ url, ourName: 'fern.example', connections: 3, perConnection: 4 })
}

/** Hands over as told, and remembers what it was given. */
function scriptedCourier(script: (parcel: Parcel) => Promise<Omit<Outcome, 'delivery'>>, batch = 50): Courier {
  return {
    batch,
    deliver: (parcels) =>
      Promise.all(parcels.map(async (parcel) => ({ delivery: parcel.delivery, ...(await script(parcel)) }))),
    close: async () => undefined,
  }
}

const sent = { kind: 'sent', reply: null, reached: true } as const

async function send(house: House, confirm: number, slug = 'darn') {
  return sendCampaign(house, slug, { confirm, progress: () => undefined })
}

function sumsAgree(report: Awaited<ReturnType<typeof reportCampaign>>): boolean {
  const { sent, refused, deferred, unknown, cancelled, held, released, changed } = report
  return (
    report.people === report.now + report.later + report.never &&
    report.now + report.later === sent + refused + deferred + unknown + cancelled + held + released + changed &&
    Object.values(report.reasons).reduce((a, b) => a + b, 0) === report.later + report.never
  )
}

t.test('a campaign reaches exactly those who want it, and check, send, report and mailbox agree', async (t) => {
  const { courier, mails } = mailbox(t)
  const house = await openTestHouse(t, { courier })
  await addCast(house)
  await createCampaign(house, draft)
  const check = await checkCampaign(house, 'darn')
  t.same(
    { people: check.people, now: check.now, later: check.later, never: check.never },
    { people: 8, now: 1, later: 1, never: 6 },
  )
  t.same(check.reasons, { stopped: 1, not_asked: 1, bounced: 1, digest: 1, paused: 1, topic: 1, channel: 1 })
  const report = await send(house, 1)
  t.match(report, { state: 'sent', people: 8, now: 1, later: 1, never: 6, sent: 1, held: 1 })
  t.ok(sumsAgree(report))
  t.same(report, await reportCampaign(house, 'darn'))
  const mail = await PostalMime.parse(mails()[0] ?? '')
  t.equal(mails().length, 1)
  t.same(
    mail.to?.map((one) => one.address),
    ['ada@example.com'],
  )
})

t.test('only a withheld message that she said yes to is stored; a no leaves no row', async (t) => {
  const { courier } = mailbox(t)
  const house = await openTestHouse(t, { courier })
  const cast = await addCast(house)
  await createCampaign(house, draft)
  await send(house, 1)
  const rows = await house.database.sql<
    { person: string; state: string; reason: string | null; allowed_by: string | null }[]
  >`
    select person, state, reason, allowed_by from deliveries`
  const byPerson = new Map(rows.map((row) => [row.person, row]))
  t.match(byPerson.get(cast.ada), { state: 'sent', reason: null })
  t.ok(byPerson.get(cast.ada)?.allowed_by, 'the delivery names the entry that allows it')
  t.match(byPerson.get(cast.eve), { state: 'held', reason: 'digest' })
  t.match(byPerson.get(cast.dov), { state: 'held_back', reason: 'bounced' })
  t.match(byPerson.get(cast.finn), { state: 'held_back', reason: 'paused' })
  t.match(byPerson.get(cast.hana), { state: 'held_back', reason: 'channel' })
  t.same([byPerson.has(cast.ben), byPerson.has(cast.cyn), byPerson.has(cast.gus)], [false, false, false])
})

t.test('every topic mail says why it came and how to get less', async (t) => {
  const { courier, mails } = mailbox(t)
  const house = await openTestHouse(t, { courier, publicUrl: 'https://choices.fern.example' })
  await addTopics(house)
  const ada = await addPerson(house, 'Ada@Example.com', yesTo([1]), 'Zoë <script>')
  await createCampaign(house, draft)
  await send(house, 1)
  const raw = mails()[0]?.toString('latin1') ?? ''
  const mail = await PostalMime.parse(mails()[0] ?? '')
  const headers = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]))
  t.match(headers, {
    to: 'Ada@example.com',
    'list-id': '<repairs.fern.example>',
    'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
  })
  t.match(mail, { from: { name: 'Fern', address: 'news@fern.example' }, replyTo: [{ address: 'hello@fern.example' }] })
  t.match(mail.messageId, /^<[0-9a-f-]{36}@fern\.example>$/)
  const oneClick =
    /^<https:\/\/choices\.fern\.example\/u\/(\w[\w-]*)>$/.exec(headers['list-unsubscribe'] ?? '')?.[1] ?? ''
  t.match(readLink(house.keys.links, oneClick), { purpose: 'unsubscribe', person: ada, topics: [1] })
  for (const part of [mail.text ?? '', mail.html ?? '']) {
    t.match(part, /https:\/\/choices\.fern\.example\/p\/[\w-]+\/why/)
    t.match(part, /https:\/\/choices\.fern\.example\/p\/[\w-]+\/stop/)
    t.match(part, '1 Mill Lane, Leeds LS1 1AA')
    t.match(part, /You asked for .*repairs/i, 'her promise line')
  }
  const page = /\/p\/([\w-]+)\/stop/.exec(mail.text ?? '')?.[1] ?? ''
  t.match(readLink(house.keys.links, page), { purpose: 'preferences', person: ada, topics: [1] })
  t.match(mail.text, 'Hello Zoë <script>')
  t.notMatch(mail.html, '<script>', 'a name is text, never markup')
  t.ok(raw.split('\r\n').every((line) => line.length <= 998))
  t.notMatch(raw.replaceAll('\r\n', ''), /[\r\n]/, 'only CRLF ends a line')
  t.notMatch(raw, ada, 'her id stands in no header and no readable link')
})

t.test('more people than confirmed: nothing is sent; fewer is fine', async (t) => {
  const { courier, mails } = mailbox(t)
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  for (const name of ['ada', 'ben', 'cyn']) await addPerson(house, `${name}@example.com`, yesTo([1]))
  await createCampaign(house, draft)
  await t.rejects(send(house, 2), { code: 'check-stale', message: /3 people would get it now and you confirmed 2/ })
  t.same([mails().length, (await reportCampaign(house, 'darn')).state], [0, 'draft'])
  t.match(await send(house, 10), { sent: 3 })
})

t.test('nobody may get it: the gate refuses and nothing is written', async (t) => {
  const house = await openTestHouse(t)
  await addCast(house)
  await house.database.sql.begin(
    (tx) => tx`delete from addresses where canonical in ('ada@example.com', 'eve@example.com')`,
  )
  await createCampaign(house, draft)
  await t.rejects(send(house, 0), { code: 'refused-by-gate' })
  const rows = await house.database.sql`select id from deliveries`
  t.equal(rows.length, 0)
})

t.test('without a postal address nothing is sent', async (t) => {
  const house = await openTestHouse(t, { brand: null })
  await addCast(house)
  await createCampaign(house, draft)
  await t.rejects(send(house, 1), { code: 'not-ready', message: /--postal-address/ })
})

t.test('a campaign that was sent is not sent again', async (t) => {
  const { courier, mails } = mailbox(t)
  const house = await openTestHouse(t, { courier })
  await addCast(house)
  await createCampaign(house, draft)
  const first = await send(house, 1)
  t.same(await send(house, 1), first)
  t.equal(mails().length, 1)
})

t.test('two processes sending the same campaign: one sends, the other is told', async (t) => {
  const gate = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  const parcels: Parcel[] = []
  const courier = scriptedCourier(async (parcel) => {
    parcels.push(parcel)
    entered.resolve()
    await gate.promise
    return sent
  })
  const house = await openTestHouse(t, { courier })
  await addCast(house)
  await createCampaign(house, draft)
  const first = send(house, 1)
  await entered.promise
  await t.rejects(send(house, 1), { code: 'conflict' })
  gate.resolve()
  t.match(await first, { sent: 1 })
  t.equal(parcels.length, 1)
})

t.test('a withdrawal that commits before the release beats a campaign that is already running', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const ids: string[] = []
  for (let n = 0; n < 6; n++) ids.push(await addPerson(house, `p${n}@example.com`, yesTo([1])))
  const last = ids.toSorted().at(-1) ?? ''
  const reached: string[] = []
  let stopped = false
  const courier = scriptedCourier(async (parcel) => {
    if (!stopped) {
      stopped = true
      await changeChoices(house, last, { way: 'stop-page', wording: null }, (current, at) =>
        stopEverything(current, at, 'herself', null),
      )
    }
    reached.push(parcel.to)
    return sent
  }, 2)
  await createCampaign(house, draft)
  const report = await send({ ...house, courier }, 6)
  t.match(report, { people: 6, now: 5, never: 1, sent: 5, reasons: { stopped: 1 } })
  t.equal(reached.length, 5)
  t.ok(sumsAgree(report))
})

t.test('her withdrawal cancels what waits for her, and says what is already on its way', async (t) => {
  const gate = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  const courier = scriptedCourier(async () => {
    entered.resolve()
    await gate.promise
    return sent
  })
  const house = await openTestHouse(t, { courier })
  const cast = await addCast(house)
  await createCampaign(house, draft)
  const sending = send(house, 1)
  await entered.promise
  const stop = (person: string) =>
    changeChoices(house, person, { way: 'stop-page', wording: null }, (current, at) =>
      stopEverything(current, at, 'herself', null),
    )
  t.match(await stop(cast.ada), { kind: 'changed', inFlight: { count: 1 } }, 'one message of hers was handed over')
  t.match(await stop(cast.eve), { kind: 'changed', inFlight: { count: 0 } })
  gate.resolve()
  t.match(await sending, { sent: 1, held: 0, cancelled: 1 })
})

t.test('what the receiver says is recorded as it is, over real SMTP', async (t) => {
  const receiver = await smtpReceiver(t, {
    onRecipient: (address) => (address.startsWith('no') ? { code: 550, text: '5.1.1 no such mailbox' } : undefined),
    onMessage: ({ to }) => {
      if (to[0]?.startsWith('busy')) return { code: 451, text: '4.3.0 try later' }
      return to[0]?.startsWith('cut') ? 'drop' : undefined
    },
  })
  const courier = relay(receiver.url)
  const house = await openTestHouse(t, { courier })
  t.teardown(() => courier.close())
  await addTopics(house)
  const people: Record<string, string> = {}
  for (const name of ['yes1', 'no', 'yes2', 'busy', 'cut'])
    people[name] = await addPerson(house, `${name}@example.com`, yesTo([1]))
  await createCampaign(house, draft)
  const report = await send(house, 5)
  const states = await house.database.sql<
    { person: string; state: string; reply: string | null }[]
  >`select person, state, reply from deliveries`
  const state = (name: string) => states.find((row) => row.person === people[name])
  t.match(state('yes1'), { state: 'sent' })
  t.match(state('yes2'), { state: 'sent' })
  t.match(state('no'), { state: 'refused', reply: /5\.1\.1/ })
  t.match(state('busy'), { state: 'deferred', reply: /4\.3\.0/ })
  t.match(state('cut'), { state: 'unknown' }, 'the dot was written and nobody answered')
  t.ok(sumsAgree(report))
  t.same(
    receiver.received.flatMap(({ to }) => to).toSorted((a, b) => (a < b ? -1 : 1)),
    ['yes1@example.com', 'yes2@example.com'],
  )
  const recent = await house.database.sql<
    { id: string; n: number }[]
  >`select id, jsonb_array_length(recent) as n from people`
  const counted = (name: string) => recent.find((row) => row.id === people[name])?.n
  t.same(
    ['yes1', 'cut', 'no', 'busy'].map(counted),
    [1, 1, 0, 0],
    'only what provably did not leave is taken back from her limit',
  )
})

t.test('a relay that cannot be reached stops the campaign, and nothing is lost', async (t) => {
  const courier = relay('smtp://127.0.0.1:1')
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  for (let n = 0; n < 20; n++) await addPerson(house, `p${n}@example.com`, yesTo([1]))
  await createCampaign(house, draft)
  await t.rejects(send(house, 20), { code: 'unavailable', message: /cannot be handed over/ })
  const report = await reportCampaign(house, 'darn')
  t.match(report, { state: 'sending', sent: 0, deferred: 4 }, 'one batch was released and came back')
  t.ok(sumsAgree(report))
})

t.test('a worker that dies between release and outcome leaves unknown, never a second copy', async (t) => {
  const { courier: mailCourier, mails } = mailbox(t)
  const house = await openTestHouse(t)
  await addTopics(house)
  for (let n = 0; n < 6; n++) await addPerson(house, `p${n}@example.com`, yesTo([1]))
  await createCampaign(house, draft)
  let batches = 0
  const dying: Courier = {
    batch: 6,
    close: async () => undefined,
    deliver: (parcels, terms) => {
      batches += 1
      if (batches === 2) throw new Error('the worker died here')
      return mailCourier.deliver(parcels, terms)
    },
  }
  await t.rejects(send({ ...house, courier: dying }, 6), { message: /died/ })
  const report = await send({ ...house, courier: { ...mailCourier, batch: 6 } }, 6)
  t.match(report, { state: 'sent', people: 6, now: 6, sent: 4, unknown: 2 })
  t.ok(sumsAgree(report))
  t.equal(mails().length, 4)
})

t.test('a test goes to the reply address alone, and counts in no report', async (t) => {
  const { courier, mails } = mailbox(t)
  const house = await openTestHouse(t, { courier })
  await addCast(house)
  await createCampaign(house, draft)
  await t.rejects(testCampaign(house, 'darn', 'ada@example.com'), {
    code: 'invalid-input',
    message: /hello@fern\.example/,
  })
  t.match(await testCampaign(house, 'darn', ' HELLO@fern.example'), { kind: 'sent' })
  t.equal(mails().length, 1)
  t.match(await reportCampaign(house, 'darn'), { people: 0, sent: 0 })
})

t.test('a message that cannot be sent as it is cannot be written', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const bad = [
    [{ topic: 'sales' }, 'not-found'],
    [{ body: 'Hello {{surname}}' }, 'invalid-input'],
    [{ body: '[x](https://fern.example/{{name}})' }, 'invalid-input'],
    [{ subject: 'Five\r\nBcc: x@evil.example' }, 'invalid-input'],
    [{ sender: '"ceo@bank.example" <news@fern.example>' }, 'invalid-input'],
    [{ sender: 'news@fern.example, x@evil.example' }, 'invalid-input'],
    [{ slug: 'Darn it' }, 'invalid-input'],
    [{ usefulUntil: 'soon' }, 'invalid-input'],
  ] as const
  for (const [change, code] of bad)
    await t.rejects(createCampaign(house, { ...draft, ...change }), { code }, JSON.stringify(change))
  await createCampaign(house, draft)
  await t.rejects(createCampaign(house, draft), { code: 'already-exists' })
})
