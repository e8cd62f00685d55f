import { randomUUID } from 'node:crypto'
import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { explain } from '../../src/actions/explain.ts'
import { fsck } from '../../src/actions/fsck.ts'
import type { House } from '../../src/actions/house.ts'
import { importPeople } from '../../src/actions/import-people.ts'
import { replay } from '../../src/actions/replay.ts'
import { retryUnknown } from '../../src/actions/retry-unknown.ts'
import { setBrand } from '../../src/actions/set-brand.ts'
import type { Brand } from '../../src/domain/brand.ts'
import { pauseUntil, resume, stopEverything, stopTopics } from '../../src/domain/choice-changes.ts'
import type { Choices } from '../../src/domain/choices.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import type { Pace } from '../../src/domain/pace.ts'
import { suppress } from '../../src/store/suppressions.ts'
import { forget } from '../support/app.ts'
import { addPerson, addTopics, castWording, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { fern, openTestHouse } from '../support/house.ts'
import { writeExport } from '../support/mailchimp-files.ts'
import { sendNow, takingCourier, toInstant, toMondayNoon, wakeDue, writeCampaign } from '../support/sending.ts'

const day = 86_400_000

/** Numbers between 0 and 1 that are the same in every run. */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

async function nowOf(house: House): Promise<Date> {
  const [row] = await house.database.sql<{ at: string }[]>`select instant() as at`
  return new Date(row?.at ?? '')
}

async function change(house: House, person: string, to: (choices: Choices, at: string) => Choices): Promise<void> {
  await changeChoices(house, person, { way: 'page', wording: null }, to)
}

async function suppressNow(house: House, address: string, reason: 'bounced' | 'erased'): Promise<void> {
  const fingerprint = fingerprintOf(house.keys, 'email', address)
  const at = (await nowOf(house)).toISOString()
  await house.database.sql.begin((tx) => suppress(tx, 'email', reason, 'test', [{ fingerprint, at }]))
}

/** What was decided when it was decided: of everybody with a delivery, and how many others for which reason. */
type Planned = { slug: string; person: string; verdict: string; reason: string | null; until: string | null; at: Date }
/** What was let go later than it was planned: from waiting, after it was put off, or sent again. */
type Woken = { slug: string; person: string; at: string }
type Counted = { slug: string; at: Date; nevers: Record<string, number> }

t.test('every recorded decision of a random history is replayed from the record alone', async (t) => {
  const random = sequence(20_261_121)
  const among = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const answers = ['sent', 'sent', 'sent', 'sent', 'refused', 'deferred', 'unknown'] as const
  const answersOf = new Map<string, () => number>()
  const { courier } = takingCourier(({ to }) => {
    // Of its own for each address: the order within a batch hangs on random ids.
    const next = answersOf.get(to) ?? sequence(to.charCodeAt(1))
    answersOf.set(to, next)
    return { kind: answers[Math.floor(next() * answers.length)] ?? 'sent', reply: '4.0.0 a reply', reached: true }
  })
  const brand = { ...fern, quiet: { from: '21:00', to: '07:00' }, seenDays: 360 }
  const rules: Partial<Brand>[] = [
    { quiet: { from: '20:00', to: '09:30' } },
    { weeklySlot: { weekday: 2, time: '16:00' }, monthlySlot: { weekday: 3, time: '11:00' } },
    { seenDays: 310 },
    { timeZone: 'Asia/Kathmandu', quiet: null },
    { seenDays: 400, quiet: { from: '21:00', to: '07:00' }, weeklySlot: fern.weeklySlot },
  ]
  const house = await openTestHouse(t, { courier, brand })
  const { sql, url } = house.database
  await addTopics(house)
  // Always the same Monday, so that its slots and clock changes are the same in every run.
  const start = await toInstant(house, '2031-01-06T12:00:00Z')
  const paces: Pace[] = ['as-it-happens', 'digest-daily', 'digest-weekly', 'digest-monthly', '1-per-day', '2-per-week']
  const people: string[] = []
  for (const [n, pace] of paces.entries()) {
    const confirmedAt = new Date(start.getTime() - (280 + 15 * n) * day).toISOString()
    const basis = { evidence: 'seen', wording: castWording, confirmedAt } as const
    const more = { timeZone: among(['UTC', 'Pacific/Auckland', 'America/St_Johns']), choseAt: confirmedAt }
    const choices = yesTo([1, 2], pace, more)
    const topics = Object.fromEntries(Object.entries(choices.topics).map(([id, said]) => [id, { ...said, basis }]))
    people.push(await addPerson(house, `p${n}@example.com`, { ...choices, topics }))
  }
  const fresh = { evidence: 'seen', wording: castWording, confirmedAt: start.toISOString() } as const
  const anew = Object.fromEntries(
    Object.entries(yesTo([1, 2]).topics).map(([id, said]) => [id, { ...said, basis: fresh }]),
  )
  let turn = 0
  const lively = (choices: Choices, at: string): Choices => {
    const pace = among(paces)
    const id = among(['1', '2'])
    const answer = choices.topics[id]
    const ways: (() => Choices)[] = [
      () => ({ ...choices, pace }),
      () => ({ ...choices, topics: answer ? { ...choices.topics, [id]: { ...answer, pace } } : choices.topics }),
      () => ({ ...choices, quiet: random() < 0.5 ? null : { from: '12:00', to: '15:30' } }),
      () => pauseUntil(choices, new Date(Date.parse(at) + 3 * day).toISOString(), at),
      () => resume(choices),
      () => stopTopics(choices, [Number(id)], at),
      () => ({ ...choices, topics: anew }),
      () => ({ ...choices, channels: { email: choices.channels.email === 'no' ? 'yes' : 'no' } }),
      () => (random() < 0.5 ? stopEverything(choices, at, 'herself', null) : { ...choices, stopped: null }),
    ]
    return ways[turn++ % ways.length]?.() ?? choices
  }
  const planned: Planned[] = []
  const counted: Counted[] = []
  const woken = new Map<string, Woken>()
  const lookForWoken = async () => {
    const rows = await sql<Woken[]>`
      select c.slug, d.person, d.released_at as at from deliveries d join campaigns c using (message)
      where d.released_at > d.planned_at`
    for (const row of rows) woken.set(`${row.slug} ${row.person} ${row.at}`, row)
  }
  for (let step = 0; step < 64; step++) {
    await moveClock(url, `${Math.floor(random() * 3_600)} minutes`)
    await change(house, among(people), lively)
    if (step === 36) await suppressNow(house, 'p0@example.com', 'bounced')
    if (step % 9 === 5) await setBrand(house, rules[((step - 5) / 9) % rules.length] ?? {})
    if (random() < 0.5) await wakeDue(house)
    await lookForWoken()
    const again = planned.at(-1)?.slug
    if (again !== undefined && random() < 0.4) await retryUnknown(house, again, { confirm: 100 }).catch(() => undefined)
    await lookForWoken()
    if (random() < 0.45) continue
    const slug = `letter-${step}`
    const message = await writeCampaign(house, slug, { topic: among(['repairs', 'new-patterns']) })
    await sendNow(house, slug).catch(() => undefined)
    const rows = await sql<(Omit<Planned, 'slug' | 'at'> & { at: string })[]>`
      select person, verdict, case when state in ('held', 'held_back') then reason end as reason,
        case when state = 'held' then due_at end as until, planned_at as at from deliveries where message = ${message}`
    planned.push(...rows.map((row) => ({ ...row, slug, at: new Date(row.at) })))
    const [slice] = await sql<
      { verdicts: Record<string, number> }[]
    >`select verdicts from slices where message = ${message}`
    const nevers = Object.entries(slice?.verdicts ?? {}).filter(([key]) => key.startsWith('never:'))
    if (slice) counted.push({ slug, at: await nowOf(house), nevers: Object.fromEntries(nevers) })
  }
  await moveClock(url, '40 days')
  await setBrand(house, { ...fern, quiet: { from: '00:00', to: '23:59' }, seenDays: 1 })

  for (const { slug, person, at } of woken.values()) {
    const then = await replay(house, { person }, slug, new Date(at))
    if (then.kind !== 'replayed' || then.explanation.verdict !== 'now') t.fail(`${slug} was woken at ${at}`, then)
  }
  t.ok(woken.size > 30, `${woken.size} were woken or sent again`)
  t.match(
    await fsck(house),
    { verdict: 'verified', sends: { against: 0 } },
    'every release of it, replayed from the seals',
  )
  for (const { slug, person, verdict, reason, until, at } of planned) {
    const then = await replay(house, { person }, slug, at)
    if (then.kind !== 'replayed') return t.fail(`${slug}: ${then.reason}`)
    const { explanation } = then
    const same =
      explanation.verdict === verdict &&
      (reason === null || explanation.reason === reason) &&
      (until === null || Math.abs(Date.parse(explanation.until ?? '') - Date.parse(until)) < 1_000)
    if (!same) t.fail(`${slug} ${at.toISOString()}: ${verdict} ${reason} ${until}`, { explanation })
  }
  for (const { slug, at, nevers } of counted) {
    const replayed: Record<string, number> = {}
    for (const person of people) {
      const then = await replay(house, { person }, slug, at)
      if (then.kind !== 'replayed' || then.explanation.verdict !== 'never') continue
      const key = `never:${then.explanation.reason}`
      replayed[key] = (replayed[key] ?? 0) + 1
    }
    if (JSON.stringify(sorted(replayed)) !== JSON.stringify(sorted(nevers))) t.fail(slug, { replayed, nevers })
  }
  const reasons = new Set([
    ...planned.map(({ reason }) => reason),
    ...counted.flatMap(({ nevers }) => Object.keys(nevers)),
  ])
  t.ok(planned.length > 60 && counted.length > 20, `${planned.length} deliveries, ${counted.length} campaigns`)
  for (const reason of [
    'digest',
    'cap_reached',
    'quiet_hours',
    'never:topic',
    'never:paused',
    'never:consent_expired',
    'never:bounced',
    'never:channel',
    'never:stopped',
  ])
    t.ok(reasons.has(reason), `${reason} was met`)
})

function sorted(counts: Record<string, number>): [string, number][] {
  return Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

t.test('as of a past instant the answer is the one of then, whatever she said since', async (t) => {
  const { courier } = takingCourier()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await toMondayNoon(house)
  const before = await nowOf(house)
  await moveClock(house.database.url, '1 hour')
  const ada = await addPerson(house, 'ada@example.com', yesTo([1], 'as-it-happens'))
  await writeCampaign(house, 'darn')
  const asked = await nowOf(house)
  await moveClock(house.database.url, '1 day')
  await change(house, ada, (choices, at) => stopEverything(choices, at, 'herself', null))
  const who = { address: ' ADA@example.com' }
  t.match(await replay(house, who, 'darn', asked), {
    kind: 'replayed',
    explanation: {
      address: 'ada@example.com',
      verdict: 'now',
      at: asked.toISOString(),
      sentence: /^You’ll get emails/,
    },
  })
  t.match(await explain(house, 'ada@example.com', 'darn'), { verdict: 'never', reason: 'stopped' })
  t.match(await replay(house, who, 'darn', await nowOf(house)), {
    explanation: { verdict: 'never', reason: 'stopped' },
  })
  t.same(await replay(house, who, 'darn', before), { kind: 'could not check', reason: 'not known yet' })
  const ahead = new Date((await nowOf(house)).getTime() + 60_000)
  await t.rejects(replay(house, who, 'darn', ahead), { code: 'invalid-input', message: /past/ })
  await t.rejects(replay(house, who, 'darn', new Date('x')), { code: 'invalid-input' })
})

t.test('what another system knew before counts from when it was brought in', async (t) => {
  const { courier } = takingCourier()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await addPerson(house, 'ada@example.com', yesTo([1]))
  await writeCampaign(house, 'darn')
  t.match(await sendNow(house, 'darn'), { sent: 1 })
  const sent = await nowOf(house)
  await moveClock(house.database.url, '1 hour')
  const files = writeExport(t, { cleaned: [{ 'Email Address': 'ada@example.com', CLEAN_TIME: '2023-01-01 00:00:00' }] })
  t.match(await importPeople(house, { files, unsubscribedMeans: 'stop' }), { suppressed: 1 })
  const who = { address: 'ada@example.com' }
  t.match(await replay(house, who, 'darn', sent), { explanation: { verdict: 'now' } })
  const reason = { explanation: { verdict: 'never', reason: 'bounced' } }
  t.match(await replay(house, who, 'darn', await nowOf(house)), reason)
})

t.test('a digest counts as one mail in a replay too', async (t) => {
  const { courier, parcels } = takingCourier()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await toMondayNoon(house)
  await addPerson(house, 'ada@example.com', yesTo([1, 2], '2-per-week', { timeZone: 'UTC' }))
  for (const slug of ['one', 'two', 'three', 'four']) {
    await writeCampaign(house, slug, { topic: slug === 'four' ? 'new-patterns' : 'repairs' })
    await sendNow(house, slug)
  }
  await moveClock(house.database.url, '8 days')
  await wakeDue(house)
  t.equal(parcels.length, 3, 'two, and two more as one')
  await writeCampaign(house, 'five')
  await sendNow(house, 'five')
  const at = await nowOf(house)
  await moveClock(house.database.url, '60 days')
  const then = async (slug: string) => replay(house, { address: 'ada@example.com' }, slug, at)
  t.match(await then('five'), { explanation: { verdict: 'now', delivery: { verdict: 'now' } } })
  await writeCampaign(house, 'six')
  t.match(await then('six'), { explanation: { verdict: 'later', reason: 'cap_reached', delivery: null } })
})

t.test('of somebody who was erased it says that it could not check', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  await writeCampaign(house, 'darn')
  const [ada, ben] = [
    await addPerson(house, 'ada@example.com', yesTo([1])),
    await addPerson(house, 'ben@example.com', yesTo([1])),
  ]
  const at = await nowOf(house)
  const erased = { kind: 'could not check', reason: 'erased' }
  await house.database.sql`delete from payloads where person = ${ben}`
  t.same(await replay(house, { address: 'ben@example.com' }, 'darn', at), erased, 'her record is gone')
  await forget(house, ada)
  await t.rejects(replay(house, { address: 'ada@example.com' }, 'darn', at), { code: 'not-found' })
  await suppressNow(house, 'ada@example.com', 'erased')
  t.same(await replay(house, { address: 'ada@example.com' }, 'darn', at), erased)
  t.same(await replay(house, { person: ada }, 'darn', at), erased)
  t.same(await replay(house, { person: randomUUID() }, 'darn', at), erased)
})
