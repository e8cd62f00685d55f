import { channels, type Channel } from './choices.ts'
import { laterReasons } from './gate.ts'
import {
  backReasons,
  ladderOf,
  mostInThirtyDays,
  paceGroupOf,
  paceGroups,
  rungs,
  type HeldReason,
  type PaceGroup,
  type Rung,
} from './insights.ts'
import { fewest, told, toldParts, type Told } from './small-groups.ts'
import { daysIn, type Span } from './span.ts'
import { stopReasons, type StopReason } from './stop-reason.ts'

type Numbers = readonly { key: string; n: number }[]

/** How people stood at an instant (ISO), in figures as they are counted: by figure, then by key. */
export type Standing = { at: string; figures: readonly { figure: string; key: string; n: number }[] }

/** Everything that was counted for one period, exactly as it is. `mailsUntil` is the last day whose mails are counted. */
export type Counted = {
  span: Span
  now: string
  standing: Standing | null
  history: readonly { day: string; people: Numbers }[]
  topics: readonly { id: number; name: string }[]
  messages: Numbers
  days: readonly { figure: string; key: string; n: number }[]
  mailsUntil: string | null
  held: Numbers
  reasons: Numbers
  quotes: readonly { text: string; reason: string; firstName: string | null }[]
  questions: readonly { slug: string; text: string; answered: number; replied: number; acted: number }[]
}

export type Steps = Record<Rung, Told>

/**
 * What may be told of it. Counts of people, and of what people did or got, are {@link Told}; what we did, plain numbers: messages,
 * mails that broke a limit, digests that were late. `perThirtyDays` is null where the group is not told.
 */
export type Insights = {
  span: Span
  now: string
  /** Since when how people stand is as told; null before it was ever counted. */
  standingAt: string | null
  /** Fewer than ten people have confirmed anything: nothing of them is told. */
  isEarly: boolean
  ladder: Steps
  history: { day: string; ladder: Steps }[]
  topics: { name: string; wanted: Told; messages: number }[]
  paces: { group: PaceGroup; people: Told; mails: Told; perThirtyDays: number | null; most: number | null }[]
  channels: { channel: Channel; wanted: Told; never: Told }[]
  stopped: Told
  reasons: { reason: StopReason; n: Told }[]
  quotes: Counted['quotes']
  promises: Promises
  questions: { slug: string; text: string; asked: Told; answered: Told; replied: Told; acted: Told }[]
  expiring: { month: string; n: Told }[]
}

/** How we kept our word. `slowestMs` is null where nobody stopped. */
export type Promises = {
  mailsUntil: string | null
  checked: Told
  broken: number
  stops: Told
  slowestMs: number | null
  digests: Told
  late: number
  held: { reason: HeldReason; n: Told }[]
  /** All that was held back for good, and all that was kept for later. */
  heldBack: Told
  keptForLater: Told
}

/** Tells what was counted, and of small groups only that they are small. */
export function tellInsights(counted: Counted): Insights {
  const { span, standing } = counted
  const people = ladderOf(standing ? ofFigure(standing.figures, 'person') : [])
  const of = (figure: string) => byKey(standing ? ofFigure(standing.figures, figure) : [])
  const [topics, channel] = [of('topic'), of('channel')]
  const messages = byKey(counted.messages)
  const asked = byKey(ofFigure(counted.days, 'asked'))
  return {
    span,
    now: counted.now,
    standingAt: standing?.at ?? null,
    isEarly: people.permission < fewest,
    ladder: toldSteps(people),
    history: counted.history.map(({ day, people: groups }) => ({ day, ladder: toldSteps(ladderOf(groups)) })),
    topics: counted.topics.map(({ id, name }) => ({
      name,
      wanted: told(topics.get(String(id)) ?? 0),
      messages: messages.get(String(id)) ?? 0,
    })),
    paces: pacesOf(counted),
    channels: channels.map((each) => ({
      channel: each,
      wanted: told(channel.get(`${each}:yes`) ?? 0),
      never: told(channel.get(`${each}:no`) ?? 0),
    })),
    stopped: told(channel.get('stopped') ?? 0),
    reasons: stopReasons.map((reason) => ({ reason, n: told(byKey(counted.reasons).get(reason) ?? 0) })),
    quotes: counted.quotes,
    promises: promisesOf(counted),
    questions: counted.questions.map(({ slug, text, answered, replied, acted }) => ({
      slug,
      text,
      asked: told(asked.get(slug) ?? 0),
      answered: told(answered),
      replied: told(replied),
      acted: told(acted),
    })),
    expiring: [...of('expires')].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([month, n]) => ({ month, n: told(n) })),
  }
}

/** How we kept our word, of what was counted. */
export function promisesOf({ days, held, mailsUntil }: Pick<Counted, 'days' | 'held' | 'mailsUntil'>): Promises {
  const sum = (figure: string) => ofFigure(days, figure).reduce((all, { n }) => all + n, 0)
  const slowest = ofFigure(days, 'slowest').map(({ n }) => n)
  const reasons = byKey(held)
  const count = (reason: HeldReason) => reasons.get(reason) ?? 0
  const all = (some: readonly HeldReason[]) => some.reduce((n, reason) => n + count(reason), 0)
  const heldOf = (some: readonly HeldReason[]) => {
    const tellable = toldParts(some.map(count))
    return some.map((reason, at) => ({ reason, n: tellable[at] ?? 'hidden' }))
  }
  return {
    mailsUntil,
    checked: told(sum('checked')),
    broken: sum('broken'),
    stops: told(sum('stops')),
    slowestMs: slowest.length > 0 ? Math.max(...slowest) : null,
    digests: told(sum('digests')),
    late: sum('digests') - sum('digests-on-time'),
    held: [...heldOf(backReasons), ...heldOf(laterReasons)],
    heldBack: told(all(backReasons)),
    keptForLater: told(all(laterReasons)),
  }
}

/** The parts of all who gave permission, whose number is told as well; what they got is told where they are. */
function pacesOf({ standing, days, span }: Counted): Insights['paces'] {
  const people = grouped(standing ? ofFigure(standing.figures, 'pace') : [])
  const mails = grouped(ofFigure(days, 'delivered'))
  const numbers = paceGroups.map((group) => people.get(group) ?? 0)
  return toldParts(numbers).map((tellable, at) => {
    const group = paceGroups[at] ?? 'own'
    const got = mails.get(group) ?? 0
    const isTold = typeof tellable === 'number'
    return {
      group,
      people: tellable,
      mails: isTold ? told(got) : 'hidden',
      perThirtyDays:
        isTold && tellable > 0 && typeof told(got) === 'number' ? (got / tellable / daysIn(span)) * 30 : null,
      most: mostInThirtyDays(group),
    }
  })
}

function grouped(numbers: Numbers): Map<PaceGroup, number> {
  const groups = new Map<PaceGroup, number>()
  for (const { key, n } of numbers) groups.set(paceGroupOf(key), (groups.get(paceGroupOf(key)) ?? 0) + n)
  return groups
}

function toldSteps(ladder: Record<Rung, number>): Steps {
  return Object.fromEntries(rungs.map((rung) => [rung, told(ladder[rung])])) as Steps
}

function ofFigure(figures: Counted['days'], figure: string): Numbers {
  return figures.filter((each) => each.figure === figure)
}

/** Summed up: a figure of several days stands there once for each. */
function byKey(numbers: Numbers): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { key, n } of numbers) sums.set(key, (sums.get(key) ?? 0) + n)
  return sums
}
