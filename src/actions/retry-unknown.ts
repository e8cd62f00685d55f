import { beginWithin } from '../domain/begin-within.ts'
import { judge } from '../domain/gate.ts'
import { Problem } from '../domain/problem.ts'
import { appendRecent, withoutRelease } from '../domain/recent.ts'
import { readPeople, type Recipient } from '../store/audience.ts'
import type { Campaign } from '../store/campaigns.ts'
import { instantNow } from '../store/instant.ts'
import { moveDeliveries, saveRecent, type Rejudged } from '../store/releases.ts'
import { keepPastReleases } from '../store/past-releases.ts'
import { whileAlone } from '../store/sole-worker.ts'
import { countUnknown, lockUnknown } from '../store/unknown-deliveries.ts'
import { sendingOf, theCampaign, theRules } from './check-campaign.ts'
import { handOver } from './hand-over.ts'
import type { House } from './house.ts'
import type { Released } from './release-batch.ts'
import { requireReady } from './require-ready.ts'
import { sealPending } from './seal.ts'
import { sweep, withWorker } from './sweep.ts'
import { takeTurns } from './take-turns.ts'
import { letterFor, topicParcel } from './write-topic-mail.ts'

/** `unknown` were found; `again` of them were sent again, and `stayed` are as they were: the gate lets them out no more, or not now, or there is no room. */
export type Retried = { campaign: string; unknown: number; again: number; stayed: number }

/** How many deliveries of a campaign perhaps arrived and perhaps not. @throws Problem `not-found` for an unknown campaign. */
export async function unknownOf(house: House, slug: string): Promise<{ campaign: string; unknown: number }> {
  const campaign = await theCampaign(house.database.sql, slug)
  await sweep(house)
  return { campaign: slug, unknown: await countUnknown(house.database.sql, campaign.message) }
}

/**
 * Sends unknown deliveries again because somebody decided so: some people will have it twice. Each is judged anew with her
 * row locked, as if the first had not arrived, and goes under its old Message-ID; whom the gate does not let through now
 * stays unknown, and so does what finds no room under the rate of its destination or the day's ramp. An item of a digest goes as itself.
 * @param options.confirm at most so many may be unknown. @param options.signal aborted to release no more.
 * @throws Problem `check-stale` when more are, `conflict` for a campaign that is not being sent or sent, or is in other
 * hands, `not-ready` when mail may not leave.
 */
export async function retryUnknown(
  house: House,
  slug: string,
  { confirm, signal }: { confirm: number; signal?: AbortSignal | undefined },
): Promise<Retried> {
  const { sql } = house.database
  const campaign = await theCampaign(sql, slug)
  if (campaign.state !== 'sending' && campaign.state !== 'sent') {
    throw new Problem(
      'conflict',
      `campaign "${slug}" is ${campaign.state}; only one that is sent or being sent can be retried. Nothing was sent`,
    )
  }
  await requireReady(house)
  return whileAlone(sql, `campaign ${campaign.message}`, async () => {
    const { unknown } = await unknownOf(house, slug)
    if (unknown > confirm) {
      throw new Problem(
        'check-stale',
        `${unknown} deliveries are unknown and you confirmed ${confirm}; nothing was sent. Send them again with --confirm ${unknown}`,
      )
    }
    const again = await withWorker(house, (worker) => sendAgain(house, worker, campaign, unknown, signal))
    await sealPending(house)
    return { campaign: slug, unknown, again, stayed: unknown - again }
  })
}

/** Goes once through the people, and no further than the number that was confirmed. @returns how many were sent again. */
async function sendAgain(
  house: House,
  worker: number,
  campaign: Campaign,
  most: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const letter = await letterFor(house, campaign)
  let again = 0
  let left = most
  for (let after: string | null = null; left > 0 && !signal?.aborted;) {
    const since = performance.now()
    const batch = await releaseAgain(house, worker, campaign, { after, limit: Math.min(left, house.courier.batch) })
    if (batch.through === null) break
    const mails = batch.released.map(({ delivery, person, within, plannedAt }) => ({
      delivery,
      person: person.id,
      items: [{ delivery, sending: { ...sendingOf(campaign), plannedAt } }],
      notAfter: within,
      write: () => topicParcel(house, letter, delivery, person, batch.at),
    }))
    await handOver(house, mails, { worker, since, perDestination: batch.perDestination })
    again += batch.released.length
    left -= batch.looked
    after = batch.through
  }
  return again
}

type Again = {
  looked: number
  released: (Released & { plannedAt: string })[]
  through: string | null
  at: Date
  perDestination: number | null
}

async function releaseAgain(
  house: House,
  worker: number,
  campaign: Campaign,
  { after, limit }: { after: string | null; limit: number },
): Promise<Again> {
  return house.database.sql.begin(async (tx) => {
    const unknown = await lockUnknown(tx, campaign.message, after, limit)
    const at = await instantNow(tx)
    const [people, rules] = await Promise.all([
      readPeople(
        tx,
        unknown.map((one) => one.person),
      ),
      theRules(tx),
    ])
    const going = unknown.flatMap((one) => {
      const person = people.find((found) => found.id === one.person)
      if (!person) return []
      const sending = { ...sendingOf(campaign), plannedAt: one.plannedAt }
      const asIfNotArrived = { ...person, recent: withoutRelease(person.recent, one.carrier) }
      return judge(sending, asIfNotArrived, rules, at).kind === 'now'
        ? [{ id: one.id, person, plannedAt: one.plannedAt, within: beginWithin(sending, person, rules, at) }]
        : []
    })
    const mails = going.map(({ person }) => ({ person: person.id, spelling: person.spelling }))
    const waits = await takeTurns(
      tx,
      rules.brand,
      at,
      mails.map((mail) => ({ ...mail, waited: true, queues: false })),
    )
    const perDestination = rules.brand.destinationConnections
    const released: Again['released'] = []
    const moved: Rejudged[] = []
    const recents: { id: string; recent: Recipient['recent'] }[] = []
    for (const { id, person, plannedAt, within } of going) {
      if (waits.has(person.id)) continue
      released.push({ delivery: id, person, plannedAt, within })
      moved.push({ id, state: 'released', reason: null, dueAt: null, digest: null, version: person.version })
      // A digest that perhaps arrived goes on counting beside it: doubt means less mail.
      const release = { at: at.toISOString(), topic: campaign.topic, delivery: id }
      recents.push({ id: person.id, recent: appendRecent(person.recent, release, at) })
    }
    await keepPastReleases(
      tx,
      moved.map(({ id }) => id),
      at,
    )
    await Promise.all([moveDeliveries(tx, worker, moved, at), saveRecent(tx, recents)])
    return { looked: unknown.length, released, through: unknown.at(-1)?.person ?? null, at, perDestination }
  })
}
