import type { Brand } from '../domain/brand.ts'
import {
  oneClick,
  pauseUntil,
  resume,
  saveForm,
  slowDown,
  stopEverything,
  stopTopics,
  type SaveForm,
} from '../domain/choice-changes.ts'
import { changes, raises, undo } from '../domain/choice-differences.ts'
import type { Choices } from '../domain/choices.ts'
import { parseChoices } from '../domain/choices-schema.ts'
import { ageDays, linkLifetimes, type Link } from '../domain/link-token.ts'
import { Problem } from '../domain/problem.ts'
import type { Topic } from '../domain/topic.ts'
import { theBrand } from '../store/brand.ts'
import { entryOf } from '../store/ledger.ts'
import { personById, type Person } from '../store/people.ts'
import { allTopics } from '../store/topics.ts'
import { currentWording, wordingHashes } from '../store/wordings.ts'
import { acknowledgeRaise, sendHers } from './acknowledge-raise.ts'
import { changeChoices, type Changed, type Evidence } from './change-choices.ts'
import type { House } from './house.ts'

/** Everything her page shows. `mayRaise`: this link is young enough, and she has not stopped. */
export type Preferences = { person: Person; brand: Brand; topics: Topic[]; wording: string | null; mayRaise: boolean }

/** `needs-fresh-link`: the change would bring her more mail, which this link may not do (any more). Nothing was changed. */
export type Saved = Changed | { kind: 'needs-fresh-link'; choices: Choices }

/** Reads what her page shows, on the pool that cannot write. @returns null when she was erased. */
export async function readPreferences(
  house: House,
  link: Link,
  language: string,
  now: Date,
): Promise<Preferences | null> {
  const sql = house.database.readOnly
  const [person, brand, topics, wording] = await Promise.all([
    personById(sql, link.person),
    theBrand(sql),
    allTopics(sql),
    currentWording(sql, 'preferences', language),
  ])
  if (!person) return null
  return { person, brand, topics, wording, mayRaise: isYoung(link, now) && person.choices.stopped === null }
}

/**
 * Saves the whole form. Raising needs a link younger than 90 days and no stop in force, and is acknowledged by mail
 * with an Undo; lowering works with any link, for ever.
 * @throws Problem `invalid-input` when the form names a wording that we never published.
 */
export async function savePreferences(
  house: House,
  link: Link,
  form: SaveForm,
  wording: string,
  now: Date,
): Promise<Saved> {
  const published = await wordingHashes(house.database.sql)
  if (!published.has(wording)) {
    throw new Problem(
      'invalid-input',
      'the form names a wording that was never published; open the page again and save',
    )
  }
  const evidence = evidenceOf('page', link, wording, {
    shown: form.shown.join(','),
    ticked: [...form.topics].join(','),
  })
  return changeByLink(house, link, evidence, now, (current, at) => saveForm(current, form, { wording, at }))
}

/** Ends everything, whatever the link's age. Doing it again changes nothing. */
export async function stopAll(house: House, link: Link, now: Date): Promise<Saved> {
  return changeByLink(house, link, evidenceOf('stop-page', link), now, (current, at) =>
    stopEverything(current, at, 'herself', null),
  )
}

/** Ends the given topics only. */
export async function stopSome(house: House, link: Link, topics: readonly number[], now: Date): Promise<Saved> {
  return changeByLink(house, link, evidenceOf('stop-page', link), now, (current, at) => stopTopics(current, topics, at))
}

/** Sends nothing until that instant (ISO); nothing piles up. A pause is never shortened by this. */
export async function pause(house: House, link: Link, until: string, now: Date): Promise<Saved> {
  return changeByLink(house, link, evidenceOf('page', link), now, (current, at) => pauseUntil(current, until, at))
}

export async function endPause(house: House, link: Link, now: Date): Promise<Saved> {
  return changeByLink(house, link, evidenceOf('page', link), now, (current) => resume(current))
}

