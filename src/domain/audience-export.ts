import { z } from 'zod'
import { parseAddress } from './address.ts'
import { isKnownZone } from './calendar.ts'
import { plainCell } from './csv.ts'
import {
  exportStatuses,
  layouts,
  type ExportColumn,
  type ExportEvidence,
  type ExportFormat,
  type ExportLayout,
  type ExportStatus,
} from './export-formats.ts'

/**
 * The status that a file's name says, null where it says none or more than one. "unsubscribed" holds "subscribed", and
 * so does "nonsubscribed", Mailchimp's word for contacts who never signed up: only whole words count.
 */
export function statusOfFile(name: string): ExportStatus | null {
  const words = name
    .toLowerCase()
    .replaceAll(/un[-_ ]+subscribed/g, 'unsubscribed')
    .replaceAll(/no[nt][-_ ]*subscribed/g, 'nonsubscribed')
    .split(/[^\p{L}]+/u)
  const named = exportStatuses.filter((status) => words.includes(status))
  return words.includes('nonsubscribed') || named.length !== 1 ? null : (named[0] ?? null)
}

/**
 * Where in a row each column stands, from 0; -1 for one that this file doesn't have. A row has as many cells as `header`.
 * `layout` says how the cells are read.
 */
export type ExportColumns = { header: readonly string[]; layout: ExportLayout } & Record<
  ExportColumn | 'interests',
  number
>

/**
 * Reads the first row of a file; names count whatever their case. `topicsColumn` names the column with her interests,
 * null where there is none.
 * @returns undefined when there is no column of addresses, or none that says what somebody is where the format has one.
 */
export function readHeader(
  cells: readonly string[],
  topicsColumn: string | null,
  format: ExportFormat = 'mailchimp',
): ExportColumns | undefined {
  const header = cells.map((cell) => cell.trim())
  const known = header.map((cell) => cell.toLowerCase())
  const layout = layouts[format]
  const place = (column: ExportColumn) => known.findIndex((cell) => layout.columns[column]?.includes(cell))
  const columns = {
    header,
    layout,
    address: place('address'),
    status: place('status'),
    name: place('name'),
    familyName: place('familyName'),
    language: place('language'),
    timeZone: place('timeZone'),
    interests: topicsColumn === null ? -1 : known.indexOf(topicsColumn.trim().toLowerCase()),
    optedInAt: place('optedInAt'),
    optedInIp: place('optedInIp'),
    confirmedAt: place('confirmedAt'),
    confirmedIp: place('confirmedIp'),
    lastChangedAt: place('lastChangedAt'),
    leftAt: place('leftAt'),
    campaign: place('campaign'),
    reason: place('reason'),
    reasonText: place('reasonText'),
  }
  return columns.address < 0 || (layout.statuses !== null && columns.status < 0) ? undefined : columns
}

/**
 * One person as one row of an export has her. `canonical` is the identity of `parseAddress`; `status` is null where the file
 * says it for everybody in it.
 */
export type ExportRow = {
  status: ExportStatus | null
  canonical: string
  spelling: string
  name: string
  familyName: string
  language: string | null
  timeZone: string | null
  interests: string[]
  evidence: ExportEvidence
}

/**
 * A row that cannot be used: which cell, its value and why. Where only the number of cells is wrong and her address can
 * be read all the same, `row` is what could be read: not enough for a yes, enough for a stop.
 */
export type UnusableRow = {
  kind: 'unusable'
  column: string | null
  value: string
  reason: string
  row: ExportRow | null
}

/**
 * Whether a cell holds what looks like a row of somebody else. Two quotation marks in wrong places, of two people, can
 * make one row of all between them that is good CSV.
 */
export function holdsAnotherRow({ header, address }: ExportColumns, cells: readonly string[]): boolean {
  return cells.some((cell, place) => {
    const [, ...lines] = cell.split(/\r\n|\n|\r/)
    return lines.some((line, index) => {
      const own = line.split(',')
      const after = index === lines.length - 1 ? cells.length - place - 1 : 0
      return own.length + after >= header.length && parseAddress(own[address] ?? '').kind === 'address'
    })
  })
}

