import type { BodyFormat } from '../domain/campaign-body.ts'
import type { CampaignState } from '../domain/campaign-state.ts'
import type { Narrowing } from '../domain/narrowing.ts'
import { asc, eq } from './drizzle.ts'
import { orm, type Sql, type Transaction } from './database.ts'
import { topics } from './schema.ts'
import { campaigns, messages, type Retag } from './sending-schema.ts'

export type { CampaignState } from '../domain/campaign-state.ts'

/** A message for everyone who asked for its topic. Times are ISO or null; `message` is the message's id. */
export type Campaign = {
  message: string
  slug: string
  state: CampaignState
  topic: number
  topicSlug: string
  topicName: string
  subject: string
  inShort: string
  sender: string
  body: string
  format: BodyFormat
  language: string | null
  usefulUntil: string | null
  /** When it is to start (ISO) and for at most how many people, where that was said; and why it stands still. */
  sendAt: string | null
  /** When its sending began, as the database wrote it: whoever was added later is not meant. */
  startedAt: string | null
  confirmed: number | null
  /** The newest ledger entry when that was said: whose choices rest on a later one changed their mind since. */
  confirmedEntry: number | null
  narrowing: Narrowing | null
  /** Each change of its topic while it was a draft, the oldest first. */
  retagged: Retag[]
  note: string | null
  /** When a test of it left last. */
  testedAt: string | null
}

/** A campaign as lists have it: without its body, which may be long. */
export type CampaignHead = Omit<Campaign, 'body' | 'format'>

const headColumns = {
  message: campaigns.message,
  slug: campaigns.slug,
  state: campaigns.state,
  topic: topics.id,
  topicSlug: topics.slug,
  topicName: topics.name,
  subject: messages.subject,
  inShort: messages.inShort,
  sender: messages.sender,
  language: messages.language,
  usefulUntil: messages.usefulUntil,
  sendAt: campaigns.sendAt,
  startedAt: campaigns.startedAt,
  confirmed: campaigns.confirmed,
  confirmedEntry: campaigns.confirmedEntry,
  narrowing: campaigns.narrowing,
  retagged: campaigns.retagged,
  note: campaigns.note,
  testedAt: campaigns.testedAt,
}
const columns = { ...headColumns, body: messages.body, format: messages.format }

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

export async function campaignById(sql: Sql, message: string): Promise<Campaign | null> {
  const [row] = await query(sql).where(eq(campaigns.message, message))
  return row ? asCampaign(row) : null
}

/** All campaigns, the oldest first. */
export async function allCampaigns(sql: Sql): Promise<CampaignHead[]> {
  const rows = await orm(sql)
    .select(headColumns)
    .from(campaigns)
    .innerJoin(messages, eq(messages.id, campaigns.message))
    .innerJoin(topics, eq(topics.id, messages.topic))
    .orderBy(asc(messages.createdAt), asc(campaigns.slug))
  return rows.map(asCampaign)
}

function asCampaign<Row extends Omit<CampaignHead, 'state'>>(
  row: Row & { state: string },
): Row & { state: CampaignState } {
  return {
    ...row,
    state: row.state as CampaignState,
    usefulUntil: row.usefulUntil ? new Date(row.usefulUntil).toISOString() : null,
    sendAt: row.sendAt ? new Date(row.sendAt).toISOString() : null,
  }
}

