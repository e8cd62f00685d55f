import fc from 'fast-check'
import t from 'tap'
import { recipientDomain } from '../../src/domain/address.ts'
import { unnamedBrand, type Brand } from '../../src/domain/brand.ts'
import { dayIn } from '../../src/domain/calendar.ts'
import { spacing, turnAt, untouched, type Destination } from '../../src/domain/destination-rate.ts'
import { lasting } from '../../src/domain/lasting.ts'
import { limitOn } from '../../src/domain/ramp.ts'
import { pacingAt, Turns, type Pacing } from '../../src/domain/turns.ts'

const noon = Date.parse('2026-11-26T12:00:00.000Z')
const minute = 60_000
const day = 24 * 60 * minute

/** The most of these instants that lie within one minute. */
function mostInAMinute(instants: readonly number[]): number {
  const sorted = instants.toSorted((a, b) => a - b)
  let first = 0
  return Math.max(
    0,
    ...sorted.map((at, place) => {
      while (at - (sorted[first] ?? at) >= minute) first += 1
      return place - first + 1
    }),
  )
}

t.test('no minute ever has more mails to a domain than its rate, whoever asks and whenever', async (t) => {
  const asked = fc.record({ after: fc.integer({ min: -500, max: 20_000 }), mails: fc.integer({ min: 1, max: 80 }) })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.array(asked, { minLength: 1, maxLength: 60 }),
      fc.boolean(),
      (perMinute, all, waited) => {
        let state: Destination = untouched
        let now = noon
        const gone: number[] = []
        for (const { after, mails } of all) {
          // Clocks of two workers may be a little out of order: who comes second has read its instant before the first.
          now += after
          for (let n = 0; n < mails; n++) {
            const next = turnAt(perMinute, state, now, waited)
            if (next.turn === null) gone.push(now)
            else if (!(next.turn > now)) return false
            state = next.after
          }
        }
        return mostInAMinute(gone) <= perMinute
      },
    ),
    { numRuns: 300 },
  )
  t.pass('as a property')
})

t.test('asked all the time, about nine tenths of the rate leave', async (t) => {
  for (const [perMinute, least] of [
    [1, 10],
    [9, 80],
    [10, 90],
    [600, 5_400],
  ] as const) {
    let state: Destination = untouched
    let gone = 0
    for (let now = noon; now < noon + 10 * minute; now += 100) {
      for (;;) {
        const next = turnAt(perMinute, state, now, true)
        if (next.turn !== null) break
        state = next.after
        gone += 1
      }
    }
    t.ok(gone >= least && gone <= 10 * perMinute, `${gone} of ${perMinute} a minute`)
  }
})

t.test(
  'whoever wakes at the turn that it was promised, or a little late, finds room, and nobody new goes before those who wait',
  async (t) => {
    const lates = fc.array(fc.nat(5_999), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 400 }),
        lates,
        (perMinute, mails, late) => {
          let state: Destination = untouched
          const turns: number[] = []
          for (let n = 0; n < mails; n++) {
            const next = turnAt(perMinute, state, noon, false)
            state = next.after
            if (next.turn !== null) turns.push(Math.ceil(next.turn))
          }
          if (turns.length !== Math.max(0, mails - spacing(perMinute).together)) return false
          const [first] = turns
          if (first !== undefined && turns.at(-1) !== first && turnAt(perMinute, state, first, false).turn === null)
            return false
          return turns.every((turn, place) => {
            const next = turnAt(perMinute, state, turn + (late[place % late.length] ?? 0), true)
            state = next.after
            return next.turn === null
          })
        },
      ),
    )
    t.pass('as a property')
  },
)

t.test('a ramp doubles each day and is over once a day has more than a million', async (t) => {
  const ramp = { first: 200, from: '2026-11-26' }
  t.same(
    ['2026-11-26', '2026-11-27', '2026-11-28', '2026-12-08', '2026-12-09', '2029-01-01'].map((day) =>
      limitOn(ramp, day),
    ),
    [200, 400, 800, 819_200, null, null],
  )
  t.equal(limitOn(ramp, '2026-11-20'), 200, 'a day before it, as after a change of the zone')
  t.equal(limitOn(ramp, 'no day'), 200, 'doubt means less')
  t.equal(limitOn({ first: 1_000_000, from: '2026-11-26' }, '2026-11-26'), 1_000_000)
  const brand: Brand = { ...unnamedBrand, timeZone: 'Pacific/Auckland', ramp }
  t.match(pacingAt(brand, new Date('2026-11-26T11:30:00Z')), { today: '2026-11-27' }, 'the day in the brand’s zone')
  t.equal(pacingAt(brand, new Date('2026-12-20T11:30:00Z')), null, 'a ramp that is over costs nothing')
  t.equal(pacingAt(unnamedBrand, new Date(noon)), null)
})

