import { randomUUID } from 'node:crypto'
import { maskedAddress, parseAddress, type Address } from '../domain/address.ts'
import { shortText } from '../domain/audience-export.ts'
import { pauseUntil, stopEverything } from '../domain/choice-changes.ts'
import { notAsked, type Choices, type TopicAnswer } from '../domain/choices.ts'
import { fingerprintOf } from '../domain/keyring.ts'
import type { EntryKind } from '../domain/ledger-entry.ts'
import { dayOf, makeLink, type Link } from '../domain/link-token.ts'
import { pauseDayOf, pauseUntilDay } from '../domain/pause-day.ts'
import { Problem } from '../domain/problem.ts'
import { describe } from '../domain/sentence.ts'
import type { SuppressionReason } from '../domain/suppression.ts'
import { staffLanguage } from '../domain/staff-catalogue.ts'
import { theBrand } from '../store/brand.ts'
import type { Sql } from '../store/database.ts'
import { instantNow } from '../store/instant.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { insertPerson, lockNewAddresses, personByAddress, type Person } from '../store/people.ts'
import { suppressionsOf } from '../store/suppressions.ts'
import { allTopics } from '../store/topics.ts'
import { wordingHashes } from '../store/wordings.ts'
import { changeChoices, type Changed, type Evidence } from './change-choices.ts'
import type { House } from './house.ts'

/** Staff who do something for her write down who they are, and what she said. */
export type ByStaff = { by?: string | undefined; reason?: string | undefined }

/**
 * Stores somebody as not asked: nothing is sent to her until she chooses. One entry; doing it again changes nothing.
 * @returns whether she is new.
 * @throws Problem `invalid-input` for what is no address, `refused-by-gate` for one that was erased.
 */
export async function addPerson(
  house: House,
  address: string,
  { name, by }: { name?: string | undefined; by?: string | undefined },
): Promise<boolean> {
  const staff = shortText(by ?? '')
  const added = await addUnknown(house, anAddress(address), {
    name: shortText(name ?? '') ?? '',
    kind: 'imported',
    evidence: { way: 'staff', wording: null, by: staff },
    choices: notAsked,
  })
  if (added.kind !== 'erased') return added.kind === 'added'
  throw new Problem(
    'refused-by-gate',
    'this address was erased as its owner wished, so it is not stored again; only they can come back',
  )
}

type Introduction = {
  name: string
  kind: EntryKind
  evidence: unknown
  /** Her choices, from the instant (ISO) of the entry. */
  choices: (at: string) => Choices
}
type Added = { kind: 'added'; entry: number; choices: Choices } | { kind: 'known' } | { kind: 'erased' }

/** Stores somebody under an address that nobody has and that was not erased, with the entry that introduces her. */
async function addUnknown(
  house: House,
  { canonical, spelling }: Address,
  { name, kind, evidence, choices }: Introduction,
): Promise<Added> {
  const fingerprint = fingerprintOf(house.keys, 'email', canonical)
  return house.database.sql.begin(async (tx): Promise<Added> => {
    await lockNewAddresses(tx, 'email', [fingerprint])
    if (await personByAddress(tx, canonical)) return { kind: 'known' }
    const suppressed = await suppressionsOf(tx, 'email', [fingerprint])
    if (suppressed.get(fingerprint)?.includes('erased')) return { kind: 'erased' }
    const id = randomUUID()
    const now = (await instantNow(tx)).toISOString()
    if (choices(now).stopped) await house.noList.append([{ at: now, kind: 'stopped', fingerprint }])
    const head = await lockHead(tx)
    const after = choices(head.at)
    const payload = { person: id, evidence, before: null, after }
    const { size: entry } = await appendEntries(tx, head, [{ kind, topics: [], wording: null, person: id, payload }])
    const person = { id, name, familyName: '', choices: after, entry }
    await insertPerson(tx, person, 'email', { canonical, spelling, fingerprint })
    return { kind: 'added', entry, choices: after }
  })
}

/** Everything that is kept about her, as staff may see it. `entry` is the ledger's entry that made her choices what they are. */
export type PersonShown = Omit<Choices, 'topics' | 'oneClick'> & {
  address: string
  name: string
  familyName: string
  sentence: string
  topics: ({ topic: string } & (TopicAnswer | { answer: 'not asked' }))[]
  suppressions: SuppressionReason[]
  entry: number
  since: string
}

