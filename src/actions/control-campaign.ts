import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../domain/problem.ts'
import {
  finishCampaign,
  layDown,
  layUp,
  moveCampaign,
  unpause,
  type Campaign,
  type CampaignState,
} from '../store/campaigns.ts'
import { cancelWaiting } from '../store/cancelled-campaigns.ts'
import { instantNow } from '../store/instant.ts'
import { anythingReleased } from '../store/releases.ts'
import { finishSlice, unfinishedSlices } from '../store/slices.ts'
import { ifAlone, whileAlone } from '../store/sole-worker.ts'
import { forgetPromises } from '../store/turns.ts'
import { checkCampaign, theCampaign } from './check-campaign.ts'
import { requireVersion } from './create-campaign.ts'
import type { House } from './house.ts'
import { reportCampaign, type Report } from './report-campaign.ts'
import { requireReady } from './require-ready.ts'
import { requireConfirmed } from './send-campaign.ts'
import { sweep } from './sweep.ts'

/** People whose waiting deliveries are cancelled in one transaction. */
const peopleAtOnce = 500
/** How long a cancellation waits for what is in flight; after it, only a worker that hangs can still hold anything. */
const patienceMs = 30_000
const lookAgainMs = 100

/**
 * Lays a campaign up: a worker starts it at `at` if at most `confirm` people would get it then. Said again, the newer
 * word holds. @param at an instant with its zone, ahead of now. @param version the message that was checked, where that is known.
 * @throws Problem `invalid-input` for a time that is none, has no zone or is past, `check-stale` for another message than
 * `version`, `conflict` for a campaign that has
 * started or was cancelled, `not-ready` when mail may not leave.
 */
export async function scheduleCampaign(
  house: House,
  slug: string,
  { at, confirm, version }: { at: string; confirm: number; version?: string },
): Promise<Report> {
  const { sql } = house.database
  await requireReady(house)
  const campaign = await theCampaign(sql, slug)
  if (version !== undefined) requireVersion(campaign, version)
  const sendAt = instantAhead(at, await instantNow(sql))
  // A worker that is just starting it at an earlier time has this name too: then it has started, and says so.
  await whileAlone(sql, `campaign ${campaign.message}`, async () => {
    if (await layUp(sql, campaign.message, sendAt, confirm)) return
    const now = await theCampaign(sql, slug)
    requireVersion(now, campaign.message)
    throw refused(now, 'scheduled', 'one that has not started')
  })
  return reportCampaign(house, slug)
}

function instantAhead(text: string, now: Date): string {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d.*(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time)) {
    throw new Problem(
      'invalid-input',
      `"${text}" is no time to send at; write it with its zone, like 2026-12-24T09:00+01:00`,
    )
  }
  const instant = new Date(time).toISOString()
  if (time > now.getTime()) return instant
  throw new Problem('invalid-input', `${instant} is past (it is ${now.toISOString()}); to send now, leave --at out`)
}

/** Seconds between the press that sends and the first mail: time to say no to oneself. */
export const holdSeconds = 60

/**
 * Sends a campaign after the hold: laid up for then, so that the hold outlives the process and any worker starts it. Pressed
 * again for the same message, it changes nothing.
 * @throws Problem `check-stale` when by now more than `confirm` people would get it, or it is another message than `version`;
 * `refused-by-gate` when nobody would; else as {@link scheduleCampaign}.
 */
export async function sendAfterHold(
  house: House,
  slug: string,
  { confirm, version }: { confirm: number; version: string },
): Promise<void> {
  const { sql } = house.database
  const campaign = await theCampaign(sql, slug)
  if (campaign.state !== 'draft') {
    requireVersion(campaign, version)
    if (campaign.state === 'paused' || campaign.state === 'cancelled') throw refused(campaign, 'sent', 'a draft')
    return
  }
  requireConfirmed(await checkCampaign(house, slug), confirm)
  const at = new Date((await instantNow(sql)).getTime() + holdSeconds * 1000).toISOString()
  await scheduleCampaign(house, slug, { at, confirm, version })
}

/**
 * "Don't send": what is laid up is a draft again, and nothing was sent. @throws Problem `conflict` when it is not laid up,
 * or has started.
 */
export async function callOff(house: House, slug: string): Promise<void> {
  const { sql } = house.database
  const campaign = await theCampaign(sql, slug)
  if (campaign.state === 'draft') return
  if (await layDown(sql, campaign.message)) return
  throw refused(await theCampaign(sql, slug), 'called off', 'one that has not started')
}

