import { campaignsInHand } from '../store/campaigns.ts'
import { nextDue } from '../store/due.ts'
import { instantNow } from '../store/instant.ts'
import type { House } from './house.ts'

/**
 * What a worker could do now: the short names of the campaigns that are being sent, or scheduled and due; and whether a
 * held or deferred delivery is due.
 */
export async function workInHand(house: House): Promise<{ campaigns: string[]; due: boolean }> {
  const { sql } = house.database
  const [campaigns, next, now] = await Promise.all([campaignsInHand(sql), nextDue(sql), instantNow(sql)])
  const due = next !== null && Date.parse(next) <= now.getTime()
  return { campaigns: campaigns.map((campaign) => campaign.slug), due }
}
