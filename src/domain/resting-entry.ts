import { canonicalJson } from './canonical-json.ts'
import type { JsonValue } from './canonical-json.ts'
import type { Channel, Choices } from './choices.ts'
import type { Verdict } from './gate.ts'

/** Her choices as one entry left them. */
export type RecordedChoices = { entry: number; choices: Choices }

/**
 * The number of the ledger entry that a verdict rests on: her yes, her no, the stop, the pause, the word on the channel.
 * Null where it rests on none: an address that is suppressed, and what she was never asked.
 * @param history her choices after each of her entries, oldest first; the last are those that were judged.
 */
export function restsOn(
  verdict: Verdict,
  sending: { topic: number; channel: Channel },
  history: readonly RecordedChoices[],
): number | null {
  const answered = history.at(-1)?.choices.topics[sending.topic]?.entry ?? null
  if (verdict.kind !== 'never') return answered
  switch (verdict.reason) {
    case 'erased':
    case 'do_not_contact':
    case 'bounced':
    case 'complained':
    case 'not_asked':
      return null
    case 'stopped':
      return lastChangeOf(history, ({ stopped }) => stopped)
    case 'paused':
      return lastChangeOf(history, ({ paused }) => paused)
    case 'channel':
      return lastChangeOf(history, ({ channels }) => channels[sending.channel] ?? null)
    case 'topic':
    case 'unconfirmed':
    case 'no_wording':
    case 'consent_expired':
    case 'no_language':
    case 'expired_before_slot':
      return answered
  }
}

/** The entry that made this part of her choices what it is; null when she never said anything about it. */
function lastChangeOf(history: readonly RecordedChoices[], part: (choices: Choices) => JsonValue): number | null {
  const last = history.at(-1)
  if (!last || part(last.choices) === null) return null
  const is = canonicalJson(part(last.choices))
  const before = history.findLastIndex(({ choices }) => canonicalJson(part(choices)) !== is)
  return history[before + 1]?.entry ?? null
}
