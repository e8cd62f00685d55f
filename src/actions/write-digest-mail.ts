import { envelopeAddress, maskedAddress } from '../domain/address.ts'
import { languageFor, languageOf, mailLanguage, type Language } from '../domain/language.ts'
import { dayOf, makeLink } from '../domain/link-token.ts'
import { renewalDue } from '../domain/renewal.ts'
import { promiseLine } from '../domain/sentence.ts'
import { topicIn } from '../domain/topic.ts'
import type { Parcel } from '../mail/courier.ts'
import { digestLetter, type DigestItem } from '../mail/digest-letter.ts'
import type { Campaign } from '../store/campaigns.ts'
import type { House } from './house.ts'
import type { DueMail } from './release-due.ts'
import type { CampaignLetter } from './write-topic-mail.ts'

/** One item of a digest: its own delivery, and its campaign with the letter that was built for it. */
export type WrittenItem = { delivery: string; campaign: Campaign; letter: CampaignLetter }

/** A link names at most so many topics. */
const topicsInLink = 12

/** Writes one digest to one person. Its one-click turns off the topics that are in it. `at` is the instant of its release. */
export async function digestParcel(
  house: House,
  items: readonly WrittenItem[],
  mail: DueMail,
  at: Date,
): Promise<Parcel> {
  const [first] = items
  if (!first) throw new Error('a digest without items')
  const { brand, topics } = first.letter
  const { person, delivery } = mail
  const sender = { ...first.letter.sender, name: brand.name }
  const inIt = [...new Set(items.map(({ campaign }) => campaign.topic))].slice(0, topicsInLink)
  const due = inIt.filter((topic) => renewalDue(person.choices, topic, brand, at))
  const written = items.map(({ campaign }) => campaign.language)
  const { language, linked } = mailLanguage(written, person.choices.language, brand.languages)
  const asked = linked ? `?lang=${language}` : ''
  const fill = await digestLetter({
    language,
    asksAgain: due.length > 0,
    brand,
    sender,
    items: items.map((item) => itemIn(house, language, item)),
  })
  const token = (purpose: 'preferences' | 'unsubscribe', topicIds: number[], of: string) =>
    makeLink(house.keys.links, {
      purpose,
      person: person.id,
      day: dayOf(at),
      topics: topicIds,
      delivery: of,
      entry: null,
    })
  const page = (topicIds: number[], of: string) => `${house.publicUrl}/p/${token('preferences', topicIds, of)}`
  const address = maskedAddress(person.spelling)
  const context = { topics, brand, locale: language, now: at, address, suppressions: person.suppressions }
  const whole = page(inIt, delivery)
  const to = envelopeAddress(person.spelling).address
  const mime = fill({
    to,
    messageId: `<${delivery}@${sender.domain}>`,
    date: at,
    headers: { 'List-Unsubscribe': `<${house.publicUrl}/u/${token('unsubscribe', inIt, delivery)}>` },
    values: [
      promiseLine(person.choices, first.letter.topic, context),
      `${whole}${asked}`,
      `${whole}/stop${asked}`,
      ...items.flatMap((item) => {
        const its = page([item.campaign.topic], item.delivery)
        return [`${its}/why${asked}`, `${its}/stop${asked}`]
      }),
      `${page(due, delivery)}/keep${asked}`,
    ],
  })
  return { delivery, from: envelopeAddress(sender.address).address, to, mime }
}

/** A hosted copy knows nobody, so its address says the language where there is more than one. */
function itemIn(house: House, language: Language, { campaign, letter }: WrittenItem): DigestItem {
  const { brand, topic } = letter
  const asked = brand.languages.length > 1 ? `?lang=${language}` : ''
  return {
    subject: campaign.subject,
    inShort: campaign.inShort,
    language: languageOf(campaign.language) ?? languageFor(null, brand.languages),
    url: `${house.publicUrl}/m/${campaign.message}${asked}`,
    topic: topicIn(topic, language).name,
  }
}