/** Reads the cells of one row. Of a name, time, zone or language that cannot be read nothing is kept; the row counts. */
export function readRow(
  columns: ExportColumns,
  written: readonly string[],
): { kind: 'row'; row: ExportRow } | UnusableRow {
  const cells = columns.layout.safeCells ? written.map(plainCell) : written
  const cell = cells[columns.address] ?? ''
  const address = parseAddress(cell)
  const isDecoded = !cell.includes('\ufffd')
  const row = address.kind === 'address' && isDecoded ? rowOf(columns, cells, address) : null
  const { statuses } = columns.layout
  if (cells.length !== columns.header.length) {
    const reason = `the row has ${cells.length} columns and the header ${columns.header.length}`
    const status = strictestIn(cells, statuses)
    return { kind: 'unusable', column: null, value: cells[0] ?? '', reason, row: row && { ...row, status } }
  }
  if (row && statuses !== null && row.status === null) {
    const value = cells[columns.status] ?? ''
    const reason = `it is none of ${Object.keys(statuses).join(', ')}`
    return { kind: 'unusable', column: columns.header[columns.status] ?? null, value, reason, row: null }
  }
  if (row) return { kind: 'row', row }
  const reason = address.kind === 'refused' ? address.reason : 'it is not written in UTF-8'
  return { kind: 'unusable', column: columns.header[columns.address] ?? null, value: cell, reason, row }
}

/** Where cells have slipped nobody can tell which says what she is: a word that stops counts wherever it stands. */
function strictestIn(cells: readonly string[], statuses: ExportLayout['statuses']): ExportStatus | null {
  if (statuses === null) return null
  const said = cells.map((cell) => statuses[cell.trim().toLowerCase()])
  return exportStatuses.find((status) => said.includes(status)) ?? null
}

function rowOf(
  columns: ExportColumns,
  cells: readonly string[],
  { canonical, spelling }: { canonical: string; spelling: string },
): ExportRow {
  const cell = (column: ExportColumn | 'interests') => cells[columns[column]] ?? ''
  const { instant, statuses } = columns.layout
  return {
    status: statuses?.[cell('status').trim().toLowerCase()] ?? null,
    canonical,
    spelling,
    name: shortText(cell('name')) ?? '',
    familyName: shortText(cell('familyName')) ?? '',
    language: languageTag(cell('language')),
    timeZone: knownZone(cell('timeZone')),
    interests: interestsIn(cell('interests')),
    evidence: {
      optedInAt: instant(cell('optedInAt')),
      optedInIp: ipOf(cell('optedInIp')),
      confirmedAt: instant(cell('confirmedAt')),
      confirmedIp: ipOf(cell('confirmedIp')),
      lastChangedAt: instant(cell('lastChangedAt')),
      leftAt: instant(cell('leftAt')),
      campaign: shortText(cell('campaign')),
      reason: shortText(cell('reason')),
      reasonText: shortText(cell('reasonText')),
    },
  }
}

/** Names and remarks in any script: one line without control characters, at most 200 characters; null when empty. */
export function shortText(cell: string): string | null {
  if (cell === '') return null
  const text = cell.toWellFormed()
  // A replacement character is a letter lost to a wrong encoding: a name that has one is not hers.
  if (text.includes('\ufffd')) return null
  const line = text
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ')
    .trim()
  // Cutting may halve a character.
  return line === '' ? null : line.slice(0, 200).toWellFormed()
}

const ip = z.union([z.ipv4(), z.ipv6()])

function ipOf(cell: string): string | null {
  const text = cell.trim()
  return text !== '' && ip.safeParse(text).success ? text : null
}

function knownZone(cell: string): string | null {
  const zone = cell.trim()
  return zone !== '' && zone.length <= 64 && isKnownZone(zone) ? zone : null
}

/** Mailchimp writes `pt_BR` for what BCP 47 calls `pt-BR`. */
function languageTag(cell: string): string | null {
  try {
    return cell === '' ? null : (Intl.getCanonicalLocales(cell.trim().replaceAll('_', '-'))[0] ?? null)
  } catch {
    return null
  }
}

/** Values are separated by commas; one that has a comma itself is written with a backslash before it. */
function interestsIn(cell: string): string[] {
  if (cell === '') return []
  const values = cell.split(/(?<!\\),/).map((value) => value.replaceAll('\\,', ',').normalize('NFC').trim())
  return [...new Set(values.filter((value) => value !== ''))]
}
