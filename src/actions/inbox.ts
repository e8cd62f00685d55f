import { answerId } from '../domain/answer.ts'
import { maskedAddress } from '../domain/address.ts'
import { Problem } from '../domain/problem.ts'
import { describe } from '../domain/sentence.ts'
import { staffLanguage } from '../domain/staff-catalogue.ts'
import { answerOf, type Answer } from '../store/answers.ts'
import { theBrand } from '../store/brand.ts'
import { countHeard, handleAnswer, heard, whoseAnswer, type Handled, type Heard } from '../store/conversation.ts'
import { instantNow } from '../store/instant.ts'
import { personById } from '../store/people.ts'
import { allTopics } from '../store/topics.ts'
import { wordingHashes } from '../store/wordings.ts'
import type { House } from './house.ts'

export type { Handled }

/** One answer as staff open it: what was said, the thread, whose it is and her sentence. */
export type OpenAnswer = { heard: Heard; answer: Answer; person: string; sentence: string }

/** @throws Problem `not-found` when there is no such answer (any more), `invalid-input` for what is no id. */
export async function readAnswer(house: House, text: string): Promise<OpenAnswer> {
  const sql = house.database.readOnly
  const id = answerId(text)
  const whose = await whoseAnswer(sql, id)
  if (whose === null) throw noSuchAnswer()
  const [[said], answer, person, brand, topics, now, wordings] = await Promise.all([
    heard(sql, { question: null, waiting: false, limit: 1, id }),
    answerOf(sql, whose, id),
    personById(sql, whose),
    theBrand(sql),
    allTopics(sql),
    instantNow(sql),
    wordingHashes(sql),
  ])
  if (!said || !answer || !person) throw noSuchAnswer()
  const { choices, suppressions } = person
  const address = maskedAddress(person.address?.spelling ?? '')
  const sentence = describe(choices, { topics, brand, locale: staffLanguage(), now, address, suppressions, wordings })
  return { heard: said, answer, person: whose, sentence }
}

/**
 * Writes down what staff make of an answer: read and done, worth acting on, or null for unread again. Nobody is told, and nothing
 * of hers changes. @throws as {@link readAnswer}.
 */
export async function markAnswer(house: House, text: string, handled: Handled | null, staff: string): Promise<void> {
  if (!(await handleAnswer(house.database.sql, answerId(text), handled, staff))) throw noSuchAnswer()
}

/** What waits in the inbox, in numbers. */
export async function countInbox(house: House): Promise<{ unread: number; waiting: number; handled: number }> {
  return countHeard(house.database.readOnly)
}

function noSuchAnswer(): Problem {
  return new Problem('not-found', 'there is no such answer (any more)')
}
