import { Problem } from '../domain/problem.ts'
import { moveCampaign, type Campaign } from '../store/campaigns.ts'
import { instantNow } from '../store/instant.ts'
import { ifAlone } from '../store/sole-worker.ts'
import { checkCampaign, theCampaign, type Check } from './check-campaign.ts'
import type { House } from './house.ts'
import { requireReady } from './require-ready.ts'
import { startCampaign } from './send-campaign.ts'

/**
 * A campaign as a worker finds it: one whose time has come is checked again and started first. If more people than were
 * confirmed would get it now, or mail may not leave, it is paused with a note that says so, and nothing is sent.
 * @returns the campaign if it is being sent, else null. @throws Problem `not-found` for an unknown one.
 */
export async function campaignToWork(house: House, slug: string): Promise<Campaign | null> {
  const { sql } = house.database
  const found = await theCampaign(sql, slug)
  if (found.state === 'scheduled') await ifAlone(sql, `campaign ${found.message}`, () => startIfDue(house, slug))
  const campaign = await theCampaign(sql, slug)
  return campaign.state === 'sending' ? campaign : null
}

async function startIfDue(house: House, slug: string): Promise<void> {
  const { sql } = house.database
  // Read under the lock that whoever schedules it takes too: its time may just have been put off.
  const campaign = await theCampaign(sql, slug)
  if (campaign.state !== 'scheduled' || !(Date.parse(campaign.sendAt ?? '') <= (await instantNow(sql)).getTime()))
    return
  const obstacle = await obstacleTo(house, campaign)
  if (obstacle === null) return startCampaign(house, campaign)
  await moveCampaign(sql, campaign.message, ['scheduled'], 'paused', obstacle)
  house.warn(`campaign "${slug}" was due and is paused: ${obstacle}`)
}

async function obstacleTo(house: House, campaign: Campaign): Promise<string | null> {
  try {
    await requireReady(house)
  } catch (error) {
    if (error instanceof Problem && error.code === 'not-ready') return error.message
    throw error
  }
  return surprise(await checkCampaign(house, campaign.slug), campaign.confirmed ?? 0)
}

function surprise(check: Check, confirmed: number): string | null {
  if (check.now + check.later === 0) return 'nobody may get it now or later, so nothing was sent'
  if (check.now <= confirmed) return null
  return `${check.now} people would get it now and ${confirmed} were confirmed, so nothing was sent; check again, then: courtesy campaign resume ${check.campaign}, and send it with --confirm ${check.now}`
}
