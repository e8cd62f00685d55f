import fc from 'fast-check'
import t from 'tap'
import type { Brand } from '../../src/domain/brand.ts'
import { unnamedBrand } from '../../src/domain/brand.ts'
import { isKnownZone, nextSlot, quietUntil, quietUntilOfAll, slotsAround, zoneFor } from '../../src/domain/calendar.ts'
import type { QuietHours } from '../../src/domain/choices.ts'
import { arbitraryInstant, arbitraryQuiet, someZones } from '../support/arbitrary-choices.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const brand: Brand = { ...unnamedBrand, timeZone: 'Europe/London' }

/** Wall time by the platform's own zone data and formatter, not by the library under test. */
function wallMinutes(at: number, zone: string): number {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    formats.set(zone, format)
  }
  const [hours, minutes] = format.format(at).split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}
const formats = new Map<string, Intl.DateTimeFormat>()

function wallDay(at: Date, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(at)
}

function isQuietByTheClock(at: number, { from, to }: QuietHours, zone: string): boolean {
  const [start, end] = [from, to].map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)))
  const wall = wallMinutes(at, zone)
  return start! < end! ? wall >= start! && wall < end! : wall >= start! || wall < end!
}

/** Instants at which a zone's clock changes between two years, found by comparing wall time with UTC. */
function clockChanges(zone: string, fromYear: number, toYear: number): number[] {
  const offset = (at: number) => (wallMinutes(at, zone) - wallMinutes(at, 'UTC') + 1440) % 1440
  const found: number[] = []
  for (let at = Date.UTC(fromYear, 0, 1); at < Date.UTC(toYear, 0, 1); at += day) {
    if (offset(at) === offset(at + day)) continue
    let [low, high] = [at, at + day]
    while (high - low > minute) {
      const middle = low + Math.floor((high - low) / 2 / minute) * minute
      if (offset(middle) === offset(low)) low = middle
      else high = middle
    }
    found.push(high)
  }
  return found
}

t.test('zones are known or not, and the brand stands in for an unknown one', async (t) => {
  t.ok(isKnownZone('Pacific/Kiritimati'))
  for (const zone of ['Mars/Olympus', '', 'Europe', 'nowhere']) t.notOk(isKnownZone(zone), `"${zone}"`)
  t.equal(zoneFor('Asia/Kathmandu', brand), 'Asia/Kathmandu')
  t.equal(zoneFor('Mars/Olympus', brand), 'Europe/London')
  t.equal(zoneFor(null, brand), 'Europe/London')
  t.equal(zoneFor(null, { ...brand, timeZone: 'Mars/Olympus' }), 'UTC')
})

t.test('a digest waits for the next slot of its kind', async (t) => {
  const saturday = new Date('2026-11-21T10:00:00Z')
  t.same(nextSlot('digest-daily', saturday, null, brand), new Date('2026-11-22T09:00:00Z'))
  t.same(nextSlot('digest-weekly', saturday, null, brand), new Date('2026-11-27T09:00:00Z'))
  t.same(nextSlot('digest-monthly', saturday, null, brand), new Date('2026-12-04T09:00:00Z'))
  const own = { ...brand, weeklySlot: { weekday: 7, time: '18:30' }, monthlySlot: { weekday: 1, time: '07:15' } }
  t.same(nextSlot('digest-daily', saturday, null, own), new Date('2026-11-21T18:30:00Z'))
  t.same(nextSlot('digest-weekly', saturday, null, own), new Date('2026-11-22T18:30:00Z'))
  t.same(nextSlot('digest-monthly', saturday, null, own), new Date('2026-12-07T07:15:00Z'))
})

t.test('at the instant of a slot the next one is meant', async (t) => {
  const slot = new Date('2026-11-27T09:00:00Z')
  t.same(nextSlot('digest-weekly', slot, null, brand), new Date('2026-12-04T09:00:00Z'))
  t.same(nextSlot('digest-weekly', new Date(slot.getTime() - 1), null, brand), slot)
  t.same(slotsAround('week', slot, null, brand), { last: slot, next: new Date('2026-12-04T09:00:00Z') })
})

t.test('slots are in her zone, and the other side of the date line has its own Friday', async (t) => {
  const now = new Date('2026-11-21T10:00:00Z')
  t.same(nextSlot('digest-weekly', now, 'Pacific/Kiritimati', brand), new Date('2026-11-26T19:00:00Z'))
  t.same(nextSlot('digest-weekly', now, 'Pacific/Pago_Pago', brand), new Date('2026-11-27T20:00:00Z'))
  t.same(nextSlot('digest-weekly', now, 'Asia/Kathmandu', brand), new Date('2026-11-27T03:15:00Z'))
  t.same(nextSlot('digest-weekly', now, 'Mars/Olympus', brand), new Date('2026-11-27T09:00:00Z'))
})

