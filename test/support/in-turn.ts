import { readFileSync } from 'node:fs'

const corpus = new URL('../vectors/naughty-strings/blns.json', import.meta.url)

/** The list of naughty strings (test/vectors/SOURCES.md). */
export const naughtyStrings = JSON.parse(readFileSync(corpus, 'utf8')) as string[]

/** How far apart those are that are taken: `npm run test:long` takes all of them, and every other run a third. */
export const apart = process.env['COURTESY_WHOLE'] === '1' ? 1 : 3

/** Every third of them, beginning with another one at each turn. */
export function inTurn<T>(all: readonly T[], turn: number): T[] {
  return all.filter((_, at) => at % apart === turn % apart)
}
