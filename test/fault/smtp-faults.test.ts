import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { checkCampaign } from '../../src/actions/check-campaign.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { sendCampaign } from '../../src/actions/send-campaign.ts'
import { sendDue } from '../../src/actions/send-due.ts'
import { withWorker } from '../../src/actions/sweep.ts'
import type { House } from '../../src/actions/house.ts'
import { stopEverything } from '../../src/domain/choice-changes.ts'
import { termsUntil, type Parcel } from '../../src/mail/courier.ts'
import { missingForRelay } from '../../src/mail/relay-rule.ts'
import { smtpCourier } from '../../src/mail/smtp-courier.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { faultServer, type Fault, type Phase } from '../support/fault-smtp-server.ts'
import { openTestHouse } from '../support/house.ts'
import { addCrowd, courierTo, moreThanOnce, sumsAgree, writeCampaign } from '../support/oracle.ts'

const soon = () => termsUntil(performance.now() + 20_000)

function parcel(to: string, body = 'Hello\r\n'): Parcel {
  const mime = `Message-ID: <${to}>\r\nSubject: x\r\nTo: ${to}\r\nFrom: news@fern.example\r\n\r\n${body}`
  return { delivery: to, from: 'news@fern.example', to, mime }
}

async function send(house: House, slug = 'darn', confirm = 1_000) {
  return sendCampaign(house, slug, { confirm, progress: () => undefined })
}

const wake = (house: House) => withWorker(house, (worker) => sendDue(house, worker))

/** What each fault comes to at each phase (I-8): nothing that may have left is ever called deferred or refused. */
const table: [Phase, Fault, 'sent' | 'refused' | 'deferred' | 'unknown'][] = [
  ['CONNECT', 'drop', 'deferred'],
  ['CONNECT', 'reset', 'deferred'],
  ['CONNECT', '421', 'deferred'],
  ['CONNECT', 'garbage', 'deferred'],
  ['CONNECT', 'huge-banner', 'deferred'],
  ['CONNECT', 'slow', 'sent'],
  ['CONNECT', { reply: '554 5.7.1 no service for you' }, 'deferred'],
  ['EHLO', { reply: '554 5.7.1 no service for you' }, 'deferred'],
  ['EHLO', 'drop', 'deferred'],
  ['EHLO', 'reset', 'deferred'],
  ['EHLO', '421', 'deferred'],
  ['EHLO', 'garbage', 'sent'],
  ['MAIL', 'drop', 'deferred'],
  ['MAIL', 'reset', 'deferred'],
  ['MAIL', '421', 'deferred'],
  ['MAIL', { reply: '452 4.3.1 full' }, 'deferred'],
  ['MAIL', { reply: '553 5.1.8 not from you' }, 'refused'],
  ['MAIL', 'slow', 'sent'],
  ['MAIL', { reply: '503 5.5.1 say hello first' }, 'deferred'],
  ['RCPT', 'drop', 'deferred'],
  ['RCPT', 'reset', 'deferred'],
  ['RCPT', '421', 'deferred'],
  ['RCPT', { reply: '450 4.2.0 greylisted' }, 'deferred'],
  ['RCPT', { reply: '550 5.1.1 nobody' }, 'refused'],
  ['RCPT', { reply: '503 5.5.1 bad sequence of commands' }, 'deferred'],
  ['DATA', 'drop', 'deferred'],
  ['DATA', 'reset', 'deferred'],
  ['DATA', { reply: '451 4.3.0 later' }, 'deferred'],
  ['DATA', { reply: '554 5.7.1 no' }, 'refused'],
  ['DOT', 'drop', 'unknown'],
  ['DOT', 'reset', 'unknown'],
  ['DOT', 'garbage', 'unknown'],
  ['DOT', 'huge-banner', 'unknown'],
  ['DOT', '421', 'deferred'],
  ['DOT', { reply: '452 4.3.1 full' }, 'deferred'],
  ['DOT', { reply: '554 5.6.0 no' }, 'refused'],
  ['DOT', 'slow', 'sent'],
]

const modes = [false, true].flatMap((pipelining) => table.map((row) => [pipelining, ...row] as const))

for (const [pipelining, phase, fault, kind] of modes) {
  const name = typeof fault === 'object' ? fault.reply : fault
  const how = pipelining ? 'pipelined' : 'in lock-step'
  t.test(`${name} at ${phase} is ${kind} ${how}, and the next mail goes (F8-F11)`, async (t) => {
    // A refused EHLO is tried once more as HELO.
    const tries = phase === 'EHLO' && typeof fault === 'object' ? 2 : 1
    const server = await faultServer(
      t,
      (moment) =>
        moment.phase === phase && moment.times < tries && moment.recipient !== 'ben@example.com' ? fault : undefined,
      { pipelining },
    )
    const courier = courierTo(t, server, 1)
    const [outcome] = await courier.deliver([parcel('ada@example.com')], soon())
    t.equal(outcome?.kind, kind)
    const [dot] = server.dots
    if (kind === 'sent') t.match(dot, { taken: true })
    else if (kind === 'unknown') t.match(dot, { refused: false })
    else t.not(dot?.refused, false, 'what is called deferred or refused left no copy')
    t.match(await courier.deliver([parcel('ben@example.com')], soon()), [{ kind: 'sent' }])
    t.same(moreThanOnce(server.copies()), [])
  })
}

