import { dayPlus, daysIn } from '../domain/span.ts'
import { theBrand } from '../store/brand.ts'
import { countBroken } from '../store/count-broken.ts'
import { countMails } from '../store/count-mails.ts'
import { countAsked, countStops, lastEntryOf } from '../store/count-said.ts'
import { countStanding, standingFigures } from '../store/count-standing.ts'
import type { Sql, Transaction } from '../store/database.ts'
import {
  daysOfHouse,
  deleteFigures,
  insertFigures,
  lastCounted,
  lockInsights,
  type DayFigure,
} from '../store/insights.ts'
import { instantNow } from '../store/instant.ts'
import type { House } from './house.ts'

/** Days that are counted in one transaction. */
const daysAtOnce = 31

/** How many days were counted, and the last one of which there are figures; null before the first. */
export type Kept = { days: number; last: string | null }

/**
 * Counts every day that is over and not counted yet, each once, and how everybody stood when the last one was over; the page of insights
 * adds the present day to it. Any number of processes may do it at once: one counts, the others find nothing left. What is
 * cut off goes on the next time. Keeps numbers alone, and reads no person's row twice for one figure.
 * @param afresh counts how people stand anew, also where that is done for the last day.
 */
export async function keepInsights(
  house: House,
  { afresh = false, signal }: { afresh?: boolean; signal?: AbortSignal } = {},
): Promise<Kept> {
  const { sql } = house.database
  const kept: Kept = { days: 0, last: null }
  for (;;) {
    const step = await sql.begin(async (tx) => {
      await lockInsights(tx)
      const [{ today, first }, last] = await Promise.all([daysOfHouse(tx), lastCounted(tx)])
      const yesterday = dayPlus(today, -1)
      const from = last === null ? first : dayPlus(last.day, 1)
      const until = [dayPlus(from, daysAtOnce - 1), yesterday].toSorted()[0] ?? yesterday
      const isDue = from <= until
      if (isDue) {
        const entry = last?.entry ?? 0
        const through = await lastEntryOf(tx, until, entry)
        await insertFigures(tx, [
          ...(await countDays(tx, entry, { from, until })),
          { day: until, figure: 'ledger', key: '', n: through },
        ])
      }
      const isLast = until >= yesterday
      if (isLast && (isDue || afresh)) await keepStanding(tx, yesterday)
      return { days: isDue ? daysIn({ from, until }) : 0, last: isDue ? until : (last?.day ?? null), isLast }
    })
    kept.days += step.days
    kept.last = step.last
    if (step.isLast || signal?.aborted) return kept
  }
}

/** What happened on days that are not counted yet, after the last entry that is. */
export async function countDays(
  sql: Sql,
  entry: number,
  days: { from: string; until: string },
  withMails = true,
): Promise<DayFigure[]> {
  return [
    ...(await countStops(sql, entry, days)),
    ...(await countAsked(sql, days)),
    ...(withMails ? [...(await countMails(sql, days)), ...(await countBroken(sql, days))] : []),
  ]
}

async function keepStanding(tx: Transaction, day: string): Promise<void> {
  const [now, brand] = await Promise.all([instantNow(tx), theBrand(tx)])
  const standing = await countStanding(tx, brand, now)
  await deleteFigures(tx, day, [...standingFigures, 'counted'])
  await insertFigures(tx, [
    ...standing.map((figure) => ({ ...figure, day })),
    { day, figure: 'counted', key: '', n: now.getTime() },
  ])
}
