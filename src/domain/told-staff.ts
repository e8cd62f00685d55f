import { pauseUntil, slowDown, stopEverything, stopTopics } from './choice-changes.ts'
import type { Choices, TopicAnswer } from './choices.ts'
import { slowestPace, type Pace } from './pace.ts'

/** What somebody told staff, on the phone or over the counter, that means less mail. `until` is an ISO instant. */
export type Lowering =
  | { what: 'stop' }
  | { what: 'topics'; topics: readonly number[] }
  | { what: 'slower'; pace: Pace }
  | { what: 'pause'; until: string }

/** Her choices after what she told staff; never more than before. `at` is the ISO instant at which staff wrote it down. */
export function lowered(choices: Choices, said: Lowering, at: string): Choices {
  switch (said.what) {
    case 'stop':
      return stopEverything(choices, at, 'staff', null)
    case 'topics':
      return stopTopics(choices, said.topics, at)
    case 'slower':
      return slowDown(choices, said.pace)
    case 'pause':
      return pauseUntil(choices, said.until, at)
  }
}

/** A yes that she gave somewhere else: to which topics, under which text (its hash), and when (ISO). */
export type ToldYes = { topics: readonly number[]; wording: string; saidAt: string }

/** Why a yes that staff attest does not count: only she herself can say it then, by a confirmation. */
export type NotAttested = 'not-yet' | 'stopped' | 'no-to-email' | 'said-since'

/**
 * Her choices with a yes that staff attest. It counts as said when she said it, so whatever she said herself after that
 * stays; it ends no stop and no no to email; and a pace that she never picked is the slowest.
 */
export function attested(choices: Choices, yes: ToldYes, at: string): { choices: Choices } | { refused: NotAttested } {
  const refused = whyNot(choices, yes, at)
  if (refused) return { refused }
  const { wording, saidAt } = yes
  const basis = { evidence: 'attested', wording, confirmedAt: saidAt } as const
  const topics = { ...choices.topics }
  const hadNone = Object.values(topics).every(({ answer }) => answer !== 'yes')
  for (const id of yes.topics) {
    if (topics[id]?.answer !== 'yes' || topics[id].basis === null) topics[id] = { ...answerAt(saidAt), basis }
  }
  const pace = hadNone && !choices.paceChosen ? slowestPace : choices.pace
  return { choices: { ...choices, topics, pace, channels: { ...choices.channels, email: 'yes' } } }
}

function answerAt(at: string): TopicAnswer {
  return { answer: 'yes', at, entry: 0, basis: null, pace: null }
}

function whyNot(choices: Choices, { topics, saidAt }: ToldYes, at: string): NotAttested | null {
  const isLater = (said: string | null) => said !== null && !(Date.parse(said) <= Date.parse(saidAt))
  if (isLater(saidAt) || !(Date.parse(saidAt) <= Date.parse(at))) return 'not-yet'
  if (choices.stopped !== null) return 'stopped'
  if (choices.channels.email === 'no') return 'no-to-email'
  const refusedSince = topics.some((id) => choices.topics[id]?.answer === 'no' && isLater(choices.topics[id].at))
  return refusedSince || isLater(choices.choseAt) ? 'said-since' : null
}