t.test('reset in the middle of a long message is deferred: the dot was never written (F8)', async (t) => {
  const server = await faultServer(t, ({ phase, times }) => (phase === 'BODY' && times === 0 ? 'reset' : undefined))
  const long = 'x'.repeat(70).concat('\r\n').repeat(200_000)
  t.match(await courierTo(t, server, 1).deliver([parcel('ada@example.com', long)], soon()), [{ kind: 'deferred' }])
  t.equal(server.dots.length, 0)
})

t.test('a server that is silent keeps its own slot and no other (F14)', async (t) => {
  const stalled = Promise.withResolvers<void>()
  const server = await faultServer(t, ({ phase, recipient }) => {
    if (phase !== 'DOT' || recipient !== 'slow@example.com') return undefined
    stalled.resolve()
    return 'stall'
  })
  const courier = courierTo(t, server, 2)
  const slow = courier.deliver([parcel('slow@example.com')], soon())
  await stalled.promise
  const others = Array.from({ length: 50 }, (_, n) => parcel(`p${n}@example.com`))
  const outcomes = await courier.deliver(others, soon())
  t.ok(outcomes.every(({ kind }) => kind === 'sent'))
  t.same(server.connections(), { opened: 2, open: 2 })
  server.cut()
  t.match(await slow, [{ kind: 'unknown' }], 'and its own message is unknown once the connection ends')
})

t.test('never more connections than slots, however many mails wait (F14)', async (t) => {
  let most = 0
  const server = await faultServer(t, ({ phase }) => {
    most = Math.max(most, server.connections().open)
    return phase === 'RCPT' ? 'slow' : undefined
  })
  await courierTo(t, server, 3).deliver(
    Array.from({ length: 30 }, (_, n) => parcel(`p${n}@example.com`)),
    soon(),
  )
  t.equal(most, 3)
})

t.test('beyond this machine mail needs TLS, https links and a signature, or does not go (F15)', async (t) => {
  const far = { smtpUrl: 'smtp://relay.example:587', publicUrl: 'http://fern.example', signs: false, relaySigns: false }
  t.equal(missingForRelay(far).length, 2)
  t.same(missingForRelay({ ...far, publicUrl: 'https://fern.example', relaySigns: true }), [])
  t.same(missingForRelay({ ...far, smtpUrl: 'smtp://127.0.0.1:25' }), [])
  // A name that resolves to this machine but is none of the loopback names: STARTTLS is not offered there.
  const server = await faultServer(t)
  const url = server.url.replace('127.0.0.1', '[::ffff:127.0.0.1]')
  const courier = smtpCourier({ url, ourName: 'fern.example', connections: 1, perConnection: 1 })
  t.teardown(() => courier.close())
  t.match(await courier.deliver([parcel('ada@example.com')], soon()), [{ kind: 'deferred', reached: false }])
  t.equal(server.dots.length, 0, 'nothing goes without TLS where TLS was stripped')
})

t.test('a message larger than the server takes is refused before DATA (F16)', async (t) => {
  const phases: Phase[] = []
  const server = await faultServer(t, ({ phase }) => void phases.push(phase), {
    ehlo: '250-fault.example\r\n250 SIZE 500',
  })
  t.match(await courierTo(t, server, 1).deliver([parcel('ada@example.com', 'x'.repeat(600))], soon()), [
    { kind: 'refused', reply: /size/ },
  ])
  t.notOk(phases.includes('DATA'))
})

t.test(
  'an address beyond ASCII and a server without SMTPUTF8: nothing but that very mailbox is ever named (F16)',
  async (t) => {
    const server = await faultServer(t, ({ phase, recipient }) =>
      phase === 'RCPT' && !/^[\x20-\x7E]*$/.test(recipient ?? '') ? { reply: '553 5.6.7 no such letters' } : undefined,
    )
    const to = 'zoë@example.com'
    const one = { ...parcel(to), mime: Buffer.from(parcel(to).mime).toString('latin1') }
    t.match(await courierTo(t, server, 1).deliver([one], soon()), [{ kind: 'refused' }])
    t.equal(server.dots.length, 0)
  },
)

