import tap from 'tap'
import { isKnownZone, quietUntil } from '../src/domain/calendar.ts'
import type { QuietHours } from '../src/domain/choices.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const [firstYear, lastYear] = [2020, 2037]
const from = Date.UTC(firstYear, 0, 1)
const until = Date.UTC(lastYear + 1, 0, 1)

/** A zone's offset from UTC in minutes, from each instant on, oldest first. */
type Table = { zone: string; spans: { since: number; offset: number }[] }

/**
 * The table of one zone, asked of the platform's formatter alone: no Temporal, nothing of ours. A step of twelve hours
 * finds the changes, halving finds their minute.
 */
function tableOf(zone: string): Table {
  const options = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const
  const format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone, hourCycle: 'h23' })
  const offsetAt = (at: number) => {
    const [, dd, mm, yyyy, h, m] = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+)$/.exec(format.format(at)) ?? []
    return (Date.UTC(Number(yyyy), Number(mm) - 1, Number(dd), Number(h), Number(m)) - at) / minute
  }
  const spans = [{ since: from - 3 * day, offset: offsetAt(from - 3 * day) }]
  let offset = spans[0]?.offset ?? 0
  for (let at = from - 3 * day; at < until + 3 * day; at += 12 * hour) {
    const next = offsetAt(at + 12 * hour)
    if (next === offset) continue
    let [low, high] = [at, at + 12 * hour]
    while (high - low > minute) {
      const middle = low + Math.floor((high - low) / 2 / minute) * minute
      if (offsetAt(middle) === offset) low = middle
      else high = middle
    }
    spans.push({ since: high, offset: next })
    offset = next
  }
  return { zone, spans }
}

/** The wall clock's minute of the day at an instant, by the table. */
function wallMinute({ spans }: Table, at: number): number {
  let offset = 0
  for (const span of spans) if (span.since <= at) offset = span.offset
  return (((Math.floor(at / minute) + offset) % 1440) + 1440) % 1440
}

function isQuiet(table: Table, at: number, [start, end]: readonly [number, number]): boolean {
  const wall = wallMinute(table, at)
  return start < end ? wall >= start && wall < end : wall >= start || wall < end
}

function clock(minutes: number): string {
  const wall = ((minutes % 1440) + 1440) % 1440
  return `${String(Math.floor(wall / 60)).padStart(2, '0')}:${String(wall % 60).padStart(2, '0')}`
}

/** Hours around a change: the usual night, and spans whose borders lie in what is skipped or repeated. */
function spansAround(table: Table, change: number): [number, number][] {
  const wall = wallMinute(table, change)
  const around = (before: number, after: number): [number, number] => [
    (wall + before + 1440) % 1440,
    (wall + after + 1440) % 1440,
  ]
  return [[22 * 60, 8 * 60], around(-30, 30), around(-45, 300), around(-300, -15), around(15, -15)]
}

await tap.test('quiet hours hold in every zone through every change of its clock, minute by minute', async (t) => {
  const zones = Intl.supportedValuesOf('timeZone')
  const changes = new Map<string, number>()
  let minutes = 0
  for (const zone of zones) {
    if (!isKnownZone(zone)) t.fail(`${zone} is unknown`)
    const table = tableOf(zone)
    const transitions = table.spans.slice(1).filter(({ since }) => since >= from && since < until)
    changes.set(zone, transitions.length)
    for (const { since } of transitions) {
      for (const span of spansAround(table, since)) minutes += checkAround(t, table, since, span)
    }
  }
  const all = [...changes.values()].reduce((sum, n) => sum + n, 0)
  t.ok(zones.length > 400 && all > 2_000, `${zones.length} zones, ${all} changes, ${minutes} minutes`)
  t.ok((changes.get('Africa/Casablanca') ?? 0) > 10, 'also where the clock goes back for Ramadan')
  t.ok((changes.get('Australia/Lord_Howe') ?? 0) >= 35, 'and where it moves by half an hour')
  t.equal(changes.get('Asia/Tokyo'), 0)
})

/** Two hours before and after one change; at each quiet minute the end must be the first that is not. */
function checkAround(
  t: { fail(message: string): unknown },
  table: Table,
  change: number,
  span: [number, number],
): number {
  const quiet: QuietHours = { from: clock(span[0]), to: clock(span[1]) }
  const ends = new Map<number, boolean>()
  for (let at = change - 2 * hour; at <= change + 2 * hour; at += minute) {
    const end = quietUntil(new Date(at), quiet, table.zone)?.getTime() ?? null
    const right =
      end === null ? !isQuiet(table, at, span) : isQuiet(table, at, span) && endsThere(table, at, end, span, ends)
    if (!right) {
      t.fail(`${table.zone} at ${new Date(at).toISOString()}, quiet ${quiet.from}-${quiet.to}: ${String(end)}`)
      break
    }
  }
  return (4 * hour) / minute + 1
}

/** Whether every minute until then is quiet and that one is not; each end is walked to once, from the first minute that names it. */
function endsThere(table: Table, at: number, end: number, span: [number, number], ends: Map<number, boolean>): boolean {
  const known = ends.get(end)
  if (known !== undefined) return known
  let right = end > at && !isQuiet(table, end, span)
  for (let inside = at; right && inside < end; inside += minute) right = isQuiet(table, inside, span)
  ends.set(end, right)
  return right
}
