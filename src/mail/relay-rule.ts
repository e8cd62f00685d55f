import { isLoopback } from '../domain/loopback.ts'

/** What decides whether topic mail may go to a relay at all. */
export type RelaySetup = { smtpUrl: string | null; publicUrl: string; signs: boolean; relaySigns: boolean }

/**
 * To a relay beyond this machine, topic mail goes out only with https links and a DKIM signature, ours or the
 * relay's: anything less would be refused or filed as spam, and its links could be read on the way.
 * @returns what is missing and how to mend it, in words; empty when mail may leave.
 */
export function missingForRelay(setup: RelaySetup): string[] {
  if (!setup.smtpUrl || isLoopback(new URL(setup.smtpUrl).hostname)) return []
  const missing: string[] = []
  if (!setup.publicUrl.startsWith('https://')) {
    missing.push(`PUBLIC_URL must start with https:// (it is ${setup.publicUrl})`)
  }
  if (!setup.signs && !setup.relaySigns) {
    missing.push(
      'mail must be signed: set DKIM_KEY_FILE, DKIM_DOMAIN and DKIM_SELECTOR, or RELAY_SIGNS=1 if the relay signs',
    )
  }
  return missing
}
