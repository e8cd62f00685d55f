import type { Outcome, Parcel, Terms } from './courier.ts'
import type { Reply } from './smtp-line.ts'

/** The relay wants us to sign in first or refuses that (RFC 4954 section 6): nobody's mailbox has been named. */
const signInCodes = new Set([530, 534, 535, 538])

/** Commands in the wrong order (RFC 5321 section 4.2.2): something between the relay and us, and never about the mail. */
const badSequence = 503

/** Whether a reply says no: 4xx or 5xx. Any other that is no yes says nothing (RFC 5321 section 4.2). */
export function saysNo({ code }: Reply): boolean {
  return code >= 400 && code < 600
}

/** What a 4xx or 5xx reply makes of a parcel: it did not leave. */
export function answered(parcel: Parcel, { code, text }: Reply): Outcome {
  if (signInCodes.has(code)) return unreached(parcel, text)
  const kind = code >= 500 && code !== badSequence ? 'refused' : 'deferred'
  return { delivery: parcel.delivery, kind, reply: text, reached: true }
}

/** The relay does not take such a parcel, by what it offers: the reply that it would give. */
export function refused(parcel: Parcel, reply: string): Outcome {
  return { delivery: parcel.delivery, kind: 'refused', reply, reached: true }
}

/** Whatever fails before the dot without a reply is about the relay or us, and never about the person. */
export function unreached(parcel: Parcel, error: unknown): Outcome {
  const { response, code, message } = error as { response?: string; code?: string; message?: string }
  const why = typeof error === 'string' ? error : (response ?? code ?? message ?? 'unknown')
  const reply = `the relay could not be used (${why.slice(0, 200)})`
  return { delivery: parcel.delivery, kind: 'deferred', reply, reached: false }
}

/** What keeps a parcel from beginning at this moment: it was called back, or its time is over. Null when nothing does. */
export function whyBarred(parcel: Parcel, terms: Terms): Outcome | null {
  if (terms.recalled(parcel.delivery)) return recalled(parcel)
  const begunBefore = Math.min(terms.begunBefore, parcel.begunBefore ?? Infinity)
  return performance.now() > begunBefore ? notBegun(parcel) : null
}

function notBegun(parcel: Parcel): Outcome {
  const reply = 'it was not begun in time'
  return { delivery: parcel.delivery, kind: 'deferred', reply, reached: true, begun: false }
}

export function recalled(parcel: Parcel): Outcome {
  return { delivery: parcel.delivery, kind: 'recalled', reply: null, reached: true }
}

export function sent(parcel: Parcel, { text }: Reply): Outcome {
  return { delivery: parcel.delivery, kind: 'sent', reply: text, reached: true }
}

export function unknown(parcel: Parcel): Outcome {
  const reply = 'the connection failed after the message was written'
  return { delivery: parcel.delivery, kind: 'unknown', reply, reached: true }
}
