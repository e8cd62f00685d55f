import { asc, eq } from 'drizzle-orm'
import { orm, type Sql, type Transaction } from './database.ts'
import { topics } from './schema.ts'
import { campaigns, messages } from './sending-schema.ts'

export type CampaignState = 'draft' | 'sending' | 'sent' | 'paused' | 'cancelled'

/** A message for everyone who asked for its topic. Times are ISO or null; `message` is the message's id. */
export type Campaign = {
  message: string
  slug: string
  state: CampaignState
  topic: number
  topicSlug: string
  subject: string
  inShort: string
  sender: string
  body: string
  language: string | null
  usefulUntil: string | null
}

const columns = {
  message: campaigns.message,
  slug: campaigns.slug,
  state: campaigns.state,
  topic: topics.id,
  topicSlug: topics.slug,
  subject: messages.subject,
  inShort: messages.inShort,
  sender: messages.sender,
  body: messages.body,
  language: messages.language,
  usefulUntil: messages.usefulUntil,
}

function query(sql: Sql) {
  return orm(sql)
    .select(columns)
    .from(campaigns)
    .innerJoin(messages, eq(messages.id, campaigns.message))
    .innerJoin(topics, eq(topics.id, messages.topic))
}

export async function campaignBySlug(sql: Sql, slug: string): Promise<Campaign | null> {
  const [row] = await query(sql).where(eq(campaigns.slug, slug))
  return row ? asCampaign(row) : null
}

/** All campaigns, the oldest first. */
export async function allCampaigns(sql: Sql): Promise<Campaign[]> {
  const rows = await query(sql).orderBy(asc(messages.createdAt), asc(campaigns.slug))
  return rows.map(asCampaign)
}

function asCampaign(row: Omit<Campaign, 'state'> & { state: string }): Campaign {
  return {
    ...row,
    state: row.state as CampaignState,
    usefulUntil: row.usefulUntil ? new Date(row.usefulUntil).toISOString() : null,
  }
}

export async function insertCampaign(tx: Transaction, campaign: Omit<Campaign, 'state' | 'topicSlug'>): Promise<void> {
  await orm(tx).insert(messages).values({
    id: campaign.message,
    topic: campaign.topic,
    subject: campaign.subject,
    inShort: campaign.inShort,
    sender: campaign.sender,
    body: campaign.body,
    language: campaign.language,
    usefulUntil: campaign.usefulUntil,
  })
  await orm(tx).insert(campaigns).values({ message: campaign.message, slug: campaign.slug })
}

/** Stores a service message: exactly one service kind, written for one person, its body kept nowhere. */
export async function insertServiceMessage(
  tx: Transaction,
  message: { id: string; serviceKind: string; subject: string; sender: string; language: string },
): Promise<void> {
  await orm(tx)
    .insert(messages)
    .values({ ...message, inShort: '', body: '' })
}

export async function setCampaignState(sql: Sql, message: string, state: CampaignState): Promise<void> {
  await sql`
    update campaigns set state = ${state}, started_at = case when ${state} = 'sending' then coalesce(started_at, instant()) else started_at end
    where message = ${message}`
}
