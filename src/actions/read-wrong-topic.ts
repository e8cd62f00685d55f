import { wrongTopicRates, type WrongTopicRate } from '../store/wrong-topic.ts'
import type { House } from './house.ts'

const mostCampaigns = 100

/** How many said of each campaign that went out that it was not about its topic, the newest first. */
export async function readWrongTopic(house: House): Promise<WrongTopicRate[]> {
  return wrongTopicRates(house.database.readOnly, mostCampaigns)
}
