import { setTimeout as wait } from 'node:timers/promises'
import { maskedAddress } from '../domain/address.ts'
import type { Choices } from '../domain/choices.ts'
import { mailLanguage, offeredOne } from '../domain/language.ts'
import { dayOf, makeLink } from '../domain/link-token.ts'
import { Problem } from '../domain/problem.ts'
import { describe } from '../domain/sentence.ts'
import { acknowledgementLetter } from '../mail/acknowledgement-letter.ts'
import { theBrand } from '../store/brand.ts'
import type { Transaction } from '../store/database.ts'
import { personById } from '../store/people.ts'
import { countServiceMail } from '../store/service-messages.ts'
import { allTopics } from '../store/topics.ts'
import { wordingHashes, wordingLanguage } from '../store/wordings.ts'
import type { AfterEntry } from './change-choices.ts'
import type { House } from './house.ts'
import { sendServiceDue } from './send-due.ts'
import { queueServiceMail } from './service-mail.ts'
import { withWorker } from './sweep.ts'

/** Each raise is one mail to her: so many in an hour are hers, more are somebody playing with a link. */
const mostAnHour = 6
/** Milliseconds that her page waits for the note to leave; later a worker sends it. */
const longestWaitMs = 2_000

/**
 * Lays out the note that her choices became wider, with an Undo, to her own mailbox: whoever holds a forwarded link cannot
 * do that behind her back. It is part of the change's transaction: everything is read before the ledger's head is locked,
 * and what is given back lays the note out under the number of the entry. Without a reply address there is none.
 * @throws Problem `too-many` after six in an hour; then nothing was changed.
 */
export async function acknowledgeRaise(
  house: House,
  tx: Transaction,
  change: { person: string; at: string; choices: Choices; wording: string | null },
): Promise<AfterEntry> {
  const [her, brand, topics, wordings, seen] = await Promise.all([
    personById(tx, change.person),
    theBrand(tx),
    allTopics(tx),
    wordingHashes(tx),
    wordingLanguage(tx, change.wording),
  ])
  const { replyTo } = brand
  if (!her?.address || !replyTo) return async () => undefined
  if ((await countServiceMail(tx, change.person, 'acknowledgement', '1 hour')) >= mostAnHour) {
    throw new Problem(
      'too-many',
      `her choices were raised ${mostAnHour} times within an hour; nothing was changed, try later`,
    )
  }
  const now = new Date(change.at)
  const saved = change.choices.language
  // Who saved none is written to in the language of what she answered.
  const written = offeredOne(saved, brand.languages) === null ? [seen] : []
  const { language, linked } = mailLanguage(written, saved, brand.languages)
  const sentence = describe(change.choices, {
    topics,
    brand,
    locale: language,
    now,
    address: maskedAddress(her.address.spelling),
    suppressions: her.suppressions,
    wordings,
  })
  return async (entry) => {
    const link = { person: change.person, day: dayOf(now), topics: [], delivery: null, entry }
    const undoUrl = `${house.publicUrl}/undo/${makeLink(house.keys.links, { ...link, purpose: 'undo' })}${linked ? `?lang=${language}` : ''}`
    const letter = {
      ...acknowledgementLetter({ brand, language, sentence, undoUrl }),
      sender: replyTo,
      locale: language,
    }
    const to = { person: change.person, version: entry, at: change.at }
    await queueServiceMail(tx, 'acknowledgement', to, () => letter)
  }
}

/** Houses that are sending such a note this moment: one at a time, so that notes never take the connections that stops need. */
const sendingNow = new WeakSet<House>()

/** Sends her note now if nothing else is being sent so; a worker sends it otherwise. Her change stands whatever becomes of it. */
export async function sendHers(house: House, person: string): Promise<void> {
  if (sendingNow.has(house)) return
  sendingNow.add(house)
  const sending = withWorker(house, (worker) => sendServiceDue(house, worker, undefined, person))
    .catch((error: unknown) => {
      house.warn(`a note could not be sent at once: ${error instanceof Error ? error.name : 'unknown'}`)
    })
    .finally(() => sendingNow.delete(house))
  await Promise.race([sending, wait(longestWaitMs)])
}
