import type { ServiceKind } from './gate.ts'
import { linkLifetimes } from './link-token.ts'

/**
 * Service mail that she waits for herself: it is at least once (I-6). Nobody knowing whether one arrived, it is sent again
 * once by itself, under the same Message-ID; all other mail never is (I-5).
 */
export const mustArriveKinds: readonly ServiceKind[] = ['confirmation', 'own_link', 'receipt']

/** Minutes after which such a mail is sent again, so that an answer that comes late is read first. */
export const resendAfterMinutes = 15

const minute = 60_000

/** Until when (ISO) a service mail laid out at `at` is of use: as long as its link works. Null for ever. */
export function usefulUntil(kind: ServiceKind, at: Date): string | null {
  const minutes = usefulMinutes[kind]
  return minutes === undefined ? null : new Date(at.getTime() + minutes * minute).toISOString()
}

const usefulMinutes: Partial<Record<ServiceKind, number>> = {
  confirmation: linkLifetimes.confirmDays * 24 * 60,
  own_link: linkLifetimes.sessionMinutes,
}
