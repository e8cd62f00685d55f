import { cleanWords, isHerTurn, isTooLong, type Quote } from '../domain/answer.ts'
import type { Choices } from '../domain/choices.ts'
import { showsHers, type Link } from '../domain/link-token.ts'
import { Problem } from '../domain/problem.ts'
import type { StopReason } from '../domain/stop-reason.ts'
import {
  answerOf,
  answersOf,
  answerTo,
  countAnswers,
  deleteAnswer,
  insertAnswer,
  rewriteAnswer,
  sayMayQuote,
  sayWantsReply,
  type Answer,
  type NewAnswer,
} from '../store/answers.ts'
import { cancelReplyMail, changesFor, type ChangeMade } from '../store/conversation.ts'
import type { Transaction } from '../store/database.ts'
import { lockPerson } from '../store/people.ts'
import { noteAsking, openQuestionFor, questionNamed, type Question } from '../store/questions.ts'
import { forgetEndedServiceMail } from '../store/service-messages.ts'
import { currentWordings, wordingText } from '../store/wordings.ts'
import { whoIsGone } from './erase.ts'
import type { House } from './house.ts'

/** What she told us within an hour is hers up to here; more is somebody playing with a link. */
const mostAnHour = 10
const changesShown = 20

/** Everything her conversation shows. `ask` is the open question, where she has not answered it and not stopped. */
export type Talk = { ask: Question | null; answers: Answer[]; changes: ChangeMade[] }
export type { Answer, Question }

/** Words that were kept under an id, or why they were not: then nothing was changed. */
export type Kept = { kind: 'kept'; answer: string } | { kind: 'empty' } | { kind: 'too-long' }

/**
 * Reads her conversation, on the pool that cannot write. `shows` is how much of it: what everybody may read, with the `question`
 * that she may answer, or with `all` she told us. She opened it to talk, so the question stands there as long as it is open
 * and she has not answered it.
 */
export async function readTalk(
  house: House,
  { id, choices }: { id: string; choices: Choices },
  shows: 'public' | 'question' | 'all',
): Promise<Talk> {
  const sql = house.database.readOnly
  const [open, answers, changes] = await Promise.all([
    shows === 'public' ? null : openQuestionFor(sql, id),
    shows === 'all' ? answersOf(sql, id) : [],
    changesFor(sql, shows === 'all' ? id : null, changesShown),
  ])
  const ask = open && !open.answered && choices.stopped === null ? open.question : null
  return { ask, answers, changes }
}

/** The open question where it is her turn to be asked it: beside her choices, and nowhere on the way to less. */
export async function questionFor(
  house: House,
  { id, choices }: { id: string; choices: Choices },
): Promise<Question | null> {
  const open = await openQuestionFor(house.database.readOnly, id)
  return open && isHerTurn({ ...open, choices }, new Date(open.now)) ? open.question : null
}

/** One answer of hers, with the wording of what is asked beside it; null when there is none of hers by that id. */
export async function readAnswer(
  house: House,
  person: string,
  id: string,
  language: string,
): Promise<{ answer: Answer; wording: string | null } | null> {
  const sql = house.database.readOnly
  const [answer, wordings] = await Promise.all([answerOf(sql, person, id), currentWordings(sql, 'talk')])
  return answer && { answer, wording: wordings.get(language) ?? null }
}

/**
 * Keeps what she tells us, to a question or of her own accord. Pressed twice it is one answer, by the id that the form
 * carries; a second answer to the same question takes the place of the first. An old link only adds words.
 * @throws Problem `invalid-input` for a question or an id that no form of hers had, `too-many` beyond ten in an hour.
 */
export async function tellUs(
  house: House,
  link: Link,
  said: { id: string; question: string | null; text: string },
  now: Date,
): Promise<Kept> {
  const text = cleanWords(said.text)
  if (text === '') return { kind: 'empty' }
  if (isTooLong(text)) return { kind: 'too-long' }
  const mayRewrite = showsHers(link, now)
  const question = mayRewrite ? said.question : null
  if (question !== null && !(await questionNamed(house.database.readOnly, question))) {
    throw new Problem('invalid-input', 'the form names a question that was never asked; open the page again')
  }
  const { person, delivery, topics } = link
  const answer = { id: said.id, person, question, reason: null, entry: null, text, delivery, topics }
  return house.database.sql.begin(async (tx): Promise<Kept> => {
    await lockHer(house, tx, person)
    if (question !== null) await noteAsking(tx, person, question)
    return { kind: 'kept', answer: await keepAnswer(tx, answer, mayRewrite) }
  })
}

