import type { Choices } from './choices.ts'

/** Ids of the topics that one change ended: asked for or unanswered before it, a no after it. */
export function endedBy(before: Choices, after: Choices): number[] {
  return Object.keys(after.topics)
    .map(Number)
    .filter((id) => after.topics[id]?.answer === 'no' && before.topics[id]?.answer !== 'no')
}
