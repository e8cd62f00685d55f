import { maskedAddress } from '../domain/address.ts'
import type { Choices } from '../domain/choices.ts'
import { dayOf, makeLink } from '../domain/link-token.ts'
import { describe } from '../domain/sentence.ts'
import { acknowledgementLetter } from '../mail/acknowledgement-letter.ts'
import { theBrand } from '../store/brand.ts'
import { instantNow } from '../store/instant.ts'
import { personById } from '../store/people.ts'
import { allTopics } from '../store/topics.ts'
import type { House } from './house.ts'
import { sendServiceMail } from './send-service-mail.ts'

/**
 * Tells her own mailbox that her choices became wider, with an Undo: whoever holds a forwarded link cannot do that
 * behind her back. Her change stands whatever becomes of the mail, so a failure is only told to the log.
 */
export async function acknowledgeRaise(house: House, person: string, entry: number, choices: Choices): Promise<void> {
  try {
    const { sql } = house.database
    const [her, brand, topics, now] = await Promise.all([
      personById(sql, person),
      theBrand(sql),
      allTopics(sql),
      instantNow(sql),
    ])
    if (!her?.address) return
    const address = maskedAddress(her.address.spelling)
    const sentence = describe(choices, { topics, brand, locale: 'en', now, address, suppressions: her.suppressions })
    const undo = makeLink(house.keys.links, {
      purpose: 'undo',
      person,
      day: dayOf(now),
      topics: [],
      delivery: null,
      entry,
    })
    const letter = acknowledgementLetter({ brand, sentence, undoUrl: `${house.publicUrl}/undo/${undo}` })
    await sendServiceMail(house, person, 'acknowledgement', letter)
  } catch (error) {
    house.warn(`an acknowledgement could not be sent: ${error instanceof Error ? error.message : 'unknown'}`)
  }
}
