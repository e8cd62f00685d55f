import { createHash } from 'node:crypto'
import { z } from 'zod'
import { notAsked, type Choices, type TopicAnswer } from './choices.ts'
import { isPace, type Pace } from './pace.ts'
import { offeredPaces } from './preferences-wording.ts'

/**
 * What she asked for on the sign-up page: the topics she ticked, of those that were `shown` in the order that `seed` gives,
 * her pace and language, and the hash of the wording that asked. It counts for nothing until she confirms it.
 */
export type SignUp = {
  wording: string
  seed: string
  shown: number[]
  topics: number[]
  pace: Pace
  language: string
}

/** A link names at most so many topics, and more are too many to choose from at once. */
export const mostTopicsAtStart = 12

const topicIds = z.array(z.int().min(1).max(32_767)).max(mostTopicsAtStart)
const signUp: z.ZodType<SignUp> = z.strictObject({
  wording: z.string().regex(/^[\da-f]{64}$/),
  seed: z.string().regex(/^[\da-f]{16}$/),
  shown: topicIds,
  topics: topicIds.min(1),
  pace: z.custom<Pace>((value) => typeof value === 'string' && isPace(value)),
  language: z.string().min(2).max(35),
})

/** A sign-up as it was kept; null for anything else. */
export function readSignUp(stored: unknown): SignUp | null {
  const parsed = signUp.safeParse(stored)
  return parsed.success ? parsed.data : null
}

/** Topics in the order of a seed: another for each seed and the same whenever it is drawn again. */
export function inOrderOf<Topic extends { id: number }>(topics: readonly Topic[], seed: string): Topic[] {
  const place = ({ id }: Topic) => createHash('sha256').update(`${seed} ${id}`).digest('hex')
  return topics.toSorted((a, b) => (place(a) < place(b) ? -1 : 1))
}

/** What the entry keeps of how she was asked: the order, what she ticked, and that nothing was ticked for her. */
export function evidenceOf(asked: SignUp): Record<string, string> {
  return {
    seed: asked.seed,
    shown: asked.shown.join(','),
    ticked: asked.topics.join(','),
    preticked: '',
    paces: offeredPaces.join(','),
    preselectedPace: '',
    pace: asked.pace,
    language: asked.language,
  }
}

/** The choices of somebody new who has yet to confirm: nothing is sent under them. */
export function pendingChoices(asked: SignUp, at: string): Choices {
  const pending = (): TopicAnswer => ({ answer: 'pending', at, entry: 0, basis: null, pace: null })
  return {
    ...notAsked(),
    topics: Object.fromEntries(asked.topics.map((id) => [id, pending()])),
    pace: asked.pace,
    paceChosen: true,
    channels: { email: 'yes' },
    language: asked.language,
  }
}

/**
 * Her choices once she confirmed: a yes, seen and confirmed now, to exactly the topics she asked for `askedAt`, at the pace
 * she asked for; nothing else grows. Whatever she refused after she asked stays refused. A stop from before she asked, or a
 * no to email, ends, and what else she had then becomes the no that it was. Null where nothing of it may still be granted.
 */
export function confirmed(
  choices: Choices,
  asked: SignUp,
  { askedAt, at }: { askedAt: string; at: string },
): Choices | null {
  const isLater = (said: string) => !(Date.parse(said) < Date.parse(askedAt))
  const { stopped, channels, choseAt } = choices
  if (stopped !== null && isLater(stopped.at)) return null
  if (channels.email === 'no' && choseAt !== null && isLater(choseAt)) return null
  const granted = asked.topics.filter((id) => {
    const answer = choices.topics[id]
    return !(answer?.answer === 'no' && isLater(answer.at))
  })
  if (granted.length === 0) return null
  const basis = { evidence: 'seen', wording: asked.wording, confirmedAt: at } as const
  const gotNothing = stopped !== null || channels.email !== 'yes'
  const topics = gotNothing ? refused(choices, stopped?.at ?? at) : { ...choices.topics }
  const keepsPace = Object.values(topics).some(({ answer, basis: before }) => answer === 'yes' && before !== null)
  const pace = keepsPace && choices.pace !== asked.pace ? asked.pace : null
  for (const id of granted) topics[id] = { answer: 'yes', at, entry: 0, basis, pace }
  return {
    ...choices,
    topics,
    ...(keepsPace ? {} : { pace: asked.pace, paceChosen: true }),
    channels: { ...choices.channels, email: 'yes' },
    stopped: null,
    language: choices.language ?? asked.language,
    choseAt: at,
  }
}

/** Her topics as a stop or a no to email left them: each yes is the no that came of it. */
function refused({ topics }: Choices, at: string): Record<string, TopicAnswer> {
  return Object.fromEntries(
    Object.entries(topics).map(([id, answer]) => [
      id,
      answer.answer === 'yes' ? { answer: 'no', at, entry: 0, basis: null, pace: null } : answer,
    ]),
  )
}
