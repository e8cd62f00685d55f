import { randomUUID } from 'node:crypto'
import { readBody } from '../domain/campaign-body.ts'
import type { Language } from '../domain/language.ts'
import { plainLine } from '../domain/plain-line.ts'
import { Problem } from '../domain/problem.ts'
import { parseSender } from '../domain/sender.ts'
import { theBrand } from '../store/brand.ts'
import { campaignBySlug, insertCampaign, type Campaign } from '../store/campaigns.ts'
import { allTopics } from '../store/topics.ts'
import type { House } from './house.ts'

export type CampaignDraft = {
  slug: string
  topic: string
  subject: string
  inShort: string
  sender: string
  body: string
  usefulUntil: string | null
  /** One that the brand offers, or null where it is not said. */
  language?: string | null
}

/**
 * Writes a campaign's message, once. Everything is checked now, so that nothing can fail for one person later.
 * @throws Problem `invalid-input` for text that cannot be sent as it is, `not-found` for an unknown topic,
 * `already-exists` for a slug that is taken.
 */
export async function createCampaign(house: House, draft: CampaignDraft): Promise<Campaign> {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(draft.slug)) {
    throw new Problem(
      'invalid-input',
      `"${draft.slug}" cannot be a campaign's short name; use a-z, 0-9 and "-", up to 64 characters`,
    )
  }
  const subject = plainLine('the subject', draft.subject, 200)
  const inShort = plainLine('the text in short', draft.inShort, 400)
  parseSender(draft.sender)
  readBody(draft.body)
  const usefulUntil = draft.usefulUntil === null ? null : instantOf(draft.usefulUntil)
  return house.database.sql.begin(async (tx) => {
    const [topics, { languages }] = await Promise.all([allTopics(tx), theBrand(tx)])
    const language = languageAmong(draft.language ?? null, languages)
    const topic = topics.find((known) => known.slug === draft.topic)
    if (!topic) {
      const known = topics.map((one) => one.slug).join(', ') || 'none yet; add one with: courtesy topic add'
      throw new Problem('not-found', `there is no topic "${draft.topic}"; known: ${known}`)
    }
    if (await campaignBySlug(tx, draft.slug)) {
      throw new Problem(
        'already-exists',
        `there is already a campaign "${draft.slug}"; a message is written once, so choose another short name`,
      )
    }
    const campaign = {
      message: randomUUID(),
      slug: draft.slug,
      topic: topic.id,
      subject,
      inShort,
      sender: draft.sender,
      body: draft.body,
      language,
      usefulUntil,
    }
    await insertCampaign(tx, campaign)
    return {
      ...campaign,
      topicSlug: topic.slug,
      state: 'draft',
      sendAt: null,
      startedAt: null,
      confirmed: null,
      note: null,
    }
  })
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

function instantOf(text: string): string {
  const time = Date.parse(text)
  if (Number.isNaN(time)) {
    throw new Problem('invalid-input', `"${text}" is no time; write it like 2026-12-24 or 2026-12-24T18:00:00Z`)
  }
  return new Date(time).toISOString()
}
