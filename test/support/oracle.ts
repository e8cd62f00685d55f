import type { House } from '../../src/actions/house.ts'
import type { Report } from '../../src/actions/report-campaign.ts'
import { workCampaign } from '../../src/actions/send-campaign.ts'
import { createCampaign } from '../../src/actions/create-campaign.ts'
import { startCampaign } from '../../src/actions/send-campaign.ts'
import { theCampaign } from '../../src/actions/check-campaign.ts'
import { withWorker } from '../../src/actions/sweep.ts'
import type { Choices } from '../../src/domain/choices.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import type { Courier } from '../../src/mail/courier.ts'
import { smtpCourier } from '../../src/mail/smtp-courier.ts'
import { openDatabase } from '../../src/store/database.ts'
import { appendEntries, lockHead } from '../../src/store/ledger.ts'
import type { FaultServer } from './fault-smtp-server.ts'

type T = { teardown(close: () => Promise<void>): unknown }

/** What a report promises at every instant: each person is counted once, and the states account for every verdict. */
export function sumsAgree(report: Report): boolean {
  const { sent, refused, deferred, unknown, cancelled, held, released, changed } = report
  const reasons = Object.values(report.reasons).reduce((a, b) => a + b, 0)
  return (
    report.people === report.now + report.later + report.never &&
    report.now + report.later === sent + refused + deferred + unknown + cancelled + held + released + changed &&
    reasons === report.later + report.never
  )
}

/** Those among `counts` that came more often than once. */
export function moreThanOnce(counts: ReadonlyMap<string, number>): string[] {
  return [...counts].flatMap(([key, n]) => (n > 1 ? [`${key}: ${n}`] : []))
}

/**
 * Adds `count` people under one entry, fast, with the given choices (each of several in turn). @returns their ids;
 * addresses are `<name><n>@example.com`.
 */
export async function addCrowd(
  house: House,
  count: number,
  choices: Choices | readonly [Choices, ...Choices[]],
  name = 'p',
): Promise<string[]> {
  const given = 'topics' in choices ? [choices] : choices
  return house.database.sql.begin(async (tx) => {
    const head = await lockHead(tx)
    const entry = head.size + 1
    const stamped = given.map((one) => {
      const topics = Object.entries(one.topics).map(([key, answer]) => [key, { ...answer, entry }])
      return JSON.stringify({ ...one, topics: Object.fromEntries(topics) })
    })
    const topics = [...new Set(given.flatMap((one) => Object.keys(one.topics).map(Number)))].toSorted((x, y) => x - y)
    await appendEntries(tx, head, [
      { kind: 'imported', topics, wording: null, person: null, payload: { people: count } },
    ])
    const addresses = Array.from({ length: count }, (_, n) => `${name}${n}@example.com`)
    const rows = await tx<{ id: string }[]>`
      insert into people (id, name, family_name, choices, entry)
      select gen_random_uuid(), 'Ada', '', c::jsonb, ${entry}
      from unnest(${addresses.map((_, n) => stamped[n % stamped.length] ?? '')}::text[]) as t (c) returning id`
    const ids = rows.map((row) => row.id)
    const fingerprints = addresses.map((address) => fingerprintOf(house.keys, 'email', address))
    await tx`
      insert into addresses (channel, canonical, person, spelling, fingerprint)
      select 'email', a, p, a, f from unnest(${addresses}::text[], ${ids}::uuid[], ${fingerprints}::text[]) as t (a, p, f)`
    return ids
  })
}

/** The same house as another process has it: pools and a courier of its own on the same database. */
export function otherHouse(t: T, house: House, courier: Courier): House {
  const database = openDatabase(house.database.url)
  t.teardown(() => database.close())
  return { ...house, database, courier }
}

/** A courier to a fault server; what it releases at once is the product of both numbers. */
export function courierTo(t: T, server: FaultServer, connections = 4, perConnection = 5): Courier {
  const courier = smtpCourier({ url: server.url, ourName: 'fern.example', connections, perConnection })
  t.teardown(() => courier.close())
  return courier
}

/** Writes a campaign whose subject is its slug. */
export async function writeCampaign(house: House, slug: string, topic = 'repairs'): Promise<void> {
  await createCampaign(house, {
    slug,
    topic,
    subject: slug,
    inShort: `In short: ${slug}.`,
    sender: 'Fern <news@fern.example>',
    body: `# ${slug}\n\nHello {{name|there}}.\n`,
    usefulUntil: null,
  })
}

