import { answerId, isQuote, type Quote } from '../domain/answer.ts'
import { isStopReason, type StopReason } from '../domain/stop-reason.ts'
import { fieldOf } from './site.ts'

/** Words of hers as the form sent them. `id` names the answer they become; `words` are as she typed them, however long. */
export type SentWords = { id: string; question: string | null; reason: StopReason | null; words: string }

/** @throws Problem `invalid-input` for an id that no form of ours had. */
export function readWords(body: unknown): SentWords {
  const reason = fieldOf(body, 'reason')
  return {
    id: answerId(fieldOf(body, 'id')),
    question: fieldOf(body, 'question') ?? null,
    reason: isStopReason(reason) ? reason : null,
    words: fieldOf(body, 'words') ?? '',
  }
}

/** What she chose of the two; null where she chose nothing, which changes nothing. */
export function readConsent(body: unknown): { reply: boolean } | { quote: Quote } | null {
  const [reply, quote] = [fieldOf(body, 'reply'), fieldOf(body, 'quote')]
  if (reply === 'yes' || reply === 'no') return { reply: reply === 'yes' }
  return isQuote(quote) ? { quote } : null
}
