import type { Channel, Choices, StoppedBy, TopicAnswer } from './choices.ts'
import { changes } from './choice-differences.ts'
import { slowerThan } from './pace.ts'
import type { Pace } from './pace.ts'

/**
 * What the form on her page sent. Only what it showed is touched: `shown` are the topics and `channelsShown` the
 * channels that stood on it, `topics` and `channels` those she left ticked. `topicPaces` holds a pace of her own, or
 * null for the overall pace, for each topic where the form offered one.
 */
export type SaveForm = {
  shown: readonly number[]
  topics: ReadonlySet<number>
  pace: Pace
  topicPaces: ReadonlyMap<number, Pace | null>
  channelsShown: readonly Channel[]
  channels: ReadonlySet<Channel>
  language?: string | null
  timeZone?: string | null
}

/** A second one-click within this time stops everything. */
const oneClickMs = 90 * 86_400_000

/**
 * Her choices, stopped. The same way of stopping again changes nothing and gives back the same object; a stop by another
 * way is told too, so that undoing the one leaves the other in force. An import never overrides a stop that is there.
 * `at` is an ISO instant; stopping by herself counts as having made choices.
 */
export function stopEverything(choices: Choices, at: string, by: StoppedBy, reason: string | null): Choices {
  if (choices.stopped !== null && (choices.stopped.by === by || by === 'import')) return choices
  const choseAt = by === 'herself' ? at : choices.choseAt
  return { ...choices, stopped: { at, by, reason }, choseAt }
}

/** Her choices, paused until an ISO instant. A pause that already lasts longer stays: pausing never brings mail sooner. */
export function pauseUntil(choices: Choices, until: string, at: string): Choices {
  const running =
    choices.paused !== null && !(Date.parse(choices.paused.until) <= Date.parse(at)) ? choices.paused : null
  if (running !== null && !(Date.parse(running.until) < Date.parse(until))) return choices
  return { ...choices, paused: { from: running?.from ?? at, until } }
}

/** Her choices without the pause. */
export function resume(choices: Choices): Choices {
  return choices.paused === null ? choices : { ...choices, paused: null }
}

/**
 * Her choices at `pace`, as she pressed it: an overall pace that is slower already stays, and every topic's own pace
 * that is faster gives way to the overall one.
 */
export function slowDown(choices: Choices, pace: Pace): Choices {
  const topics = Object.fromEntries(
    Object.entries(choices.topics).map(([id, answer]) => {
      const tooFast = answer.pace !== null && slowerThan(pace, answer.pace)
      return [id, tooFast ? { ...answer, pace: null } : answer]
    }),
  )
  return { ...choices, topics, pace: slowerThan(pace, choices.pace) ? pace : choices.pace, paceChosen: true }
}

/** Her choices with a no to each of these topics; a no that stands keeps its time. Gives back the same object if all stand. */
export function stopTopics(choices: Choices, topicIds: readonly number[], at: string): Choices {
  const refused = topicIds.filter((id) => choices.topics[id]?.answer !== 'no')
  if (refused.length === 0) return choices
  const topics = { ...choices.topics }
  for (const id of refused) topics[id] = refusal(at)
  return { ...choices, topics }
}

/**
 * What the mail program's own button does (RFC 8058): turns off the topics of that mail. It stops everything when she
 * never made choices herself, when it is a press on another delivery within 90 days of the last one, and when the mail
 * names no topic. The same delivery again changes nothing unless she took a topic of it back in between.
 * Null when nothing changes.
 */
export function oneClick(
  choices: Choices,
  mail: { delivery: string; topics: readonly number[] },
  at: string,
): Choices | null {
  if (choices.stopped !== null) return null
  const before = choices.oneClick
  const again = before?.delivery === mail.delivery
  if (again && mail.topics.every((id) => !isWanted(choices.topics[id]))) return null
  const soonAfterAnother = before !== null && !again && !(Date.parse(at) - Date.parse(before.at) >= oneClickMs)
  const press = { delivery: mail.delivery, at }
  if (choices.choseAt === null || soonAfterAnother || mail.topics.length === 0) {
    return { ...stopEverything(choices, at, 'one-click', null), oneClick: press }
  }
  const fewer = stopTopics(choices, mail.topics, at)
  return fewer === choices ? null : { ...fewer, oneClick: press }
}

/**
 * Her choices as she saved them on her page. A topic she ticked becomes a yes whose basis is the form's wording, seen
 * now; one that was a yes keeps its basis. A topic that was shown and left unticked becomes a no, also one she was
 * never asked about: she saw the question and answered the form, so nothing may be read into it later.
 * Saving with a topic ticked ends a stop; the caller has checked that this link may raise. A pause stays.
 * Gives back the same object when she saved what stood there already.
 */
export function saveForm(choices: Choices, form: SaveForm, save: { wording: string; at: string }): Choices {
  const topics = { ...choices.topics }
  for (const id of form.shown)
    topics[id] = savedAnswer(choices.topics[id], form.topics.has(id), form.topicPaces.get(id), save)
  const channels = { ...choices.channels }
  for (const channel of form.channelsShown) channels[channel] = form.channels.has(channel) ? 'yes' : 'no'
  const saved: Choices = {
    ...choices,
    topics,
    channels,
    pace: form.pace,
    paceChosen: true,
    stopped: form.shown.some((id) => form.topics.has(id)) ? null : choices.stopped,
    language: form.language === undefined ? choices.language : form.language,
    timeZone: form.timeZone === undefined ? choices.timeZone : form.timeZone,
  }
  if (choices.choseAt !== null && changes(choices, saved).length === 0) return choices
  return { ...saved, choseAt: save.at }
}

function savedAnswer(
  before: TopicAnswer | undefined,
  ticked: boolean,
  ownPace: Pace | null | undefined,
  { wording, at }: { wording: string; at: string },
): TopicAnswer {
  if (!ticked) return before?.answer === 'no' ? before : refusal(at)
  const pace = ownPace === undefined ? (before?.pace ?? null) : ownPace
  if (before?.answer === 'yes' && before.basis !== null) return before.pace === pace ? before : { ...before, at, pace }
  return { answer: 'yes', at, entry: 0, basis: { evidence: 'seen', wording, confirmedAt: at }, pace }
}

/** `entry` stays 0 until `stampEntry` names the entry that records the change. */
function refusal(at: string): TopicAnswer {
  return { answer: 'no', at, entry: 0, basis: null, pace: null }
}

function isWanted(answer: TopicAnswer | undefined): boolean {
  return answer?.answer === 'yes' || answer?.answer === 'pending'
}