/** Starts a campaign and works it to its end in all of the houses at once. */
export async function workTogether(houses: readonly House[], slug: string): Promise<void> {
  const [first] = houses
  if (!first) throw new Error('a campaign needs a worker')
  const campaign = await theCampaign(first.database.sql, slug)
  await startCampaign(first, campaign)
  const ends = await Promise.allSettled(
    houses.map((house) =>
      withWorker(house, (worker) =>
        workCampaign({ house, worker, campaign, signal: undefined, judged: () => undefined }),
      ),
    ),
  )
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

/** A person as the law sees her, in the fewest words: hours count from a Monday 00:00 UTC. */
export type Modelled = {
  yes: Set<number>
  no: Set<number>
  pace: 'as-it-happens' | 'digest-daily' | '1-per-day' | '2-per-week'
  stopped: boolean
  pausedUntil: number
  bounced: boolean
  /** Mails that count against limits: when, which mail, which topic. */
  recent: { at: number; mail: number; topic: number }[]
}

export type ModelState = 'held' | 'held_back' | 'sent' | 'refused' | 'deferred' | 'unknown' | 'cancelled'
type ModelDelivery = {
  person: number
  topic: number
  campaign: string
  state: ModelState
  plannedAt: number
  due: number
  attempts: number
}
type ModelVerdict = 'now' | { later: number } | { never: string }

/** What the receiver says to a mail; `lost` is no answer, `crash` the end of the worker before any is written down. */
export type ModelReply = 'ok' | '5xx' | '4xx' | 'lost' | 'crash'
const stateAfter = { ok: 'sent', '5xx': 'refused', '4xx': 'deferred', lost: 'unknown', crash: 'unknown' } as const

/**
 * The law and the run once more, written to be read and not to be fast, without a line of the product: what a campaign,
 * a wake, a change and the passing of time come to. One mail per person and run.
 */
export class Oracle {
  hour = 12
  readonly people: Modelled[]
  readonly deliveries: ModelDelivery[] = []
  #mails = 0
  constructor(people: Modelled[]) {
    this.people = people
  }

  /** Plans a campaign for everybody. @returns to whom a mail is handed over. */
  plan(campaign: string, topic: number, reply: (person: number) => ModelReply): number[] {
    const handed: number[] = []
    for (const [person, her] of this.people.entries()) {
      const verdict = this.#judge(her, topic, null)
      const one: ModelDelivery = {
        person,
        topic,
        campaign,
        state: 'held',
        plannedAt: this.hour,
        due: this.hour,
        attempts: 0,
      }
      if (verdict === 'now') {
        handed.push(person)
        this.#release(her, [one], reply(person))
      } else if ('later' in verdict) one.due = verdict.later
      else if (her.yes.has(topic) && ['bounced', 'paused'].includes(verdict.never)) one.state = 'held_back'
      else continue
      this.deliveries.push(one)
    }
    return handed
  }

  /** Wakes whatever is due. @returns to whom a mail is handed over. */
  wake(reply: (person: number) => ModelReply): number[] {
    const handed: number[] = []
    for (const [person, her] of this.people.entries()) {
      const due = this.deliveries.filter(
        (one) => one.person === person && (one.state === 'held' || one.state === 'deferred') && one.due <= this.hour,
      )
      const going: ModelDelivery[] = []
      for (const one of due) {
        const verdict = this.#judge(her, one.topic, one.plannedAt)
        if (verdict === 'now') going.push(one)
        else if ('later' in verdict) Object.assign(one, { state: 'held', due: verdict.later })
        else {
          const shown = her.yes.has(one.topic) && ['bounced', 'paused'].includes(verdict.never)
          one.state = shown ? 'held_back' : 'cancelled'
        }
      }
      if (going.length === 0) continue
      handed.push(person)
      this.#release(her, going, reply(person))
    }
    return handed
  }

  /** She changed her choices: what waits and is forbidden now is cancelled. */
  changed(person: number): void {
    const her = this.people[person]
    for (const one of this.deliveries) {
      if (!her || one.person !== person || (one.state !== 'held' && one.state !== 'deferred')) continue
      const verdict = this.#judge(her, one.topic, null)
      if (verdict !== 'now' && 'never' in verdict) one.state = 'cancelled'
    }
  }

  #judge(her: Modelled, topic: number, plannedAt: number | null): ModelVerdict {
    if (her.bounced) return { never: 'bounced' }
    if (her.stopped) return { never: 'stopped' }
    if (her.no.has(topic)) return { never: 'topic' }
    if (this.hour < her.pausedUntil) return { never: 'paused' }
    if (!her.yes.has(topic)) return { never: 'not_asked' }
    if (her.pace === 'digest-daily') {
      const last = Math.floor((this.hour - 9) / 24) * 24 + 9
      const hadOne = her.recent.some(({ at }) => at >= last)
      return plannedAt !== null && plannedAt < last && !hadOne ? 'now' : { later: last + 24 }
    }
    if (her.pace === 'as-it-happens') return 'now'
    const [most, hours] = her.pace === '1-per-day' ? [1, 24] : [2, 168]
    const newest = new Map<number, number>()
    for (const { at, mail } of her.recent) if (at > this.hour - hours) newest.set(mail, at)
    const times = [...newest.values()].toSorted((a, b) => b - a)
    return times.length < most ? 'now' : { later: (times[most - 1] ?? 0) + hours }
  }

  #release(her: Modelled, going: ModelDelivery[], reply: ModelReply): void {
    const mail = ++this.#mails
    const state = stateAfter[reply]
    for (const one of going) {
      one.state = state
      if (reply !== 'crash') one.attempts += 1
      // Put off by minutes to hours, and time passes here by ten hours at least.
      if (state === 'deferred') one.due = this.hour + 1
      if (state === 'sent' || state === 'unknown') her.recent.push({ at: this.hour, mail, topic: one.topic })
    }
  }
}
