import { campaignById, type Campaign } from '../store/campaigns.ts'
import { settle } from '../store/outcomes.ts'
import { handOver, type Mail } from './hand-over.ts'
import type { House } from './house.ts'
import { releaseDue, type DueMail } from './release-due.ts'
import { missingToSend } from './require-ready.ts'
import { serviceParcel } from './service-mail.ts'
import { digestParcel } from './write-digest-mail.ts'
import { settled } from './work-slices.ts'
import { letterFor, topicParcel, type CampaignLetter } from './write-topic-mail.ts'

/** Part of the lease (30 s) within which a message must have begun. */
const beginWithinMs = 20_000

/**
 * Sends everything that waits and is due, batch by batch, beside whoever else does: digests at their slot, what was held by
 * limits or quiet hours, what was deferred, service mail. `only` sends service mail to one person, and nothing else. @returns how many mails were handed over.
 */
export async function sendDue(
  house: House,
  worker: number,
  signal?: AbortSignal,
  only: string | null = null,
): Promise<number> {
  const { sql } = house.database
  // Topic mail stays where it is while the house may not send any; what she asked for herself still leaves.
  const serviceOnly = only !== null || (await missingToSend(house)).length > 0
  const letters = new Letters(house)
  let handedOver = 0
  while (!signal?.aborted) {
    const begunBefore = performance.now() + beginWithinMs
    const batch = await releaseDue(house, worker, { only, serviceOnly })
    if (batch.people === 0) break
    const mails = batch.mails.map((mail): Mail => ({
      delivery: mail.delivery,
      write: () => written(house, letters, mail, batch.at),
    }))
    const outcomes = await handOver(house, mails, begunBefore)
    await sql.begin((tx) => settle(tx, outcomes.map(settled)))
    handedOver += mails.length
  }
  return handedOver
}

async function written(house: House, letters: Letters, mail: DueMail, at: Date) {
  const [first] = mail.items
  if (!first) throw new Error('a mail without anything in it')
  if (mail.service) return serviceParcel(house, mail.delivery, first.message, mail.person.spelling, at)
  if (mail.items.length === 1) {
    return topicParcel(house, (await letters.of(first.message)).letter, mail.delivery, mail.person, at)
  }
  const items = await Promise.all(mail.items.map(async (item) => ({ ...item, ...(await letters.of(item.message)) })))
  return digestParcel(house, items, mail, at)
}

/** The letters of one run, each built once. */
class Letters {
  readonly #house: House
  readonly #built = new Map<string, Promise<{ letter: CampaignLetter; campaign: Campaign }>>()
  constructor(house: House) {
    this.#house = house
  }

  of(message: string): Promise<{ letter: CampaignLetter; campaign: Campaign }> {
    let built = this.#built.get(message)
    if (!built) {
      built = this.#build(message)
      this.#built.set(message, built)
    }
    return built
  }

  async #build(message: string): Promise<{ letter: CampaignLetter; campaign: Campaign }> {
    const campaign = await campaignById(this.#house.database.sql, message)
    if (!campaign) throw new Error('a delivery names a campaign that is not stored')
    return { letter: await letterFor(this.#house, campaign), campaign }
  }
}