/** @throws Problem `not-found` when nobody has that address, `invalid-input` for what is none. */
export async function showPerson(house: House, address: string): Promise<PersonShown> {
  const sql = house.database.readOnly
  const person = await thePerson(house, sql, address)
  const [topics, brand, now, wordings] = await Promise.all([
    allTopics(sql),
    theBrand(sql),
    instantNow(sql),
    wordingHashes(sql),
  ])
  const { topics: answers, oneClick: _, ...choices } = person.choices
  const spelling = person.address?.spelling ?? ''
  const context = { topics, brand, locale: staffLanguage(), now, address: maskedAddress(spelling), wordings }
  return {
    address: spelling,
    name: person.name,
    familyName: person.familyName,
    sentence: describe(person.choices, { ...context, suppressions: person.suppressions }),
    topics: topics.map((topic) => {
      const answer = answers[topic.id] ?? ({ answer: 'not asked' } as const)
      return { topic: topic.slug, ...answer }
    }),
    ...choices,
    suppressions: person.suppressions,
    entry: person.entry,
    since: new Date(person.createdAt).toISOString(),
  }
}

/**
 * The address of her page, as the body of a mail made now would carry it: it may raise for 90 days.
 * @throws Problem as {@link showPerson}.
 */
export async function linkFor(house: House, address: string): Promise<string> {
  const sql = house.database.readOnly
  const [person, now] = await Promise.all([thePerson(house, sql, address), instantNow(sql)])
  const link: Link = {
    purpose: 'preferences',
    person: person.id,
    day: dayOf(now),
    topics: [],
    delivery: null,
    entry: null,
  }
  return `${house.publicUrl}/p/${makeLink(house.keys.links, link)}`
}

/** What became of a stop: somebody whom we didn't have is stored as stopped, and one who was erased is not. */
export type StoppedByStaff = Changed | Exclude<Added, { kind: 'known' }>

/**
 * Stops everything for somebody who asked staff to. One whom nobody stored is stored as stopped, so that no import
 * brings her in afterwards.
 * @throws Problem `invalid-input` for what is no address.
 */
export async function stopPerson(house: House, address: string, said: ByStaff): Promise<StoppedByStaff> {
  const reason = shortText(said.reason ?? '')
  const stop = (current: Choices, at: string) => stopEverything(current, at, 'staff', reason)
  const added = await addUnknown(house, anAddress(address), {
    name: '',
    kind: 'withdrawn',
    evidence: evidenceOf(said),
    choices: (at) => stop(notAsked(), at),
  })
  return added.kind === 'known' ? changeByStaff(house, address, said, stop) : added
}

/**
 * Pauses everything until a day (`YYYY-MM-DD`) begins where she is; a pause that already lasts longer stays.
 * @returns with `day`, on which the pause ends where she is.
 * @throws Problem `invalid-input` for a day that is none or past, else as {@link showPerson}.
 */
export async function pausePerson(
  house: House,
  address: string,
  day: string,
  said: ByStaff,
): Promise<Changed & { day: string }> {
  const brand = await theBrand(house.database.readOnly)
  const changed = await changeByStaff(house, address, said, (current, at) =>
    pauseUntil(current, pauseUntilDay(day, new Date(at), current.timeZone, brand), at),
  )
  const { paused, timeZone } = changed.choices
  return { ...changed, day: paused ? pauseDayOf(paused.until, timeZone, brand) : day }
}

async function changeByStaff(
  house: House,
  address: string,
  said: ByStaff,
  change: (current: Choices, at: string) => Choices,
): Promise<Changed> {
  const person = await thePerson(house, house.database.sql, address)
  return changeChoices(house, person.id, evidenceOf(said), change)
}

function evidenceOf(said: ByStaff): Evidence {
  const by = shortText(said.by ?? '')
  return {
    way: 'staff',
    wording: null,
    ...(by === null ? {} : { by }),
    details: { reason: shortText(said.reason ?? '') },
  }
}

async function thePerson(house: House, sql: Sql, text: string): Promise<Person> {
  const { canonical } = anAddress(text)
  const person = await personByAddress(sql, canonical)
  if (person) return person
  const fingerprint = fingerprintOf(house.keys, 'email', canonical)
  const suppressed = (await suppressionsOf(sql, 'email', [fingerprint])).get(fingerprint)
  const why = suppressed ? `; the address is suppressed: ${suppressed.join(', ')}` : ''
  throw new Problem('not-found', `nobody is stored with the address ${maskedAddress(text.trim())}${why}`)
}

function anAddress(text: string): Address {
  const address = parseAddress(text)
  if (address.kind === 'address') return address
  throw new Problem('invalid-input', `"${text}" is no email address: ${address.reason}`)
}
