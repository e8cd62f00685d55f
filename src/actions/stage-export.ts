import { readRow, type ExportRow, type UnusableRow } from '../domain/audience-export.ts'
import type { ExportStatus } from '../domain/export-formats.ts'
import { classOf, leftAt, rowClasses, type ClassedRow } from '../domain/imported-choices.ts'
import { fingerprintOf } from '../domain/keyring.ts'
import { stageRows, type StagedRow, type Staging } from '../store/import-staging.ts'
import { rowsOf, type ExportFile } from './export-files.ts'
import type { House } from './house.ts'
import type { ImportPlan } from './import-plan.ts'

/** A row that can be used, as it is staged. `file` is the file's name without its folder: it is evidence. */
export type StagedPerson = ExportRow & ClassedRow & Origin & { fingerprint: string }
type Origin = { file: string; line: number; status: ExportStatus }

/** What reading the files told. `errors` are the first 10,000 and `unknownTopics` has the first 1,000 values. */
export type Reading = {
  rows: number
  unusable: number
  errors: RowError[]
  unknownTopics: Record<string, number>
}
export type RowError = { file: string; line: number; column: string | null; value: string; reason: string }

const rowsAtOnce = 2_000
const mostErrors = 10_000
const mostUnknownValues = 1_000
const longestValue = 200

/**
 * Reads the files, one after the other, into the staging area, in bounded memory. Rows of which nothing can be used are
 * listed. `progress` is told what part of the bytes has been read, 0…1.
 */
export async function stageExport(
  house: House,
  staging: Staging,
  plan: ImportPlan,
  input: { files: readonly ExportFile[]; progress: (part: number) => void },
): Promise<Reading> {
  const reading: Reading = { rows: 0, unusable: 0, errors: [], unknownTopics: {} }
  const unknownValues = new Map<string, number>()
  const allBytes = input.files.reduce((sum, file) => sum + file.bytes, 0)
  let bytesBefore = 0
  for (const [index, file] of input.files.entries()) {
    let bytes = 0
    let waiting: StagedRow[] = []
    for await (const { line, cells } of rowsOf(file, (read) => void (bytes = read))) {
      reading.rows += 1
      const result = readRow(file.columns, cells)
      if (result.kind === 'unusable') addError(reading, file, line, result)
      const status = result.row?.status ?? file.status
      if (!result.row || status === null || !mayGoIn(result.kind, status)) continue
      const origin = { file: file.name, line, status }
      const person = asPerson(house, plan, { ...result.row, ...origin }, unknownValues)
      waiting.push(asStaged(person, plan, index, result.kind === 'row'))
      if (waiting.length < rowsAtOnce) continue
      await stageRows(staging, waiting)
      waiting = []
      input.progress((bytesBefore + bytes) / allBytes)
    }
    await stageRows(staging, waiting)
    bytesBefore += file.bytes
    input.progress(bytesBefore / allBytes)
  }
  return { ...reading, unknownTopics: Object.fromEntries(unknownValues) }
}

/** A row that is listed as unusable still stops or suppresses whom it names: doubt means less mail. */
function mayGoIn(kind: 'row' | 'unusable', status: ExportStatus): boolean {
  return kind === 'row' || status !== 'subscribed'
}

function addError(reading: Reading, file: ExportFile, line: number, { column, value, reason }: UnusableRow): void {
  reading.unusable += 1
  if (reading.errors.length === mostErrors) return
  reading.errors.push({ file: file.path, line, column, value: value.slice(0, longestValue), reason })
}

function asPerson(
  house: House,
  plan: ImportPlan,
  row: ExportRow & Origin,
  unknownValues: Map<string, number>,
): StagedPerson {
  const topics: number[] = []
  if (plan.asksFor.includes(row.status)) {
    if (plan.onlyTopic !== null) topics.push(plan.onlyTopic)
    for (const value of row.interests) {
      const id = plan.topicIdOf(value)
      if (id === undefined) countUnknown(unknownValues, value.slice(0, longestValue))
      else topics.push(id)
    }
  }
  const fingerprint = fingerprintOf(house.keys, 'email', row.canonical)
  return { ...row, topics, fingerprint, class: classOf(row.status, row.evidence, plan.terms) }
}

function countUnknown(unknownValues: Map<string, number>, value: string): void {
  const count = unknownValues.get(value) ?? 0
  if (count > 0 || unknownValues.size < mostUnknownValues) unknownValues.set(value, count + 1)
}

/** Each stop counts that says something else, and with topics it may: one without any says everything. */
function asStaged(person: StagedPerson, { terms }: ImportPlan, file: number, counted: boolean): StagedRow {
  const isStop = person.class === 'stopped'
  return {
    fingerprint: person.fingerprint,
    rank: rowClasses.indexOf(person.class),
    at: isStop ? leftAt(person.evidence, terms) : (person.evidence.leftAt ?? person.evidence.confirmedAt),
    says: isStop ? person.topics.toSorted((a, b) => a - b).join(',') : '',
    file,
    line: person.line,
    counted,
    row: JSON.stringify(person),
  }
}
