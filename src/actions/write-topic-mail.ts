import { envelopeAddress, maskedAddress } from '../domain/address.ts'
import type { Brand } from '../domain/brand.ts'
import { dayOf, makeLink } from '../domain/link-token.ts'
import { renewalDue } from '../domain/renewal.ts'
import { parseSender, type Sender } from '../domain/sender.ts'
import { promiseLine } from '../domain/sentence.ts'
import type { Topic } from '../domain/topic.ts'
import type { Parcel } from '../mail/courier.ts'
import type { Fill } from '../mail/mime.ts'
import { topicLetter } from '../mail/topic-letter.ts'
import type { Recipient } from '../store/audience.ts'
import { theBrand } from '../store/brand.ts'
import type { Campaign } from '../store/campaigns.ts'
import { allTopics } from '../store/topics.ts'
import type { House } from './house.ts'

/** A campaign's mail as built once, and what is needed to fill it for one person. */
export type CampaignLetter = {
  /** Fills the mail for one person. */
  write: Fill
  /** The same with the line that asks whether her yes still holds; null where no yes ever runs out. */
  writeAsking: Fill | null
  /** The values of the body's fields, by mark, for a person of that name. */
  fieldValues(name: string): string[]
  sender: Sender
  /** The sender as an envelope address. */
  from: string
  brand: Brand
  topic: Topic
  topics: Topic[]
}

/** Builds the campaign's mail, once for everybody. */
export async function letterFor(house: House, campaign: Campaign): Promise<CampaignLetter> {
  const { sql } = house.database
  const [brand, topics] = await Promise.all([theBrand(sql), allTopics(sql)])
  const topic = topics.find((known) => known.id === campaign.topic)
  if (!topic) throw new Error('a campaign names a topic that is not stored')
  const sender = parseSender(campaign.sender)
  const letter = { campaign, sender, brand, topic }
  const { fill, fieldValues } = await topicLetter({ ...letter, asksAgain: false })
  const ages = brand.seenDays !== null || brand.attestedDays !== null
  const writeAsking = ages ? (await topicLetter({ ...letter, asksAgain: true })).fill : null
  const from = envelopeAddress(sender.address).address
  return { write: fill, writeAsking, fieldValues, sender, from, brand, topic, topics }
}

/** Fills a campaign's mail for one person, with links of her own. `at` is the instant of its release. */
export function topicParcel(
  house: House,
  letter: CampaignLetter,
  delivery: string,
  person: Recipient,
  at: Date,
): Parcel {
  const { sender, topic, brand, topics } = letter
  const link = { person: person.id, day: dayOf(at), topics: [topic.id], delivery, entry: null }
  const page = `${house.publicUrl}/p/${makeLink(house.keys.links, { ...link, purpose: 'preferences' })}`
  const oneClick = `${house.publicUrl}/u/${makeLink(house.keys.links, { ...link, purpose: 'unsubscribe' })}`
  const to = envelopeAddress(person.spelling).address
  const promise = promiseLine(person.choices, topic, {
    topics,
    brand,
    locale: 'en',
    now: at,
    address: maskedAddress(person.spelling),
    suppressions: person.suppressions,
  })
  const asking = renewalDue(person.choices, topic.id, brand, at) ? letter.writeAsking : null
  const write = asking ?? letter.write
  const mime = write({
    to,
    messageId: `<${delivery}@${sender.domain}>`,
    date: at,
    headers: { 'List-Unsubscribe': `<${oneClick}>` },
    values: [...letter.fieldValues(person.name), promise, `${page}/why`, page, `${page}/stop`, `${page}/keep`],
  })
  return { delivery, from: letter.from, to, mime }
}
