import { randomUUID } from 'node:crypto'
import { Problem } from '../domain/problem.ts'
import { campaignById, type Campaign } from '../store/campaigns.ts'
import { createCampaign, type CampaignDraft } from './create-campaign.ts'
import type { House } from './house.ts'
import { freeShortName } from './list-campaigns.ts'

/** Others may take the short name, or the same form may come twice, between the looking and the writing. */
const mostTries = 20

/**
 * Writes a campaign under a short name that comes from its subject. The same form pressed twice writes one: `id` is the form's,
 * a UUID. The same form with other words, after a way back, is another campaign.
 * @returns its short name. @throws as {@link createCampaign}.
 */
export async function composeCampaign(house: House, draft: Omit<CampaignDraft, 'slug'>, id: string): Promise<string> {
  for (let tries = 1; ; tries++) {
    const there = await campaignById(house.database.sql, id)
    if (there && isSame(there, draft)) return there.slug
    try {
      const slug = await freeShortName(house, draft.subject)
      return (await createCampaign(house, { ...draft, slug }, there ? randomUUID() : id)).slug
    } catch (error) {
      const isTaken = error instanceof Problem && error.code === 'already-exists'
      if (!isTaken || tries === mostTries) throw error
    }
  }
}

function isSame(there: Campaign, { topic, subject, inShort, sender, body }: Omit<CampaignDraft, 'slug'>): boolean {
  const pairs = [
    [there.topicSlug, topic],
    [there.subject, subject],
    [there.inShort, inShort],
    [there.sender, sender],
    [there.body, body],
  ] as const
  return pairs.every(([stored, typed]) => plain(stored) === plain(typed))
}

function plain(text: string): string {
  return text.normalize('NFC').trim()
}
