import type { Brand } from './brand.ts'
import { zoneFor } from './calendar.ts'
import { text, textDate, textList, textName, textWeekday } from './catalogue.ts'
import type { Channel, Choices } from './choices.ts'
import { judge, neverReasons } from './gate.ts'
import type { NeverReason, Rules, Verdict } from './gate.ts'
import { termsOf } from './pace.ts'
import type { DigestPace, Pace, Period } from './pace.ts'
import { Problem } from './problem.ts'
import type { SuppressionReason } from './suppression.ts'
import { topicIn } from './topic.ts'
import type { Topic } from './topic.ts'

/**
 * What her sentence is written for. `topics` are all topics there are; `address` is masked; `wordings` are those the
 * store has (a yes whose wording is missing sends nothing).
 */
export type SentenceContext = {
  topics: readonly Topic[]
  brand: Brand
  locale: string
  now: Date
  address: string
  suppressions: readonly SuppressionReason[]
  wordings: Rules['wordings']
}

/** The same without the wordings: a mail that was released had its wording already. */
export type PromiseContext = Omit<SentenceContext, 'wordings'>

const mostWords = 30

/**
 * Her choices in one sentence of at most 30 words: what page, mail, receipt, marketer and auditor all print.
 * It says that something comes exactly when the gate would let an email about some topic through, now or later.
 */
export function describe(choices: Choices, context: SentenceContext): string {
  const verdicts = context.topics.map((topic) => ({ topic, verdict: verdictOn(topic, choices, context) }))
  const coming = verdicts.filter(({ verdict }) => verdict.kind !== 'never').map(({ topic }) => topic)
  if (coming.length > 0) return fitting(comingSentences(coming, choices, context))
  const reason = reasonForNothing(choices, context)
  return reason === 'paused' ? pausedSentence(choices, context) : nothingSentence(reason, choices, context)
}

/** The line in a mail about `topic` that says what she asked for; honest where a company chose the pace for her. */
export function promiseLine(choices: Choices, topic: Topic, context: PromiseContext): string {
  const { locale } = context
  const own = choices.topics[topic.id]?.pace ?? null
  const { shape, limit } = shapeOf(own ?? choices.pace)
  const name = nameIn(topic, locale)
  if (own !== null || choices.paceChosen) return text(locale, `promise.${shape}`, { topic: name, limit })
  return `${text(locale, 'promise.unchosen', { topic: name })} ${unchosenPace(choices.pace, locale)}`
}

/** That a company chose this pace for her, not she. */
export function unchosenPace(pace: Pace, locale: string): string {
  const { shape, limit } = shapeOf(pace)
  return text(locale, `sentence.unchosen.${shape}`, { limit })
}

function nameIn(topic: Topic, locale: string): string {
  return textName(locale, topicIn(topic, locale).name)
}

function verdictOn(topic: Topic, choices: Choices, { brand, now, suppressions, wordings }: SentenceContext): Verdict {
  return judge(
    { kind: 'topic', topic: topic.id, channel: 'email', languages: null, usefulUntil: null },
    { choices, recent: [], suppressions },
    { brand, wordings },
    now,
  )
}

/** The reason that explains best why nothing comes: that of a topic she wants, else of one she has yet to confirm. */
function reasonForNothing(choices: Choices, context: SentenceContext): NeverReason {
  const everywhere = neverReasons.find((reason) => context.suppressions.some((suppression) => suppression === reason))
  if (everywhere !== undefined) return everywhere
  if (choices.stopped !== null) return 'stopped'
  const wanted = context.topics.filter((topic) => choices.topics[topic.id]?.answer === 'yes')
  const verdicts = wanted.map((topic) => verdictOn(topic, choices, context))
  const first = neverReasons.find((reason) =>
    verdicts.some((verdict) => verdict.kind === 'never' && verdict.reason === reason),
  )
  if (first !== undefined) return first
  const answers = Object.values(choices.topics).map(({ answer }) => answer)
  if (answers.includes('pending')) return 'unconfirmed'
  return answers.length > 0 ? 'topic' : 'not_asked'
}

function nothingSentence(reason: NeverReason, choices: Choices, { locale, brand, address }: SentenceContext): string {
  if (reason === 'stopped') {
    const { by, at } = choices.stopped ?? { by: 'herself', at: '' }
    return text(locale, `sentence.stopped.${by}`, {
      date: textDate(locale, new Date(at), zoneFor(choices.timeZone, brand)),
    })
  }
  if (reason === 'channel') return noEmailSentence(choices, locale)
  if (reason === 'unconfirmed') return text(locale, 'sentence.unconfirmed', { address })
  if (reason === 'paused' || reason === 'no_language' || reason === 'expired_before_slot') {
    throw new Problem('conflict', `"${reason}" does not keep every email from her, so it has no sentence of its own`)
  }
  return text(locale, `sentence.${reason}`)
}

function noEmailSentence(choices: Choices, locale: string): string {
  if (choices.channels.email === undefined) return text(locale, 'sentence.channel.not-asked')
  const others = channelNames(choices, 'yes', locale)
  if (others.length === 0) return text(locale, 'sentence.channel.none')
  return text(locale, 'sentence.channel.others', { channels: textList(locale, others) })
}

