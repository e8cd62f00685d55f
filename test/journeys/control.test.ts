import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { parse } from 'csv-parse/sync'
import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { cancelCampaign, pauseCampaign, resumeCampaign, scheduleCampaign } from '../../src/actions/control-campaign.ts'
import { createCampaign } from '../../src/actions/create-campaign.ts'
import type { House } from '../../src/actions/house.ts'
import { showCampaign } from '../../src/actions/list-campaigns.ts'
import { openCampaign } from '../../src/actions/list-campaigns.ts'
import { reportCampaign, type Report } from '../../src/actions/report-campaign.ts'
import { retryUnknown, unknownOf } from '../../src/actions/retry-unknown.ts'
import { sendCampaign } from '../../src/actions/send-campaign.ts'
import { sendDue } from '../../src/actions/send-due.ts'
import { campaignToWork } from '../../src/actions/start-scheduled.ts'
import { withWorker } from '../../src/actions/sweep.ts'
import { workInHand } from '../../src/actions/work-in-hand.ts'
import { campaignCommands } from '../../src/cli/campaign.ts'
import type { CommandContext } from '../../src/cli/context.ts'
import { stopEverything } from '../../src/domain/choice-changes.ts'
import type { Courier, Outcome, Parcel } from '../../src/mail/courier.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { openTestHouse } from '../support/house.ts'

type T = Parameters<typeof openTestHouse>[0]
type Answer = Omit<Outcome, 'delivery'>

const sent: Answer = { kind: 'sent', reply: null, reached: true }
const deferred: Answer = { kind: 'deferred', reply: '451 later', reached: true }
const unknown: Answer = { kind: 'unknown', reply: 'the connection failed after the message was written', reached: true }

/** A house with the two topics whose courier answers as told, and remembers whom it was given. A slice gets a third of `batch` at once. */
async function houseWith(t: T, answer: (parcel: Parcel) => Answer | Promise<Answer> = () => sent, batch = 50) {
  const to: string[] = []
  const courier: Courier = {
    batch,
    deliver: (parcels) =>
      Promise.all(
        parcels.map(async (parcel) => {
          to.push(parcel.to)
          return { delivery: parcel.delivery, ...(await answer(parcel)) }
        }),
      ),
    close: async () => undefined,
  }
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  return { house, to }
}

async function write(house: House, slug: string, topic = 'repairs'): Promise<void> {
  await createCampaign(house, {
    slug,
    topic,
    subject: `About ${slug}`,
    inShort: `In short: ${slug}.`,
    sender: 'Fern <news@fern.example>',
    body: 'Hello {{name|there}}.\n',
    usefulUntil: null,
  })
}

async function people(house: House, count: number, ...choices: Parameters<typeof yesTo>): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n++) ids.push(await addPerson(house, `p${n}@example.com`, yesTo(...choices)))
  return ids
}

const send = (house: House, slug: string) => sendCampaign(house, slug, { confirm: 1_000, progress: () => undefined })
const wake = (house: House) => withWorker(house, (worker) => sendDue(house, worker))

async function later(house: House, interval: string): Promise<string> {
  const [row] = await house.database.sql<{ at: string }[]>`select instant() + ${interval}::interval as at`
  return new Date(row?.at ?? '').toISOString()
}

async function stop(house: House, person: string): Promise<void> {
  await changeChoices(house, person, { way: 'stop-page', wording: null }, (current, at) =>
    stopEverything(current, at, 'herself', null),
  )
}

function sumsAgree(report: Report): boolean {
  const { sent, refused, deferred, unknown, cancelled, held, released, changed } = report
  return (
    report.people === report.now + report.later + report.never &&
    report.now + report.later === sent + refused + deferred + unknown + cancelled + held + released + changed
  )
}

const sorted = (addresses: readonly string[]) => addresses.toSorted((a, b) => (a < b ? -1 : 1))
const all = (count: number) => sorted(Array.from({ length: count }, (_, n) => `p${n}@example.com`))

