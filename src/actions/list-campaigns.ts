import { shortName } from '../domain/short-name.ts'
import { allCampaigns, type Campaign } from '../store/campaigns.ts'
import { allTopics } from '../store/topics.ts'
import { theCampaign } from './check-campaign.ts'
import type { House } from './house.ts'

export type { Campaign }

/** A campaign as it is listed. */
export type CampaignLine = { campaign: string; state: string; topic: string; subject: string }

export async function listCampaigns(house: House): Promise<CampaignLine[]> {
  const campaigns = await allCampaigns(house.database.sql)
  return campaigns.map((one) => ({ campaign: one.slug, state: one.state, topic: one.topicSlug, subject: one.subject }))
}

/** A short name for a new campaign that no other has. */
export async function freeShortName(house: House, subject: string): Promise<string> {
  const campaigns = await allCampaigns(house.database.sql)
  return shortName(subject, new Set(campaigns.map(({ slug }) => slug)))
}

/** Topics that a campaign can be about, and when one about each began to leave last (ISO), null for never. */
export async function campaignTopics(
  house: House,
): Promise<{ id: number; slug: string; name: string; last: string | null }[]> {
  const { readOnly } = house.database
  const [topics, campaigns] = await Promise.all([allTopics(readOnly), allCampaigns(readOnly)])
  return topics.map(({ id, slug, name }) => {
    const begun = campaigns.flatMap(({ topic, startedAt }) => (topic === id && startedAt !== null ? [startedAt] : []))
    const newest = begun.map((at) => new Date(at).toISOString()).toSorted()
    return { id, slug, name, last: newest.at(-1) ?? null }
  })
}

/** All campaigns as they stand, the newest first. */
export async function campaignsNewestFirst(house: House): Promise<Campaign[]> {
  return (await allCampaigns(house.database.readOnly)).toReversed()
}

/** One campaign as it stands. @throws Problem `not-found` */
export async function openCampaign(house: House, slug: string): Promise<Campaign> {
  return theCampaign(house.database.readOnly, slug)
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
    format: string
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
    format: one.format,
    body: one.body,
  }
}
