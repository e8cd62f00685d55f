import { envelopeAddress, maskedAddress } from '../domain/address.ts'
import type { Brand } from '../domain/brand.ts'
import { readBody, type Body } from '../domain/campaign-body.ts'
import { languageFor, languageOf, mailLanguage, type Language } from '../domain/language.ts'
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

/** `write` fills the mail for one person; `writeAsking` with the line that asks whether her yes still holds, null where no yes ever runs out. */
type SpokenLetter = { write: Fill; writeAsking: Fill | null }

/** A campaign's mail as built once, and what is needed to fill it for one person. */
export type CampaignLetter = {
  /** The mail in each language in which our own words in it may be said. */
  spoken: ReadonlyMap<Language, SpokenLetter>
  /** The language that the campaign is written in, where it says so. */
  written: string | null
  body: Body
  /** The values of the body's fields, by mark, for a person of that name. */
  fieldValues(name: string): string[]
  sender: Sender
  /** The sender as an envelope address. */
  from: string
  brand: Brand
  topic: Topic
  topics: Topic[]
}

/** Builds the campaign's mail, once for everybody who reads it in the same language. */
export async function letterFor(house: House, campaign: Campaign): Promise<CampaignLetter> {
  const { sql } = house.database
  const [brand, topics] = await Promise.all([theBrand(sql), allTopics(sql)])
  const topic = topics.find((known) => known.id === campaign.topic)
  if (!topic) throw new Error('a campaign names a topic that is not stored')
  const sender = parseSender(campaign.sender)
  const written = languageOf(campaign.language)
  const languages = written === null ? brand.languages : [written]
  const bodyLanguage = written ?? languageFor(null, brand.languages)
  const ages = brand.seenDays !== null || brand.attestedDays !== null
  const body = readBody(campaign.body, campaign.format)
  const letters = await Promise.all(
    languages.map(async (language) => {
      const letter = { campaign, body, sender, brand, topic, language, bodyLanguage, publicUrl: house.publicUrl }
      const { fill, fieldValues } = await topicLetter({ ...letter, asksAgain: false })
      const asking = ages ? (await topicLetter({ ...letter, asksAgain: true })).fill : null
      return { language, fieldValues, write: fill, writeAsking: asking }
    }),
  )
  return {
    spoken: new Map(letters.map(({ language, write, writeAsking }) => [language, { write, writeAsking }])),
    written,
    body,
    fieldValues: (name) => letters[0]?.fieldValues(name) ?? [],
    sender,
    from: envelopeAddress(sender.address).address,
    brand,
    topic,
    topics,
  }
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
  const { language, linked } = mailLanguage([letter.written], person.choices.language, brand.languages)
  const spoken = letter.spoken.get(language)
  if (!spoken) throw new Error('a letter was not built in the language of one who gets it')
  const inIt = linked ? `?lang=${language}` : ''
  const promise = promiseLine(person.choices, topic, {
    topics,
    brand,
    locale: language,
    now: at,
    address: maskedAddress(person.spelling),
    suppressions: person.suppressions,
  })
  const asking = renewalDue(person.choices, topic.id, brand, at) ? spoken.writeAsking : null
  const write = asking ?? spoken.write
  const mime = write({
    to,
    messageId: `<${delivery}@${sender.domain}>`,
    date: at,
    headers: { 'List-Unsubscribe': `<${oneClick}>` },
    values: [
      ...letter.fieldValues(person.name),
      promise,
      ...['/why', '', '/stop', '/keep'].map((rest) => `${page}${rest}${inIt}`),
    ],
  })
  return { delivery, from: letter.from, to, mime }
}
