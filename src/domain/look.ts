import { shortText } from './audience-export.ts'

/** For how long a look at a person stays open. */
export const lookMinutes = 30

/** Why somebody looks, as one line that the person looked at will read; null where nothing is said. */
export function lookReason(text: string): string | null {
  const reason = shortText(text)
  return reason !== null && /[\p{L}\p{N}]/u.test(reason) ? reason : null
}

/** Until when a look that was opened at that instant (ISO) stays open. */
export function lookEnds(at: string): Date {
  return new Date(Date.parse(at) + lookMinutes * 60_000)
}
