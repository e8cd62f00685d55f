import { campaignsInHand } from '../store/campaigns.ts'
import { doorRequestsWait } from '../store/door-requests.ts'
import { nextDue } from '../store/due.ts'
import { instantNow } from '../store/instant.ts'
import type { House } from './house.ts'

/**
 * What a worker could do now: the short names of the campaigns that are being sent, or scheduled and due; and whether a
 * waiting delivery is due, of topic mail (`due`), and of service mail or somebody waits for an answer at a door (`service`).
 */
export async function workInHand(house: House): Promise<{ campaigns: string[]; due: boolean; service: boolean }> {
  const { sql } = house.database
  const [campaigns, topic, service, asked, now] = await Promise.all([
    campaignsInHand(sql),
    nextDue(sql, 'topic'),
    nextDue(sql, 'service'),
    doorRequestsWait(sql),
    instantNow(sql),
  ])
  const isDue = (next: string | null) => next !== null && Date.parse(next) <= now.getTime()
  return { campaigns: campaigns.map((campaign) => campaign.slug), due: isDue(topic), service: asked || isDue(service) }
}
