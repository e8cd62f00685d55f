import { Problem } from './problem.ts'

const forbidden = /[\p{Cc}\p{Co}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u

/**
 * A text that people will read as one line: NFC, trimmed, 1 to `longest` characters, nothing that changes the
 * direction or the structure of what stands around it.
 * @param what names it in the error, e.g. "the subject".
 * @throws Problem `invalid-input`
 */
export function plainLine(what: string, text: string, longest: number): string {
  const line = text.normalize('NFC').trim()
  if (line === '' || line.length > longest) {
    throw new Problem('invalid-input', `${what} must have 1 to ${longest} characters; it has ${line.length}`)
  }
  if (forbidden.test(line) || !line.isWellFormed()) {
    throw new Problem('invalid-input', `${what} must be one line without control or direction-changing characters`)
  }
  return line
}