t.test('a paused campaign lets nothing more out; resumed, everybody has it exactly once', async (t) => {
  const { house, to } = await houseWith(
    t,
    async () => {
      if (to.length === 2) await pauseCampaign(house, 'darn')
      return sent
    },
    2,
  )
  await people(house, 7, [1])
  await write(house, 'darn')
  const paused = await send(house, 'darn')
  t.match(paused, { state: 'paused', people: 2, sent: 2, released: 0 })
  t.ok(sumsAgree(paused))
  await t.rejects(send(house, 'darn'), { code: 'conflict', message: /paused/ })
  t.same((await workInHand(house)).campaigns, [])
  t.match(await pauseCampaign(house, 'darn'), { state: 'paused' }, 'said again, it is the same')
  t.match(await resumeCampaign(house, 'darn'), { state: 'sending' })
  t.same((await workInHand(house)).campaigns, ['darn'])
  const report = await send(house, 'darn')
  t.match(report, { state: 'sent', people: 7, sent: 7 })
  t.ok(sumsAgree(report))
  t.same(sorted(to), all(7))
})

t.test('what waits for a slot waits on while its campaign is paused, and goes once it is resumed', async (t) => {
  const { house, to } = await houseWith(t)
  await people(house, 2, [1], 'digest-daily')
  await write(house, 'darn')
  t.match(await send(house, 'darn'), { state: 'sent', held: 2 })
  t.match(await pauseCampaign(house, 'darn'), { state: 'paused', held: 2 })
  await moveClock(house.database.url, '2 days')
  t.equal((await workInHand(house)).due, false, 'a worker is not woken for it')
  t.equal(await wake(house), 0)
  t.match(await resumeCampaign(house, 'darn'), { state: 'sent' })
  t.equal((await workInHand(house)).due, true)
  t.equal(await wake(house), 2)
  const report = await reportCampaign(house, 'darn')
  t.match(report, { later: 2, sent: 2, held: 0 })
  t.ok(sumsAgree(report))
  t.same(sorted(to), all(2))
  await t.rejects(pauseCampaign(house, 'darn'), { code: 'conflict', message: /nothing of it waits/ })
  await t.rejects(cancelCampaign(house, 'darn'), { code: 'conflict', message: /nothing of it waits/ })
  await t.rejects(resumeCampaign(house, 'darn'), { code: 'conflict', message: /only a paused one/ })
})

t.test(
  'a cancelled campaign ends: what waits is cancelled, also what comes back while it is being cancelled',
  async (t) => {
    const gate = Promise.withResolvers<Answer>()
    const entered = Promise.withResolvers<void>()
    const { house, to } = await houseWith(
      t,
      async () => {
        if (to.length <= 2) return deferred
        entered.resolve()
        return gate.promise
      },
      6,
    )
    await people(house, 9, [1])
    await addPerson(house, 'eve@example.com', yesTo([1], 'digest-weekly'))
    await write(house, 'darn')
    const sending = send(house, 'darn')
    await entered.promise
    const given = to.length
    const cancelling = cancelCampaign(house, 'darn')
    const state = async () => (await reportCampaign(house, 'darn')).state
    while ((await state()) !== 'cancelled') await new Promise(setImmediate)
    gate.resolve(deferred)
    const report = await cancelling
    t.match(report, { state: 'cancelled', deferred: 0, held: 0, released: 0, sent: 0 })
    t.ok(report.cancelled >= given && report.cancelled === report.now + report.later)
    t.ok(sumsAgree(report))
    t.same(await sending, report)
    t.equal(to.length, given, 'nothing more left')
    await moveClock(house.database.url, '30 days')
    t.equal(await wake(house), 0)
    await t.rejects(send(house, 'darn'), { code: 'conflict', message: /cancelled/ })
    await t.rejects(resumeCampaign(house, 'darn'), { code: 'conflict' })
    t.same(await cancelCampaign(house, 'darn'), report, 'said again, it is the same')
    const [slices] = await house.database.sql<
      { open: number }[]
    >`select count(*)::int as open from slices where not finished`
    t.equal(slices?.open, 0)
  },
)

