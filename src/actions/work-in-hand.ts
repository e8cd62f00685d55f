import { campaignsInHand } from '../store/campaigns.ts'
import { nextDue } from '../store/due.ts'
import { instantNow } from '../store/instant.ts'
import type { House } from './house.ts'

/**
 * What a worker could do now: the short names of the campaigns that are being sent, or scheduled and due; and whether a
 * waiting delivery is due, of topic mail (`due`) and of service mail.
 */
export async function workInHand(house: House): Promise<{ campaigns: string[]; due: boolean; service: boolean }> {
  const { sql } = house.database
  const [campaigns, topic, service, now] = await Promise.all([
    campaignsInHand(sql),
    nextDue(sql, 'topic'),
    nextDue(sql, 'service'),
    instantNow(sql),
  ])
  const isDue = (next: string | null) => next !== null && Date.parse(next) <= now.getTime()
  return { campaigns: campaigns.map((campaign) => campaign.slug), due: isDue(topic), service: isDue(service) }
}
