import { campaignById, type Campaign } from '../store/campaigns.ts'
import type { DueWanted } from '../store/due.ts'
import { handOver, type Mail } from './hand-over.ts'
import type { House } from './house.ts'
import { releaseDue, type DueMail } from './release-due.ts'
import { missingToSend } from './require-ready.ts'
import { serviceParcel } from './service-mail.ts'
import { suppressBounced } from './suppress-bounced.ts'
import { digestParcel } from './write-digest-mail.ts'
import { letterFor, topicParcel, type CampaignLetter } from './write-topic-mail.ts'

/** Sends everything that waits and is due: service mail, then topic mail. @returns how many mails were handed over. */
export async function sendDue(house: House, worker: number, signal?: AbortSignal): Promise<number> {
  return (await sendServiceDue(house, worker, signal)) + (await sendTopicDue(house, worker, signal))
}

/** Sends the service mail that is due, to everybody or to one person, beside whoever else does. @returns how many mails. */
export async function sendServiceDue(
  house: House,
  worker: number,
  signal?: AbortSignal,
  only: string | null = null,
): Promise<number> {
  return sendBatches(house, worker, { kind: 'service', only }, signal)
}

/**
 * Sends the topic mail that is due, beside whoever else does: digests at their slot, what was held by limits or quiet
 * hours, what was deferred. All of it stays where it is while the house may not send any. @returns how many mails.
 */
export async function sendTopicDue(house: House, worker: number, signal?: AbortSignal): Promise<number> {
  if ((await missingToSend(house)).length > 0) return 0
  const sent = await sendBatches(house, worker, { kind: 'topic', only: null }, signal)
  await suppressBounced(house)
  return sent
}

async function sendBatches(
  house: House,
  worker: number,
  wanted: DueWanted,
  signal: AbortSignal | undefined,
): Promise<number> {
  const courier = wanted.kind === 'service' ? house.serviceCourier : house.courier
  const letters = new Letters(house)
  let handedOver = 0
  while (!signal?.aborted) {
    const since = performance.now()
    const batch = await releaseDue(house, worker, { ...wanted, limit: courier.batch })
    if (batch.people === 0) break
    const mails = batch.mails.map((mail): Mail => ({
      delivery: mail.delivery,
      person: mail.person.id,
      items: mail.items,
      notAfter: mail.within,
      write: () => written(house, letters, mail, batch.at),
    }))
    await handOver(house, mails, { worker, since, perDestination: batch.perDestination }, courier)
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
