import t from 'tap'
import { asOf, fieldsAt, type AsOfAsked } from '../../src/domain/as-of.ts'

const now = new Date('2026-11-26T12:00:00.000Z')
const read = (asked: AsOfAsked) => {
  const time = asOf(asked, now)
  return time.kind === 'instant' ? time.at.toISOString() : `${time.field}: ${time.fault}`
}

t.test('an instant is asked for whole, or by day, time and zone; where nothing is said it is now', async (t) => {
  t.equal(read({}), '2026-11-26T12:00:00.000Z')
  t.equal(read({ at: '2026-03-03T23:59Z' }), '2026-03-03T23:59:00.000Z')
  t.equal(read({ at: '2026-03-03T23:59:01.5+01:00' }), '2026-03-03T22:59:01.500Z')
  t.equal(read({ date: '2026-03-03', time: '23:59', zone: 'America/New_York' }), '2026-03-04T04:59:59.999Z')
  t.equal(read({ date: '2026-03-03', time: '23:59:10', zone: 'UTC' }), '2026-03-03T23:59:10.000Z')
})

t.test('a minute counts to its end, as far as it is past', async (t) => {
  t.equal(read({ date: '2026-11-26', time: '11:59', zone: 'UTC' }), '2026-11-26T11:59:59.999Z')
  t.equal(read({ date: '2026-11-26', time: '12:00', zone: 'UTC' }), '2026-11-26T12:00:00.000Z')
})

t.test('a time in a gap moves forward, of a repeated hour the first one counts', async (t) => {
  t.equal(read({ date: '2026-03-29', time: '01:30', zone: 'Europe/London' }), '2026-03-29T01:30:59.999Z')
  t.equal(read({ date: '2026-10-25', time: '01:30', zone: 'Europe/London' }), '2026-10-25T00:30:59.999Z')
})

t.test('what is no time, no zone, or yet to come is refused where it stands', async (t) => {
  const good = { date: '2026-03-03', time: '10:00', zone: 'UTC' }
  t.equal(read({ ...good, date: '2026-02-30' }), 'date: date')
  t.equal(read({ ...good, date: '' }), 'date: date')
  t.equal(read({ ...good, time: '24:00' }), 'time: time')
  t.equal(read({ ...good, time: '' }), 'time: time')
  t.equal(read({ ...good, zone: 'Mars/Olympus' }), 'zone: zone')
  t.equal(read({ ...good, date: '2026-11-27' }), 'date: ahead')
  t.equal(read({ at: '2026-11-26T12:00:00.001Z' }), 'date: ahead')
  for (const at of ['yesterday', '2026-03-03', '2026-03-03T10:00', '2026-02-30T10:00Z', '']) {
    t.equal(read({ at }), 'date: date', at)
  }
})

t.test('the form shows an instant to the minute, in a zone', async (t) => {
  const at = new Date('2026-03-03T23:59:59.999Z')
  t.same(fieldsAt(at, 'Asia/Tokyo'), { date: '2026-03-04', time: '08:59', zone: 'Asia/Tokyo' })
})
