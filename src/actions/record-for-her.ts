import { randomBytes } from 'node:crypto'
import { parseAddress } from '../domain/address.ts'
import { shortText } from '../domain/audience-export.ts'
import type { Choices } from '../domain/choices.ts'
import { offeredOne } from '../domain/language.ts'
import { Problem } from '../domain/problem.ts'
import { slowestPace } from '../domain/pace.ts'
import { offeredPaces, topicsShownIn } from '../domain/preferences-wording.ts'
import { attested, lowered, type Lowering, type NotAttested } from '../domain/told-staff.ts'
import { frozen } from '../domain/wording.ts'
import { theBrand } from '../store/brand.ts'
import { personById } from '../store/people.ts'
import { allTopics } from '../store/topics.ts'
import { currentWordings, publish, wordingNamed, wordingText } from '../store/wordings.ts'
import { acknowledgeRaise, sendHers } from './acknowledge-raise.ts'
import { askToStart } from './ask-at-door.ts'
import { changeChoices, type Changed } from './change-choices.ts'
import type { House } from './house.ts'
import { recordPublished } from './publish-wordings.ts'
import type { Asked } from './send-own-link.ts'

/** Who of the staff writes it down (their id), and where she said it. */
export type Told = { staff: string; where: string; said: string }

/** Writes down that somebody wants less, as they told staff. In force at once. @throws Problem as `changeChoices`. */
export async function recordLowering(house: House, person: string, said: Lowering, told: Told): Promise<Changed> {
  const details = { where: shortText(told.where), reason: shortText(told.said) }
  const evidence = { way: 'staff', wording: null, by: told.staff, details } as const
  return changeChoices(house, person, evidence, (current, at) => lowered(current, said, at))
}

/** A yes that she said elsewhere: to which topics, when (ISO), and the text that asked: one that is published, or its words. */
export type SaidYes = { topics: readonly number[]; saidAt: string; wording: { hash: string } | { words: string } }

/**
 * Writes down a yes with the evidence for it: where, when and to which words. It is told to her own mailbox, with an Undo.
 * @throws Problem `invalid-input` where a part of the evidence is missing, `refused-by-gate` where only she can say it.
 */
export async function recordYes(house: House, person: string, yes: SaidYes, told: Told): Promise<Changed> {
  const where = shortText(told.where)
  if (where === null) throw new Problem('invalid-input', 'a yes needs where it was said; nothing was recorded')
  const known = new Set((await allTopics(house.database.readOnly)).map(({ id }) => id))
  if (yes.topics.length === 0 || !yes.topics.every((id) => known.has(id))) {
    throw new Problem('invalid-input', 'a yes is to one or more of the topics that there are; nothing was recorded')
  }
  const wording = await publishedText(house, yes)
  const evidence = { way: 'staff', wording, by: told.staff, details: { where, when: yes.saidAt } } as const
  let refused = null as NotAttested | null
  let raised = false
  const change = (current: Choices, at: string) => {
    const result = attested(current, { topics: yes.topics, wording, saidAt: yes.saidAt }, at)
    if ('choices' in result) return result.choices
    refused = result.refused
    return null
  }
  const changed = await changeChoices(house, person, evidence, change, async (tx, { at, choices }) => {
    raised = true
    return acknowledgeRaise(house, tx, { person, at, choices, wording })
  })
  if (refused) throw new Problem('refused-by-gate', refusals[refused])
  if (raised) await sendHers(house, person)
  return changed
}

const refusals: Readonly<Record<NotAttested, string>> = {
  'not-yet': 'nobody can have said yes at a time to come; nothing was recorded',
  stopped:
    'they stopped everything, and only they can end that; nothing was recorded. Mail them a confirmation instead',
  'no-to-email':
    'they said no to email, and only they can end that; nothing was recorded. Mail them a confirmation instead',
  'said-since':
    'they have chosen something themselves since then, which stays; nothing was recorded. Mail them a confirmation instead',
}

/**
 * The hash of the text she said yes to; words that are new are published as attested. A text of ours is evidence of what it
 * asked, and only since it was there to be read.
 */
async function publishedText(house: House, { topics, saidAt, wording }: SaidYes): Promise<string> {
  const sql = house.database.readOnly
  if ('hash' in wording) {
    const text = await wordingNamed(sql, wording.hash)
    if (text?.kind === 'attested') return text.hash
    if (text?.kind !== 'sign-up') {
      throw new Problem('invalid-input', 'there is no published text of that name that asks; nothing was recorded')
    }
    const asked = topicsShownIn(text.body)
    if (!topics.every((id) => asked.includes(id))) {
      throw new Problem('invalid-input', 'that text does not ask about each of these topics; nothing was recorded')
    }
    // A time is said to the minute.
    if (new Date(text.publishedAt).getTime() - Date.parse(saidAt) >= 60_000) {
      throw new Problem('invalid-input', 'that text was published only after they said it; nothing was recorded')
    }
    return text.hash
  }
  const text = frozen(wording.words.trim())
  if (text.body === '') {
    throw new Problem('invalid-input', 'a yes needs the words that asked for it; nothing was recorded')
  }
  if ((await wordingNamed(sql, text.hash)) !== null) return text.hash
  // Nobody told us the language of the text; "und" is BCP 47's word for that.
  await house.database.sql.begin(async (tx) => {
    await publish(tx, { ...text, kind: 'attested', language: 'und' })
    await recordPublished(tx)
  })
  return text.hash
}

/**
 * Mails her the confirmation that the sign-up page would: nothing changes until she presses in it. It is for whoever gave no
 * evidence, or stopped. @throws Problem `not-ready` without a reply address or a sign-up page, `not-found` without an address.
 */
export async function askToConfirm(house: House, id: string, topics: readonly number[]): Promise<Asked> {
  const sql = house.database.readOnly
  const [person, brand, texts] = await Promise.all([
    personById(sql, id),
    theBrand(sql),
    currentWordings(sql, 'sign-up'),
  ])
  const address = parseAddress(person?.address?.spelling ?? '')
  if (!person || address.kind === 'refused') throw new Problem('not-found', 'there is no such person, or no address')
  if (brand.replyTo === null) {
    throw new Problem(
      'not-ready',
      'a confirmation needs an address to come from: set the reply address in the settings',
    )
  }
  const language = offeredOne(person.choices.language, brand.languages) ?? brand.languages[0] ?? 'en'
  const wording = texts.get(language) ?? ''
  const shown = topicsShownIn((await wordingText(sql, 'sign-up', wording)) ?? '')
  if (topics.length === 0) throw new Problem('invalid-input', 'a confirmation is about at least one topic')
  const pace = offeredPaces.includes(person.choices.pace) ? person.choices.pace : slowestPace
  const seed = randomBytes(8).toString('hex')
  return askToStart(house, address, { wording, seed, shown, topics: [...topics], pace, language }, null)
}
