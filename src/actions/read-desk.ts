import { topicsShownIn } from '../domain/preferences-wording.ts'
import { theBrand } from '../store/brand.ts'
import { allCampaigns, type CampaignState } from '../store/campaigns.ts'
import { countHeard } from '../store/conversation.ts'
import { allTopics } from '../store/topics.ts'
import { currentWordings, wordingText } from '../store/wordings.ts'
import type { House } from './house.ts'

/** The four steps before a first campaign, and which of them are done. */
export type FirstSteps = { brand: boolean; topic: boolean; signUp: boolean; test: boolean }

/** What whoever begins their day looks at: what is missing before anything can be sent, else what runs now and what waits. */
export type Desk = {
  steps: FirstSteps
  running: { slug: string; subject: string; topic: string; state: CampaignState }[]
  drafts: number
  heard: { unread: number; waiting: number }
}

/**
 * Reads it in a handful of reads, none of them of people. A brand is set up once mail may carry its postal address and replies
 * reach it; the sign-up page once it offers a topic and can mail confirmations; a test is done once one
 * has left, and by whoever sent a campaign.
 */
export async function readDesk(house: House): Promise<Desk> {
  const sql = house.database.readOnly
  const [brand, topics, campaigns, texts, heard] = await Promise.all([
    theBrand(sql),
    allTopics(sql),
    allCampaigns(sql),
    currentWordings(sql, 'sign-up'),
    countHeard(sql),
  ])
  const [hash = ''] = texts.values()
  const offered = topicsShownIn((await wordingText(sql, 'sign-up', hash)) ?? '')
  const running = campaigns.filter(({ state }) => state === 'scheduled' || state === 'sending' || state === 'paused')
  return {
    steps: {
      brand: brand.postalAddress !== null && brand.replyTo !== null,
      topic: topics.length > 0,
      signUp: offered.length > 0 && brand.replyTo !== null,
      test: campaigns.some(({ state, testedAt }) => testedAt !== null || state !== 'draft'),
    },
    running: running.map(({ slug, subject, topicName, state }) => ({ slug, subject, topic: topicName, state })),
    drafts: campaigns.filter(({ state }) => state === 'draft').length,
    heard: { unread: heard.unread, waiting: heard.waiting },
  }
}
