import { Problem } from '../domain/problem.ts'
import { closeTo, differenceOf, type DifferenceLine } from '../domain/text-difference.ts'
import { allWordings, relianceOn, type KeptWording, type Reliance } from '../store/wordings.ts'
import type { House } from './house.ts'
import { readWording } from './read-wording.ts'

/**
 * A frozen text among those of its kind and language, which are numbered in the order in which they were first published;
 * `before` and `after` name its neighbours.
 */
export type WordingVersion = Omit<KeptWording, 'body'> & {
  version: number
  before: string | null
  after: string | null
}

/** All frozen texts, the newest first. */
export async function listWordings(house: House): Promise<WordingVersion[]> {
  return numbered(await allWordings(house.database.readOnly)).toReversed()
}

/** The texts of the kind and language of this one, oldest first. Texts that somebody attests follow no other. */
export async function versionsOf(house: House, { kind, language }: KeptWording): Promise<WordingVersion[]> {
  return (await listWordings(house)).filter((one) => one.kind === kind && one.language === language).toReversed()
}

function numbered(wordings: readonly KeptWording[]): WordingVersion[] {
  const groups = new Map<string, KeptWording[]>()
  return wordings.map((one) => {
    const key = one.kind === 'attested' ? one.hash : `${one.kind} ${one.language}`
    const group =
      groups.get(key) ?? wordings.filter((other) => key === other.hash || key === `${other.kind} ${other.language}`)
    groups.set(key, group)
    const place = group.indexOf(one)
    const { body: _, ...rest } = one
    return {
      ...rest,
      version: place + 1,
      before: group[place - 1]?.hash ?? null,
      after: group[place + 1]?.hash ?? null,
    }
  })
}

/** Unchanged lines that are shown around a change. */
const linesAround = 3

/** A frozen text for an auditor: its words, how they differ from the version before (null where it is the first), who rests on it. */
export type WordingShown = {
  wording: KeptWording
  version: WordingVersion
  text: string
  words: number
  difference: DifferenceLine[] | null
  reliance: Reliance
}

/** @throws Problem `not-found` for a name that no text of ours has. */
export async function showWording(house: House, hash: string): Promise<WordingShown> {
  const found = await readWording(house, hash)
  if (!found) throw new Problem('not-found', 'no text of ours has that name')
  const { wording, text } = found
  const [versions, reliance] = await Promise.all([
    versionsOf(house, wording),
    relianceOn(house.database.readOnly, hash),
  ])
  const version = versions.find((one) => one.hash === hash)
  if (!version) throw new Problem('not-found', 'no text of ours has that name')
  const before = version.before === null ? null : await readWording(house, version.before)
  const difference = before && closeTo(differenceOf(before.text, text), linesAround)
  const words = text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
  return { wording, version, text, words, difference, reliance }
}