t.test('a digest that was put off ends with its last item, and goes without the one that was cancelled', async (t) => {
  let answer = deferred
  const { house, to } = await houseWith(t, () => answer)
  await people(house, 1, [1, 2], 'digest-daily')
  for (const [slug, topic] of [
    ['darn', 'repairs'],
    ['hats', 'new-patterns'],
  ] as const) {
    await write(house, slug, topic)
    await send(house, slug)
  }
  await moveClock(house.database.url, '2 days')
  t.equal(await wake(house), 1)
  t.match(await cancelCampaign(house, 'darn'), { cancelled: 1, deferred: 0 })
  const digests = async () => {
    const rows = await house.database.sql<{ state: string }[]>`select state from deliveries where slot is not null`
    return rows.map((row) => row.state)
  }
  t.same(await digests(), ['deferred'], 'the other item still waits in it')
  answer = sent
  await moveClock(house.database.url, '1 hour')
  t.equal(await wake(house), 1)
  t.match(await reportCampaign(house, 'hats'), { sent: 1 })
  t.same(await digests(), ['cancelled'])
  t.equal(to.length, 2)

  answer = deferred
  await write(house, 'gloves')
  await write(house, 'socks')
  await send(house, 'gloves')
  await send(house, 'socks')
  await moveClock(house.database.url, '2 days')
  t.equal(await wake(house), 1)
  await cancelCampaign(house, 'gloves')
  await cancelCampaign(house, 'socks')
  t.same(await digests(), ['cancelled', 'cancelled'])
})

t.test('a digest that went without a paused item: the item goes as itself once it is resumed', async (t) => {
  let answer = deferred
  const { house, to } = await houseWith(t, () => answer)
  await people(house, 1, [1], 'digest-daily')
  for (const slug of ['darn', 'hats', 'gloves']) {
    await write(house, slug)
    await send(house, slug)
  }
  await moveClock(house.database.url, '2 days')
  await wake(house)
  await pauseCampaign(house, 'darn')
  answer = sent
  await moveClock(house.database.url, '2 hours')
  t.equal(await wake(house), 1)
  for (const slug of ['hats', 'gloves']) t.match(await reportCampaign(house, slug), { sent: 1 })
  await resumeCampaign(house, 'darn')
  await moveClock(house.database.url, '2 days')
  t.equal(await wake(house), 1)
  t.match(await reportCampaign(house, 'darn'), { sent: 1, deferred: 0 })
  t.equal(to.length, 3)
})

t.test('a scheduled campaign starts at its time and not before; the newer word holds', async (t) => {
  const { house, to } = await houseWith(t)
  await people(house, 3, [1])
  await write(house, 'darn')
  t.match(await scheduleCampaign(house, 'darn', { at: await later(house, '1 hour'), confirm: 3 }), {
    state: 'scheduled',
    people: 0,
  })
  await scheduleCampaign(house, 'darn', { at: await later(house, '3 hours'), confirm: 3 })
  await moveClock(house.database.url, '2 hours')
  t.same((await workInHand(house)).campaigns, [])
  t.equal(await campaignToWork(house, 'darn'), null)
  t.match(await reportCampaign(house, 'darn'), { state: 'scheduled' })
  await moveClock(house.database.url, '2 hours')
  t.same((await workInHand(house)).campaigns, ['darn'])
  t.match(await campaignToWork(house, 'darn'), { slug: 'darn', state: 'sending' })
  await t.rejects(scheduleCampaign(house, 'darn', { at: await later(house, '1 hour'), confirm: 3 }), {
    code: 'conflict',
    message: /sending; only one that has not started/,
  })
  t.match(await send(house, 'darn'), { state: 'sent', sent: 3 })
  t.same(sorted(to), all(3))
})

