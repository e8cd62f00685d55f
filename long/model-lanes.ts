// A program of long/model.test.ts: random histories through the real actions on real databases, against an oracle in memory.
// It runs outside tap, whose hooks on every promise cost a third of the time.
import fc from 'fast-check'
import { changeChoices } from '../src/actions/change-choices.ts'
import { theCampaign } from '../src/actions/check-campaign.ts'
import type { House } from '../src/actions/house.ts'
import { reportCampaign } from '../src/actions/report-campaign.ts'
import { startCampaign } from '../src/actions/send-campaign.ts'
import { sendDue } from '../src/actions/send-due.ts'
import { sweep, withWorker } from '../src/actions/sweep.ts'
import { workSlices } from '../src/actions/work-slices.ts'
import { letterFor } from '../src/actions/write-topic-mail.ts'
import { pauseUntil, stopEverything, stopTopics } from '../src/domain/choice-changes.ts'
import type { Choices } from '../src/domain/choices.ts'
import type { Courier, Outcome } from '../src/mail/courier.ts'
import { finishCampaign } from '../src/store/campaigns.ts'
import { unfinishedSlices } from '../src/store/slices.ts'
import { addCrowd, Oracle, sumsAgree, writeCampaign, type Modelled, type ModelReply } from '../test/support/oracle.ts'
import { addTopics, bounce, yesTo } from '../test/support/cast.ts'
import { houseOn } from '../test/support/house.ts'

const paces = ['as-it-happens', 'digest-daily', '1-per-day', '2-per-week'] as const
const topicSlugs = ['repairs', 'new-patterns'] as const
const crowd = paces.length

/** The real thing beside the oracle. `handed` is whom the courier was given, `replies` what it says to each. */
type Real = { house: House; ids: string[]; handed: number[]; replies: readonly ModelReply[]; slugs: string[] }

/** A database that nobody else uses, and which histories are made on it. */
export type Lane = { url: string; seed: number; histories: number }

class Crash extends Error {}

const outcomes: Record<Exclude<ModelReply, 'crash'>, Omit<Outcome, 'delivery'>> = {
  ok: { kind: 'sent', reply: null, reached: true },
  '5xx': { kind: 'refused', reply: '554 5.7.1 by policy', reached: true },
  '4xx': { kind: 'deferred', reply: '451 4.3.0 later', reached: true },
  lost: { kind: 'unknown', reply: null, reached: true },
}

const replyTo = (replies: readonly ModelReply[], person: number): ModelReply => replies[person % replies.length] ?? 'ok'

function courierOf(real: Real): Courier {
  return {
    batch: 50,
    close: async () => undefined,
    deliver: async (parcels) => {
      const people = parcels.map(({ to }) => Number(/\d+/.exec(to)?.[0]))
      real.handed.push(...people)
      // A worker that dies takes all that it had in hand with it.
      if (people.length > 0 && real.replies.includes('crash')) throw new Crash()
      return parcels.map(({ delivery }, n) => {
        const reply = replyTo(real.replies, people[n] ?? 0)
        return { delivery, ...outcomes[reply === 'crash' ? 'lost' : reply] }
      })
    },
  }
}

async function surviving(real: Real, work: (worker: number) => Promise<unknown>): Promise<void> {
  await withWorker(real.house, work).catch((error: unknown) => {
    if (!(error instanceof Crash)) throw error
  })
  if (real.replies.includes('crash')) await sweep(real.house)
}

const ascending = (a: number, b: number) => a - b

function same(a: unknown, b: unknown, what: string): void {
  const [x, y] = [JSON.stringify(a), JSON.stringify(b)]
  if (x !== y) throw new Error(`${what}: the oracle says ${x}, the product ${y}`)
}

