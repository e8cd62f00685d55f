import { zoneFor } from '../domain/calendar.ts'
import { leftOut, recordMonths, tallyOf, type Counted, type LeftOut, type Tally } from '../domain/her-record.ts'
import { monthsUpTo, type Month } from '../domain/months.ts'
import type { Brand } from '../domain/brand.ts'
import type { RecordedChoices } from '../domain/resting-entry.ts'
import type { Sql } from '../store/database.ts'
import {
  campaignsWithout,
  countDeliveries,
  deliveriesBetween,
  serviceMailTo,
  type RecordRow,
} from '../store/her-record.ts'
import { choicesHistory } from '../store/history.ts'
import type { Person } from '../store/people.ts'
import type { House } from './house.ts'

/** The whole of what was sent and held back in numbers. `since` is the ISO instant from which it counts. */
export type RecordCounts = { since: string; tally: Tally; counted: Counted[]; missed: LeftOut[] }

/** One month with its numbers, the newest first in {@link HerRecord}. */
export type RecordMonth = Month & { tally: Tally }

/**
 * What we sent her and what we held back. `shown` are whole months with everything in them, `rows` and `missed` together
 * (`missed` is worked out now from her own entries and the campaigns of the time; nothing is stored about it);
 * `later` and `earlier` are months that are not shown here. `more` is how many of `shown` are not in `rows`.
 */
export type HerRecord = {
  counts: RecordCounts
  shown: RecordMonth[]
  later: RecordMonth[]
  earlier: RecordMonth[]
  rows: RecordRow[]
  missed: LeftOut[]
  more: number
  service: { kind: string; count: number; last: string }[]
}

/** A page has whole months up to about so many messages, and at most so many in all. */
const enoughOnAPage = 200
const mostOnAPage = 1_000

/** The numbers alone, for her page: three reads, whatever there was. `now` is the time of the look. */
export async function recordCounts(house: House, person: Person, brand: Brand, now: Date): Promise<RecordCounts> {
  const { counts } = await countAll(house.database.readOnly, person, brand, now)
  return counts
}

/**
 * What we sent and held back in the last 24 months, newest first; five reads. @param from the name of the newest month to
 * show, null for this one.
 */
export async function readHerRecord(
  house: House,
  person: Person,
  brand: Brand,
  { now, from }: { now: Date; from: string | null },
): Promise<HerRecord> {
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const { counts, months, history } = await countAll(tx, person, brand, now)
    const withNumbers = months.map((month, index): RecordMonth => {
      const counted = counts.counted.filter((one) => one.month === index)
      const missed = counts.missed.filter((one) => monthOf(months, one.at) === index)
      return { ...month, tally: tallyOf(counted, missed, history) }
    })
    const newestFirst = withNumbers.toReversed().filter(({ tally }) => sumOf(tally) > 0)
    const start = from === null ? 0 : newestFirst.findIndex(({ name }) => name <= from)
    const rest = start < 0 ? [] : newestFirst.slice(start)
    let messages = 0
    const fitting = rest.findIndex(({ tally }) => (messages += sumOf(tally)) > enoughOnAPage)
    const shown = fitting < 0 ? rest : rest.slice(0, Math.max(1, fitting))
    const [newest, oldest] = [shown[0], shown.at(-1)]
    const until = newest && months[months.findIndex(({ name }) => name === newest.name) + 1]?.start
    const between = { from: oldest?.start ?? now.toISOString(), until: until ?? 'infinity', most: mostOnAPage + 1 }
    const [rows, service] = await Promise.all([
      shown.length === 0 ? [] : deliveriesBetween(tx, person.id, between),
      serviceMailTo(tx, person.id, counts.since),
    ])
    const within = (one: LeftOut) => one.at >= between.from && (between.until === 'infinity' || one.at < between.until)
    return {
      counts,
      shown,
      later: start > 0 ? newestFirst.slice(0, start) : [],
      earlier: rest.slice(shown.length),
      rows: rows.slice(0, mostOnAPage),
      missed: shown.length === 0 ? [] : counts.missed.filter(within),
      more: Math.max(0, rows.length - mostOnAPage),
      service,
    }
  })
}

async function countAll(
  sql: Sql,
  person: Person,
  brand: Brand,
  now: Date,
): Promise<{ counts: RecordCounts; months: Month[]; history: (RecordedChoices & { at: string })[] }> {
  const months = monthsUpTo(now, recordMonths + 1, zoneFor(person.choices.timeZone, brand))
  const oldest = months[0]?.start ?? ''
  const created = new Date(person.createdAt).toISOString()
  const since = created > oldest ? created : oldest
  const [counted, passed, history] = await Promise.all([
    countDeliveries(
      sql,
      person.id,
      months.map(({ start }) => start),
    ),
    campaignsWithout(sql, person.id, since),
    choicesHistory(sql, person.id),
  ])
  const missed = leftOut(passed, history)
  return { counts: { since, tally: tallyOf(counted, missed, history), counted, missed }, months, history }
}

function monthOf(months: readonly Month[], at: string): number {
  return months.findLastIndex(({ start }) => start <= at)
}

function sumOf({ emails, waited, notSent }: Tally): number {
  return emails + waited + notSent
}