t.test('no day of a ramp has more than its limit, and no day is promised to more than it has room for', async (t) => {
  const batch = fc.record({
    after: fc.integer({ min: 0, max: day }),
    fresh: fc.integer({ min: 0, max: 30 }),
    came: fc.integer({ min: 0, max: 30 }),
  })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.option(fc.integer({ min: 1, max: 50 })),
      fc.array(batch, { maxLength: 40 }),
      (first, perMinute, batches) => {
        const ramp = { first, from: '2026-11-26' }
        let state: ConstructorParameters<typeof Turns>[1] = { destinations: new Map(), days: new Map() }
        let now = noon
        const released = new Map<string, number>()
        for (const { after, fresh, came } of batches) {
          now += after
          const today = dayIn(new Date(now), 'UTC')
          const turns = new Turns({ perMinute, ramp, zone: 'UTC', today }, state, new Date(now))
          turns.came(came)
          for (let n = 0; n < came + fresh; n++) {
            const turn = turns.next({ domain: 'example.com', waited: n < came, queues: true })
            if (turn === null) released.set(today, (released.get(today) ?? 0) + 1)
            else if (!(turn.getTime() > now)) return false
          }
          state = turns
        }
        const within = [...released].every(([day, n]) => n <= (limitOn(ramp, day) ?? Infinity))
        return within && [...state.days].every(([day, { promised }]) => promised <= (limitOn(ramp, day) ?? Infinity))
      },
    ),
    { numRuns: 200 },
  )
  t.pass('as a property')
})

t.test('who finds no room today is promised one of the coming days, at the same time of day', async (t) => {
  const zone = 'Europe/London'
  const pacing: Pacing = { perMinute: null, ramp: { first: 2, from: '2026-03-28' }, zone, today: '2026-03-28' }
  const turns = new Turns(pacing, { destinations: new Map(), days: new Map() }, new Date('2026-03-28T09:00:00Z'))
  const mail = { domain: '', waited: false, queues: true }
  t.same(
    Array.from({ length: 8 }, () => turns.next(mail)?.toISOString() ?? 'now'),
    [
      'now',
      'now',
      ...Array.from({ length: 4 }, () => '2026-03-29T08:00:00.000Z'),
      '2026-03-30T08:00:00.000Z',
      '2026-03-30T08:00:00.000Z',
    ],
    'also where the clock changes in between',
  )
  t.same(turns.next({ ...mail, queues: false })?.toISOString(), '2026-03-30T08:00:00.000Z')
  t.match(turns.days.get('2026-03-30'), { promised: 2 }, 'one that does not queue is promised nothing')
})

t.test('the estimate names what takes longest', async (t) => {
  const now = new Date(noon)
  const nothing = { destinations: new Map(), days: new Map() }
  const pacing = { perMinute: 10, ramp: { first: 200, from: '2026-11-26' }, zone: 'UTC', today: '2026-11-26' }
  const to = (total: number, domains: Record<string, number>) => ({ total, domains: new Map(Object.entries(domains)) })
  t.equal(lasting(pacing, to(2, { 'a.test': 1, 'b.test': 1 }), nothing, now), null)
  t.match(lasting(pacing, to(21, { 'a.test': 1, 'b.test': 20 }), nothing, now), {
    by: 'rate',
    perMinute: 10,
    domain: 'b.test',
    until: '2026-11-26T12:02:00.000Z',
  })
  t.match(lasting(pacing, to(3_001, { 'b.test': 20 }), nothing, now), {
    by: 'ramp',
    today: 200,
    until: '2026-11-30T12:00:00.000Z',
  })
  const days = new Map([['2026-11-26', { released: 150, promised: 20 }]])
  t.match(lasting(pacing, to(31, {}), { ...nothing, days }, now), { until: '2026-11-27T12:00:00.000Z' })
  const destinations = new Map([['b.test', { spentUntil: noon, promisedUntil: noon + 60 * minute }]])
  t.match(lasting(pacing, to(1, { 'b.test': 1 }), { ...nothing, destinations }, now), { by: 'rate' })
})

t.test('the domain is that of her identity, whatever way she writes it', async (t) => {
  t.same(
    [
      'ada@Example.COM',
      'ada@example.com.',
      ' ada@example.com ',
      'ada@münchen.example',
      'ada@xn--mnchen-3ya.example',
    ].map(recipientDomain),
    ['example.com', 'example.com', 'example.com', 'xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
  )
})
