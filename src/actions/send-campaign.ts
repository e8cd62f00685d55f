import { Problem } from '../domain/problem.ts'
import type { Outcome } from '../mail/courier.ts'
import { ranges } from '../store/audience.ts'
import { setCampaignState, type Campaign } from '../store/campaigns.ts'
import { leftOverBecomesUnknown, settle } from '../store/releases.ts'
import { whileAlone } from '../store/sole-worker.ts'
import { finishSlice, planSlices, unfinishedSlices, type Slice } from '../store/slices.ts'
import { checkCampaign, theCampaign } from './check-campaign.ts'
import { handOver, letterFor, type CampaignLetter } from './hand-over.ts'
import type { House } from './house.ts'
import { releaseBatch } from './release-batch.ts'
import { reportCampaign, type Report } from './report-campaign.ts'
import { requireReady } from './require-ready.ts'

/** People in one slice: what one worker takes at a time. */
const slicePeople = 1_000
/** Slices worked at once in one process, so that the database and the relay are busy together. */
const slicesAtOnce = 3
/** Part of the lease (30 s) within which a message must have begun. */
const beginWithinMs = 20_000

export type SendOptions = {
  /** What the sender typed: at most so many people may get it now. */
  confirm: number
  /** Told after each batch how many people of `people` have been judged. */
  progress: (judged: number, people: number) => void
  /** Aborted to stop releasing; what is in flight is still answered. */
  signal?: AbortSignal
}

/**
 * Sends a campaign to everybody whom the gate lets through now; the others are held or counted. The check runs again
 * first. Returns when nothing of it is between release and outcome. Called again for a campaign that was cut off,
 * it goes on where the last committed batch ended.
 * @throws Problem `check-stale` when more than `confirm` people would get it now, `refused-by-gate` when nobody
 * would get it at all, `not-ready` when mail may not leave, `conflict` when it is being sent elsewhere, `unavailable`
 * when the relay cannot be reached; in each case before anything, or anything more, is released.
 */
export async function sendCampaign(house: House, slug: string, options: SendOptions): Promise<Report> {
  const { sql } = house.database
  await requireReady(house)
  const check = await checkCampaign(house, slug)
  const campaign = await theCampaign(sql, slug)
  if (campaign.state === 'draft') requireConfirmed(check, options.confirm)
  if (campaign.state === 'paused' || campaign.state === 'cancelled') {
    throw new Problem('conflict', `campaign "${slug}" is ${campaign.state}; nothing was sent`)
  }
  await whileAlone(sql, `campaign ${campaign.message}`, async () => {
    if (campaign.state === 'sent') return
    const slices = await start(house, campaign)
    let done = 0
    const judged = (people: number) => options.progress((done += people), check.people)
    const letter = await letterFor(house, campaign)
    await workSlices({ house, campaign, letter, signal: options.signal, judged }, slices)
    if (!options.signal?.aborted) await setCampaignState(sql, campaign.message, 'sent')
  })
  return reportCampaign(house, slug)
}

function requireConfirmed(check: { now: number; later: number }, confirm: number): void {
  if (check.now + check.later === 0) {
    throw new Problem(
      'refused-by-gate',
      'nobody may get this now or later, so nothing was sent; courtesy campaign check says why',
    )
  }
  if (check.now > confirm) {
    throw new Problem(
      'check-stale',
      `${check.now} people would get it now and you confirmed ${confirm}; nothing was sent. Check again, then send with --confirm ${check.now}`,
    )
  }
}

async function start(house: House, campaign: Campaign): Promise<Slice[]> {
  const { sql } = house.database
  await sql.begin(async (tx) => {
    await leftOverBecomesUnknown(tx, campaign.message)
    if (campaign.state === 'draft') await planSlices(tx, campaign.message, await ranges(tx, slicePeople))
    await setCampaignState(tx, campaign.message, 'sending')
  })
  return unfinishedSlices(sql, campaign.message)
}

/** One run over a campaign's slices. `judged` is told how many people each batch took through the gate. */
type Run = {
  house: House
  campaign: Campaign
  letter: CampaignLetter
  signal: AbortSignal | undefined
  judged: (people: number) => void
}

async function workSlices(run: Run, slices: readonly Slice[]): Promise<void> {
  const queue = [...slices]
  const work = async () => {
    for (let slice = queue.shift(); slice && !run.signal?.aborted; slice = queue.shift()) await workSlice(run, slice)
  }
  const workers = Array.from({ length: slicesAtOnce }, () =>
    work().catch((error: unknown) => {
      queue.length = 0
      throw error
    }),
  )
  // All of them end before any error is told: nothing may still be in flight when this returns.
  const ends = await Promise.allSettled(workers)
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

async function workSlice(run: Run, slice: Slice): Promise<void> {
  const { house, campaign, letter } = run
  const { sql } = house.database
  for (let after = slice.after; !run.signal?.aborted;) {
    const begunBefore = performance.now() + beginWithinMs
    const batch = await releaseBatch(house, campaign, { ...slice, after })
    if (batch.through === null) {
      await finishSlice(sql, campaign.message, slice.number)
      return
    }
    const outcomes = await handOver(house, letter, batch.released, batch.at, begunBefore)
    await sql.begin((tx) => settle(tx, outcomes))
    requireReached(outcomes)
    run.judged(batch.people)
    after = batch.through
  }
}

function requireReached(outcomes: readonly Outcome[]): void {
  if (outcomes.length === 0 || outcomes.some((outcome) => outcome.reached)) return
  throw new Problem(
    'unavailable',
    `mail cannot be handed over: ${outcomes[0]?.reply}. What was released is kept as deferred; send again once it works.`,
  )
}