t.test('a slot in a gap moves forward, and of a repeated hour the first one counts', async (t) => {
  const night = { ...brand, weeklySlot: { weekday: 7, time: '02:30' } }
  const gap = nextSlot('digest-weekly', new Date('2027-03-27T00:00:00Z'), 'Europe/Berlin', night)
  t.same(gap, new Date('2027-03-28T01:30:00Z'), '02:30 does not exist on that night; 03:30 summer time does')
  const overlap = nextSlot('digest-weekly', new Date('2026-10-24T00:00:00Z'), 'Europe/Berlin', night)
  t.same(overlap, new Date('2026-10-25T00:30:00Z'), 'the first 02:30, in summer time')
  t.same(
    nextSlot('digest-weekly', overlap, 'Europe/Berlin', night),
    new Date('2026-11-01T01:30:00Z'),
    'and not the second',
  )
})

t.test('a skipped day brings one daily digest, not two and not none', async (t) => {
  const slots: string[] = []
  let at = new Date('2011-12-28T20:00:00Z')
  for (let count = 0; count < 4; count++) {
    at = nextSlot('digest-daily', at, 'Pacific/Apia', brand)
    slots.push(wallDay(at, 'Pacific/Apia'))
  }
  t.same(slots, ['2011-12-29', '2011-12-31', '2012-01-01', '2012-01-02'])
})

t.test('a year has 52 weekly slots, 365 daily and 12 monthly ones, in every zone', async (t) => {
  for (const zone of someZones) {
    const count = (pace: 'digest-daily' | 'digest-weekly' | 'digest-monthly', from: string, to: string) => {
      let slots = 0
      for (
        let at = nextSlot(pace, new Date(from), zone, brand);
        at < new Date(to);
        at = nextSlot(pace, at, zone, brand)
      )
        slots++
      return slots
    }
    t.equal(count('digest-weekly', '2026-01-03T12:00:00Z', '2027-01-02T12:00:00Z'), 52, `weekly in ${zone}`)
    t.equal(count('digest-daily', '2026-03-02T00:00:00Z', '2027-03-02T00:00:00Z'), 365, `daily in ${zone}`)
    t.equal(count('digest-monthly', '2026-01-20T00:00:00Z', '2027-01-20T00:00:00Z'), 12, `monthly in ${zone}`)
  }
})

t.test('every weekly slot is on the slot’s day at its wall time', async () => {
  fc.assert(
    fc.property(arbitraryInstant(), fc.constantFrom(...someZones), (after, zone) => {
      const slot = nextSlot('digest-weekly', after, zone, brand)
      const weekday = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short' }).format(slot)
      const waits = slot.getTime() - after.getTime()
      return weekday === 'Fri' && wallMinutes(slot.getTime(), zone) === 540 && waits > 0 && waits <= 7 * day + 2 * hour
    }),
  )
})

t.test('what is kept for speed changes no answer: slots asked in any order are the same', async () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryInstant(), { minLength: 2, maxLength: 6 }),
      fc.constantFrom(...someZones),
      (instants, zone) => {
        const fresh = () => ({ ...brand, weeklySlot: { weekday: 5, time: '09:00' } })
        const inOrder = instants.map((at) => slotsAround('week', at, zone, fresh()))
        return instants.toReversed().every((at, place) => {
          const again = slotsAround('week', at, zone, fresh())
          const first = inOrder[instants.length - 1 - place]
          return again.next.getTime() === first?.next.getTime() && again.last.getTime() === first.last.getTime()
        })
      },
    ),
  )
})

t.test('a date that a caller changes does not change later answers', async (t) => {
  const now = new Date('2026-11-21T10:00:00Z')
  nextSlot('digest-weekly', now, null, brand).setTime(0)
  t.same(nextSlot('digest-weekly', now, null, brand), new Date('2026-11-27T09:00:00Z'))
})

t.test('quiet hours hold from their beginning, and their end is not included', async (t) => {
  const quiet = { from: '12:00', to: '13:30' }
  t.equal(quietUntil(new Date('2026-11-21T11:59:59.999Z'), quiet, 'UTC'), null)
  t.same(quietUntil(new Date('2026-11-21T12:00:00Z'), quiet, 'UTC'), new Date('2026-11-21T13:30:00Z'))
  t.same(quietUntil(new Date('2026-11-21T13:29:59.999Z'), quiet, 'UTC'), new Date('2026-11-21T13:30:00Z'))
  t.equal(quietUntil(new Date('2026-11-21T13:30:00Z'), quiet, 'UTC'), null)
  t.equal(quietUntil(new Date('2026-11-21T12:00:00Z'), null, 'UTC'), null)
})

