import type { ImportSummary } from '../actions/import-people.ts'
import { numberText } from './campaign-words.ts'

const mostErrors = 20

/** The summary as a table that adds up, then the first rows that could not be used. */
export function importInWords(summary: ImportSummary): string {
  const unknown = Object.entries(summary.unknownTopics)
  return [
    `Of ${numberText(summary.rows)} rows:`,
    row(summary.usable, 'usable: a yes with accepted evidence'),
    row(summary.notAsked, 'not asked: stored, get nothing'),
    row(summary.stopped, 'stopped'),
    row(summary.suppressed, 'suppressed: their address must not be written to'),
    row(summary.merged, 'merged: a further row of the same person'),
    row(summary.unusable, 'unusable'),
    '',
    `${numberText(summary.changed)} people ${summary.dryRun ? 'would change; nothing was written' : 'changed'}.`,
    ...(summary.keptStricter > 0
      ? [`${numberText(summary.keptStricter)} had said something stricter, which stays.`]
      : []),
    ...(summary.choseSince > 0
      ? [`${numberText(summary.choseSince)} left the old system and said yes here after it, which stays.`]
      : []),
    ...unknown.map(([value, n]) => `No topic is called ${quoted(value)} (${numberText(n)} rows).`),
    ...summary.errors
      .slice(0, mostErrors)
      .map(({ file, line, column, value, reason }) => `${file}:${line} ${column ?? 'row'} ${quoted(value)}: ${reason}`),
    ...(summary.unusable > mostErrors
      ? [`… and ${numberText(summary.unusable - mostErrors)} more; --json lists them.`]
      : []),
  ].join('\n')
}

function row(n: number, what: string): string {
  return `${numberText(n).padStart(9)}  ${what}`
}

/** What stands in a file must not steer the terminal that shows it. */
function quoted(value: string): string {
  return JSON.stringify(value).replaceAll(/\p{C}/gu, '�')
}