/** Lets one at a time give a campaign its short name, until the transaction ends. */
export async function lockShortNames(tx: Transaction): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended('short names of campaigns', 0))`
}

export async function insertCampaign(
  tx: Transaction,
  campaign: Parameters<typeof insertMessage>[1] & { slug: string },
): Promise<void> {
  await insertMessage(tx, campaign)
  await orm(tx).insert(campaigns).values({ message: campaign.message, slug: campaign.slug })
}

async function insertMessage(
  tx: Transaction,
  campaign: Pick<
    Campaign,
    'message' | 'topic' | 'subject' | 'inShort' | 'sender' | 'body' | 'format' | 'language' | 'usefulUntil'
  >,
): Promise<void> {
  const { message, topic, subject, inShort, sender, body, format, language, usefulUntil } = campaign
  const words = { subject, inShort, sender, body, format }
  await orm(tx)
    .insert(messages)
    .values({ id: message, topic, ...words, language, usefulUntil })
}

/**
 * Puts another message in the place of a draft's: a message is written once, so an edit is another one, with an id of its
 * own. The old one was sent to nobody and goes; that the topic is another one now is kept, with the id of who changed it.
 * @returns whether the campaign still had that message and was a draft.
 */
export async function replaceMessage(
  tx: Transaction,
  old: string,
  message: Parameters<typeof insertMessage>[1],
  by: string | null = null,
): Promise<boolean> {
  await insertMessage(tx, message)
  const rows = await tx`
    update campaigns c set message = ${message.message},
      retagged = case when m.topic = ${message.topic} then c.retagged else c.retagged || jsonb_build_array(
        jsonb_build_object('at', instant(), 'from', m.topic, 'to', ${message.topic}::int, 'by', ${by}::text)) end
    from messages m
    where m.id = c.message and c.message = ${old} and c.state = 'draft' and c.started_at is null returning c.message`
  if (rows.length === 0) return false
  await tx`update chosen_people set message = ${message.message} where message = ${old}`
  await tx`delete from messages where id = ${old}`
  return true
}

/** Notes that a test of it has left: one of the steps before a first campaign. */
export async function noteTest(sql: Sql, message: string): Promise<void> {
  await sql`update campaigns set tested_at = instant() where message = ${message}`
}

export async function campaignState(sql: Sql, message: string): Promise<CampaignState | null> {
  const [row] = await sql<{ state: CampaignState }[]>`select state from campaigns where message = ${message}`
  return row?.state ?? null
}

/**
 * Moves a campaign from one of the given states to another; `note` says why, for whoever looks at it next.
 * @returns whether it was in one of those states.
 */
export async function moveCampaign(
  sql: Sql,
  message: string,
  from: readonly CampaignState[],
  to: CampaignState,
  note: string | null = null,
): Promise<boolean> {
  const rows = await sql`
    update campaigns set state = ${to}, note = ${note},
      started_at = case when ${to} = 'sending' then coalesce(started_at, instant()) else started_at end
    where message = ${message} and state = any (${from as string[]}::text[]) returning message`
  return rows.length > 0
}

/** Marks a campaign as sent once every slice of it is done; one that was paused meanwhile stays so. */
export async function finishCampaign(sql: Sql, message: string): Promise<void> {
  await sql`
    update campaigns c set state = 'sent' where message = ${message} and state = 'sending'
      and not exists (select from slices s where s.message = c.message and not s.finished)`
}

/**
 * Lays a campaign up for later: it starts at that instant (ISO) if at most `confirmed` people would get it then.
 * @returns whether it could be: one that has started cannot.
 */
export async function layUp(sql: Sql, message: string, sendAt: string, confirmed: number): Promise<boolean> {
  const rows = await sql`
    update campaigns set state = 'scheduled', send_at = ${sendAt}, confirmed = ${confirmed}, note = null,
      confirmed_entry = (select size from ledger_head)
    where message = ${message} and state in ('draft', 'scheduled', 'paused') and started_at is null returning message`
  return rows.length > 0
}

/** Makes a campaign that is laid up a draft again. @returns whether it was: one that has started stays as it is. */
export async function layDown(sql: Sql, message: string): Promise<boolean> {
  const rows = await sql`
    update campaigns set state = 'draft', send_at = null, confirmed = null, confirmed_entry = null
    where message = ${message} and state = 'scheduled' returning message`
  return rows.length > 0
}

/**
 * Lets a paused campaign go on: one that had started is being sent again, one whose time is still to come is scheduled,
 * any other is a draft, for which no number is confirmed any more. @returns what it is now, null when it was not paused.
 */
export async function unpause(sql: Sql, message: string): Promise<CampaignState | null> {
  const [row] = await sql<{ state: CampaignState }[]>`
    update campaigns c set note = null, state = next.state,
      send_at = case when next.state <> 'draft' then c.send_at end,
      confirmed = case when next.state <> 'draft' then c.confirmed end,
      confirmed_entry = case when next.state <> 'draft' then c.confirmed_entry end
    from (
      select message, case
        when started_at is not null then 'sending' when send_at > instant() then 'scheduled' else 'draft' end as state
      from campaigns where message = ${message} and state = 'paused' for update) as next
    where c.message = next.message returning c.state`
  return row?.state ?? null
}

/** Campaigns that a worker has something to do for: those that are being sent, and those whose time has come. */
export async function campaignsInHand(sql: Sql): Promise<{ slug: string; state: CampaignState }[]> {
  return sql<{ slug: string; state: CampaignState }[]>`
    select slug, state from campaigns
    where state = 'sending' or (state = 'scheduled' and send_at <= instant()) order by started_at nulls last, slug`
}
