import { cleanWords, isTooLong } from '../domain/answer.ts'
import type { Choices } from '../domain/choices.ts'
import type { Link } from '../domain/link-token.ts'
import { Problem } from '../domain/problem.ts'
import type { StopReason } from '../domain/stop-reason.ts'
import { endedBy } from '../domain/stopped-topics.ts'
import type { House } from './house.ts'
import { changeToUndo } from './preferences.ts'
import { keepAnswer, lockHer, type Kept } from './talk.ts'

/**
 * Keeps why she stopped, with the stop's entry and the mail she came from. It comes after the stop, by any link that could
 * stop, and changes nothing about it. Said again it takes the place of what she said before.
 * @throws Problem `link-expired` a day after the stop, `link-invalid` when there is no such change of hers, `invalid-input`
 * when that change stopped nothing, `too-many` as `tellUs`.
 */
export async function giveStopReason(
  house: House,
  link: Link,
  entry: number,
  said: { id: string; reason: StopReason | null; text: string },
  now: Date,
): Promise<Kept> {
  const text = cleanWords(said.text)
  if (text === '' && said.reason === null) return { kind: 'empty' }
  if (isTooLong(text)) return { kind: 'too-long' }
  const { before, after } = await changeToUndo(house, link.person, entry, now)
  const topics = topicsOf(before, after, link)
  const { person, delivery } = link
  const answer = { id: said.id, person, question: null, reason: said.reason, entry, text, delivery, topics }
  return house.database.sql.begin(async (tx): Promise<Kept> => {
    await lockHer(house, tx, person)
    return { kind: 'kept', answer: await keepAnswer(tx, answer, true) }
  })
}

/** The topics that a stop ended; of a stop of everything, those of the mail she came from. */
function topicsOf(before: Choices, after: Choices, link: Link): readonly number[] {
  if (before.stopped === null && after.stopped !== null) return link.topics
  const ended = endedBy(before, after)
  if (ended.length > 0) return ended
  throw new Problem('invalid-input', 'that change stopped nothing, so there is no reason to give for it')
}