/** The states of all deliveries, on both sides, and what was handed over. */
async function agree(oracle: Oracle, real: Real, handed: number[]): Promise<void> {
  same(handed.toSorted(ascending), real.handed.splice(0).toSorted(ascending), 'handed over')
  const rows = await real.house.database.sql<{ line: string }[]>`
    select c.slug || ' ' || a.spelling || ' ' || d.state as line
    from deliveries d join campaigns c using (message) join addresses a using (person)`
  const expected = oracle.deliveries.map(({ campaign, person, state }) => `${campaign} p${person}@example.com ${state}`)
  same(expected.toSorted(), rows.map(({ line }) => line).toSorted(), 'states')
}

const command = (
  name: string,
  run: (oracle: Oracle, real: Real) => Promise<number[]>,
): fc.AsyncCommand<Oracle, Real> => ({
  check: () => true,
  run: async (oracle, real) => agree(oracle, real, await run(oracle, real)),
  toString: () => name,
})

function crashed(replies: readonly ModelReply[]): readonly ModelReply[] {
  return replies.includes('crash') ? ['crash'] : replies
}

const send = (topic: number, replies: readonly ModelReply[]) =>
  command(`send(${topic}, ${replies.join()})`, async (oracle, real) => {
    real.replies = replies
    const slug = `c${real.slugs.length}`
    real.slugs.push(slug)
    const { sql } = real.house.database
    await writeCampaign(real.house, slug, topicSlugs[topic - 1])
    const campaign = await theCampaign(sql, slug)
    await startCampaign(real.house, campaign)
    await surviving(real, async (worker) => {
      const run = { house: real.house, worker, campaign, signal: undefined, judged: () => undefined }
      await workSlices(
        { ...run, letter: await letterFor(real.house, campaign) },
        await unfinishedSlices(sql, campaign.message),
      )
    })
    // As whoever takes it up after a crash: nobody is left to judge.
    await sql`update slices set finished = true where message = ${campaign.message}`
    await finishCampaign(sql, campaign.message)
    return oracle.plan(slug, topic, (person) => replyTo(crashed(replies), person))
  })

const wake = (replies: readonly ModelReply[]) =>
  command(`wake(${replies.join()})`, async (oracle, real) => {
    real.replies = replies
    await surviving(real, (worker) => sendDue(real.house, worker))
    return oracle.wake((person) => replyTo(crashed(replies), person))
  })

const pass = (tens: number) =>
  command(`pass(${tens * 10} h)`, async (oracle, real) => {
    await real.house.database.sql`update test_clock set shift = shift + make_interval(hours => ${tens * 10})`
    oracle.hour += tens * 10
    return []
  })

type Change = { name: string; choose(now: Choices, at: string): Choices; model(her: Modelled, hour: number): void }

const change = (person: number, { name, choose, model }: Change) =>
  command(`${name} by ${person}`, async (oracle, real) => {
    const evidence = { way: 'page', wording: null } as const
    const changed = await changeChoices(real.house, real.ids[person] ?? '', evidence, choose)
    const her = oracle.people[person]
    if (changed.kind === 'changed' && her) {
      model(her, oracle.hour)
      oracle.changed(person)
    }
    return []
  })

const stop: Change = {
  name: 'stop',
  choose: (now, at) => stopEverything(now, at, 'herself', null),
  model: (her) => void (her.stopped = true),
}
const pause: Change = {
  name: 'pause',
  choose: (now, at) => pauseUntil(now, new Date(Date.parse(at) + 15 * 3_600_000).toISOString(), at),
  model: (her, hour) => void (her.pausedUntil = hour + 15),
}
const stopTopic = (topic: number): Change => ({
  name: `no to ${topic}`,
  choose: (now, at) => stopTopics(now, [topic], at),
  model: (her) => {
    her.yes.delete(topic)
    her.no.add(topic)
  },
})
const grant = (pace: Modelled['pace']): Change => ({
  name: `yes to all, ${pace}`,
  choose: (now) => ({ ...now, stopped: null, paused: null, topics: yesTo([1, 2]).topics, pace }),
  model: (her) => Object.assign(her, { yes: new Set([1, 2]), no: new Set(), stopped: false, pausedUntil: 0, pace }),
})

