import { Problem } from '../domain/problem.ts'
import type { Topic } from '../domain/topic.ts'
import { keptEntry } from '../store/audit-entries.ts'
import { dayErased } from '../store/erasure.ts'
import { personById } from '../store/people.ts'
import { sentBy, type SentMail } from '../store/sent-to.ts'
import { allTopics } from '../store/topics.ts'
import { wordingNamed } from '../store/wordings.ts'
import { entryEvidence, type EntryEvidence } from './entry-evidence.ts'
import { readHistory, type HistoryPart } from './her-history.ts'
import type { House } from './house.ts'
import { sendsAgainstPerson, type SendsAgainst } from './sends-against-preferences.ts'
import { standingAt, type StandingThen } from './standing-at.ts'
import { versionsOf, type WordingVersion } from './read-wordings.ts'

/** Somebody as the audit desk knows them before anybody says why they look: there, or erased on a day. */
export async function whoIsThere(
  house: House,
  person: string,
): Promise<{ kind: 'there' } | { kind: 'erased'; day: string }> {
  const sql = house.database.readOnly
  const [her, day] = await Promise.all([personById(sql, person), dayErased(sql, person)])
  if (her) return { kind: 'there' }
  if (day !== null) return { kind: 'erased', day }
  throw new Problem('not-found', 'nobody has that id')
}

/** The most mails that are listed one by one. */
const mostMails = 100

/** What held for somebody at an instant, and all that an auditor asks beside it. */
export type StandingShown = {
  found: StandingThen
  evidence: EntryEvidence | null
  wording: WordingVersion | null
  /** What was sent by then, and how much of it the gate would not have let go. */
  sent: { mails: SentMail[]; count: number; against: SendsAgainst }
  history: HistoryPart
  topics: Topic[]
}

/** Reads it for somebody who is there. The caller has an open look. @throws Problem as {@link standingAt}. */
export async function readStanding(
  house: House,
  person: string,
  at: Date,
  before: number | null,
): Promise<StandingShown> {
  const sql = house.database.readOnly
  const found = await standingAt(house, { person }, at)
  const standing = found.kind === 'standing' ? found.standing : null
  const [kept, wording, sent, against, history, topics] = await Promise.all([
    standing && keptEntry(sql, standing.entry),
    standing?.wording ? wordingNamed(sql, standing.wording) : null,
    sentBy(sql, person, { at, most: mostMails }),
    sendsAgainstPerson(sql, person, at),
    readHistory(house, person, before),
    allTopics(sql),
  ])
  const [evidence, versions] = await Promise.all([
    kept && entryEvidence(house, sql, kept),
    wording && versionsOf(house, wording),
  ])
  const version = versions?.find(({ hash }) => hash === wording?.hash) ?? null
  return { found, evidence, wording: version, sent: { ...sent, against }, history, topics }
}
