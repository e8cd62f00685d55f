import { randomUUID } from 'node:crypto'
import { answerId } from '../domain/answer.ts'
import { plainLine } from '../domain/plain-line.ts'
import { Problem } from '../domain/problem.ts'
import {
  changesFor,
  heard,
  insertChange,
  type ChangeMade,
  type Heard,
  type HeardWanted,
} from '../store/conversation.ts'
import { questionNamed } from '../store/questions.ts'
import type { House } from './house.ts'

export type { Heard }

/** What people told us, the newest first, in their words and without their addresses. @throws Problem `not-found` for a question that there is not. */
export async function listAnswers(house: House, wanted: HeardWanted): Promise<Heard[]> {
  const sql = house.database.readOnly
  if (wanted.question !== null && !(await questionNamed(sql, wanted.question))) {
    throw new Problem('not-found', `there is no question ${wanted.question}; see courtesy question list`)
  }
  return heard(sql, wanted)
}

/**
 * Publishes what we changed because people told us: it stands on everybody's conversation page with its date, and those
 * whose answers it names read that theirs were part of it. Nobody is mailed for it.
 * @param change `id` is that of the form it was written in, so that pressing twice publishes once.
 * @throws Problem `invalid-input` for a text that cannot be, or an answer that there is not, `already-exists` for a form with
 * which something else was published; then nothing was published.
 */
export async function publishChange(
  house: House,
  { id = randomUUID(), text, answers }: { id?: string; text: string; answers: readonly string[] },
): Promise<{ id: string }> {
  const change = { id, text: plainLine('--text', text, 300) }
  const named = [...new Set(answers.map(answerId))]
  await house.database.sql.begin(async (tx) => {
    const unlinked = await insertChange(tx, change, named)
    if (unlinked === null) {
      throw new Problem(
        'already-exists',
        'other words were published with this form before; press again to publish these too',
      )
    }
    const [unknown] = unlinked
    if (unknown !== undefined) {
      throw new Problem('invalid-input', `there is no answer ${unknown}; nothing was published. See courtesy talk list`)
    }
  })
  return { id: change.id }
}

export async function listChanges(house: House, limit: number): Promise<ChangeMade[]> {
  return changesFor(house.database.readOnly, null, limit)
}
