import type { ExportEvidence, ExportStatus } from './export-formats.ts'
import { stopEverything, stopTopics } from './choice-changes.ts'
import { notAsked, type Choices, type TopicAnswer } from './choices.ts'
import { slowerThan, type Pace } from './pace.ts'

/** What a row of an import can say, strictest first; a person counts once, under the strictest of her rows. */
export const rowClasses = ['suppressed', 'stopped', 'notAsked', 'usable'] as const
export type RowClass = (typeof rowClasses)[number]

/**
 * What holds for every row of a run. `wording` is the hash of the text that `subscribed` people said yes to, null where
 * nobody attests one; a confirmation counts from `confirmedFrom` on and before `confirmedUntil` (ISO instants). `at` is
 * when the run began. With `wholeAnswer` a row names all topics that its confirmation is good for; with `needsIp` a
 * confirmation counts only with the address it came from.
 */
export type ImportTerms = {
  wording: string | null
  pace: Pace
  confirmedFrom: string | null
  confirmedUntil: string | null
  unsubscribedMeans: 'stop' | 'topics'
  wholeAnswer: boolean
  needsIp: boolean
  at: string
}

/** A row, with its class and the ids of the topics it names. */
export type ClassedRow = {
  class: RowClass
  topics: readonly number[]
  language: string | null
  timeZone: string | null
  evidence: ExportEvidence
}

/** A yes needs a wording that somebody attests and a confirmation with time and address within the terms; a doubt is no yes. */
export function classOf(
  status: ExportStatus,
  { confirmedAt, confirmedIp }: ExportEvidence,
  terms: ImportTerms,
): RowClass {
  if (status === 'cleaned') return 'suppressed'
  if (status === 'unsubscribed') return 'stopped'
  if (terms.wording === null || confirmedAt === null) return 'notAsked'
  if (terms.needsIp && confirmedIp === null) return 'notAsked'
  const isWithin =
    confirmedAt <= terms.at &&
    (terms.confirmedFrom === null || confirmedAt >= terms.confirmedFrom) &&
    (terms.confirmedUntil === null || confirmedAt < terms.confirmedUntil)
  return isWithin ? 'usable' : 'notAsked'
}

/**
 * When somebody left (ISO), for a row that says she did: as of the run where that cannot be read or is yet to come, so
 * that a doubt stops her and comes after every known time.
 */
export function leftAt(evidence: ExportEvidence, terms: ImportTerms): string {
  return notAfterRun(evidence.leftAt, terms)
}

function notAfterRun(time: string | null, { at }: ImportTerms): string {
  return time !== null && time < at ? time : at
}

/**
 * What an import makes of her choices. A stop always goes in, unless she gave a yes herself after it; a yes only where
 * nothing stricter is stored or stands in her other rows, and never over choices she made herself.
 * @param stored null for somebody new
 * @param rows her rows, strictest first; of one class more than one only where stops name different topics
 * @param isSuppressed whether her address had a suppression before
 * @returns the same object as `stored` when nothing changes; `keptStricter` when what was stored was stricter and stayed,
 *   `choseSince` when a stop was left out for a yes that she gave after it
 */
export function importedChoices(
  stored: Choices | null,
  rows: readonly ClassedRow[],
  isSuppressed: boolean,
  terms: ImportTerms,
): { choices: Choices; keptStricter: boolean; choseSince: boolean } {
  const [strictest] = rows
  if (!strictest) return { choices: stored ?? notAsked(), keptStricter: false, choseSince: false }
  const left = withStops(stored ?? notAsked(), rows, terms)
  const { choseSince } = left
  let { choices } = left
  const asks = strictest.class === 'notAsked' || strictest.class === 'usable'
  if (stored === null || (asks && !isSuppressed && !isSettled(choices))) choices = withDetails(choices, strictest)
  if (isSuppressed) return { choices, keptStricter: strictest.class !== 'suppressed', choseSince }
  if (strictest.class === 'usable') return { ...withYes(choices, strictest, terms), choseSince }
  return { choices, keptStricter: asks && choices.stopped !== null, choseSince }
}

/**
 * Newest first, and what stops everything last, so that it is measured by the yes that the others leave: else the same
 * rows, imported again, would find less and stop more.
 */
