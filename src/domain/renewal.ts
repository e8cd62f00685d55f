import type { Brand } from './brand.ts'
import type { Choices, TopicAnswer } from './choices.ts'

const day = 86_400_000

/** So many days before a yes expires we ask whether it still holds. */
const askingDays = 60

/**
 * True when a mail about the topic carries the line that asks whether her yes still holds: in the last 60 days before
 * it expires (design.md section 4, Age of a yes). Never where the brand sets no age.
 */
export function renewalDue(choices: Choices, topic: number, brand: Brand, now: Date): boolean {
  const left = daysLeft(choices.topics[topic], brand, now)
  return left !== null && left > 0 && left <= askingDays
}

/** Those of the topics whose yes she may say again: it runs out within 60 days, or has run out. */
export function renewable(choices: Choices, topics: readonly number[], brand: Brand, now: Date): number[] {
  return topics.filter((id) => (daysLeft(choices.topics[id], brand, now) ?? Infinity) <= askingDays)
}

/**
 * Her choices with those yeses said again: seen under `wording`, confirmed at `at` (ISO). Nothing else changes; the same
 * object comes back when none of them can be renewed.
 */
export function renew(
  choices: Choices,
  topics: readonly number[],
  { wording, at }: { wording: string; at: string },
  brand: Brand,
): Choices {
  const due = renewable(choices, topics, brand, new Date(at))
  if (due.length === 0) return choices
  const renewed = { ...choices.topics }
  for (const id of due) {
    const answer = renewed[id]
    if (answer) renewed[id] = { ...answer, basis: { evidence: 'seen', wording, confirmedAt: at } }
  }
  return { ...choices, topics: renewed }
}

/**
 * Days until this yes expires, as the gate counts them: none or fewer once it has, also where its confirmation cannot be
 * read. Null for what is no yes or never expires, and for a yes of less than a day, so that pressing twice is one renewal.
 */
function daysLeft(answer: TopicAnswer | undefined, brand: Brand, now: Date): number | null {
  if (answer?.answer !== 'yes' || answer.basis === null) return null
  const days = answer.basis.evidence === 'seen' ? brand.seenDays : brand.attestedDays
  if (days === null) return null
  const age = now.getTime() - Date.parse(answer.basis.confirmedAt)
  if (!(age >= 0)) return 0
  return age < day ? null : days - age / day
}
