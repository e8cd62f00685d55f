import { canonicalJson } from './canonical-json.ts'
import type { JsonValue } from './canonical-json.ts'
import { channels } from './choices.ts'
import type { Channel, Choices } from './choices.ts'
import type { EntryKind } from './ledger-entry.ts'
import { comparePace, termsOf } from './pace.ts'

/**
 * One part of her choices that changes as a whole: `topics.3` is all she said about topic 3, `pace` the overall pace
 * and whether she chose it. `choseAt` and `oneClick` are our own notes; a list for her leaves them out.
 */
export type ChoiceField = `topics.${number}` | `channels.${Channel}` | 'pace' | (typeof wholeFields)[number]

const wholeFields = ['paused', 'stopped', 'quiet', 'language', 'timeZone', 'choseAt', 'oneClick'] as const

/** The fields in which two choices differ. Which entry records a topic's answer makes no difference. */
export function changes(before: Choices, after: Choices): ChoiceField[] {
  return changedParts(before, after).map(({ field }) => field)
}

/** Ids of the topics whose answer differs, ascending. */
export function topicsConcerned(before: Choices, after: Choices): number[] {
  return topicIdsOf(before, after).filter((id) => differ(topicPart(id), before, after))
}

/**
 * True when `after` can let anything through that `before` would not: a new yes, a faster pace, a topic taken out of
 * an overall limit, a new channel, less of a stop, of a pause or of quiet hours.
 */
export function raises(before: Choices, after: Choices): boolean {
  return (
    (before.stopped !== null && after.stopped === null) ||
    endsSooner(before.paused, after.paused) ||
    (before.quiet !== null && differ(wholePart('quiet'), before, after)) ||
    comparePace(after.pace, before.pace) > 0 ||
    channels.some((channel) => after.channels[channel] === 'yes' && before.channels[channel] !== 'yes') ||
    topicIdsOf(after).some((id) => raisesTopic(before, after, id))
  )
}

/** What kind of entry records this change when she, or somebody for her, changed her choices. */
export function entryKindOf(
  before: Choices,
  after: Choices,
): EntryKind & ('given' | 'changed' | 'withdrawn' | 'paused' | 'resumed') {
  if (before.stopped === null && after.stopped !== null) return 'withdrawn'
  const ids = topicIdsOf(before, after)
  const restarts = before.stopped !== null && after.stopped === null
  const gains = restarts || ids.some((id) => !isYes(before, id) && isYes(after, id))
  const losses = ids.some((id) => isYes(before, id) && !isYes(after, id))
  if (gains !== losses) return gains ? 'given' : 'withdrawn'
  if (gains || !differ(wholePart('paused'), before, after)) return 'changed'
  return endsSooner(before.paused, after.paused) ? 'resumed' : 'paused'
}

/** `after`, with the number of the entry that records it on every topic answer that differs from `before`. */
export function stampEntry(before: Choices, after: Choices, entry: number): Choices {
  const topics = { ...after.topics }
  for (const id of topicsConcerned(before, after)) {
    const answer = topics[id]
    if (answer !== undefined) topics[id] = { ...answer, entry }
  }
  return { ...after, topics }
}

/**
 * Puts back, field by field, what the change from `before` to `after` changed, wherever the current choices still say
 * what that change made of it; what was changed again since then stays. Null when nothing is left to put back.
 */
export function undo(current: Choices, before: Choices, after: Choices): Choices | null {
  const parts = changedParts(before, after).filter((part) => !differ(part, current, after))
  if (parts.every(({ field }) => field === 'choseAt' || field === 'oneClick')) return null
  const undone = { ...current, topics: { ...current.topics }, channels: { ...current.channels } }
  for (const part of parts) part.putBack(undone, before)
  return undone
}

/** How one field is compared, and copied from one document to another. */
type Part = {
  field: ChoiceField
  value(choices: Choices): JsonValue
  putBack(target: Choices, source: Choices): void
}

function changedParts(before: Choices, after: Choices): Part[] {
  const parts = [
    ...topicIdsOf(before, after).map(topicPart),
    pacePart,
    ...channels.map(channelPart),
    ...wholeFields.map(wholePart),
  ]
  return parts.filter((part) => differ(part, before, after))
}

function differ(part: Part, one: Choices, other: Choices): boolean {
  return canonicalJson(part.value(one)) !== canonicalJson(part.value(other))
}

function topicPart(id: number): Part {
  return {
    field: `topics.${id}`,
    value(choices) {
      const answer = choices.topics[id]
      return answer === undefined ? null : { ...answer, entry: 0 }
    },
    putBack(target, source) {
      const answer = source.topics[id]
      if (answer === undefined) delete target.topics[id]
      else target.topics[id] = answer
    },
  }
}

const pacePart: Part = {
  field: 'pace',
  value: ({ pace, paceChosen }) => ({ pace, paceChosen }),
  putBack: (target, { pace, paceChosen }) => Object.assign(target, { pace, paceChosen }),
}

function channelPart(channel: Channel): Part {
  return {
    field: `channels.${channel}`,
    value: (choices) => choices.channels[channel] ?? null,
    putBack(target, source) {
      const said = source.channels[channel]
      if (said === undefined) delete target.channels[channel]
      else target.channels[channel] = said
    },
  }
}

function wholePart(field: (typeof wholeFields)[number]): Part {
  return {
    field,
    value: (choices) => choices[field],
    putBack: (target, source) => Object.assign(target, { [field]: source[field] }),
  }
}

function topicIdsOf(...all: readonly Choices[]): number[] {
  const ids = all.flatMap((choices) => Object.keys(choices.topics).map(Number))
  return [...new Set(ids)].toSorted((a, b) => a - b)
}

function endsSooner(before: Choices['paused'], after: Choices['paused']): boolean {
  if (before === null) return false
  return after === null || !(Date.parse(after.until) >= Date.parse(before.until))
}

/** A topic with a pace of its own no longer counts under the overall limit, so leaving that limit is more, at any pace. */
function raisesTopic(before: Choices, after: Choices, id: number): boolean {
  const [was, is] = [before.topics[id], after.topics[id]]
  if (!isYes(after, id)) return false
  if (!isYes(before, id)) return true
  const leavesLimit = was?.pace === null && is?.pace !== null && termsOf(before.pace).kind === 'cap'
  return leavesLimit || comparePace(is?.pace ?? after.pace, was?.pace ?? before.pace) > 0
}

/** A yes without a basis sends nothing, so it is none yet. */
function isYes(choices: Choices, id: number): boolean {
  const answer = choices.topics[id]
  return answer?.answer === 'yes' && answer.basis !== null
}
