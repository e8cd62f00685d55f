import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../domain/problem.ts'
import { ranges } from '../store/audience.ts'
import { campaignState, finishCampaign, moveCampaign, type Campaign } from '../store/campaigns.ts'
import { anythingReleased } from '../store/releases.ts'
import { planSlices, unfinishedSlices } from '../store/slices.ts'
import { whileAlone } from '../store/sole-worker.ts'
import { checkCampaign, theCampaign } from './check-campaign.ts'
import { requireVersion } from './create-campaign.ts'
import type { House } from './house.ts'
import { reportCampaign, type Report } from './report-campaign.ts'
import { requireReady } from './require-ready.ts'
import { sealPending } from './seal.ts'
import { suppressBounced } from './suppress-bounced.ts'
import { sweep, withWorker } from './sweep.ts'
import { workSlices, type Run } from './work-slices.ts'
import { letterFor } from './write-topic-mail.ts'

/** People in one slice: what one worker takes at a time. */
const slicePeople = 1_000

export type SendOptions = {
  /** What the sender typed: at most so many people may get it now. */
  confirm: number
  /** Told after each batch how many people of `people` have been judged. */
  progress: (judged: number, people: number) => void
  /** Aborted to stop releasing; what is in flight is still answered. */
  signal?: AbortSignal | undefined
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
  // Read before the check: what is edited after it has another message, and is not what starts.
  const campaign = await theCampaign(sql, slug)
  const check = await checkCampaign(house, slug)
  if (campaign.state === 'draft' || campaign.state === 'scheduled') requireConfirmed(check, options.confirm)
  if (campaign.state === 'paused' || campaign.state === 'cancelled') {
    throw new Problem('conflict', `campaign "${slug}" is ${campaign.state}; nothing was sent`)
  }
  await whileAlone(sql, `campaign ${campaign.message}`, async () => {
    if (campaign.state === 'sent') return
    await startCampaign(house, campaign)
    let done = 0
    const judged = (people: number) => options.progress((done += people), check.people)
    const started = await theCampaign(sql, slug)
    requireVersion(started, campaign.message)
    const { signal } = options
    await withWorker(house, (worker) => workCampaign({ house, worker, campaign: started, signal, judged }))
  })
  return reportCampaign(house, slug)
}

/**
 * @throws Problem `refused-by-gate` when a check says that nobody may get it, `check-stale` when more than `confirm` would get it
 * now.
 */
export function requireConfirmed(check: { now: number; later: number }, confirm: number): void {
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

/** Plans the slices of a campaign, once, and lets workers have them. One that was called off since it was read stays so. */
export async function startCampaign(house: House, campaign: Campaign): Promise<void> {
  const from = (['draft', 'scheduled'] as const).filter((state) => state === campaign.state)
  await house.database.sql.begin(async (tx) => {
    const started = await moveCampaign(tx, campaign.message, from, 'sending')
    if (started) await planSlices(tx, campaign.message, await ranges(tx, slicePeople))
  })
}

/** Milliseconds between two looks at what other workers still have in hand. */
const lookAgainMs = 250

/**
 * Works a campaign to its end beside whoever else does: takes the slices that nobody has, and returns when all are done
 * and nothing of it is between release and outcome, or when it was paused or cancelled, or the signal is given. What became of
 * it is sealed then.
 */
export async function workCampaign(run: Omit<Run, 'letter'>): Promise<void> {
  const { house, campaign, signal } = run
  const { sql } = house.database
  const letter = await letterFor(house, campaign)
  while (!signal?.aborted && (await campaignState(sql, campaign.message)) === 'sending') {
    await sweep(house)
    const slices = await unfinishedSlices(sql, campaign.message)
    if (slices.length === 0 && !(await anythingReleased(sql, campaign.message))) {
      await finishCampaign(sql, campaign.message)
      await suppressBounced(house)
      break
    }
    await workSlices({ ...run, letter }, slices)
    await wait(lookAgainMs)
  }
  await sealPending(house)
}
