// How fast topic mail leaves: a rate and connections per destination, and the first days of a sender whom nobody knows.
import { Command } from 'commander'
import t from 'tap'
import { checkCampaign } from '../../src/actions/check-campaign.ts'
import { cancelCampaign, pauseCampaign } from '../../src/actions/control-campaign.ts'
import { explain } from '../../src/actions/explain.ts'
import type { House } from '../../src/actions/house.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { retryUnknown } from '../../src/actions/retry-unknown.ts'
import { sendDue, sendServiceDue } from '../../src/actions/send-due.ts'
import { queueServiceMail } from '../../src/actions/service-mail.ts'
import { setBrand } from '../../src/actions/set-brand.ts'
import { sweep, withWorker } from '../../src/actions/sweep.ts'
import { takeTurns } from '../../src/actions/take-turns.ts'
import { brandCommands } from '../../src/cli/brand.ts'
import { checkInWords, reportInWords } from '../../src/cli/campaign-words.ts'
import type { CommandContext } from '../../src/cli/context.ts'
import { explanationInWords } from '../../src/cli/why-words.ts'
import { unnamedBrand } from '../../src/domain/brand.ts'
import type { Courier } from '../../src/mail/courier.ts'
import { smtpCourier } from '../../src/mail/smtp-courier.ts'
import { theBrand } from '../../src/store/brand.ts'
import type { Transaction } from '../../src/store/database.ts'
import { instantNow } from '../../src/store/instant.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { openTestHouse } from '../support/house.ts'
import { addCrowd, otherHouse, sumsAgree, workTogether } from '../support/oracle.ts'
import { sendNow, takingCourier, toMondayNoon, wakeDue, writeCampaign } from '../support/sending.ts'
import { smtpReceiver } from '../support/smtp-receiver.ts'

t.setTimeout(120_000)

type T = Parameters<typeof openTestHouse>[0]

async function houseWith(t: T, courier: Courier): Promise<House> {
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await toMondayNoon(house)
  return house
}

/** When mail was released to a domain, in milliseconds, the first first. */
async function releasesTo(house: House, domain: string): Promise<number[]> {
  const rows = await house.database.sql<{ at: number }[]>`
    select (extract(epoch from d.released_at) * 1000)::float8 as at
    from deliveries d join addresses a on a.person = d.person
    where split_part(a.canonical, '@', 2) = ${domain} and d.released_at is not null order by 1`
  return rows.map(({ at }) => at)
}

function mostInAMinute(instants: readonly number[]): number {
  return Math.max(0, ...instants.map((from) => instants.filter((at) => at >= from && at < from + 60_000).length))
}

async function recentMails(house: House): Promise<number> {
  const [row] = await house.database.sql<{ n: number }[]>`
    select sum(jsonb_array_length(recent))::int as n from people`
  return row?.n ?? 0
}

async function rowsIn(house: House, table: 'destinations' | 'sending_days'): Promise<number> {
  const [row] = await house.database.sql<{ n: number }[]>`select count(*)::int as n from ${house.database.sql(table)}`
  return row?.n ?? 0
}

/** Runs `courtesy brand …` in this process. */
async function brand(house: House, ...args: string[]): Promise<string> {
  const out: string[] = []
  const say = (text: string) => void out.push(text)
  const context = {
    withHouse: (work: (house: House) => Promise<unknown>) => work(house),
    terminal: { out: say, words: say },
  }
  const program = new Command().exitOverride()
  brandCommands(program, context as unknown as CommandContext)
  await program.parseAsync(['brand', ...args], { from: 'user' })
  return out.join('\n')
}

