import { randomUUID } from 'node:crypto'
import { parseAddress } from '../domain/address.ts'
import { allLanguages, languageOf, type Language } from '../domain/language.ts'
import type { Narrowing } from '../domain/narrowing.ts'
import { Problem } from '../domain/problem.ts'
import { replaceMessage } from '../store/campaigns.ts'
import { chosenCount, saveNarrowing } from '../store/chosen-people.ts'
import { theCampaign } from './check-campaign.ts'
import { changedSince, requireVersion } from './create-campaign.ts'
import type { House } from './house.ts'

/** Addresses that a list may have; a longer one is a topic of its own. */
const longestList = 20_000

/**
 * `addresses` one on a line, null for none: then there is no list, or the one that there is stays where it is to be kept.
 * `languages` empty for any.
 */
export type Narrow = { addresses: string | null; keepList: boolean; languages: readonly string[] }

/**
 * Narrows a draft to a list of people, or to languages they chose, or takes that back. It only ever takes people away: each who
 * is left still passes the gate, and the others are counted as not chosen by us. The message is another version afterwards, so that a number confirmed for
 * another audience does not hold.
 * @param version the message that was shown to whoever narrows.
 * @returns how many of the list are stored; null where there is no list.
 * @throws Problem `invalid-input` that names the first lines that are no address, or an unknown language, `conflict` for what is no draft any more,
 * `check-stale` where it was edited since.
 */
export async function narrowCampaign(
  house: House,
  slug: string,
  { addresses, keepList, languages }: Narrow,
  version: string,
): Promise<{ listed: number; found: number } | null> {
  const listed = addresses === null ? null : readList(addresses)
  const known = languages.map(knownLanguage)
  return house.database.sql.begin(async (tx) => {
    const campaign = await theCampaign(tx, slug)
    if (campaign.state !== 'draft') {
      throw new Problem('conflict', `campaign "${slug}" is ${campaign.state}; only a draft can be narrowed`)
    }
    requireVersion(campaign, version)
    const keeps = listed === null && keepList && campaign.narrowing?.listed === true
    const narrowing: Narrowing = { listed: listed !== null || keeps, languages: known.length === 0 ? null : known }
    const message = randomUUID()
    if (!(await replaceMessage(tx, campaign.message, { ...campaign, message }))) throw changedSince(campaign)
    const isNone = !narrowing.listed && narrowing.languages === null
    await saveNarrowing(tx, message, isNone ? null : narrowing, keeps ? null : (listed ?? []))
    return listed === null ? null : { listed: listed.length, found: await chosenCount(tx, message) }
  })
}

/** One that is not known is refused, not left out: without it, everybody would be meant. */
function knownLanguage(code: string): Language {
  const language = languageOf(code)
  if (language) return language
  throw new Problem(
    'invalid-input',
    `"${code}" is no language that people can choose; it can be ${allLanguages.join(', ')}`,
  )
}

/** How many people are on a campaign's list. */
export async function listedPeople(house: House, message: string): Promise<number> {
  return chosenCount(house.database.readOnly, message)
}

function readList(text: string): string[] {
  const lines = text
    .split(/[\r\n,;]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (lines.length === 0) throw new Problem('invalid-input', 'the list is empty; write one address on a line')
  if (lines.length > longestList) {
    throw new Problem('invalid-input', `the list has ${lines.length} addresses; at most ${longestList} are allowed`)
  }
  const parsed = lines.map(parseAddress)
  const bad = parsed.flatMap((one, at) => (one.kind === 'refused' ? [`line ${at + 1}: ${one.reason}`] : []))
  if (bad.length > 0) {
    const more = bad.length > 3 ? ` and ${bad.length - 3} more` : ''
    throw new Problem('invalid-input', `the list holds what is no address (${bad.slice(0, 3).join('; ')}${more})`)
  }
  return [...new Set(parsed.flatMap((one) => (one.kind === 'refused' ? [] : [one.canonical])))]
}