t.test('4xx to everybody: each is tried again later and not at once, and others flow (F12)', async (t) => {
  const server = await faultServer(t, ({ phase, recipient }) =>
    phase === 'RCPT' && recipient?.startsWith('busy') ? { reply: '451 4.3.0 later' } : undefined,
  )
  const courier = courierTo(t, server)
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await addCrowd(house, 60, yesTo([1]), 'busy')
  await addCrowd(house, 20, yesTo([1]), 'free')
  await writeCampaign(house, 'darn')
  t.match(await send(house), { sent: 20, deferred: 60 })
  t.equal(await wake(house), 0, 'nothing is due at once')
  const [spread] = await house.database.sql<{ distinct: number; soonest: number; latest: number }[]>`
    select count(distinct due_at)::int as distinct, extract(epoch from min(due_at - instant()))::int as soonest,
      extract(epoch from max(due_at - instant()))::int as latest from deliveries where state = 'deferred'`
  t.ok((spread?.distinct ?? 0) > 50, 'spread')
  t.ok((spread?.soonest ?? 0) > 200 && (spread?.latest ?? 0) < 400, 'about five minutes')
  let rounds = 0
  for (; rounds < 40 && (await reportCampaign(house, 'darn')).deferred > 0; rounds++) {
    await moveClock(house.database.url, '6 hours')
    await wake(house)
  }
  t.equal(rounds, 15, 'given up after sixteen attempts')
  const report = await reportCampaign(house, 'darn')
  t.match(report, { sent: 20, refused: 60, deferred: 0 })
  t.ok(sumsAgree(report))
  t.equal(server.dots.length, 20)
})

t.test('one 5xx to everybody pauses the campaign and suppresses nobody (F13)', async (t) => {
  const server = await faultServer(t, ({ phase, recipient }) =>
    phase === 'RCPT' ? { reply: `550 5.7.1 <${recipient}> your network is listed` } : undefined,
  )
  const courier = courierTo(t, server, 4, 5)
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await addCrowd(house, 500, yesTo([1]))
  await writeCampaign(house, 'darn')
  await t.rejects(send(house), { code: 'conflict', message: /paused.*listed/ })
  const report = await reportCampaign(house, 'darn')
  t.match(report, { state: 'paused', sent: 0 })
  t.ok(report.refused >= 10 && report.refused <= 60, `stopped after ${report.refused} of 500`)
  t.ok(sumsAgree(report))
  t.same(await house.database.sql`select fingerprint from suppressions`, [])
  await t.rejects(send(house), { code: 'conflict' }, 'and stays paused')
  const { now } = await checkCampaign(house, 'darn')
  t.equal(now, 500, 'everybody may still be written to')
})

t.test('a mailbox that does not exist suppresses at most itself; the campaign goes on (F11)', async (t) => {
  const server = await faultServer(t, ({ phase, recipient }) =>
    phase === 'RCPT' && /^p\d?5@/.test(recipient ?? '') ? { reply: '550 5.1.1 no such mailbox' } : undefined,
  )
  const house = await openTestHouse(t, { courier: courierTo(t, server) })
  await addTopics(house)
  await addCrowd(house, 100, yesTo([1]))
  await writeCampaign(house, 'darn')
  t.match(await send(house), { state: 'sent', sent: 90, refused: 10 })
})

t.test(
  'what was deferred after the dot comes back through the gate, once, and only if she still wants it (F10)',
  async (t) => {
    const server = await faultServer(t, ({ phase, times }) =>
      phase === 'DOT' && times === 0 ? { reply: '452 4.3.1 full' } : undefined,
    )
    const house = await openTestHouse(t, { courier: courierTo(t, server) })
    await addTopics(house)
    const ada = await addPerson(house, 'ada@example.com', yesTo([1], '1-per-day'))
    const ben = await addPerson(house, 'ben@example.com', yesTo([1]))
    await writeCampaign(house, 'darn')
    t.match(await send(house), { deferred: 2 })
    const [her] = await house.database.sql<{ recent: unknown[] }[]>`select recent from people where id = ${ada}`
    t.same(her?.recent, [], 'her limit is given back')
    await changeChoices(house, ben, { way: 'stop-page', wording: null }, (current, at) =>
      stopEverything(current, at, 'herself', null),
    )
    await moveClock(house.database.url, '10 minutes')
    await wake(house)
    t.match(await reportCampaign(house, 'darn'), { sent: 1, cancelled: 1, deferred: 0 })
    t.same(
      server.dots
        .map(({ recipient, refused }) => [recipient, refused])
        .toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
      [
        ['ada@example.com', false],
        ['ada@example.com', true],
        ['ben@example.com', true],
      ],
    )
  },
)

t.test('a relay that goes away and comes back: all arrive, once each', async (t) => {
  let down = false
  const server = await faultServer(t, ({ phase }) => {
    if (server.dots.length === 30) down = true
    return down && phase !== 'BODY' && phase !== 'DOT' ? 'reset' : undefined
  })
  const house = await openTestHouse(t, { courier: courierTo(t, server) })
  await addTopics(house)
  await addCrowd(house, 100, yesTo([1]))
  await writeCampaign(house, 'darn')
  await t.rejects(send(house), { code: 'unavailable' })
  t.ok(sumsAgree(await reportCampaign(house, 'darn')))
  down = false
  server.dots.push({ messageId: 'past thirty', subject: '', recipient: '', refused: true, taken: false, at: 0 })
  await send(house)
  await moveClock(house.database.url, '10 minutes')
  await wake(house)
  t.match(await reportCampaign(house, 'darn'), { state: 'sent', sent: 100, unknown: 0 })
  t.equal(server.copiesBySubject().size, 100)
  t.same(moreThanOnce(server.copiesBySubject()), [])
})