t.test('four workers together stay within the rate of a destination, and everybody gets it exactly once', async (t) => {
  const { courier, parcels } = takingCourier()
  const house = await houseWith(t, courier)
  const houses = [house, ...Array.from({ length: 3 }, () => otherHouse(t, house, courier))]
  await setBrand(house, { destinationRate: 10 })
  await addCrowd(house, 60, yesTo([1]))
  for (let n = 0; n < 15; n++) await addPerson(house, `q${n}@other.example`, yesTo([1]))
  for (let n = 0; n < 3; n++) await addPerson(house, `r${n}@EXAMPLE.com`, yesTo([1]))
  await writeCampaign(house, 'darn')
  await workTogether(houses, 'darn')
  const first = await reportCampaign(house, 'darn')
  t.match(first, { state: 'sent', people: 78, now: 78, sent: 4, held: 74, released: 0, waitingTurn: 74 })
  t.ok(sumsAgree(first))
  t.equal(await recentMails(house), 4, 'what waits its turn counts against no limit')
  t.match(
    reportInWords(first),
    /Of those held, 74 may go and wait their turn, the last until \d{4}-\d\d-\d\d \d\d:\d\d UTC/,
  )
  let looks = 0
  let last = first
  for (; last.held > 0 && looks < 400; looks++) {
    await moveClock(house.database.url, `${(looks % 3) + 2} seconds`)
    await Promise.all(houses.map((one) => withWorker(one, (worker) => sendDue(one, worker))))
    last = await reportCampaign(house, 'darn')
    t.ok(sumsAgree(last))
    t.equal(last.now, 78, 'the verdict at plan time stays')
  }
  t.match(last, { sent: 78, held: 0, unknown: 0, waitingTurn: 0, waitingTurnUntil: null })
  const gone = await releasesTo(house, 'example.com')
  t.equal(gone.length, 63)
  t.ok(mostInAMinute(gone) <= 10, `${mostInAMinute(gone)} in a minute`)
  const [begin = 0, end = 0] = [gone[0], gone.at(-1)]
  t.ok(end - begin < 12 * 60_000, `63 of them took ${Math.round((end - begin) / 1000)} seconds`)
  const other = await releasesTo(house, 'other.example')
  t.ok(mostInAMinute(other) <= 10)
  t.ok((other.at(-1) ?? 0) < end - 60_000, 'another domain does not stand behind it')
  t.same([parcels.length, new Set(parcels.map(({ to }) => to)).size], [78, 78])
  t.equal(await recentMails(house), 78)
})

for (const [what, act] of [
  ['cancelled', cancelCampaign],
  ['paused', pauseCampaign],
] as const) {
  t.test(`a new campaign stands behind what waits, and what is ${what} keeps no place`, async (t) => {
    const { courier, parcels } = takingCourier()
    const house = await houseWith(t, courier)
    await setBrand(house, { destinationRate: 10 })
    await addCrowd(house, 30, yesTo([1]))
    await writeCampaign(house, 'darn')
    await writeCampaign(house, 'hats', { topic: 'new-patterns' })
    t.match(await sendNow(house, 'darn'), { sent: 2, held: 28 })
    await addPerson(house, 'ada@example.com', yesTo([2]))
    await moveClock(house.database.url, '30 seconds')
    t.match((await checkCampaign(house, 'hats')).lasts, { by: 'rate', domain: 'example.com' })
    t.match(await sendNow(house, 'hats'), { sent: 0, held: 1 })
    const { waitingTurnUntil: behind } = await reportCampaign(house, 'hats')
    const { waitingTurnUntil: last } = await reportCampaign(house, 'darn')
    t.ok(Date.parse(behind ?? '') > Date.parse(last ?? ''))
    t.match(await act(house, 'darn'), { sent: 2 })
    await addPerson(house, 'eve@example.com', yesTo([2]))
    await writeCampaign(house, 'caps', { topic: 'new-patterns' })
    t.match(await sendNow(house, 'caps'), { sent: 2, held: 0 })
    t.equal(parcels.length, 4)
  })
}

t.test('a young sender: so many on the first day, twice as many on each day after it, and then no limit', async (t) => {
  const { courier, parcels } = takingCourier()
  const house = await houseWith(t, courier)
  await setBrand(house, { timeZone: 'Europe/London', ramp: 5 })
  await addCrowd(house, 38, yesTo([1]))
  await addPerson(house, 'ada@other.example', yesTo([1]))
  await addPerson(house, 'eve@other.example', yesTo([2]))
  await writeCampaign(house, 'darn')
  await writeCampaign(house, 'hats', { topic: 'new-patterns' })
  const check = await checkCampaign(house, 'darn')
  t.match(check.lasts, { by: 'ramp', today: 5, timeZone: 'Europe/London' })
  t.match(checkInWords(check), /\nAt 5 today, doubling daily: the last leaves on \d+ \w+\.\n/)
  const report = await sendNow(house, 'darn')
  t.match(report, { state: 'sent', now: 39, sent: 5, held: 34, waitingTurn: 34 })
  t.equal(report.waitingTurnUntil?.slice(0, 10), check.lasts?.until.slice(0, 10), 'as the check said')
  t.match(await sendNow(house, 'hats'), { now: 1, sent: 0, held: 1 }, 'what was promised to others is not taken')
  for (const [day, sent] of [5, 15, 35, 40].entries()) {
    if (day > 0) await moveClock(house.database.url, '1 day')
    for (let looks = 0; looks < 3; looks++) {
      await moveClock(house.database.url, '1 minute')
      await wakeDue(house)
    }
    const [darn, hats] = [await reportCampaign(house, 'darn'), await reportCampaign(house, 'hats')]
    t.equal(darn.sent + hats.sent, sent, `on day ${day + 1}`)
    t.ok(sumsAgree(darn) && sumsAgree(hats))
  }
  t.same(new Set(parcels.map(({ delivery }) => delivery)).size, 40)
  await moveClock(house.database.url, '30 days')
  await addCrowd(house, 300, yesTo([2]), 'q')
  await writeCampaign(house, 'caps', { topic: 'new-patterns' })
  t.equal((await checkCampaign(house, 'caps')).lasts, null)
  t.match(await sendNow(house, 'caps'), { sent: 301, held: 0 }, 'it ends by itself')
})

