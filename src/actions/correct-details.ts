import { shortText } from '../domain/audience-export.ts'
import { isKnownZone } from '../domain/calendar.ts'
import { changes } from '../domain/choice-differences.ts'
import { Problem } from '../domain/problem.ts'
import { theBrand } from '../store/brand.ts'
import { saveDetails } from '../store/details.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { lockPerson } from '../store/people.ts'
import { commit } from './commit.ts'
import { whoIsGone } from './erase.ts'
import type { House } from './house.ts'

/** What she is called, which language she reads (null: any), and where her days begin (null: as the brand's). */
export type Details = { name: string; familyName: string; language: string | null; timeZone: string | null }

/**
 * Corrects what is kept about who she is (GDPR Art. 16), with one entry; what she chose stays as it is.
 * @returns the entry's number, null where everything was so already.
 * @throws Problem `invalid-input` for a language that the brand does not offer or a zone that cannot be, `erased` when she was erased.
 */
export async function correctDetails(house: House, id: string, given: Details): Promise<number | null> {
  if (given.timeZone !== null && !isKnownZone(given.timeZone)) throw notOffered('time zone')
  return commit(house, async (tx) => {
    const person = await lockPerson(tx, id)
    if (!person) throw await whoIsGone(house, id)
    const { language, timeZone } = given
    const before = person.choices
    const { languages } = await theBrand(tx)
    const known: readonly (string | null)[] = [...languages, null, before.language]
    if (!known.includes(language)) throw notOffered('language')
    const [name, familyName] = [shortText(given.name) ?? '', shortText(given.familyName) ?? '']
    const after = { ...before, language, timeZone }
    const isSame = name === person.name && familyName === person.familyName && changes(before, after).length === 0
    if (isSame) return null
    const head = await lockHead(tx)
    const entry = head.size + 1
    const corrected = {
      name: { before: person.name, after: name },
      familyName: { before: person.familyName, after: familyName },
    }
    const payload = { person: id, evidence: { way: 'page', wording: null }, corrected, before, after }
    await appendEntries(tx, head, [{ kind: 'corrected', topics: [], wording: null, person: id, payload }])
    await saveDetails(tx, id, { name, familyName, choices: after, entry })
    return entry
  })
}

function notOffered(what: string): Problem {
  return new Problem('invalid-input', `the form names a ${what} that her page did not offer; open it again and save`)
}
