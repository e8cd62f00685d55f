import { isStorm, type Refusals } from '../domain/refusal-storm.ts'
import { Problem } from '../domain/problem.ts'
import type { Outcome } from '../mail/courier.ts'
import { campaignState, moveCampaign, type Campaign } from '../store/campaigns.ts'
import { ifAlone } from '../store/sole-worker.ts'
import { finishSlice, sliceAfter, type Slice } from '../store/slices.ts'
import { sendingOf } from './check-campaign.ts'
import { handOver, type Mail } from './hand-over.ts'
import type { House } from './house.ts'
import { releaseBatch, type Batch } from './release-batch.ts'
import { sealSlice } from './seal.ts'
import { topicParcel, type CampaignLetter } from './write-topic-mail.ts'

/** Slices worked at once in one process, so that the database and the relay are busy together. */
export const slicesAtOnce = 3

/** One run over a campaign's slices. `judged` is told how many people each batch took through the gate. */
export type Run = {
  house: House
  worker: number
  campaign: Campaign
  letter: CampaignLetter
  signal: AbortSignal | undefined
  judged: (people: number) => void
}

/**
 * Takes slices through the gate, several at once, leaving out those that another worker has in hand. Ends early when the
 * campaign is paused or cancelled, or the signal is given; what is in flight is answered first.
 * @throws Problem `unavailable` when the relay cannot be reached, `conflict` when one answer refuses nearly everybody.
 */
export async function workSlices(run: Run, slices: readonly Slice[]): Promise<void> {
  const queue = [...slices]
  const refusals: Refusals = { total: 0, byText: new Map() }
  let sealing: Promise<unknown> = Promise.resolve()
  const work = async () => {
    for (let slice = queue.shift(); slice && !run.signal?.aborted; slice = queue.shift()) {
      const { number } = slice
      await workSlice(run, slice, refusals)
      // One seal after the other, while the next slices are under way.
      sealing = sealing.then(() => sealSlice(run.house, run.campaign.message, number))
      sealing.catch(() => undefined)
    }
  }
  const workers = Array.from({ length: slicesAtOnce }, () =>
    work().catch((error: unknown) => {
      queue.length = 0
      throw error
    }),
  )
  // All of them end before any error is told: nothing may still be in flight when this returns.
  const ends = [...(await Promise.allSettled(workers)), ...(await Promise.allSettled([sealing]))]
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

async function workSlice(run: Run, slice: Slice, refusals: Refusals): Promise<void> {
  const { sql } = run.house.database
  const { message } = run.campaign
  await ifAlone(sql, `slice ${message} ${slice.number}`, async () => {
    // Another worker may have taken it further since the list was made.
    const fresh = await sliceAfter(sql, message, slice.number)
    if (fresh.finished) return
    await workBatches(run, { ...slice, after: fresh.after }, refusals)
  })
}

async function workBatches(run: Run, slice: Slice, refusals: Refusals): Promise<void> {
  const { house, campaign, worker } = run
  const { sql } = house.database
  for (let after = slice.after; !run.signal?.aborted;) {
    const since = performance.now()
    if ((await campaignState(sql, campaign.message)) !== 'sending') return
    const batch = await releaseBatch(
      house,
      worker,
      campaign,
      { ...slice, after },
      Math.ceil(house.courier.batch / slicesAtOnce),
    )
    if (batch.through === null) {
      await finishSlice(sql, campaign.message, slice.number)
      return
    }
    const outcomes = await handOver(house, mailsOf(run, batch), { worker, since, perDestination: batch.perDestination })
    run.judged(batch.people)
    await requireWelcome(run, outcomes, refusals)
    after = batch.through
  }
}

function mailsOf({ house, letter, campaign }: Run, { released, at }: Batch): Mail[] {
  const sending = sendingOf(campaign)
  return released.map(({ delivery, person, within }) => ({
    delivery,
    person: person.id,
    items: [{ delivery, sending }],
    notAfter: within,
    write: () => topicParcel(house, letter, delivery, person, at),
  }))
}

/** Stops where going on would only do harm: nobody answers, or one and the same answer refuses nearly everybody. */
async function requireWelcome(run: Run, outcomes: readonly Outcome[], refusals: Refusals): Promise<void> {
  const tried = outcomes.filter((outcome) => outcome.begun !== false)
  if (tried.length > 0 && tried.every((outcome) => !outcome.reached)) {
    const why = tried[0]?.reply ?? 'no answer'
    throw new Problem(
      'unavailable',
      `mail cannot be handed over: ${why}. What was released stays deferred, and a worker tries it again (courtesy work).`,
    )
  }
  const text = isStorm(refusals, outcomes)
  if (text === null) return
  const note = `the receiver refuses nearly everybody with one answer: ${text}`
  await moveCampaign(run.house.database.sql, run.campaign.message, ['sending'], 'paused', note)
  throw new Problem(
    'conflict',
    `paused: ${note}. Nobody was suppressed for it. Mend the cause, then: courtesy campaign resume ${run.campaign.slug}`,
  )
}