t.test(
  'a time that is none, has no zone or is past is refused, and so is scheduling while mail may not leave',
  async (t) => {
    const { house } = await houseWith(t)
    await people(house, 1, [1])
    await write(house, 'darn')
    for (const at of ['soon', '2099-01-01', '2099-01-01T09:00', '2001-01-01T09:00Z']) {
      await t.rejects(scheduleCampaign(house, 'darn', { at, confirm: 1 }), { code: 'invalid-input' }, at)
    }
    const notReady = { ...house, missingForRelay: ['mail must be signed'] }
    await t.rejects(scheduleCampaign(notReady, 'darn', { at: '2099-01-01T09:00Z', confirm: 1 }), { code: 'not-ready' })
    t.match(await reportCampaign(house, 'darn'), { state: 'draft' })
  },
)

t.test(
  'more people than confirmed at its time: it is paused with a note, and nothing is sent until somebody sends it',
  async (t) => {
    const { house, to } = await houseWith(t)
    await people(house, 3, [1])
    await write(house, 'darn')
    await scheduleCampaign(house, 'darn', { at: await later(house, '1 hour'), confirm: 2 })
    await moveClock(house.database.url, '2 hours')
    t.equal(await campaignToWork(house, 'darn'), null)
    t.match(await showCampaign(house, 'darn'), {
      state: 'paused',
      note: /3 people would get it now and 2 were confirmed/,
    })
    t.match(house.warnings.join(), /darn.*paused/)
    t.same((await workInHand(house)).campaigns, [])
    t.match(await resumeCampaign(house, 'darn'), { state: 'draft', people: 0 })
    t.equal(to.length, 0)
    t.match(await send(house, 'darn'), { state: 'sent', sent: 3 })

    await write(house, 'hats', 'new-patterns')
    await scheduleCampaign(house, 'hats', { at: await later(house, '1 hour'), confirm: 5 })
    await pauseCampaign(house, 'hats')
    t.match(
      await resumeCampaign(house, 'hats'),
      { state: 'scheduled' },
      'paused before its time, it is scheduled again',
    )
    await moveClock(house.database.url, '2 hours')
    t.equal(await campaignToWork(house, 'hats'), null)
    t.match(await showCampaign(house, 'hats'), { state: 'paused', note: /nobody may get it/ })
    await scheduleCampaign(house, 'hats', { at: await later(house, '1 hour'), confirm: 5 })
    t.match(await cancelCampaign(house, 'hats'), { state: 'cancelled' })
    await moveClock(house.database.url, '2 hours')
    t.equal(await campaignToWork(house, 'hats'), null, 'a cancelled one never starts')
  },
)

t.test('what is unknown is sent again only by somebody’s act, and only to whom the gate still lets it', async (t) => {
  let answer = unknown
  const { house, to } = await houseWith(t, () => answer)
  const [, stopped = ''] = await people(house, 3, [1])
  await addPerson(house, 'cap@example.com', yesTo([1], '1-per-week'))
  await addPerson(house, 'full@example.com', yesTo([1, 2], '1-per-week'))
  await write(house, 'darn')
  await write(house, 'hats', 'new-patterns')
  t.match(await send(house, 'darn'), { sent: 0, unknown: 5 })
  t.same(await unknownOf(house, 'darn'), { campaign: 'darn', unknown: 5 })
  await stop(house, stopped)
  // Another mail of hers since: her limit holds against the second copy too.
  await house.database.sql`
    update people set recent = recent || jsonb_build_array(jsonb_build_object('at', instant(), 'topic', 2, 'delivery', gen_random_uuid()))
    where id = (select person from addresses where canonical = 'full@example.com')`
  await moveClock(house.database.url, '3 hours')
  t.equal(await wake(house), 0, 'never by itself')
  to.length = 0
  answer = sent
  await t.rejects(retryUnknown(house, 'darn', { confirm: 4 }), {
    code: 'check-stale',
    message: /5 deliveries are unknown/,
  })
  t.equal(to.length, 0)
  t.same(await retryUnknown(house, 'darn', { confirm: 9 }), { campaign: 'darn', unknown: 5, again: 3, stayed: 2 })
  t.same(sorted(to), ['cap@example.com', 'p0@example.com', 'p2@example.com'])
  const report = await reportCampaign(house, 'darn')
  t.match(report, { sent: 3, unknown: 2, released: 0 })
  t.ok(sumsAgree(report))
  const rows = await house.database.sql<{ n: number }[]>`
    select jsonb_array_length(p.recent) as n from people p join addresses a on a.person = p.id where a.canonical = 'cap@example.com'`
  t.equal(rows[0]?.n, 1, 'a second copy of one message counts once')
  t.same(await retryUnknown(house, 'darn', { confirm: 2 }), { campaign: 'darn', unknown: 2, again: 0, stayed: 2 })
  t.equal(to.length, 3, 'and nobody had it a third time')
})