function pausedSentence(choices: Choices, context: SentenceContext): string {
  const { locale, brand } = context
  const end = new Date(choices.paused?.until ?? '')
  const going = { ...choices, paused: null }
  const then = { ...context, now: end }
  const coming = context.topics.filter((topic) => verdictOn(topic, going, then).kind !== 'never')
  if (coming.length === 0) return describe(going, then)
  const until = text(locale, 'sentence.paused', { date: textDate(locale, end, zoneFor(choices.timeZone, brand)) })
  return fitting(comingSentences(coming, going, context, until))
}

/** Ever shorter ways to say the same, the richest first; `pause` is the sentence that goes before. */
function* comingSentences(
  topics: readonly Topic[],
  choices: Choices,
  context: SentenceContext,
  pause = '',
): Generator<string> {
  const { locale } = context
  const lead = pause === '' ? 'coming' : 'after'
  const groups = groupsOf(topics, choices, locale)
  const refused = channelNames(choices, 'no', locale)
  const never =
    refused.length > 0 ? text(locale, 'sentence.never-by', { channels: textList(locale, refused, 'disjunction') }) : ''
  for (const shown of [4, 2, 1, 0]) {
    const said = groups.map((group, place) => groupSentence(group, place === 0 ? lead : 'also', shown, context))
    yield joined(pause, ...said, never)
    yield joined(pause, ...said)
  }
  const names = topics.map((topic) => nameIn(topic, locale))
  for (const shown of [4, 2, 1, 0]) {
    const said = text(locale, `sentence.${lead}.own-paces`, { topics: topicList(names, shown, locale) })
    yield joined(pause, said, never)
    yield joined(pause, said)
  }
}

function fitting(sentences: Iterable<string>): string {
  let shortest = ''
  for (const sentence of sentences) {
    shortest = sentence
    if (sentence.split(/\s+/).length <= mostWords) break
  }
  return shortest
}

function joined(...sentences: string[]): string {
  return sentences.filter((sentence) => sentence !== '').join(' ')
}

/** Topics that share one stream of mail; `chosen` is false where the pace is what a company promised. */
type Group = { pace: Pace; chosen: boolean; names: string[] }

/** The overall pace first. A limit on one topic counts for that topic alone, so such topics are never said together. */
function groupsOf(topics: readonly Topic[], choices: Choices, locale: string): Group[] {
  const groups = new Map<string, Group>()
  const overallFirst = topics.toSorted(
    (a, b) => Number(ownPace(choices, a) !== null) - Number(ownPace(choices, b) !== null),
  )
  for (const topic of overallFirst) {
    const own = ownPace(choices, topic)
    const [pace, chosen] = [own ?? choices.pace, own !== null || choices.paceChosen]
    const alone = own !== null && termsOf(own).kind === 'cap' ? topic.id : ''
    const key = `${pace} ${chosen} ${alone}`
    const group = groups.get(key) ?? { pace, chosen, names: [] }
    group.names.push(nameIn(topic, locale))
    groups.set(key, group)
  }
  return [...groups.values()]
}

function ownPace(choices: Choices, topic: Topic): Pace | null {
  return choices.topics[topic.id]?.pace ?? null
}

function groupSentence(
  group: Group,
  role: 'coming' | 'also' | 'after',
  shown: number,
  context: SentenceContext,
): string {
  const { locale, brand } = context
  const topics = topicList(group.names, shown, locale)
  const { shape, limit } = shapeOf(group.pace)
  if (!group.chosen && role !== 'also') {
    return joined(text(locale, `sentence.${role}.any-pace`, { topics }), unchosenPace(group.pace, locale))
  }
  const slot = shape === 'digest-monthly' ? brand.monthlySlot : brand.weeklySlot
  return text(locale, `sentence.${role}.${shape}`, { topics, limit, weekday: textWeekday(locale, slot.weekday) })
}

/** Up to `shown` names; where there are more, at most two of them and a count of the others. */
function topicList(names: readonly string[], shown: number, locale: string): string {
  if (shown === 0) return text(locale, 'sentence.topics', { count: names.length })
  if (names.length <= shown) return textList(locale, names)
  const named = names.slice(0, Math.min(shown, 2))
  const others = text(locale, 'sentence.other-topics', { count: names.length - named.length })
  return textList(locale, [...named, others])
}

/** Channels other than email about which she said this, in the order in which they are spoken. */
function channelNames(choices: Choices, said: 'yes' | 'no', locale: string): string[] {
  const spoken: readonly Channel[] = ['phone', 'text', 'post']
  return spoken
    .filter((channel) => choices.channels[channel] === said)
    .map((channel) => text(locale, `channel.${channel}`))
}

type Shape = 'as-it-happens' | DigestPace | `cap-${Period}`

function shapeOf(pace: Pace): { shape: Shape; limit: number } {
  const terms = termsOf(pace)
  if (terms.kind === 'as-it-happens') return { shape: 'as-it-happens', limit: 0 }
  if (terms.kind === 'digest') return { shape: digestShapes[terms.period], limit: 1 }
  return { shape: `cap-${terms.period}`, limit: terms.limit }
}

const digestShapes: Readonly<Record<Period, DigestPace>> = {
  day: 'digest-daily',
  week: 'digest-weekly',
  month: 'digest-monthly',
}