/** One digest a month for everything, the button of her page's first row. */
export async function slowToMonthly(house: House, link: Link, now: Date): Promise<Saved> {
  return changeByLink(house, link, evidenceOf('page', link), now, (current) => slowDown(current, 'digest-monthly'))
}

/**
 * One-click (RFC 8058): turns off the topics of that mail, or everything (design.md section 12). Works without the
 * delivery's row and for ever. The same token again changes nothing and makes no entry.
 */
export async function unsubscribeOneClick(house: House, link: Link): Promise<Changed> {
  const delivery = link.delivery
  if (link.purpose !== 'unsubscribe' || !delivery) throw new Problem('link-invalid', 'this is not a one-click link')
  return changeChoices(house, link.person, evidenceOf('one-click', link), (current, at) =>
    oneClick(current, { delivery, topics: link.topics }, at),
  )
}

/**
 * Puts back what one change changed, within 24 hours of it and only where nothing newer has been said since.
 * @throws Problem `link-expired` after 24 hours, `link-invalid` when there is no such change of hers.
 */
export async function undoChange(house: House, link: Link, now: Date): Promise<Changed> {
  if (link.purpose !== 'undo' || link.entry === null) throw new Problem('link-invalid', 'this is not an undo link')
  const undone = await changeToUndo(house, link.person, link.entry, now)
  const evidence = { ...evidenceOf('undo', link), details: { undoes: link.entry } }
  return changeAndTell(house, link.person, evidence, (current) => undo(current, undone.before, undone.after))
}

/** What a change of hers did, for its result page. @throws as {@link undoChange}. */
export async function changeToUndo(
  house: House,
  person: string,
  number: number,
  now: Date,
): Promise<{ before: Choices; after: Choices; at: string }> {
  const entry = await entryOf(house.database.readOnly, person, number)
  const payload = entry?.payload as { before?: unknown; after?: unknown } | undefined
  if (!entry || !payload?.before || !payload.after) throw new Problem('link-invalid', 'there is no such change to undo')
  const at = (JSON.parse(entry.body) as { at: string }).at
  if (now.getTime() - Date.parse(at) > linkLifetimes.undoHours * 3_600_000) {
    throw new Problem('link-expired', `a change can be undone for ${linkLifetimes.undoHours} hours`)
  }
  return { before: parseChoices(payload.before), after: parseChoices(payload.after), at }
}

function isYoung(link: Link, now: Date): boolean {
  return link.purpose === 'preferences' && ageDays(link, now) < linkLifetimes.raiseDays
}

async function changeByLink(
  house: House,
  link: Link,
  evidence: Evidence,
  now: Date,
  change: (current: Choices, at: string) => Choices | null,
): Promise<Saved> {
  let refused = false
  const lawful = (current: Choices, at: string) => {
    const asked = change(current, at)
    if (!asked || changes(current, asked).length === 0) return null
    const wanted = { ...asked, choseAt: at }
    refused = raises(current, wanted) && (!isYoung(link, now) || current.stopped !== null)
    return refused ? null : wanted
  }
  const changed = await changeAndTell(house, link.person, evidence, lawful)
  return refused ? { kind: 'needs-fresh-link', choices: changed.choices } : changed
}

/** A change that raises anything is told to her own mailbox: the note is part of the change, and leaves right after it. */
async function changeAndTell(
  house: House,
  person: string,
  evidence: Evidence,
  change: (current: Choices, at: string) => Choices | null,
): Promise<Changed> {
  let told = false
  const changed = await changeChoices(house, person, evidence, change, async (tx, { entry, at, before, choices }) => {
    told = raises(before, choices)
    if (told) await acknowledgeRaise(house, tx, { person, entry, at, choices })
  })
  if (told) await sendHers(house, person)
  return changed
}

function evidenceOf(
  way: Evidence['way'],
  link: Link,
  wording: string | null = null,
  details: Record<string, string> = {},
): Evidence {
  return { way, wording, link: { purpose: link.purpose, day: link.day, delivery: link.delivery }, details }
}