t.test('four workers together stay within the day of a ramp', async (t) => {
  const { courier } = takingCourier()
  const house = await houseWith(t, courier)
  const houses = [house, ...Array.from({ length: 3 }, () => otherHouse(t, house, courier))]
  await setBrand(house, { ramp: 50 })
  await addCrowd(house, 400, yesTo([1]))
  await writeCampaign(house, 'darn')
  await workTogether(houses, 'darn')
  t.match(await reportCampaign(house, 'darn'), { sent: 50, held: 350 })
  await moveClock(house.database.url, '1 day')
  await Promise.all(houses.map((one) => withWorker(one, (worker) => sendDue(one, worker))))
  t.match(await reportCampaign(house, 'darn'), { sent: 150, held: 250 })
})

t.test('a place on a day counts once: promised before, released after', async (t) => {
  const { courier } = takingCourier()
  const house = await houseWith(t, courier)
  await setBrand(house, { ramp: 5 })
  await addCrowd(house, 10, yesTo([1]))
  await addCrowd(house, 6, yesTo([2]), 'q')
  await writeCampaign(house, 'darn')
  t.match(await sendNow(house, 'darn'), { sent: 5, held: 5 })
  await moveClock(house.database.url, '1 day')
  await wakeDue(house)
  t.match(await reportCampaign(house, 'darn'), { sent: 10 })
  await writeCampaign(house, 'hats', { topic: 'new-patterns' })
  t.match(await sendNow(house, 'hats'), { sent: 5, held: 1 })
})

for (const [what, limits] of [
  ['a destination', { ...unnamedBrand, destinationRate: 20 }],
  ['a day', { ...unnamedBrand, ramp: { first: 3, from: '2020-01-01' } }],
] as const) {
  t.test(`whoever takes turns of ${what} waits for those who are at it, and counts what they took`, async (t) => {
    const house = await houseWith(t, takingCourier().courier)
    const { sql } = house.database
    const at = new Date('2020-01-01T12:00:00Z')
    const mails = ['ada', 'eve'].map((person) => {
      return { person, spelling: `${person}@example.com`, waited: false, queues: true }
    })
    const take = async (tx: Transaction) => mails.length - (await takeTurns(tx, limits, at, mails)).size
    const others = await sql.begin(async (tx) => {
      t.equal(await take(tx), 2, 'of three that there is room for')
      let ended = 0
      const both = [1, 2].map(() => sql.begin(take).finally(() => (ended += 1)))
      for (let waiting = 0; waiting + ended < 2;) {
        const [row] = await sql<{ n: number }[]>`
          select count(*)::int as n from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`
        waiting = row?.n ?? 0
      }
      return { both }
    })
    const [first = 0, second = 0] = await Promise.all(others.both)
    t.equal(first + second, 1)
  })
}

t.test('the gate comes first, and a digest takes one turn for all that is in it', async (t) => {
  const { courier, parcels } = takingCourier()
  const house = await houseWith(t, courier)
  await setBrand(house, { destinationRate: 1, ramp: 3 })
  const weekly = yesTo([1, 2], 'digest-weekly', { timeZone: 'UTC' })
  for (const name of ['ada', 'eve']) await addPerson(house, `${name}@example.com`, weekly)
  for (const slug of ['darn', 'hats']) {
    await writeCampaign(house, slug, { topic: slug === 'darn' ? 'repairs' : 'new-patterns' })
    t.match(await sendNow(house, slug), { now: 0, later: 2, held: 2, waitingTurn: 0, reasons: { digest: 2 } })
  }
  t.equal(await rowsIn(house, 'destinations'), 0, 'nobody takes a turn whom the gate does not let through')
  await moveClock(house.database.url, '4 days')
  await wakeDue(house)
  t.equal(parcels.length, 1)
  t.match(await reportCampaign(house, 'darn'), { sent: 1, held: 1, later: 2, waitingTurn: 1 })
  await moveClock(house.database.url, '2 minutes')
  await wakeDue(house)
  t.equal(parcels.length, 2)
  for (const slug of ['darn', 'hats']) t.match(await reportCampaign(house, slug), { sent: 2, held: 0 })
  t.ok(
    parcels.every(({ mime }) => /About darn|darn/.test(mime) && /hats/.test(mime)),
    'both in one mail',
  )
})

