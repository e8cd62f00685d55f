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
import { linkLifetimes, type Link } from '../domain/link-token.ts'
import { allPacesOffered, formDefaults, topicsShownIn } from '../domain/preferences-wording.ts'
import { Problem } from '../domain/problem.ts'
import { entryOf, type StoredEntry } from '../store/ledger.ts'
import type { Person } from '../store/people.ts'
import { wordingText } from '../store/wordings.ts'
import { acknowledgeRaise, sendHers } from './acknowledge-raise.ts'
import { changeChoices, type Changed, type Evidence } from './change-choices.ts'
import { whoIsGone } from './erase.ts'
import type { House } from './house.ts'
import { mayRaise } from './read-preferences.ts'

/** The form as it came back: what she said, the hash of the wording and the version of her choices it was drawn from. */
export type SentForm = { form: SaveForm; wording: string; version: number | null }

/**
 * A change, or why there was none. `needs-fresh-link`: it would bring her more mail, which this link may not do (any
 * more). `changed-elsewhere`: it would, and her choices changed `at` (ISO) after the form was drawn.
 */
export type Saved =
  | Changed
  | { kind: 'needs-fresh-link'; choices: Choices }
  | { kind: 'changed-elsewhere'; choices: Choices; asked: Choices; at: string }

/**
 * Saves the whole form. Raising needs a link younger than 90 days and no stop in force, and is acknowledged by mail
 * with an Undo; it also needs a form drawn from the choices that hold now, lest an open window takes back a no that was
 * said elsewhere. Lowering works with any link and any form, for ever.
 * @throws Problem `invalid-input` when the form names a wording, a topic or a pace that her page did not offer.
 */
export async function savePreferences(house: House, link: Link, sent: SentForm, now: Date): Promise<Saved> {
  const { form, wording, version } = sent
  const [asked, drawn] = await Promise.all([topicsAsked(house, wording), drawnFrom(house, link.person, version)])
  if (![...form.topics].every((id) => form.shown.includes(id)) || !form.shown.every((id) => asked.includes(id))) {
    throw notOffered()
  }
  const details = { version, shown: form.shown.join(','), ticked: [...form.topics].join(',') }
  const evidence = evidenceOf('page', link, wording, { ...details, ...(drawn ? formDefaults(drawn) : {}) })
  const chosen = [form.pace, ...form.topicPaces.values()].filter((pace) => pace !== null)
  let elsewhere = null as { asked: Choices; entry: number } | null
  const saved = await changeByLink(house, link, evidence, now, (current, at, { entry }) => {
    const paces = [current, drawn ?? current].flatMap(allPacesOffered)
    if (!chosen.every((pace) => paces.includes(pace))) throw notOffered()
    const wanted = saveForm(current, form, { wording, at })
    if (entry === version || !mayRaise(link, current, now) || !raises(current, wanted)) return wanted
    elsewhere = { asked: wanted, entry }
    return null
  })
  if (!elsewhere) return saved
  const meanwhile = await entryOf(house.database.readOnly, link.person, elsewhere.entry)
  const at = meanwhile ? timeIn(meanwhile) : now.toISOString()
  return { kind: 'changed-elsewhere', choices: saved.choices, asked: elsewhere.asked, at }
}

/** Ids of the topics in a wording of her page: a yes to anything else would rest on words that were never shown. */
async function topicsAsked(house: House, wording: string): Promise<number[]> {
  const body = await wordingText(house.database.readOnly, 'preferences', wording)
  if (body === null) throw notOffered()
  return topicsShownIn(body)
}

/** Her choices as they were when the form was drawn; null where it does not say, or names no version of hers. */
async function drawnFrom(house: House, person: string, version: number | null): Promise<Choices | null> {
  const entry = version === null ? null : await entryOf(house.database.readOnly, person, version)
  const { after } = (entry?.payload ?? {}) as { after?: unknown }
  return after ? parseChoices(after) : null
}

function notOffered(): Problem {
  return new Problem(
    'invalid-input',
    'the form names a wording, a topic or a pace that her page did not offer; open the page again and save',
  )
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
  if (!entry || !payload?.before || !payload.after) {
    const gone = await whoIsGone(house, person)
    throw gone.code === 'erased' ? gone : new Problem('link-invalid', 'there is no such change to undo')
  }
  const at = timeIn(entry)
  if (now.getTime() - Date.parse(at) > linkLifetimes.undoHours * 3_600_000) {
    throw new Problem('link-expired', `a change can be undone for ${linkLifetimes.undoHours} hours`)
  }
  return { before: parseChoices(payload.before), after: parseChoices(payload.after), at }
}

function timeIn({ body }: StoredEntry): string {
  return (JSON.parse(body) as { at: string }).at
}

/** A session may, also after a stop: its link was asked for, and went to her own mailbox. Whoever opened it saw to its age. */
async function changeByLink(
  house: House,
  link: Link,
  evidence: Evidence,
  now: Date,
  change: (current: Choices, at: string, person: Person) => Choices | null,
): Promise<Saved> {
  let refused = false
  const lawful = (current: Choices, at: string, person: Person) => {
    const asked = change(current, at, person)
    if (!asked || changes(current, asked).length === 0) return null
    const wanted = { ...asked, choseAt: at }
    refused = raises(current, wanted) && !mayRaise(link, current, now)
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
  change: (current: Choices, at: string, person: Person) => Choices | null,
): Promise<Changed> {
  let told = false
  const changed = await changeChoices(house, person, evidence, change, async (tx, { at, before, choices }) => {
    told = raises(before, choices)
    return told
      ? acknowledgeRaise(house, tx, { person, at, choices, wording: evidence.wording })
      : async () => undefined
  })
  if (told) await sendHers(house, person)
  return changed
}

function evidenceOf(
  way: Evidence['way'],
  link: Link,
  wording: string | null = null,
  details: NonNullable<Evidence['details']> = {},
): Evidence {
  return { way, wording, link: { purpose: link.purpose, day: link.day, delivery: link.delivery }, details }
}
