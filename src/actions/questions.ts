import { plainLine } from '../domain/plain-line.ts'
import { Problem } from '../domain/problem.ts'
import { allQuestions, endQuestion, insertQuestion, questionNamed, type QuestionCounted } from '../store/questions.ts'
import type { House } from './house.ts'

/**
 * Opens a question: it may be put to each person once in 90 days, never on the way to less, and stands with the reason why
 * we ask. One is open at a time, whoever opens two at once; what it asks never changes.
 * @throws Problem `invalid-input` for a short name or text that cannot be, `already-exists` for a name that is taken or
 * while another question is open.
 */
export async function openQuestion(house: House, given: { slug: string; text: string; why: string }): Promise<void> {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(given.slug)) {
    throw new Problem(
      'invalid-input',
      `"${given.slug}" cannot be a question's short name; use a-z, 0-9 and "-", up to 40 characters`,
    )
  }
  const question = {
    slug: given.slug,
    text: plainLine('--text', given.text, 200),
    why: plainLine('--why', given.why, 200),
  }
  const opened = await house.database.sql.begin((tx) => insertQuestion(tx, question))
  if (opened === 'opened') return
  throw new Problem(
    'already-exists',
    opened === 'taken'
      ? `there is already a question ${question.slug}; nothing was changed. Give this one another short name`
      : 'one question is open at a time; nothing was changed. See courtesy question list, and close that one first',
  )
}

/**
 * Closes a question: nobody is asked it any more, and its answers stay. Closed twice it is closed once.
 * @returns whether it was open until now.
 * @throws Problem `not-found` when there is no such question.
 */
export async function closeQuestion(house: House, slug: string): Promise<boolean> {
  const wasOpen = await house.database.sql.begin((tx) => endQuestion(tx, slug))
  if (!wasOpen && !(await questionNamed(house.database.sql, slug))) {
    throw new Problem('not-found', `there is no question ${slug}; see courtesy question list`)
  }
  return wasOpen
}

export async function listQuestions(house: House): Promise<QuestionCounted[]> {
  return allQuestions(house.database.readOnly)
}