function withStops(
  before: Choices,
  rows: readonly ClassedRow[],
  terms: ImportTerms,
): { choices: Choices; choseSince: boolean } {
  const stops = rows
    .filter((row) => row.class === 'stopped')
    .map(({ topics, evidence }) => ({
      // Without a topic nobody can tell what she left, so she left everything.
      topics: terms.unsubscribedMeans === 'topics' && topics.length > 0 ? topics : null,
      at: leftAt(evidence, terms),
      reason: evidence.reason,
    }))
    .toSorted((a, b) => Number(a.topics === null) - Number(b.topics === null) || Date.parse(b.at) - Date.parse(a.at))
  let choices = before
  let choseSince = false
  for (const { topics, at, reason } of stops) {
    const given = Object.keys(choices.topics)
      .map(Number)
      .filter((id) => gaveYesAfter(choices.topics[id], at))
    if (topics) {
      const lost = topics.filter((id) => !given.includes(id))
      choices = stopTopics(choices, lost, at)
      choseSince ||= lost.length < topics.length
    } else if (given.length === 0) choices = stopEverything(choices, at, 'import', reason)
    else choseSince = true
  }
  return { choices, choseSince: choseSince && choices.stopped === null }
}

/**
 * Whether she said yes to us after a time. Her other presses (a pause, a no, a slower pace, which moves `at`) are no
 * reason to leave a stop out.
 */
function gaveYesAfter(answer: TopicAnswer | undefined, time: string): boolean {
  if (answer?.answer !== 'yes' || answer.basis?.evidence !== 'seen') return false
  return Date.parse(answer.basis.confirmedAt) > Date.parse(time)
}

/** Nothing may be added to what she chose herself, nor to a stop. */
function isSettled(choices: Choices): boolean {
  return choices.stopped !== null || choices.choseAt !== null
}

/** Language and time zone where nothing is known yet. */
function withDetails(choices: Choices, { language, timeZone }: ClassedRow): Choices {
  if ((choices.language ?? language) === choices.language && (choices.timeZone ?? timeZone) === choices.timeZone) {
    return choices
  }
  return { ...choices, language: choices.language ?? language, timeZone: choices.timeZone ?? timeZone }
}

function withYes(choices: Choices, row: ClassedRow, terms: ImportTerms): { choices: Choices; keptStricter: boolean } {
  const confirmedAt = row.evidence.confirmedAt
  if (terms.wording === null || confirmedAt === null) return { choices, keptStricter: false }
  if (isSettled(choices)) {
    const hasAll = row.topics.every((id) => choices.topics[id]?.answer === 'yes')
    return { choices, keptStricter: choices.stopped !== null || !hasAll }
  }
  const basis = { evidence: 'attested', wording: terms.wording, confirmedAt } as const
  const yes: TopicAnswer = { answer: 'yes', at: confirmedAt, entry: 0, basis, pace: null }
  const topics = { ...(terms.wholeAnswer ? withoutUnnamed(choices, row, yes, terms) : choices).topics }
  for (const id of row.topics) topics[id] ??= yes
  const pace = paceFor(choices, topics, terms.pace)
  const isRefused = row.topics.some((id) => topics[id]?.answer !== 'yes') || choices.channels.email === 'no'
  const keptStricter = isRefused || (hasYes(topics) && slowerThan(pace, terms.pace))
  return { choices: { ...choices, topics, pace, channels: { email: 'yes', ...choices.channels } }, keptStricter }
}

/**
 * A no to each topic whose yes rests on the very confirmation that this row holds, and that the row names no longer:
 * she has taken it off where she confirmed it. A no, so that an older export doesn't bring it back.
 */
function withoutUnnamed(choices: Choices, row: ClassedRow, { basis }: TopicAnswer, terms: ImportTerms): Choices {
  const takenOff = Object.entries(choices.topics)
    .filter(
      ([id, answer]) =>
        !row.topics.includes(Number(id)) &&
        answer.basis?.evidence === 'attested' &&
        answer.basis.wording === basis?.wording &&
        answer.basis.confirmedAt === basis.confirmedAt,
    )
    .map(([id]) => Number(id))
  return stopTopics(choices, takenOff, notAfterRun(row.evidence.lastChangedAt, terms))
}

/** What was promised for the yes that she has then, and of two promises the slower one; a pace that she picked stays. */
function paceFor(before: Choices, topics: Choices['topics'], promised: Pace): Pace {
  if (before.paceChosen || !hasYes(topics)) return before.pace
  return hasYes(before.topics) && slowerThan(before.pace, promised) ? before.pace : promised
}

function hasYes(topics: Choices['topics']): boolean {
  return Object.values(topics).some((answer) => answer.answer === 'yes')
}