t.test('an item of an unknown digest is sent again as itself, and the digest goes on counting', async (t) => {
  let answer = unknown
  const { house, to } = await houseWith(t, () => answer)
  const [eve = ''] = await people(house, 1, [1, 2], 'digest-daily')
  for (const [slug, topic] of [
    ['darn', 'repairs'],
    ['hats', 'new-patterns'],
  ] as const) {
    await write(house, slug, topic)
    await send(house, slug)
  }
  await moveClock(house.database.url, '2 days')
  t.equal(await wake(house), 1)
  answer = sent
  t.match(await retryUnknown(house, 'darn', { confirm: 1 }), { again: 1 })
  t.match(await reportCampaign(house, 'darn'), { sent: 1, unknown: 0 })
  t.match(await retryUnknown(house, 'hats', { confirm: 1 }), { again: 0, stayed: 1 }, 'she had her mail of this slot')
  const [row] = await house.database.sql<{ n: number }[]>`
    select count(distinct r ->> 'delivery')::int as n from people, jsonb_array_elements(recent) r where id = ${eve}`
  t.equal(row?.n, 2)
  t.equal(to.length, 2)
})

t.test('a paused or cancelled campaign is not sent again, and two at once are not', async (t) => {
  const gate = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  let answer: () => Promise<Answer> = async () => unknown
  const { house } = await houseWith(t, () => answer())
  await people(house, 1, [1])
  await addPerson(house, 'eve@example.com', yesTo([1], 'digest-weekly'))
  await write(house, 'darn')
  await send(house, 'darn')
  await pauseCampaign(house, 'darn')
  await t.rejects(retryUnknown(house, 'darn', { confirm: 1 }), { code: 'conflict', message: /paused/ })
  await resumeCampaign(house, 'darn')
  answer = async () => {
    entered.resolve()
    await gate.promise
    return sent
  }
  const first = retryUnknown(house, 'darn', { confirm: 1 })
  await entered.promise
  await t.rejects(retryUnknown(house, 'darn', { confirm: 1 }), { code: 'conflict' })
  gate.resolve()
  t.match(await first, { again: 1 })
})

