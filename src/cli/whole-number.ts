import { Problem } from '../domain/problem.ts'

/** The number that an option was given. @throws Problem `invalid-input` for anything but a whole one from 0. */
export function wholeNumber(option: string, text: string): number {
  const n = Number(text)
  if (text.trim() !== '' && Number.isSafeInteger(n) && n >= 0) return n
  throw new Problem('invalid-input', `${option} must be a whole number (given: "${text}")`)
}
