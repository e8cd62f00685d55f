import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import { CsvError, parse } from 'csv-parse'
import { holdsAnotherRow, readHeader, statusOfFile, type ExportColumns } from '../domain/audience-export.ts'
import { exportStatuses, layouts, type ExportStatus } from '../domain/export-formats.ts'
import { Problem } from '../domain/problem.ts'
import { codeOf } from '../store/error-code.ts'
import type { ImportPlan } from './import-plan.ts'

/**
 * One file of an export, looked at but not read. `name` is its last part, `bytes` its size; `status` is null where each row
 * says its own.
 */
export type ExportFile = {
  path: string
  name: string
  bytes: number
  status: ExportStatus | null
  columns: ExportColumns
}

/** What of a plan decides how files are opened. A topics column must be in each file that may hold a status of `asksFor`. */
type Terms = Pick<ImportPlan, 'format' | 'topicsColumn' | 'asksFor'>

/** So many columns of a file that has the wrong ones are named. */
const mostNamed = 40

/** A row that holds something. `line` is that on which it begins, from 1, as an editor counts them; `lines` is how many it takes. */
type Row = { line: number; lines: number; cells: string[] }

/** A row is read as a whole, so this bounds the memory; a quotation mark that never ends is met by it. */
const longestRowBytes = 16 * 1024 * 1024

/**
 * Looks at all files before any is read: strictest first, whatever the order they were given in.
 * @throws Problem `invalid-input` for a file that is missing, unreadable, without addresses, or says of nobody what they are.
 */
export async function openExport(paths: readonly string[], terms: Terms): Promise<ExportFile[]> {
  if (paths.length === 0) throw new Problem('invalid-input', 'no file was given to import')
  const files = await Promise.all(paths.map((path) => openFile(path, terms)))
  const rank = ({ status }: ExportFile) => (status === null ? -1 : exportStatuses.indexOf(status))
  return files.toSorted((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1))
}

async function openFile(path: string, { format, topicsColumn, asksFor }: Terms): Promise<ExportFile> {
  const name = basename(path)
  const saysItself = layouts[format].statuses !== null
  const status = saysItself ? null : statusOfFile(name)
  if (!status && !saysItself) {
    throw new Problem(
      'invalid-input',
      `what the people in ${path} are must be told by its name: one of the words "subscribed", "unsubscribed" or "cleaned". Nothing was imported.`,
    )
  }
  const bytes = sizeOf(path)
  const columns = readHeader(await firstRowOf(path), topicsColumn, format)
  if (!columns) {
    throw new Problem(
      'invalid-input',
      `${path} has no ${neededColumns[format]} in its first row; is it a CSV file that ${format} exported? Nothing was imported.`,
    )
  }
  if (topicsColumn !== null && columns.interests < 0 && (status === null || asksFor.includes(status))) {
    const named = columns.header.slice(0, mostNamed).map((column) => `"${column}"`)
    const known = `${named.join(', ')}${columns.header.length > mostNamed ? ' and more' : ''}`
    throw new Problem(
      'invalid-input',
      `${path} has no column "${topicsColumn}"; it has ${known}. Nothing was imported.`,
    )
  }
  return { path, name, bytes, status, columns }
}

const neededColumns = {
  mailchimp: 'column "Email Address"',
  listmonk: 'columns "email" and "status"',
  courtesy: 'columns "address" and "status"',
} as const

function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile()) return found.size
  throw new Problem('invalid-input', `${path} is not a file${found ? '' : '; nothing is there'}. Nothing was imported.`)
}

async function firstRowOf(path: string): Promise<string[]> {
  for await (const { cells } of rowsIn(path, () => undefined)) return cells
  return []
}

/**
 * Streams the rows after the header; blank lines are no rows. `read` is told how many bytes have been read so far.
 * Nothing is guessed about a quotation mark in a wrong place: whoever stands in the rows behind it might lose a stop.
 * @throws Problem `invalid-input` that names the line, when a row is no CSV or has swallowed another one.
 */
export async function* rowsOf({ path, columns }: ExportFile, read: (bytes: number) => void): AsyncGenerator<Row> {
  const rows = rowsIn(path, read)
  await rows.next()
  for await (const row of rows) {
    if (row.lines > 1 && holdsAnotherRow(columns, row.cells)) throw wrongQuotes(path, row.line)
    yield row
  }
}

async function* rowsIn(path: string, read: (bytes: number) => void): AsyncGenerator<Row, void> {
  // The parser counts a line break of two characters inside quotes as two lines, so lines are counted here: as rows are
  // met, because an error overtakes those that wait to be read.
  let next = 1
  const waiting: Omit<Row, 'cells'>[] = []
  const source = createReadStream(path)
  const parser = parse({
    bom: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    max_record_size: longestRowBytes,
    on_record(cells: string[]) {
      const line = next
      next += 1 + cells.reduce((sum, cell) => sum + lineBreaksIn(cell), 0)
      if (cells.length === 1 && !cells[0]?.trim()) return null
      waiting.push({ line, lines: next - line })
      return cells
    },
  })
  source.on('error', (error) => parser.destroy(error)).pipe(parser)
  try {
    for await (const cells of parser) {
      const place = waiting.shift()
      read(source.bytesRead)
      if (place) yield { ...place, cells }
    }
  } catch (error) {
    throw unreadable(path, next, error)
  } finally {
    source.destroy()
  }
}

function lineBreaksIn(cell: string): number {
  return cell.includes('\n') || cell.includes('\r') ? (cell.match(/\r\n|\n|\r/g)?.length ?? 0) : 0
}

function unreadable(path: string, line: number, error: unknown): unknown {
  if (error instanceof CsvError) return wrongQuotes(path, line)
  const code = codeOf(error)
  return code ? new Problem('invalid-input', `${path} cannot be read (${code})`) : error
}

function wrongQuotes(path: string, line: number): Problem {
  return new Problem(
    'invalid-input',
    `${path} is no CSV in the row that begins on line ${line}: a quotation mark opens or closes there where it must not, or is not closed within ${longestRowBytes / 1024 / 1024} MiB, and would take the rows after it along. Nothing was imported; repair that row (a quotation mark inside a cell is written twice, and the cell is put in quotation marks) or export the file again.`,
  )
}
