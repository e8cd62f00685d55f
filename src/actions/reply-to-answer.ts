import { shortText } from '../domain/audience-export.ts'
import { answerId, cleanWords, lengthOf, longestWords, stillWantsReply } from '../domain/answer.ts'
import { zoneFor } from '../domain/calendar.ts'
import { textDate } from '../domain/catalogue.ts'
import { judge } from '../domain/gate.ts'
import { dayOf, makeLink } from '../domain/link-token.ts'
import { languageFor } from '../domain/language.ts'
import { Problem } from '../domain/problem.ts'
import { replyLetter } from '../mail/reply-letter.ts'
import { answerOf, type Answer } from '../store/answers.ts'
import { theBrand } from '../store/brand.ts'
import { insertReply, whoseAnswer } from '../store/conversation.ts'
import type { Transaction } from '../store/database.ts'
import { instantNow } from '../store/instant.ts'
import { lockPerson, type Person } from '../store/people.ts'
import { wordingHashes } from '../store/wordings.ts'
import { sendHers } from './acknowledge-raise.ts'
import type { House } from './house.ts'
import { queueServiceMail } from './service-mail.ts'

/**
 * Sends our one reply to an answer whose writer asked for one. It is laid out with the reply in one transaction, and leaves
 * through the gate as a receipt: mail that she waits for, because she asked for it with her own press (decision 0013).
 * @throws Problem `invalid-input` for no text, one beyond 2,000 characters or what is no id, `not-found` when there is no such answer (any
 * more), `already-exists` when it was replied to, `refused-by-gate` when she asked for none, stopped since, or may not be
 * written to, `not-ready` without a reply address.
 */
export async function replyToAnswer(
  house: House,
  answer: string,
  given: { text: string; by?: string | undefined },
): Promise<void> {
  const text = cleanWords(given.text)
  if (text === '' || lengthOf(text) > longestWords) {
    throw new Problem(
      'invalid-input',
      `a reply has 1 to ${longestWords} characters; it has ${lengthOf(text)}. Nothing was sent`,
    )
  }
  const id = answerId(answer)
  const person = await whoseAnswer(house.database.sql, id)
  if (person === null) throw noSuchAnswer()
  await house.database.sql.begin((tx) => layOut(house, tx, { id, person, text, by: shortText(given.by ?? '') }))
  await sendHers(house, person)
}

type Reply = { id: string; person: string; text: string; by: string | null }

async function layOut(house: House, tx: Transaction, reply: Reply): Promise<void> {
  const person = await lockPerson(tx, reply.person)
  const answer = person && (await answerOf(tx, person.id, reply.id))
  if (!person || !answer) throw noSuchAnswer()
  if (answer.reply) throw new Problem('already-exists', 'this was replied to already; each answer gets one reply')
  const [brand, wordings, at] = await Promise.all([theBrand(tx), wordingHashes(tx), instantNow(tx)])
  requireWanted(person, answer)
  const verdict = judge({ kind: 'service', serviceKind: 'receipt', channel: 'email' }, person, { brand, wordings }, at)
  if (verdict.kind !== 'now') {
    throw new Problem('refused-by-gate', `nothing was sent: this person may not be written to (${verdict.reason})`)
  }
  const { replyTo } = brand
  if (replyTo === null) {
    throw new Problem('not-ready', 'a reply needs an address to come from: courtesy brand set --reply-to ADDRESS')
  }
  const language = languageFor(person.choices.language, brand.languages)
  let delivery = ''
  const to = { person: person.id, version: person.entry, at: at.toISOString() }
  await queueServiceMail(tx, 'receipt', to, (own) => {
    delivery = own
    const link = { person: person.id, day: dayOf(at), topics: [], delivery, entry: null }
    const letter = replyLetter({
      brand,
      language,
      reply: reply.text,
      words: answer.text,
      date: textDate(language, new Date(answer.createdAt), zoneFor(person.choices.timeZone, brand)),
      changeUrl: `${house.publicUrl}/p/${makeLink(house.keys.links, { ...link, purpose: 'preferences' })}/talk/${answer.id}`,
    })
    return { ...letter, sender: replyTo, locale: language }
  })
  const { text, by } = reply
  await insertReply(tx, { answer: answer.id, person: person.id, text, by, delivery })
}

function requireWanted({ choices, address }: Person, { replyAskedAt }: Answer): void {
  if (replyAskedAt === null) {
    throw new Problem('refused-by-gate', 'nothing was sent: no reply was asked for with this answer')
  }
  if (!stillWantsReply(replyAskedAt, choices)) {
    throw new Problem('refused-by-gate', 'nothing was sent: everything was stopped after a reply was asked for')
  }
  if (address === null) throw new Problem('refused-by-gate', 'nothing was sent: there is no email address any more')
}

function noSuchAnswer(): Problem {
  return new Problem('not-found', 'there is no such answer (any more); see courtesy talk list')
}
