import { allCampaigns } from '../store/campaigns.ts'
import { theCampaign } from './check-campaign.ts'
import type { House } from './house.ts'

/** A campaign as it is listed. */
export type CampaignLine = { campaign: string; state: string; topic: string; subject: string }

export async function listCampaigns(house: House): Promise<CampaignLine[]> {
  const campaigns = await allCampaigns(house.database.sql)
  return campaigns.map((one) => ({ campaign: one.slug, state: one.state, topic: one.topicSlug, subject: one.subject }))
}

/** One campaign with everything that was written. @throws Problem `not-found` */
export async function showCampaign(
  house: House,
  slug: string,
): Promise<
  CampaignLine & {
    inShort: string
    from: string
    usefulUntil: string | null
    sendAt: string | null
    note: string | null
    body: string
  }
> {
  const one = await theCampaign(house.database.sql, slug)
  return {
    campaign: one.slug,
    state: one.state,
    topic: one.topicSlug,
    subject: one.subject,
    inShort: one.inShort,
    from: one.sender,
    usefulUntil: one.usefulUntil,
    sendAt: one.sendAt,
    note: one.note,
    body: one.body,
  }
}
