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
    countRefusal(refusals, reply, 1)
  }
  for (const text of refusals.byText.keys()) if (isAboutUs(refusals, text)) return text
  return null
}

/** Whether a refusal with this answer says nothing of anybody's mailbox, because it answers half of everything (F13). */
export function isPartOfStorm(refusals: Refusals, reply: string): boolean {
  return isAboutUs(refusals, withoutParticulars(reply))
}

/** Counts one and the same refusal `n` times. */
export function countRefusal(refusals: Refusals, reply: string, n: number): void {
  const text = withoutParticulars(reply)
  refusals.byText.set(text, (refusals.byText.get(text) ?? 0) + n)
}

function isAboutUs({ total, byText }: Refusals, text: string): boolean {
  const n = byText.get(text) ?? 0
  return n >= fewest && n >= total * share
}

/** The answer without the address, number or id that differs from one mail to the next. */
function withoutParticulars(reply: string): string {
  return reply
    .replaceAll(/\S+@\S+/g, '…')
    .replaceAll(/\b[0-9a-f-]{8,}\b/gi, '…')
    .slice(0, 200)
}