/**
 * Lets nothing more of a campaign out until it is resumed, neither its run nor what waits for a slot or a limit; what is
 * already handed over is answered. @throws Problem `conflict` when there is nothing to pause.
 */
export async function pauseCampaign(house: House, slug: string): Promise<Report> {
  const { sql } = house.database
  const campaign = await theCampaign(sql, slug)
  if (campaign.state !== 'paused') {
    await requireSomethingToStop(house, campaign, 'paused')
    const moved = await moveCampaign(sql, campaign.message, ['scheduled', 'sending', 'sent'], 'paused')
    if (!moved) throw refused(campaign, 'paused', 'one that is scheduled, being sent, or has mail waiting')
    await forgetPromises(sql)
  }
  return reportCampaign(house, slug)
}

/**
 * Lets a paused campaign go on where it stood; one whose time passed before it started is a draft again, and starts only
 * when somebody sends it. @throws Problem `conflict` when it is not paused.
 */
export async function resumeCampaign(house: House, slug: string): Promise<Report> {
  const campaign = await theCampaign(house.database.sql, slug)
  await house.database.sql.begin(async (tx) => {
    const now = await unpause(tx, campaign.message)
    if (now === null) throw refused(campaign, 'resumed', 'a paused one')
    // All of its slices may have been done, with only waiting mail to pause.
    if (now === 'sending') await finishCampaign(tx, campaign.message)
  })
  return reportCampaign(house, slug)
}

/**
 * Ends a campaign for good: nothing more of it is released, what waits is cancelled, what is in flight is answered first.
 * Said again, it does what was left undone. Whatever still stands under `released` in the report belongs to a worker that
 * hangs; it may yet arrive. @throws Problem `conflict` when all of it has gone.
 */
export async function cancelCampaign(house: House, slug: string): Promise<Report> {
  const { sql } = house.database
  const campaign = await theCampaign(sql, slug)
  if (campaign.state !== 'cancelled') {
    await requireSomethingToStop(house, campaign, 'cancelled')
    const any: CampaignState[] = ['draft', 'scheduled', 'sending', 'sent', 'paused']
    await moveCampaign(sql, campaign.message, any, 'cancelled')
  }
  const deadline = performance.now() + patienceMs
  await endSlices(house, campaign.message, deadline)
  for (;;) {
    await sweep(house)
    const inFlight = await anythingReleased(sql, campaign.message)
    const cancelled = await cancelAllWaiting(house, campaign.message)
    // What comes back as deferred between the two looks is seen by the next pair of them.
    if (cancelled > 0) await forgetPromises(sql)
    if ((!inFlight && cancelled === 0) || performance.now() > deadline) return reportCampaign(house, slug)
    if (inFlight) await wait(lookAgainMs)
  }
}

/**
 * Ends the slices one by one. A worker looks at the campaign's state before each batch while it holds its slice, so
 * once we have held the slice after the state was written, nothing more of it is released.
 */
async function endSlices(house: House, message: string, deadline: number): Promise<void> {
  const { sql } = house.database
  for (const { number } of await unfinishedSlices(sql, message)) {
    const end = () => finishSlice(sql, message, number)
    while (!(await ifAlone(sql, `slice ${message} ${number}`, end))) {
      if (performance.now() > deadline) return
      await wait(lookAgainMs)
    }
  }
}

/** @returns of how many people something was waiting. */
async function cancelAllWaiting(house: House, message: string): Promise<number> {
  let people = 0
  for (let after: string | null = null; ;) {
    const batch = await house.database.sql.begin((tx) => cancelWaiting(tx, message, after, peopleAtOnce))
    if (batch.through === null) return people
    people += batch.people
    after = batch.through
  }
}

/** A campaign that is sent can still have mail waiting for a slot, a limit or another try. */
async function requireSomethingToStop(house: House, campaign: Campaign, what: string): Promise<void> {
  if (campaign.state !== 'sent') return
  const { held, deferred, released } = await reportCampaign(house, campaign.slug)
  if (held + deferred + released > 0) return
  throw new Problem(
    'conflict',
    `campaign "${campaign.slug}" is sent and nothing of it waits, so there is nothing left to be ${what}`,
  )
}

function refused(campaign: Campaign, what: string, allowed: string): Problem {
  return new Problem(
    'conflict',
    `campaign "${campaign.slug}" is ${campaign.state}; only ${allowed} can be ${what}. See it with: courtesy campaign report ${campaign.slug}`,
  )
}
