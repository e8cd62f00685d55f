import type { Brand } from '../domain/brand.ts'
import type { Choices } from '../domain/choices.ts'
import { leftOut, type LeftOut } from '../domain/her-record.ts'
import type { PastRules } from '../domain/past-rules.ts'
import { Problem } from '../domain/problem.ts'
import type { Proven } from '../domain/receipt.ts'
import type { Topic } from '../domain/topic.ts'
import { answersOf, type Answer } from '../store/answers.ts'
import { theBrand } from '../store/brand.ts'
import { addressChangesOf, type OtherAddress } from '../store/details.ts'
import { entriesOf, entryAbout, entryNumbersOf, type HerEntry } from '../store/her-history.ts'
import { campaignsWithout, deliveriesAfter, type ListedDelivery } from '../store/her-record.ts'
import { choicesHistory } from '../store/history.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { pastRules } from '../store/past-rules.ts'
import { lockPerson, personById, type Person } from '../store/people.ts'
import { allTopics } from '../store/topics.ts'
import { wordingsBehind } from '../store/wordings.ts'
import { wrongTopicReportsOf, type WrongTopicReport } from '../store/wrong-topic.ts'
import { proofsOf } from './her-history.ts'
import { raiseMark } from './high-water.ts'
import type { House } from './house.ts'
import { ledgerKey, signCheckpoint } from './sign-checkpoint.ts'

/** What a download's entry says that it was. */
export const ownDownload = 'her data'

/** For how long a download that was made may be fetched, and within which time the same press is the same download. */
const fetchMinutes = 60
const sameMinutes = 1

/**
 * Makes a download of everything about her: one entry, and a signed state of the ledger that covers it, in one transaction.
 * Pressed again within a minute it is the same one. Fetching it writes nothing. @returns the entry's number.
 * @throws Problem `not-found` when she was erased.
 */
export async function makeDownload(house: House, person: string, day: number): Promise<number> {
  const entry = await house.database.sql.begin(async (tx) => {
    if (!(await lockPerson(tx, person)))
      throw new Problem('not-found', 'there is no such person; she may have been erased')
    const [newest] = await entriesOf(tx, person, { before: null, most: 1 })
    const head = await lockHead(tx)
    if (newest && isDownload(newest) && minutesSince(newest, new Date(head.at)) < sameMinutes) return newest.number
    const link = { purpose: 'session', day, delivery: null }
    const payload = { person, what: ownDownload, evidence: { way: 'page', wording: null, link } }
    const { size } = await appendEntries(tx, head, [{ kind: 'exported', topics: [], wording: null, person, payload }])
    await signCheckpoint(house, tx)
    return size
  })
  await raiseMark(house)
  return entry
}

/** All that stands at the beginning of a download; what may be much is read in pieces after it. */
export type Download = {
  made: HerEntry
  person: Person
  brand: Brand
  topics: Topic[]
  choices: Choices
  rules: PastRules
  missed: LeftOut[]
  addressChanges: OtherAddress[]
  told: Answer[]
  wrongTopic: WrongTopicReport[]
  numbers: number[]
  wordings: { hash: string; body: string }[]
  key: string
}

/**
 * Opens the download that an entry of hers made, as of that entry, within an hour of it.
 * @throws Problem `not-found` when no entry of hers made one, `link-expired` after the hour.
 */
export async function openDownload(house: House, person: string, number: number, now: Date): Promise<Download> {
  const sql = house.database.readOnly
  const made = await entryAbout(sql, person, number)
  if (!made || !isDownload(made)) throw new Problem('not-found', 'no entry of hers made a download')
  if (minutesSince(made, now) >= fetchMinutes) {
    throw new Problem('link-expired', `a download can be fetched for ${fetchMinutes} minutes; make a new one`)
  }
  const her = await personById(sql, person)
  if (!her) throw new Problem('not-found', 'she was erased')
  const [brand, topics, rules, passed, all, addressChanges, told, wrongTopic, numbers, wordings, key] =
    await Promise.all([
      theBrand(sql),
      allTopics(sql),
      pastRules(sql, her.address?.fingerprint ?? null),
      campaignsWithout(sql, person, her.createdAt),
      choicesHistory(sql, person),
      addressChangesOf(sql, person),
      answersOf(sql, person),
      wrongTopicReportsOf(sql, person),
      entryNumbersOf(sql, person, number),
      wordingsBehind(sql, person, number),
      ledgerKey(house, sql),
    ])
  const history = all.filter(({ entry }) => entry <= number)
  const choices = history.at(-1)?.choices ?? her.choices
  const missed = leftOut(passed, history).filter(({ at }) => at <= made.entry.at.toISOString())
  const said = { addressChanges, told, wrongTopic }
  return { made, person: her, brand, topics, choices, rules, missed, ...said, numbers, wordings, key }
}

const piece = 500

/** Her deliveries as of the download, in pieces. */
export async function* deliveriesIn(house: House, { made, person }: Download): AsyncGenerator<ListedDelivery[]> {
  for (let after: string | null = null; ;) {
    const by = made.entry.at.toISOString()
    const rows: ListedDelivery[] = await deliveriesAfter(house.database.readOnly, person.id, { by, after, most: piece })
    if (rows.length > 0) yield rows
    if (rows.length < piece) return
    after = rows.at(-1)?.delivery ?? null
  }
}

/** Her entries up to that of the download, newest first, in pieces. */
export async function* entriesIn(house: House, { made, person }: Download): AsyncGenerator<HerEntry[]> {
  for (let before = made.number + 1; ;) {
    const rows = await entriesOf(house.database.readOnly, person.id, { before, most: piece })
    if (rows.length > 0) yield rows
    if (rows.length < piece) return
    before = rows.at(-1)?.number ?? 0
  }
}

/** Some of her entries, which must follow each other, each with its proof. */
export async function provenEntries(
  house: House,
  { person }: Download,
  numbers: readonly number[],
): Promise<{ entry: HerEntry; proven: Proven | null }[]> {
  const sql = house.database.readOnly
  const newest = Math.max(...numbers)
  const [entries, proofs] = await Promise.all([
    entriesOf(sql, person.id, { before: newest + 1, most: numbers.length }),
    proofsOf(sql, numbers),
  ])
  return entries.map((entry) => ({ entry, proven: proofs.get(entry.number) ?? null }))
}

function isDownload({ entry, payload }: HerEntry): boolean {
  return entry.kind === 'exported' && (payload as { what?: unknown }).what === ownDownload
}

function minutesSince({ entry }: HerEntry, now: Date): number {
  return (now.getTime() - entry.at.getTime()) / 60_000
}
