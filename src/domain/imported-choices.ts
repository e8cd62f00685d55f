import type { ExportEvidence, ExportStatus } from './audience-export.ts'
import { stopEverything, stopTopics } from './choice-changes.ts'
import { notAsked, type Choices, type TopicAnswer } from './choices.ts'
import { slowerThan, type Pace } from './pace.ts'

/** What a row of an import can say, strictest first; a person counts once, under the strictest of her rows. */
export const rowClasses = ['suppressed', 'stopped', 'notAsked', 'usable'] as const
export type RowClass = (typeof rowClasses)[number]

/**
 * What holds for every row of a run. `wording` is the hash of the text that `subscribed` people said yes to, null where
 * nobody attests one; a confirmation counts from `confirmedFrom` on and before `confirmedUntil` (ISO instants). `at` is
 * when the run began. With `wholeAnswer` a row names all topics that its confirmation is good for.
 */
export type ImportTerms = {
  wording: string | null
  pace: Pace
  confirmedFrom: string | null
  confirmedUntil: string | null
  unsubscribedMeans: 'stop' | 'topics'
  wholeAnswer: boolean
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
  if (terms.wording === null || confirmedAt === null || confirmedIp === null) return 'notAsked'
  const isWithin =
    confirmedAt <= terms.at &&
    (terms.confirmedFrom === null || confirmedAt >= terms.confirmedFrom) &&
    (terms.confirmedUntil === null || confirmedAt < terms.confirmedUntil)
  return isWithin ? 'usable' : 'notAsked'
}

/**
 * What an import makes of her choices. A stop always goes in, unless she chose herself after it; a yes only where nothing
 * stricter is stored or stands in her other rows, and never over choices she made herself.
 * @param stored null for somebody new
 * @param rows her rows, at most one of each class, strictest first
 * @param isSuppressed whether her address had a suppression before
 * @returns the same object as `stored` when nothing changes; `keptStricter` when what was stored was stricter and stayed
 */
export function importedChoices(
  stored: Choices | null,
  rows: readonly ClassedRow[],
  isSuppressed: boolean,
  terms: ImportTerms,
): { choices: Choices; keptStricter: boolean } {
  const [strictest] = rows
  let choices = stored ?? notAsked()
  if (!strictest) return { choices, keptStricter: false }
  const stop = rows.find((row) => row.class === 'stopped')
  if (stop) choices = withStop(choices, stop, terms)
  const asks = strictest.class === 'notAsked' || strictest.class === 'usable'
  if (stored === null || (asks && !isSuppressed && !isSettled(choices))) choices = withDetails(choices, strictest)
  if (isSuppressed) return { choices, keptStricter: strictest.class !== 'suppressed' }
  if (strictest.class === 'usable') return withYes(choices, strictest, terms)
  return { choices, keptStricter: asks && choices.stopped !== null }
}

function withStop(choices: Choices, { topics, evidence }: ClassedRow, terms: ImportTerms): Choices {
  const at = evidence.leftAt !== null && evidence.leftAt < terms.at ? evidence.leftAt : terms.at
  if (choices.choseAt !== null && Date.parse(choices.choseAt) >= Date.parse(at)) return choices
  // Without a topic nobody can tell what she left, so she left everything.
  if (terms.unsubscribedMeans === 'topics' && topics.length > 0) return stopTopics(choices, topics, at)
  return stopEverything(choices, at, 'import', evidence.reason)
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
  const topics = { ...(terms.wholeAnswer ? withoutUnnamed(choices.topics, row.topics, yes) : choices.topics) }
  for (const id of row.topics) topics[id] ??= yes
  const pace = paceFor(choices, terms.pace)
  const isRefused = row.topics.some((id) => topics[id]?.answer !== 'yes') || choices.channels.email === 'no'
  const keptStricter = isRefused || slowerThan(pace, terms.pace)
  return { choices: { ...choices, topics, pace, channels: { email: 'yes', ...choices.channels } }, keptStricter }
}

/**
 * Topics without those whose yes rests on the very confirmation that this row holds, and that the row names no longer:
 * she has taken them off where she confirmed them, so they are not asked again.
 */
function withoutUnnamed(
  topics: Choices['topics'],
  named: readonly number[],
  { basis }: TopicAnswer,
): Choices['topics'] {
  const stays = ([id, answer]: [string, TopicAnswer]) =>
    named.includes(Number(id)) ||
    answer.basis?.evidence !== 'attested' ||
    answer.basis.wording !== basis?.wording ||
    answer.basis.confirmedAt !== basis.confirmedAt
  return Object.fromEntries(Object.entries(topics).filter(stays))
}

/** What was promised, and of two promises the slower one; a pace that she picked stays. */
function paceFor(choices: Choices, promised: Pace): Pace {
  const hasYes = Object.values(choices.topics).some((answer) => answer.answer === 'yes')
  if (choices.paceChosen) return choices.pace
  return hasYes && slowerThan(choices.pace, promised) ? choices.pace : promised
}
