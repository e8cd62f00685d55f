import { readFileSync } from 'node:fs'
import { Problem } from '../domain/problem.ts'

/** The text of a file that a command names. @throws Problem `invalid-input` when it cannot be read. */
export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Problem('invalid-input', `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}