t.test('quiet hours may pass midnight', async (t) => {
  const quiet = { from: '22:00', to: '08:00' }
  t.same(quietUntil(new Date('2026-11-21T22:00:00Z'), quiet, 'UTC'), new Date('2026-11-22T08:00:00Z'))
  t.same(quietUntil(new Date('2026-11-22T03:00:00Z'), quiet, 'UTC'), new Date('2026-11-22T08:00:00Z'))
  t.equal(quietUntil(new Date('2026-11-22T08:00:00Z'), quiet, 'UTC'), null)
})

t.test('quiet hours that are empty or cannot be read are quiet all day', async (t) => {
  const now = new Date('2026-11-21T12:00:00Z')
  for (const quiet of [
    { from: '08:00', to: '08:00' },
    { from: '25:00', to: '08:00' },
    { from: '', to: '8 am' },
  ]) {
    t.same(quietUntil(now, quiet, 'UTC'), new Date('2026-11-22T12:00:00Z'))
  }
})

t.test('a repeated hour is quiet both times', async (t) => {
  const quiet = { from: '02:15', to: '02:45' }
  const first = new Date('2026-10-25T00:20:00Z')
  const second = new Date('2026-10-25T01:20:00Z')
  t.same(quietUntil(first, quiet, 'Europe/Berlin'), new Date('2026-10-25T00:45:00Z'))
  t.equal(quietUntil(new Date('2026-10-25T00:50:00Z'), quiet, 'Europe/Berlin'), null)
  t.same(quietUntil(second, quiet, 'Europe/Berlin'), new Date('2026-10-25T01:45:00Z'))
  const night = { from: '22:00', to: '06:00' }
  t.same(quietUntil(first, night, 'Europe/Berlin'), new Date('2026-10-25T05:00:00Z'), 'the night is an hour longer')
})

t.test('a border in a gap moves to the next valid instant', async (t) => {
  const gap = new Date('2027-03-28T01:00:00Z')
  t.same(quietUntil(gap, { from: '02:30', to: '06:00' }, 'Europe/Berlin'), new Date('2027-03-28T04:00:00Z'))
  t.equal(quietUntil(new Date(gap.getTime() - 1), { from: '02:30', to: '06:00' }, 'Europe/Berlin'), null)
  t.same(quietUntil(new Date('2027-03-28T00:30:00Z'), { from: '22:00', to: '02:30' }, 'Europe/Berlin'), gap)
})

t.test("the brand's quiet hours and hers hold together, until both have ended", async (t) => {
  const [evening, morning] = [
    { from: '22:00', to: '08:00' },
    { from: '07:30', to: '09:00' },
  ]
  const seven = new Date('2026-11-21T07:00:00Z')
  t.same(quietUntilOfAll(seven, [evening, morning], 'UTC'), new Date('2026-11-21T09:00:00Z'))
  t.same(quietUntilOfAll(seven, [morning, evening], 'UTC'), new Date('2026-11-21T09:00:00Z'))
  t.same(quietUntilOfAll(seven, [evening, null], 'UTC'), new Date('2026-11-21T08:00:00Z'))
  t.equal(quietUntilOfAll(new Date('2026-11-21T09:00:00Z'), [evening, morning], 'UTC'), null)
  const wholeDay = [
    { from: '00:00', to: '12:00' },
    { from: '12:00', to: '00:00' },
  ]
  t.not(quietUntilOfAll(seven, wholeDay, 'UTC'), null, 'two halves of a day leave no gap')
})

t.test('quiet hours agree with the wall clock around every clock change of 2026 and 2027', async (t) => {
  const spans = [
    { from: '22:00', to: '08:00' },
    { from: '01:30', to: '02:30' },
    { from: '02:15', to: '02:20' },
    { from: '00:00', to: '03:00' },
  ]
  let checked = 0
  for (const zone of someZones) {
    for (const change of clockChanges(zone, 2026, 2028)) {
      for (let at = change - 4 * hour; at <= change + 4 * hour; at += 5 * minute) {
        for (const quiet of spans) {
          const until = quietUntil(new Date(at), quiet, zone)
          checked++
          if ((until !== null) !== isQuietByTheClock(at, quiet, zone))
            t.fail(`${zone} ${new Date(at).toISOString()} ${quiet.from}`)
        }
      }
    }
  }
  t.ok(checked > 5_000, `${checked} instants`)
})

t.test('until the end of quiet hours every minute is quiet, and the end is not', async () => {
  fc.assert(
    fc.property(arbitraryInstant(), arbitraryQuiet(), fc.constantFrom(...someZones), (now, quiet, zone) => {
      const until = quietUntil(now, quiet, zone)
      if (until === null) return !isQuietByTheClock(now.getTime(), quiet, zone)
      for (let at = now.getTime(); at < until.getTime(); at += 7 * minute)
        if (!isQuietByTheClock(at, quiet, zone)) return false
      return isQuietByTheClock(until.getTime() - 1, quiet, zone) && !isQuietByTheClock(until.getTime(), quiet, zone)
    }),
    { numRuns: 300 },
  )
})
