/**
 * Marks stand for what differs per person inside a text that is rendered once: a private-use character, the mark's
 * number, another private-use character. Neither character may come in from outside, so no text can forge one.
 */
const open = '\uE000'
const close = '\uE001'
const anyMark = /\uE000(\d+)\uE001/
const reserved = /[\uE000\uE001]/

/** A text cut at its marks: literal pieces and numbers of marks, in order. */
export type Cut = readonly (string | number)[]

export function markFor(number: number): string {
  return `${open}${number}${close}`
}

/** Whether a text from outside holds a character that only marks may use. */
export function holdsMarks(text: string): boolean {
  return reserved.test(text)
}

/** Cuts a rendered text at its marks. */
export function cutAtMarks(text: string): Cut {
  return text.split(anyMark).map((piece, at) => (at % 2 === 1 ? Number(piece) : piece))
}
