import { z } from 'zod'
import type { Choices } from './choices.ts'
import { Problem } from './problem.ts'

/** Characters (code points) that one answer may have. */
export const longestWords = 2000

/** How her words may be quoted; nothing chosen is `none`. */
export const quotes = ['none', 'first_name', 'no_name'] as const
export type Quote = (typeof quotes)[number]

/** Days within which nobody is asked a second time, whatever the question. */
export const askEveryDays = 90

const dayMs = 86_400_000
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g

export function isQuote(value: unknown): value is Quote {
  return isOneOf(quotes, value)
}

export function isOneOf<Value extends string>(values: readonly Value[], value: unknown): value is Value {
  return values.some((each) => each === value)
}

/**
 * Her words as they are kept: NFC, line ends LF, without the control characters that no database or page can hold, white
 * space around them left out. Nothing else is touched, and nothing is cut: see {@link isTooLong}.
 */
export function cleanWords(given: string): string {
  return given.toWellFormed().replaceAll(/\r\n?/g, '\n').replaceAll(control, '').normalize('NFC').trim()
}

/** True for more than {@link longestWords} characters, counted as people do: an emoji's parts, but no halves of them. */
export function isTooLong(words: string): boolean {
  return lengthOf(words) > longestWords
}

export function lengthOf(words: string): number {
  return words.match(/./gsu)?.length ?? 0
}

/**
 * Whether the open question may be put to her now, on a page of hers or in a mail. Never after a stop; never when she has
 * answered it; never within 90 days of having been asked any (ISO `askedAt`, null for never).
 */
export function isHerTurn(
  her: { choices: Pick<Choices, 'stopped'>; answered: boolean; askedAt: string | null },
  now: Date,
): boolean {
  if (her.choices.stopped !== null || her.answered) return false
  return her.askedAt === null || now.getTime() - Date.parse(her.askedAt) >= askEveryDays * dayMs
}

/**
 * Whether the reply she asked for may still be sent: a stop that came after she asked took that back, and what she says
 * after a stop counts again. Times are ISO; `askedAt` is null when she asked for none.
 */
export function stillWantsReply(askedAt: string | null, { stopped }: Pick<Choices, 'stopped'>): boolean {
  return askedAt !== null && (stopped === null || Date.parse(askedAt) > Date.parse(stopped.at))
}

const uuid = z.guid()

/** @throws Problem `invalid-input` for what is no id of an answer; it is not quoted. */
export function answerId(given: unknown): string {
  const id = uuid.safeParse(given)
  if (id.success) return id.data
  throw new Problem('invalid-input', 'an answer has an id like those of courtesy talk list; this is none')
}