t.test('the report as a file: one row for each stored delivery, and no cell runs in a spreadsheet', async (t) => {
  const { house } = await houseWith(t, (parcel) =>
    parcel.to.startsWith('p0') ? { kind: 'refused', reply: '=cmd|"x",\r\n550 no', reached: true } : sent,
  )
  const [first = ''] = await people(house, 3, [1])
  await addPerson(house, '=sum@example.com', yesTo([1], 'digest-weekly'))
  await addPerson(house, 'no@example.com', yesTo([2]))
  await write(house, 'darn')
  await send(house, 'darn')
  const folder = mkdtempSync(join(tmpdir(), 'courtesy-report-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'darn.csv')
  const said = await courtesy(house, ['campaign', 'report', 'darn', '--json', '--csv', file])
  t.match(JSON.parse(said.out), { sent: 2, refused: 1, held: 1, never: 1 })
  t.match(said.words, /4 rows are in .*addresses/)
  const text = readFileSync(file, 'utf8')
  t.ok(text.startsWith('person,address,verdict,reason,state,planned at,settled at,reply\r\n'))
  const rows: Record<string, string>[] = parse(text, { columns: true, record_delimiter: '\r\n' })
  t.equal(rows.length, 4, 'whoever was only counted is in no row')
  const row = (address: string) => rows.find((one) => one['address'] === address)
  t.match(row('p0@example.com'), { person: first, verdict: 'now', state: 'refused', reply: `'=cmd|"x",\r\n550 no` })
  t.match(row("'=sum@example.com"), { verdict: 'later', reason: 'digest', state: 'held', 'settled at': '' })
  t.match(row('p1@example.com')?.['planned at'], /^\d{4}-\d\d-\d\dT.*Z$/)
  t.equal(statSync(file).mode & 0o077, 0, 'only its owner reads it')
  await t.rejects(courtesy(house, ['campaign', 'report', 'darn', '--csv', join(folder, 'no/where.csv')]))
  t.same(readdirSync(folder), ['darn.csv'])
})

t.test('the commands say what happened and what to do next', async (t) => {
  const { house } = await houseWith(t, () => unknown)
  await people(house, 2, [1])
  await write(house, 'darn')
  await t.rejects(courtesy(house, ['campaign', 'send', 'darn', '--at', '2099-01-01T09:00Z']), {
    code: 'invalid-input',
    message: /--confirm N/,
  })
  await t.rejects(courtesy(house, ['campaign', 'retry', 'darn', '--confirm', '']), { code: 'invalid-input' })
  const at = ['campaign', 'send', 'darn', '--at', '2099-01-01T09:00+01:00', '--confirm', '2']
  t.match((await courtesy(house, at)).words, /Scheduled for 2099-01-01T08:00:00\.000Z.*courtesy work/)
  t.match(JSON.parse((await courtesy(house, [...at, '--json'])).out), {
    campaign: 'darn',
    state: 'scheduled',
    people: 0,
  })
  t.match(await courtesy(house, ['campaign', 'pause', 'darn']), { out: /darn: paused/, words: /campaign resume darn/ })
  t.match(JSON.parse((await courtesy(house, ['campaign', 'resume', 'darn', '--json'])).out), { state: 'scheduled' })
  await courtesy(house, ['campaign', 'send', 'darn', '--confirm', '2', '--json'])
  t.match(await courtesy(house, ['campaign', 'retry', 'darn']), {
    out: /2 deliveries are unknown/,
    words: /--confirm 2/,
  })
  t.same(JSON.parse((await courtesy(house, ['campaign', 'retry', 'darn', '--json'])).out), {
    campaign: 'darn',
    unknown: 2,
  })
  t.match(
    (await courtesy(house, ['campaign', 'retry', 'darn', '--confirm', '2'])).out,
    /Of 2 unknown ones, 2 were sent again/,
  )
})

t.test('what has not started is written anew, narrowed and called off from the command line', async (t) => {
  const { house } = await houseWith(t, () => unknown)
  await people(house, 3, [1])
  await write(house, 'darn')
  const check = async () => JSON.parse((await courtesy(house, ['campaign', 'check', 'darn', '--json'])).out) as object
  const list = join(t.testdir({ 'list.txt': 'p1@example.com\nnobody@example.com\n' }), 'list.txt')
  const narrow = ['campaign', 'narrow', 'darn']
  await t.rejects(courtesy(house, narrow), { code: 'invalid-input', message: /--everybody/ })
  await t.rejects(courtesy(house, [...narrow, '--languages', 'xx']), { code: 'invalid-input', message: /"xx".*de/ })
  t.match(await check(), { now: 3 }, 'what is refused narrows nothing')
  t.match((await courtesy(house, [...narrow, '--to', list])).words, /1 of the 2 addresses/)
  t.match(await check(), { now: 1, never: 2 })
  await courtesy(house, ['campaign', 'edit', 'darn', '--subject', 'Six ways to darn'])
  const shown = JSON.parse((await courtesy(house, ['campaign', 'show', 'darn', '--json'])).out) as { body: string }
  t.match(shown, { subject: 'Six ways to darn', body: /./ }, 'what is not named stays')
  t.match(await check(), { now: 1, never: 2 }, 'and so does whom it is for')
  await courtesy(house, [...narrow, '--languages', 'en'])
  t.match(await openCampaign(house, 'darn'), { narrowing: { listed: true, languages: ['en'] } }, 'so does the list')
  await courtesy(house, [...narrow, '--everybody'])
  t.match(await check(), { now: 3, never: 0 })
  await courtesy(house, ['campaign', 'send', 'darn', '--at', '2099-01-01T09:00Z', '--confirm', '3'])
  await t.rejects(courtesy(house, ['campaign', 'edit', 'darn', '--subject', 'Late']), { code: 'conflict' })
  t.match((await courtesy(house, ['campaign', 'call-off', 'darn'])).words, /nothing was sent/)
  t.match(JSON.parse((await courtesy(house, ['campaign', 'show', 'darn', '--json'])).out), { state: 'draft' })
})

t.test(
  'a body file that ends in .html is a design, says what is left out of it, and stays one when it is edited',
  async (t) => {
    const { house } = await houseWith(t, () => unknown)
    await people(house, 1, [1])
    const design = '<p style="position:fixed">Hi</p><script>x</script>'
    const folder = t.testdir({ 'a.html': design, 'b.txt': design, 'c.md': 'Hi' })
    const words = ['--topic', 'repairs', '--subject', 'Hi', '--in-short', 'Hi.', '--from', 'Fern <news@fern.example>']
    const create = async (slug: string, ...body: string[]) =>
      courtesy(house, ['campaign', 'create', slug, ...words, '--body', ...body])
    const format = async (slug: string) =>
      (JSON.parse((await courtesy(house, ['campaign', 'show', slug, '--json'])).out) as { format: string }).format
    t.match((await create('a', join(folder, 'a.html'))).words, 'hide or lie over something: 1 × position, 1 × <script>')
    t.equal(await format('a'), 'html')
    const told = JSON.parse((await create('b', join(folder, 'b.txt'), '--html', '--json')).out) as object
    t.match(told, { format: 'html', findings: [{ code: 'design-part', what: '1 × position, 1 × <script>' }] })
    await create('c', join(folder, 'b.txt'))
    t.equal(await format('c'), 'markdown')
    t.match((await courtesy(house, ['campaign', 'edit', 'a', '--subject', 'Ho'])).words, '1 × <script>')
    t.equal(await format('a'), 'html', 'what is not named stays')
    await courtesy(house, ['campaign', 'edit', 'a', '--body', join(folder, 'c.md')])
    t.equal(await format('a'), 'markdown')
  },
)

/** Runs one command of ours against the house and collects what it says. */
async function courtesy(house: House, args: string[]): Promise<{ out: string; words: string }> {
  const said = { out: '', words: '' }
  const context: CommandContext = {
    withHouse: (task) => task(house),
    serve: () => Promise.reject(new Error('no command of campaigns serves')),
    work: () => Promise.reject(new Error('no command of campaigns works')),
    config: () => {
      throw new Error('no command of campaigns reads the environment')
    },
    now: () => new Date(),
    terminal: {
      out: (text) => void (said.out += `${text}\n`),
      words: (text) => void (said.words += `${text}\n`),
      progress: () => undefined,
      interactive: false,
      ask: () => Promise.resolve(null),
    },
  }
  const program = new Command('courtesy').exitOverride()
  campaignCommands(program, context)
  await program.parseAsync(args, { from: 'user' })
  return said
}
