import { Problem } from './problem.ts'

/** Whose export a file is: Mailchimp's, listmonk's, or our own (docs/import.md). */
export const exportFormats = ['mailchimp', 'listmonk', 'courtesy'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** What an export says of somebody, strictest first. Mailchimp gives one file for each, the others have a column for it. */
export const exportStatuses = ['cleaned', 'unsubscribed', 'subscribed'] as const
export type ExportStatus = (typeof exportStatuses)[number]

/** What a row says of when and how she signed up and left: ISO instants and short texts, null where it says nothing. */
export type ExportEvidence = {
  optedInAt: string | null
  optedInIp: string | null
  confirmedAt: string | null
  confirmedIp: string | null
  lastChangedAt: string | null
  leftAt: string | null
  campaign: string | null
  reason: string | null
  reasonText: string | null
}

export type ExportColumn = 'address' | 'status' | 'name' | 'familyName' | 'language' | 'timeZone' | keyof ExportEvidence

/**
 * How a format writes: the names its columns may have in lower case, what each word in its status column means (null where the
 * file's name says it), how it writes times, whether a confirmation has to come with the address it came from, and whether a
 * cell that a spreadsheet would run has an apostrophe before it.
 */
export type ExportLayout = {
  columns: Partial<Record<ExportColumn, readonly string[]>>
  statuses: Readonly<Record<string, ExportStatus>> | null
  instant(cell: string): string | null
  needsIp: boolean
  safeCells?: boolean
}

/** @throws Problem `invalid-input` for any other name. */
export function parseFormat(name: string): ExportFormat {
  const format = exportFormats.find((each) => each === name)
  if (format) return format
  throw new Problem('invalid-input', `the format "${name}" is unknown; these import: ${exportFormats.join(', ')}`)
}

export const layouts: Readonly<Record<ExportFormat, ExportLayout>> = {
  mailchimp: {
    columns: {
      address: ['email address'],
      name: ['first name'],
      familyName: ['last name'],
      // Mailchimp has no column for a language: companies add one under one of several names.
      language: ['language', 'mc_language', 'preferred language'],
      timeZone: ['timezone'],
      optedInAt: ['optin_time'],
      optedInIp: ['optin_ip'],
      confirmedAt: ['confirm_time'],
      confirmedIp: ['confirm_ip'],
      lastChangedAt: ['last_changed'],
      leftAt: ['unsub_time', 'clean_time'],
      campaign: ['unsub_campaign_title', 'clean_campaign_title'],
      reason: ['unsub_reason'],
      reasonText: ['unsub_reason_other'],
    },
    statuses: null,
    instant: instantOf,
    needsIp: true,
  },
  // It exports no confirmation, so nobody in it can be more than not asked. Who is disabled gets nothing there either.
  listmonk: {
    columns: {
      address: ['email'],
      status: ['status'],
      name: ['name'],
      optedInAt: ['created_at'],
      lastChangedAt: ['updated_at'],
      leftAt: ['updated_at'],
    },
    statuses: { enabled: 'subscribed', disabled: 'unsubscribed', blocklisted: 'unsubscribed' },
    instant: goInstantOf,
    needsIp: true,
  },
  courtesy: {
    columns: {
      address: ['address'],
      status: ['status'],
      name: ['name'],
      familyName: ['family_name'],
      language: ['language'],
      timeZone: ['time_zone'],
      confirmedAt: ['confirmed_at'],
      lastChangedAt: ['changed_at'],
      leftAt: ['stopped_at'],
      reason: ['reason'],
    },
    statuses: { subscribed: 'subscribed', stopped: 'unsubscribed', suppressed: 'cleaned' },
    instant: isoInstantOf,
    needsIp: false,
    safeCells: true,
  },
}

/** The ISO instant of `YYYY-MM-DD HH:MM:SS`, which Mailchimp writes in UTC; null for anything else. */
export function instantOf(cell: string): string | null {
  const [, date, time] = /^\s*(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\s*$/.exec(cell) ?? []
  return date === undefined || time === undefined ? null : realInstant(date, time, 0)
}

/** The same of what Go writes: `2024-05-06 07:08:09.123456 +0200 CEST`. */
function goInstantOf(cell: string): string | null {
  const [, date, time, sign, hours, minutes] =
    /^\s*(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? ([+-])(\d\d)(\d\d)(?: \S+)?\s*$/.exec(cell) ?? []
  if (date === undefined || time === undefined) return null
  const ahead = Number(hours) * 60 + Number(minutes)
  return realInstant(date, time, sign === '-' ? -ahead : ahead)
}

/** The same of ISO 8601 in UTC, `2024-05-06T07:08:09Z`; a part of a second is dropped. */
function isoInstantOf(cell: string): string | null {
  const [, date, time] = /^\s*(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d{1,6})?Z\s*$/.exec(cell) ?? []
  return date === undefined || time === undefined ? null : realInstant(date, time, 0)
}

function realInstant(date: string, time: string, minutesAhead: number): string | null {
  const iso = `${date}T${time}.000Z`
  const at = new Date(iso)
  // Date reads 30 February as a day in March.
  if (Number.isNaN(at.getTime()) || at.toISOString() !== iso) return null
  return new Date(at.getTime() - minutesAhead * 60_000).toISOString()
}
