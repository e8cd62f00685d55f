import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { lintCampaign, type Finding } from '../domain/campaign-lint.ts'
import { notAsked } from '../domain/choices.ts'
import { Problem } from '../domain/problem.ts'
import { shownMail, type ShownMail } from '../mail/read-mime.ts'
import { readPeople, type Recipient } from '../store/audience.ts'
import { allCampaigns, type Campaign } from '../store/campaigns.ts'
import { instantNow } from '../store/instant.ts'
import { theCampaign } from './check-campaign.ts'
import type { House } from './house.ts'
import { digestParcel, type WrittenItem } from './write-digest-mail.ts'
import { letterFor, topicParcel } from './write-topic-mail.ts'

/** As whom a mail is shown: somebody by id, or nobody in particular; alone, or in a digest. */
export type PreviewOf = { person: string | null; digest: boolean }

/** A mail as it would arrive, and what is worth a second look in it. */
export type Preview = { campaign: Campaign; mail: ShownMail; findings: Finding[]; person: { name: string } | null }

/** Beside this one a digest is shown with so many others. */
const othersInDigest = 2

/**
 * A campaign as it would arrive, made by what makes the mails: nothing is sent, nothing is written. Its links belong to nobody,
 * so that no press in a preview can be anybody's.
 * @throws Problem `not-found` for an unknown campaign or person.
 */
export async function previewCampaign(house: House, slug: string, { person, digest }: PreviewOf): Promise<Preview> {
  const { readOnly } = house.database
  const [campaign, at] = await Promise.all([theCampaign(readOnly, slug), instantNow(readOnly)])
  const known = person === null ? null : ((await readPeople(readOnly, [person]))[0] ?? null)
  if (person !== null && known === null) throw new Problem('not-found', 'there is nobody with that number')
  const letter = await letterFor(house, campaign)
  const reader = { ...(known ?? somebody(campaign)), id: randomUUID() }
  const alone = topicParcel(house, letter, randomUUIDv7(), reader, at)
  const shown = digest ? await digestOf(house, { campaign, letter, delivery: randomUUIDv7() }, reader, at) : alone.mime
  const { languages } = letter.brand
  const { body: source, language } = campaign
  const bytes = Buffer.byteLength(alone.mime, 'latin1')
  return {
    campaign,
    mail: await shownMail(shown),
    findings: lintCampaign({ source, body: letter.body, language, offered: languages, bytes }),
    person: known && { name: known.name },
  }
}

/** A digest with this one and the newest others, as somebody would get it who chose digests. */
async function digestOf(house: House, item: WrittenItem, person: Recipient, at: Date): Promise<string> {
  const all = await allCampaigns(house.database.readOnly)
  const others = all.filter(({ message, state }) => message !== item.campaign.message && state !== 'cancelled')
  const items = [item]
  for (const { slug } of others.slice(-othersInDigest)) {
    const campaign = await theCampaign(house.database.readOnly, slug)
    items.push({ campaign, letter: await letterFor(house, campaign), delivery: randomUUIDv7() })
  }
  const mail = { delivery: randomUUIDv7(), person, service: false, within: null, items: [] }
  return (await digestParcel(house, items, mail, at)).mime
}

/** Somebody who said yes to the topic and whose name we don't know. */
function somebody({ topic, language }: Campaign): Recipient {
  const yes = { answer: 'yes', at: new Date(0).toISOString(), entry: 0, basis: null, pace: null } as const
  const choices = { ...notAsked(), topics: { [String(topic)]: yes }, pace: 'as-it-happens', paceChosen: true } as const
  const standing = { choices: { ...choices, language }, recent: [], suppressions: [], listed: false }
  return { ...standing, id: randomUUID(), name: '', version: 0, spelling: 'you@example.com' }
}
