/**
 * A no that has to outlive the database: if that comes back from a backup, these come back with it. By fingerprint only.
 * `at` is ISO.
 */
export type No = { at: string; kind: 'stopped' | 'erased'; fingerprint: string }

/** One no as a line of the no-list: `2026-11-21T09:30:00.000Z stopped 0f8f…`. */
export function noLine({ at, kind, fingerprint }: No): string {
  return `${at} ${kind} ${fingerprint}\n`
}