t.test('what is put off or unknown takes a turn again before it leaves again', async (t) => {
  let kind: 'deferred' | 'unknown' | 'sent' = 'deferred'
  const { courier, parcels } = takingCourier(() => ({ kind, reply: null, reached: true }))
  const house = await houseWith(t, courier)
  await setBrand(house, { destinationRate: 10 })
  await addCrowd(house, 2, yesTo([1]))
  await writeCampaign(house, 'darn')
  t.match(await sendNow(house, 'darn'), { deferred: 2, held: 0 })
  await moveClock(house.database.url, '10 minutes')
  await house.database.sql`update destinations set spent_until = instant() + interval '1 minute'`
  await wakeDue(house)
  t.match(await reportCampaign(house, 'darn'), { deferred: 0, held: 2, waitingTurn: 2 })
  t.equal(parcels.length, 2)
  kind = 'unknown'
  await moveClock(house.database.url, '3 minutes')
  await wakeDue(house)
  t.match(await reportCampaign(house, 'darn'), { unknown: 2, held: 0 })
  kind = 'sent'
  t.match(await retryUnknown(house, 'darn', { confirm: 2 }), { again: 0, stayed: 2 }, 'also where somebody asks for it')
  await moveClock(house.database.url, '1 minute')
  t.match(await retryUnknown(house, 'darn', { confirm: 2 }), { again: 2, stayed: 0 })
})

t.test('service mail waits for none of it', async (t) => {
  const { courier, parcels } = takingCourier()
  const house = await houseWith(t, courier)
  await setBrand(house, { destinationRate: 1, ramp: 1, destinationConnections: 1 })
  const people = await addCrowd(house, 5, yesTo([1]))
  await writeCampaign(house, 'darn')
  t.match(await sendNow(house, 'darn'), { sent: 1, held: 4 })
  await house.database.sql.begin(async (tx) => {
    const at = (await instantNow(tx)).toISOString()
    for (const person of people) {
      await queueServiceMail(tx, 'own_link', { person, version: 1, at }, () => ({
        subject: 'Your link',
        text: 'Here it is.',
        html: '<p>Here it is.</p>',
        sender: 'hello@fern.example',
        locale: 'en',
      }))
    }
  })
  const terms: (number | null)[] = []
  const watched: Courier = {
    ...courier,
    deliver: (given, one) => {
      terms.push(one.perDestination)
      return courier.deliver(given, one)
    },
  }
  const serving = { ...house, courier: watched, serviceCourier: watched }
  t.equal(await withWorker(serving, (worker) => sendServiceDue(serving, worker)), 5)
  t.same(terms, [null])
  t.equal(parcels.length, 6)
  t.match(await reportCampaign(house, 'darn'), { sent: 1, held: 4 })
})

t.test('a real receiver sees at most so many mails at once to one domain, and the others go by', async (t) => {
  const open = Promise.withResolvers<void>()
  t.teardown(async () => open.resolve())
  let atOnce = 0
  let most = 0
  let others = 0
  const relay = await smtpReceiver(t, {
    onMessage: async ({ to }) => {
      if (to[0]?.endsWith('@other.example')) {
        others += 1
        if (others === 8) open.resolve()
        return
      }
      most = Math.max(most, ++atOnce)
      // Were there more than allowed, the test would still end.
      if (most > 2) open.resolve()
      await open.promise
      atOnce -= 1
    },
  })
  const courier = smtpCourier({ url: relay.url, ourName: 'fern.example', connections: 6, perConnection: 5 })
  t.teardown(() => courier.close())
  const house = await houseWith(t, courier)
  await setBrand(house, { destinationConnections: 2 })
  await addCrowd(house, 20, yesTo([1]))
  for (let n = 0; n < 8; n++) await addPerson(house, `q${n}@other.example`, yesTo([1]))
  await writeCampaign(house, 'darn')
  // One slice and one batch: all of it is in hand at once.
  t.match(await sendNow({ ...house, courier: { ...courier, batch: 150 } }, 'darn'), { sent: 28, held: 0 })
  t.equal(most, 2)
  t.equal(relay.received.length, 28)
  t.equal(await rowsIn(house, 'destinations'), 0, 'where no rate and no ramp is set, nothing is kept')
  t.equal(await rowsIn(house, 'sending_days'), 0)
})

