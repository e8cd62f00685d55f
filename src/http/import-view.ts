import type { ImportSummary } from '../actions/import-people.ts'
import { staffText } from '../domain/staff-catalogue.ts'
import type { Topic } from '../domain/topic.ts'
import type { StaffPart } from '../staff-views.ts'
import type { StaffLook } from './staff-door.ts'
import { areaField, lineField, postForm, selectField, staffNumber } from './staff-form.ts'

/** So many rows that cannot be used are shown. */
const mostErrors = 20

/** The form that asks for files and on which terms they count; `typed` is what stood in it. */
export function importForm(look: StaffLook, topics: readonly Topic[], typed: (name: string) => string): StaffPart[] {
  const only = topics.map(({ slug, name }) => ({
    value: slug,
    label: staffText('staff.import.topic.only', { topic: name }),
  }))
  const formats = [
    { value: 'mailchimp', label: 'Mailchimp' },
    { value: 'listmonk', label: 'listmonk' },
    { value: 'courtesy', label: 'Courtesy' },
  ]
  const meanings = [
    { value: 'stop', label: staffText('staff.import.meaning.stop') },
    { value: 'topics', label: staffText('staff.import.meaning.topics') },
  ]
  const line = (name: string, label: string, hint = '') => lineField(name, label, { hint, value: typed(name) })
  return [
    { kind: 'text', lines: [staffText('staff.import.lead')], look: 'lead' },
    { kind: 'text', lines: [staffText('staff.import.stops')] },
    postForm(
      look,
      '/admin/people/import',
      [
        selectField('format', staffText('staff.import.format'), formats, { value: typed('format') }),
        {
          type: 'file',
          name: 'files',
          label: staffText('staff.import.files'),
          hint: staffText('staff.import.files.hint'),
          error: '',
          value: '',
          accept: '.csv,text/csv',
          several: true,
        },
        selectField(
          'topic',
          staffText('staff.import.topic'),
          [{ value: '', label: staffText('staff.import.topic.column') }, ...only],
          { value: typed('topic') },
        ),
        line('topicsColumn', staffText('staff.import.topicsColumn'), staffText('staff.import.topicsColumn.hint')),
        areaField('words', staffText('staff.import.words'), {
          hint: staffText('staff.import.words.hint'),
          value: typed('words'),
        }),
        line('pace', staffText('staff.import.pace'), staffText('staff.import.pace.hint')),
        lineField('confirmedFrom', staffText('staff.import.from'), { type: 'date', value: typed('confirmedFrom') }),
        lineField('confirmedUntil', staffText('staff.import.until'), {
          type: 'date',
          hint: staffText('staff.import.until.hint'),
          value: typed('confirmedUntil'),
        }),
        selectField('unsubscribedMeans', staffText('staff.import.meaning'), meanings, {
          value: typed('unsubscribedMeans'),
        }),
      ],
      staffText('staff.import.preview'),
    ),
  ]
}

/** The summary that the command line prints: a table that adds up, then what is unknown and what cannot be used. */
export function summaryParts(summary: ImportSummary): StaffPart[] {
  const unknown = Object.entries(summary.unknownTopics)
  const kept = [
    ...(summary.keptStricter > 0 ? [staffText('staff.import.keptStricter', { count: summary.keptStricter })] : []),
    ...(summary.choseSince > 0 ? [staffText('staff.import.choseSince', { count: summary.choseSince })] : []),
  ]
  const parts: StaffPart[] = [
    {
      kind: 'table',
      caption: staffText('staff.import.rows', { count: summary.rows }),
      columns: [
        { label: staffText('staff.import.number'), look: 'number' },
        { label: staffText('staff.import.become') },
      ],
      rows: classes.map((name) => [
        { text: staffNumber(summary[name]), look: 'number' },
        { text: staffText(`staff.import.class.${name}`) },
      ]),
      none: '',
    },
  ]
  if (kept.length > 0) parts.push({ kind: 'text', lines: kept })
  if (unknown.length > 0) parts.push(unknownTable(unknown))
  if (summary.errors.length > 0) parts.push(errorsTable(summary))
  return parts
}

const classes = ['usable', 'notAsked', 'stopped', 'suppressed', 'merged', 'unusable'] as const

function unknownTable(unknown: readonly [string, number][]): StaffPart {
  return {
    kind: 'table',
    caption: staffText('staff.import.unknown'),
    columns: [{ label: staffText('staff.import.value') }, { label: staffText('staff.import.inRows'), look: 'number' }],
    rows: unknown.slice(0, mostErrors).map(([value, n]) => [{ text: value }, { text: staffNumber(n), look: 'number' }]),
    none: '',
  }
}

function errorsTable({ errors, unusable }: ImportSummary): StaffPart {
  return {
    kind: 'table',
    caption: staffText('staff.import.errors', { shown: Math.min(mostErrors, errors.length), count: unusable }),
    columns: [
      { label: staffText('staff.import.file') },
      { label: staffText('staff.import.line'), look: 'number' },
      { label: staffText('staff.import.value') },
      { label: staffText('staff.import.reason') },
    ],
    rows: errors
      .slice(0, mostErrors)
      .map(({ file, line, column, value, reason }) => [
        { text: file, look: 'code' },
        { text: staffNumber(line), look: 'number' },
        { text: column === null ? value : `${column}: ${value}`, look: 'code' },
        { text: reason },
      ]),
    none: '',
  }
}