const suppress = (person: number) =>
  command(`bounce of ${person}`, async (oracle, real) => {
    const her = oracle.people[person]
    if (her && !her.bounced) await bounce(real.house, `p${person}@example.com`)
    if (her) her.bounced = true
    return []
  })

const person = fc.nat(crowd - 1)
const topic = fc.constantFrom(1, 2)
const replies = fc.oneof(
  { weight: 4, arbitrary: fc.constant<ModelReply[]>(['ok']) },
  {
    weight: 3,
    arbitrary: fc.array(fc.constantFrom<ModelReply>('ok', '5xx', '4xx', 'lost'), { minLength: 1, maxLength: 4 }),
  },
  { weight: 1, arbitrary: fc.constant<ModelReply[]>(['crash']) },
)
const anyChange = fc.oneof(
  fc.constant(stop),
  fc.constant(pause),
  topic.map(stopTopic),
  fc.constantFrom(...paces).map(grant),
)
const sends = fc.tuple(topic, replies).map(([of, given]) => send(of, given))
const commands = fc.commands(
  [
    sends,
    sends,
    replies.map(wake),
    replies.map(wake),
    fc.integer({ min: 1, max: 8 }).map(pass),
    fc.integer({ min: 1, max: 3 }).map(pass),
    fc.tuple(person, anyChange).map(([who, what]) => change(who, what)),
    person.map(suppress),
  ],
  { maxCommands: 9, size: 'max' },
)

/** Everybody anew, on the same Monday noon. */
async function begin(house: House): Promise<{ model: Oracle; real: Real }> {
  const { sql } = house.database
  await sql.unsafe(`delete from past_releases; delete from deliveries; delete from slices; delete from campaigns; delete from messages;
    delete from addresses; delete from suppressions; delete from people;
    update test_clock set shift = timestamptz '2029-01-01 12:00:00Z' - clock_timestamp()`)
  const [first, ...others] = paces.map((pace) => yesTo([1, 2], pace))
  const ids = first ? await addCrowd(house, crowd, [first, ...others]) : []
  const everyone = paces.map((pace): Modelled => ({
    yes: new Set([1, 2]),
    no: new Set(),
    pace,
    stopped: false,
    pausedUntil: 0,
    bounced: false,
    recent: [],
  }))
  const real: Real = { house, ids, handed: [], replies: ['ok'], slugs: [] }
  real.house = { ...house, courier: courierOf(real) }
  return { model: new Oracle(everyone), real }
}

/** One lane: so many histories on a database of its own. @throws what fast-check says of the shortest history that fails. */
async function runLane({ url, seed, histories }: Lane): Promise<void> {
  const closers: (() => Promise<void>)[] = []
  const house = await houseOn({ teardown: (close) => closers.push(close) }, url)
  try {
    await addTopics(house)
    await addCrowd(house, 1, yesTo([1]), 'first')
    await fc.assert(
      fc.asyncProperty(commands, async (run) => {
        const { model, real } = await begin(house)
        await fc.asyncModelRun(() => ({ model, real }), run)
        for (const slug of real.slugs)
          if (!sumsAgree(await reportCampaign(house, slug))) throw new Error(`${slug}: the sums`)
        count(run)
      }),
      { numRuns: histories, seed, endOnFailure: false },
    )
  } finally {
    for (const close of closers) await close()
  }
}

/** What was done in all, by the first word of each command. */
const done: Record<string, number> = { histories: 0 }
function count(run: Iterable<{ toString(): string }>): void {
  for (const each of ['histories', ...run]) {
    const [name = ''] = /^[a-z]+/.exec(String(each)) ?? []
    done[name] = (done[name] ?? 0) + 1
  }
}

const lanes = JSON.parse(process.argv[2] ?? '[]') as Lane[]
await Promise.all(lanes.map(runLane))
console.log(JSON.stringify(done))
