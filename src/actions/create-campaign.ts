import { randomUUID } from 'node:crypto'
import { readDraft, type DraftWords } from '../domain/campaign-draft.ts'
import type { Language } from '../domain/language.ts'
import { Problem } from '../domain/problem.ts'
import { theBrand } from '../store/brand.ts'
import {
  campaignById,
  campaignBySlug,
  insertCampaign,
  lockShortNames,
  replaceMessage,
  type Campaign,
} from '../store/campaigns.ts'
import type { Transaction } from '../store/database.ts'
import { allTopics } from '../store/topics.ts'
import { theCampaign } from './check-campaign.ts'
import type { House } from './house.ts'

export type CampaignDraft = DraftWords & {
  slug: string
  topic: string
  /** One that the brand offers, or null where it is not said. */
  language?: string | null
}

/**
 * Writes a campaign's message, once. Everything is checked now, so that nothing can fail for one person later.
 * @param id the message's, a UUID.
 * @throws Problem `invalid-input` for text that cannot be sent as it is, `not-found` for an unknown topic,
 * `already-exists` for a slug that is taken.
 */
export async function createCampaign(house: House, draft: CampaignDraft, id: string = randomUUID()): Promise<Campaign> {
  // The desk writes a campaign at /admin/campaigns/new.
  if (draft.slug === 'new' || !/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(draft.slug)) {
    throw new Problem(
      'invalid-input',
      `"${draft.slug}" cannot be a campaign's short name; use a-z, 0-9 and "-", up to 64 characters, and not "new"`,
    )
  }
  const written = readDraft(draft)
  return house.database.sql.begin(async (tx) => {
    await lockShortNames(tx)
    const message = await messageOf(tx, draft, written)
    // The same form may have come twice at once: what it wrote under its id is there by now.
    if ((await campaignBySlug(tx, draft.slug)) ?? (await campaignById(tx, id))) {
      throw new Problem(
        'already-exists',
        `there is already a campaign "${draft.slug}"; a message is written once, so choose another short name`,
      )
    }
    await insertCampaign(tx, { ...message, message: id, slug: draft.slug })
    return theCampaign(tx, draft.slug)
  })
}

/**
 * Writes another message in the place of a draft's. A message is written once: this one has an id of its own, so that what
 * was checked or confirmed of the old one holds no longer, and nothing that has left can ever change.
 * @param version the message that was shown to whoever edits. @param by the id of who edits at the desk.
 * @throws Problem `conflict` for a campaign that is no draft any more, `check-stale` where somebody else has edited it
 * since, else as {@link createCampaign}.
 */
export async function reviseCampaign(
  house: House,
  draft: CampaignDraft,
  version: string,
  by: string | null = null,
): Promise<Campaign> {
  const written = readDraft(draft)
  return house.database.sql.begin(async (tx) => {
    const campaign = await theCampaign(tx, draft.slug)
    if (campaign.state !== 'draft' || campaign.startedAt !== null) {
      throw new Problem(
        'conflict',
        `campaign "${draft.slug}" is ${campaign.state}, and what people get stays as it was written; write another one`,
      )
    }
    requireVersion(campaign, version)
    const message = await messageOf(tx, draft, written)
    if (!(await replaceMessage(tx, campaign.message, message, by))) throw changedSince(campaign)
    return theCampaign(tx, draft.slug)
  })
}

/** @throws Problem `check-stale` where a campaign has another message by now than the one somebody looked at. */
export function requireVersion(campaign: Campaign, version: string): void {
  if (campaign.message !== version) throw changedSince(campaign)
}

/** Somebody has edited it meanwhile. */
export function changedSince({ slug }: Campaign): Problem {
  return new Problem(
    'check-stale',
    `campaign "${slug}" was edited since you opened this page, and nothing was done; open it again`,
  )
}

/** @throws Problem `not-found` for an unknown topic, `invalid-input` for a language that is not offered. */
async function messageOf(tx: Transaction, draft: CampaignDraft, written: Required<DraftWords>) {
  const [topics, { languages }] = await Promise.all([allTopics(tx), theBrand(tx)])
  const topic = topics.find((known) => known.slug === draft.topic)
  if (!topic) {
    const known = topics.map((one) => one.slug).join(', ') || 'none yet; add one with: courtesy topic add'
    throw new Problem('not-found', `there is no topic "${draft.topic}"; known: ${known}`)
  }
  const language = languageAmong(draft.language ?? null, languages)
  return { ...written, message: randomUUID(), topic: topic.id, language }
}

function languageAmong(code: string | null, offered: readonly Language[]): Language | null {
  const language = offered.find((each) => each === code)
  if (language === undefined && code !== null) {
    throw new Problem(
      'invalid-input',
      `--language must be one that your pages are offered in: ${offered.join(', ')} (given: "${code}"); ` +
        'offer more with: courtesy brand set --languages',
    )
  }
  return language ?? null
}
