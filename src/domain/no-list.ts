/**
 * A no that has to outlive the database: if that comes back from a backup, these come back with it. By fingerprint only.
 * `at` is ISO.
 */
export type No = { at: string; kind: 'stopped' | 'erased'; fingerprint: string }

/** One no as a line of the no-list: `2026-11-21T09:30:00.000Z stopped 0f8f…`. */
export function noLine({ at, kind, fingerprint }: No): string {
  return `${at} ${kind} ${fingerprint}\n`
}

const pattern = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (stopped|erased) ([\da-f]{32})$/

/** Reads a line of the no-list without its line feed; what a full disk left of the one before it may stand in front. Null where there is no no. */
export function readNoLine(line: string): No | null {
  const [, at = '', kind, fingerprint = ''] = pattern.exec(line) ?? []
  if ((kind !== 'stopped' && kind !== 'erased') || Number.isNaN(Date.parse(at))) return null
  return { at, kind, fingerprint }
}
