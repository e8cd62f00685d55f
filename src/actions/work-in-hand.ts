import { campaignsInHand } from '../store/campaigns.ts'
import { doorRequestsWait } from '../store/door-requests.ts'
import { isAnythingDue } from '../store/due.ts'
import { staffMailsWait } from '../store/staff-mails.ts'
import type { House } from './house.ts'

/**
 * What a worker could do now: the short names of the campaigns that are being sent, or scheduled and due; and whether a
 * waiting delivery is due, of topic mail (`due`), and of service mail or somebody waits for an answer at a door, or of the staff for a mail (`service`).
 */
export async function workInHand(house: House): Promise<{ campaigns: string[]; due: boolean; service: boolean }> {
  const { sql } = house.database
  const [campaigns, due, service, asked, staff] = await Promise.all([
    campaignsInHand(sql),
    isAnythingDue(sql, 'topic'),
    isAnythingDue(sql, 'service'),
    doorRequestsWait(sql),
    staffMailsWait(sql),
  ])
  return { campaigns: campaigns.map((campaign) => campaign.slug), due, service: asked || staff || service }
}
