import { shortName } from '../domain/short-name.ts'
import { allCampaigns, type Campaign, type CampaignHead } from '../store/campaigns.ts'
import { allStaff } from '../store/staff.ts'
import { peopleByTopic } from '../store/people.ts'
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

/** A topic that a campaign can be about: how many people say yes to it, and when one about it began to leave last (ISO), null for never. */
export type CampaignTopic = { id: number; slug: string; name: string; asked: number; last: string | null }

/** Topics that a campaign can be about. */
export async function campaignTopics(house: House): Promise<CampaignTopic[]> {
  const { readOnly } = house.database
  const [topics, campaigns, asked] = await Promise.all([
    allTopics(readOnly),
    allCampaigns(readOnly),
    peopleByTopic(readOnly),
  ])
  return topics.map(({ id, slug, name }) => {
    const begun = campaigns.flatMap(({ topic, startedAt }) => (topic === id && startedAt !== null ? [startedAt] : []))
    const newest = begun.map((at) => new Date(at).toISOString()).toSorted()
    return { id, slug, name, asked: asked.get(id) ?? 0, last: newest.at(-1) ?? null }
  })
}

/** All campaigns as they stand, the newest first. */
export async function campaignsNewestFirst(house: House): Promise<CampaignHead[]> {
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

/** That a campaign was given another topic before it was sent: when (ISO), the topics' names, and who did it, null where nobody knows any more. */
export type TopicChange = { at: string; from: string; to: string; by: string | null }

/** Each change of a campaign's topic, the oldest first. */
export async function topicChanges(house: House, { retagged }: Pick<Campaign, 'retagged'>): Promise<TopicChange[]> {
  if (retagged.length === 0) return []
  const { readOnly } = house.database
  const [topics, staff] = await Promise.all([allTopics(readOnly), allStaff(readOnly)])
  const nameOf = (id: number) => topics.find((topic) => topic.id === id)?.name ?? String(id)
  return retagged.map(({ at, from, to, by }) => {
    const who = staff.find(({ id }) => id === by)
    return { at: new Date(at).toISOString(), from: nameOf(from), to: nameOf(to), by: who?.name || who?.address || null }
  })
}
