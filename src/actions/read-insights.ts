import {
  tellInsights,
  promisesOf,
  type Counted,
  type Insights,
  type Promises,
  type Standing,
} from '../domain/insights-told.ts'
import { dayPlus, lastDays, samplesOf, spanOf, type Span } from '../domain/span.ts'
import { theBrand } from '../store/brand.ts'
import { atMostReleased } from '../store/count-mails.ts'
import { countHeld, countMessages, countQuestions, countReasons, quotesOf } from '../store/count-said.ts'
import { countStanding, standingFigures } from '../store/count-standing.ts'
import type { Sql } from '../store/database.ts'
import {
  atMostPeople,
  daysOfHouse,
  figuresOf,
  figuresOn,
  keptDays,
  lastCounted,
  type DayFigure,
} from '../store/insights.ts'
import { instantNow } from '../store/instant.ts'
import { allTopics } from '../store/topics.ts'
import { countDays } from './keep-insights.ts'
import type { House } from './house.ts'

/** So many people, and mails of the present day, are counted at every look; more than that as of last night. */
const countedAtOnce = 10_000
/** How many moments of a period are shown of how people stood. */
const mostSamples = 12
const mostQuotes = 3
/** The days that everybody may read about: a year. */
const publicDays = 365

const dayFigures = ['stops', 'slowest', 'asked', 'delivered', 'digests', 'digests-on-time', 'checked', 'broken']

/**
 * What people ask for and what we did about it, in a period (the last 90 days where none is given): the days that were counted each night, and what happened since,
 * counted now through indexes. How people stand is that of the last night, or of now where there are few. One snapshot, which writes nothing.
 * @throws Problem `invalid-input` for what is no period.
 */
export async function readInsights(
  house: House,
  given: { from?: string | undefined; until?: string | undefined } = {},
): Promise<Insights> {
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const { today, first } = await daysOfHouse(tx)
    const span = spanOf(given, today)
    return tellInsights(await countAll(tx, span, today, first))
  })
}

export type PublicPromises = { span: Span; promises: Promises }

/** How we kept our word in the last year: nothing about anybody, for everybody to read. */
export async function readPromises(house: House): Promise<PublicPromises> {
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const { today, first } = await daysOfHouse(tx)
    const span = lastDays(today, publicDays)
    const { days, mailsUntil } = await happened(tx, span, today, first)
    return { span, promises: promisesOf({ days, mailsUntil, held: await countHeld(tx, span) }) }
  })
}

async function countAll(sql: Sql, span: Span, today: string, first: string): Promise<Counted> {
  const now = await instantNow(sql)
  const { standing, history } = await stood(sql, span, today, now)
  return {
    span,
    now: now.toISOString(),
    standing,
    history,
    ...(await happened(sql, span, today, first)),
    topics: await allTopics(sql),
    messages: await countMessages(sql, span),
    held: await countHeld(sql, span),
    reasons: await countReasons(sql, span),
    quotes: await quotesOf(sql, span, mostQuotes),
    questions: await countQuestions(sql, span),
  }
}

/** How people stood at some moments of a period, and at its end: now, where it ends today and there are few. */
async function stood(sql: Sql, span: Span, today: string, now: Date): Promise<Pick<Counted, 'standing' | 'history'>> {
  const isLive = span.until === today && (await atMostPeople(sql, countedAtOnce))
  const days = await keptDays(sql, 'counted', samplesOf(span, mostSamples))
  const kept = await figuresOn(sql, ['person'], days)
  const history = days.map((day) => ({ day, people: kept.filter((each) => each.day === day) }))
  if (!isLive) return { standing: await keptStanding(sql, days.at(-1)), history }
  const standing = { at: now.toISOString(), figures: await countStanding(sql, await theBrand(sql), now) }
  const people = standing.figures.filter(({ figure }) => figure === 'person')
  return { standing, history: [...history.slice(1 - mostSamples), { day: today, people }] }
}

async function keptStanding(sql: Sql, day: string | undefined): Promise<Standing | null> {
  if (day === undefined) return null
  const figures = await figuresOn(sql, [...standingFigures, 'counted'], [day])
  const counted = figures.find(({ figure }) => figure === 'counted')
  return counted ? { at: new Date(counted.n).toISOString(), figures } : null
}

/** What happened on the days of a period: those that were counted, and those since. */
async function happened(
  sql: Sql,
  span: Span,
  today: string,
  first: string,
): Promise<Pick<Counted, 'days' | 'mailsUntil'>> {
  const last = await lastCounted(sql)
  const from = last === null ? first : dayPlus(last.day, 1)
  const withMails = await atMostReleased(sql, from, countedAtOnce)
  const since = await countDays(sql, last?.entry ?? 0, { from, until: today }, withMails)
  const isWithin = ({ day }: DayFigure) => day >= span.from && day <= span.until
  const mailsUntil = withMails ? today : (last?.day ?? null)
  return {
    days: [...(await figuresOf(sql, dayFigures, span)), ...since.filter(isWithin)],
    mailsUntil: mailsUntil !== null && mailsUntil > span.until ? span.until : mailsUntil,
  }
}