t.test('why says that it waits its turn, and what for', async (t) => {
  const { courier } = takingCourier()
  const house = await houseWith(t, courier)
  await setBrand(house, { destinationRate: 10, ramp: 200 })
  await addCrowd(house, 2, yesTo([1]))
  await house.database.sql`
    insert into destinations (domain, spent_until) values ('example.com', instant() + interval '1 hour')`
  await writeCampaign(house, 'darn')
  t.match(await sendNow(house, 'darn'), { sent: 0, held: 2 })
  const explanation = await explain(house, 'p0@example.com', 'darn')
  t.match(explanation, { verdict: 'now', reason: null, turn: { domain: 'example.com', perMinute: 10, today: 200 } })
  t.equal(explanation.turn?.at, explanation.delivery?.dueAt)
  t.match(
    explanationInWords(explanation, 'now'),
    /^now: waiting its turn: at most 10 a minute to example\.com, at most 200 mails today, doubling daily\. Its turn should come Mon \d+ \w+ \d\d:\d\d\.\n/,
  )
})

t.test('a limit that is changed holds at once for what waits', async (t) => {
  const { courier, parcels } = takingCourier()
  const house = await houseWith(t, courier)
  await setBrand(house, { ramp: 1 })
  await addCrowd(house, 40, yesTo([1]))
  await writeCampaign(house, 'darn')
  t.match(await sendNow(house, 'darn'), { sent: 1, held: 39 })
  await wakeDue(house)
  t.equal(parcels.length, 1)
  await setBrand(house, { ramp: 10 })
  await wakeDue(house)
  t.match(await reportCampaign(house, 'darn'), { sent: 10, held: 30 }, 'the day’s limit counts what left before')
  await setBrand(house, { ramp: null })
  await wakeDue(house)
  t.match(await reportCampaign(house, 'darn'), { sent: 40, held: 0 })
})

t.test('a domain that has rested for a day is forgotten', async (t) => {
  const { courier } = takingCourier()
  const house = await houseWith(t, courier)
  await setBrand(house, { destinationRate: 10, ramp: 100 })
  await addCrowd(house, 3, yesTo([1]))
  await writeCampaign(house, 'darn')
  await sendNow(house, 'darn')
  t.same([await rowsIn(house, 'destinations'), await rowsIn(house, 'sending_days')], [1, 1])
  await moveClock(house.database.url, '23 hours')
  await sweep(house)
  t.equal(await rowsIn(house, 'destinations'), 1)
  await moveClock(house.database.url, '4 days')
  await sweep(house)
  t.same([await rowsIn(house, 'destinations'), await rowsIn(house, 'sending_days')], [0, 0])
})

t.test('the settings are set, shown and refused by the command line, and a brand of before has none', async (t) => {
  const house = await houseWith(t, takingCourier().courier)
  const { sql } = house.database
  await sql`update brand set settings = settings - 'destinationConnections' - 'destinationRate' - 'ramp'`
  const none = { destinationConnections: null, destinationRate: null, ramp: null }
  t.match(await theBrand(sql), { name: 'Fern', ...none })
  await brand(house, 'set', '--destination-connections', '4', '--destination-rate', '600', '--ramp', '200')
  const today = (await instantNow(sql)).toISOString().slice(0, 10)
  t.match(await theBrand(sql), {
    destinationConnections: 4,
    destinationRate: 600,
    ramp: { first: 200, from: today },
  })
  t.match(await brand(house, 'show'), /\ndestinationRate +600\nramp +\{.*"first":200/)
  const [version] = await sql<{ settings: unknown }[]>`select settings from brand_versions order by number desc limit 1`
  t.match(version?.settings, { destinationRate: 600, ramp: { first: 200 } })
  for (const [option, most] of [
    ['--destination-connections', 1_000],
    ['--destination-rate', 1_000_000],
    ['--ramp', 1_000_000],
  ] as const) {
    for (const bad of ['0', '-1', '1.5', 'many', '', String(most + 1)]) {
      await t.rejects(brand(house, 'set', `${option}=${bad}`), {
        code: 'invalid-input',
        message: `${option} must be a whole number from 1 to ${most}, or none for no limit (given: "${bad}")`,
      })
    }
  }
  await brand(house, 'set', '--destination-connections', 'none', '--destination-rate', 'none', '--ramp', 'none')
  t.match(await theBrand(sql), none)
})