/**
 * Keeps an answer, or puts its words in the place of those that stand there for the same question, stop or id.
 * @returns the id it has. @throws as {@link tellUs}.
 */
export async function keepAnswer(tx: Transaction, answer: NewAnswer, mayRewrite: boolean): Promise<string> {
  const { person } = answer
  const there = (await answerTo(tx, person, answer)) ?? answer.id
  const before = await answerOf(tx, person, there)
  if (before) {
    if (before.stop !== answer.entry)
      throw new Problem('invalid-input', 'that id is of another answer; open the page again')
    const same = before.text === answer.text && before.reason === answer.reason
    if (mayRewrite && !same) await rewriteAnswer(tx, person, there, answer)
    return there
  }
  if ((await countAnswers(tx, person, '1 hour')) >= mostAnHour) {
    throw new Problem('too-many', `she told us ${mostAnHour} things within an hour; nothing was kept, try later`)
  }
  if (await insertAnswer(tx, answer)) return answer.id
  throw new Problem('invalid-input', 'the form names an answer of somebody else; open the page again')
}

/** Puts other words in place of an answer of hers. @throws Problem `not-found` when there is none, `refused-by-gate` by an old link. */
export async function editAnswer(
  house: House,
  link: Link,
  id: string,
  said: { text: string; reason: StopReason | null },
  now: Date,
): Promise<Kept> {
  const text = cleanWords(said.text)
  if (isTooLong(text)) return { kind: 'too-long' }
  return onHerAnswer(house, link, id, now, async (tx, answer): Promise<Kept> => {
    const reason = answer.stop === null ? null : said.reason
    if (text === '' && reason === null) return { kind: 'empty' }
    if (text !== answer.text || reason !== answer.reason) await rewriteAnswer(tx, link.person, id, { text, reason })
    return { kind: 'kept', answer: id }
  })
}

/** Deletes an answer of hers with all that hangs on it; a reply that has not left does not leave. @throws as {@link editAnswer}. */
export async function forgetAnswer(house: House, link: Link, id: string, now: Date): Promise<void> {
  await onHerAnswer(house, link, id, now, async (tx) => {
    const mails = await cancelReplyMail(tx, link.person, id)
    await deleteAnswer(tx, link.person, id)
    await forgetEndedServiceMail(tx, mails)
  })
}

/**
 * Keeps whether she wants a reply, or how she may be quoted, with the time and the wording that asked.
 * @throws Problem `invalid-input` for a wording that never asked this; else as {@link editAnswer}.
 */
export async function consent(
  house: House,
  link: Link,
  { id, wording }: { id: string; wording: string },
  said: { reply: boolean } | { quote: Quote },
  now: Date,
): Promise<void> {
  if ((await wordingText(house.database.readOnly, 'talk', wording)) === null) {
    throw new Problem('invalid-input', 'the page names a wording that was never published; open it again and press')
  }
  const about = { person: link.person, id, wording }
  await onHerAnswer(house, link, id, now, (tx) =>
    'reply' in said ? sayWantsReply(tx, about, said.reply) : sayMayQuote(tx, about, said.quote),
  )
}

/** She does not want to answer this one: nobody asks her anything for 90 days. @throws Problem `invalid-input` for a question that there is not. */
export async function declineQuestion(house: House, link: Link, slug: string, now: Date): Promise<void> {
  requireTalk(link, now)
  if (!(await questionNamed(house.database.readOnly, slug))) {
    throw new Problem('invalid-input', 'the form names a question that was never asked; open the page again')
  }
  await house.database.sql.begin(async (tx) => {
    await lockHer(house, tx, link.person)
    await noteAsking(tx, link.person, slug)
  })
}

async function onHerAnswer<T>(
  house: House,
  link: Link,
  id: string,
  now: Date,
  work: (tx: Transaction, answer: Answer) => Promise<T>,
): Promise<T> {
  requireTalk(link, now)
  return house.database.sql.begin(async (tx) => {
    await lockHer(house, tx, link.person)
    const answer = await answerOf(tx, link.person, id)
    if (!answer) throw new Problem('not-found', 'there is no such answer of hers; she may have deleted it')
    return work(tx, answer)
  }) as Promise<T>
}

function requireTalk(link: Link, now: Date): void {
  if (showsHers(link, now)) return
  throw new Problem('refused-by-gate', 'this link is too old to show or change what she told us')
}

/** Locks her row. @throws Problem `erased` when she was erased. */
export async function lockHer(house: House, tx: Transaction, person: string): Promise<void> {
  if (!(await lockPerson(tx, person))) throw await whoIsGone(house, person)
}
