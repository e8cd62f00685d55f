import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExportStatus } from '../../src/domain/export-formats.ts'

/** Cells by column; a missing one is empty. */
export type ExportCells = Record<string, string>

const columns = [
  'Email Address',
  'First Name',
  'Last Name',
  'About what?',
  'OPTIN_TIME',
  'CONFIRM_TIME',
  'CONFIRM_IP',
  'LAST_CHANGED',
  'TIMEZONE',
  'LANGUAGE',
]
const more: Record<ExportStatus, string[]> = {
  subscribed: [],
  unsubscribed: ['UNSUB_TIME', 'UNSUB_CAMPAIGN_TITLE', 'UNSUB_REASON', 'UNSUB_REASON_OTHER'],
  cleaned: ['CLEAN_TIME', 'CLEAN_CAMPAIGN_TITLE'],
}

/** Writes files as Mailchimp names and shapes them into a folder that goes with the test. @returns their paths. */
export function writeExport(
  t: { teardown(drop: () => void): unknown },
  rows: Partial<Record<ExportStatus, ExportCells[]>>,
): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'courtesy-export-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  mkdirSync(folder, { recursive: true })
  const statuses = Object.keys(rows) as ExportStatus[]
  return statuses.map((status) => {
    const header = [...columns, ...more[status]]
    const lines = [header, ...(rows[status] ?? []).map((cells) => header.map((column) => cells[column] ?? ''))]
    const path = join(folder, `${status}_members_export.csv`)
    writeFileSync(path, lines.map((line) => `${line.map(quoted).join(',')}\n`).join(''))
    return path
  })
}

/** A row of somebody who confirmed, with the time and address that a yes needs. */
export function confirmed(address: string, topics = 'Repairs', confirmedAt = '2024-05-06 07:08:09'): ExportCells {
  return { 'Email Address': address, 'About what?': topics, CONFIRM_TIME: confirmedAt, CONFIRM_IP: '203.0.113.5' }
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
