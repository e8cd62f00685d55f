/** Refusals seen so far in one run: of how many answers, and how often each text. */
export type Refusals = { total: number; byText: Map<string, number> }

/** Fewer refusals of one text than this are people's own mailboxes, whatever their share. */
const fewest = 10
/** The share of all answers from which one text is about us and not about them. */
const share = 0.5

/**
 * Counts a batch of answers, and tells when one and the same 5xx text answers half of everything: a policy block, not so
 * many dead mailboxes. @returns that text, null when there is no storm.
 */
export function isStorm(
  refusals: Refusals,
  outcomes: readonly { kind: string; reply: string | null }[],
): string | null {
  for (const { kind, reply } of outcomes) {
    refusals.total += 1
    if (kind !== 'refused' || reply === null) continue
    const text = withoutParticulars(reply)
    refusals.byText.set(text, (refusals.byText.get(text) ?? 0) + 1)
  }
  for (const [text, n] of refusals.byText) if (n >= fewest && n >= refusals.total * share) return text
  return null
}

/** The answer without the address, number or id that differs from one mail to the next. */
function withoutParticulars(reply: string): string {
  return reply
    .replaceAll(/\S+@\S+/g, '…')
    .replaceAll(/\b[0-9a-f-]{8,}\b/gi, '…')
    .slice(0, 200)
}
