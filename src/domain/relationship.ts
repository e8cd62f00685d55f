import { changes, raises } from './choice-differences.ts'
import type { Choices } from './choices.ts'

/** What people did about a mail, by its links: they asked for more or for less, or stopped its topic or everything. */
export const effects = ['more', 'less', 'stoppedTopic', 'stoppedAll'] as const
export type Effect = (typeof effects)[number]

/**
 * What one change of her choices was about a mail of that topic; the gravest where it was several. Null for what asks for
 * neither more nor less, like another language.
 */
export function effectOf(before: Choices, after: Choices, topic: number): Effect | null {
  if (before.stopped === null && after.stopped !== null) return 'stoppedAll'
  if (before.topics[topic]?.answer === 'yes' && after.topics[topic]?.answer !== 'yes') return 'stoppedTopic'
  if (raises(before, after)) return 'more'
  const asks = changes(before, after).filter((field) => !neutral.has(field))
  return asks.length > 0 ? 'less' : null
}

const neutral: ReadonlySet<string> = new Set(['language', 'timeZone', 'choseAt', 'oneClick'])
