/** What a spreadsheet may take for a formula at the start of a cell, also after quotes that were put before it (ASVS 5.0 1.2.10, full-width forms too). */
const formula = /^'*[=+\-@\t\r\n\0＝＋－＠]/

/**
 * One record of a CSV file with its CRLF (RFC 4180 section 2), null as an empty cell. A cell that a spreadsheet would
 * run gets an apostrophe before it, and so does one that looks as if it had: taking one away gives back what it said.
 */
export function csvRecord(cells: readonly (string | null)[]): string {
  return `${cells.map((cell) => quoted(safeCell(cell ?? ''))).join(',')}\r\n`
}

/** A cell that no spreadsheet runs. */
export function safeCell(text: string): string {
  return formula.test(text) ? `'${text}` : text
}

/** What a cell said before {@link safeCell}. */
export function plainCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
