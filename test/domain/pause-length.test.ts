import t from 'tap'
import { unnamedBrand } from '../../src/domain/brand.ts'
import { pauseEnd } from '../../src/domain/pause-length.ts'

const brand = { ...unnamedBrand, timeZone: 'Europe/Berlin' }

t.test(
  'a pause ends at the start of a day where she is, so the same press on the same day means the same instant',
  async (t) => {
    const [early, late] = [new Date('2026-11-21T00:10:00Z'), new Date('2026-11-21T22:40:00Z')]
    t.equal(pauseEnd('30-days', early, 'Europe/London', brand), '2026-12-21T00:00:00.000Z')
    t.equal(pauseEnd('30-days', late, 'Europe/London', brand), '2026-12-21T00:00:00.000Z')
    t.equal(pauseEnd('30-days', late, 'Pacific/Kiritimati', brand), '2026-12-21T10:00:00.000Z')
  },
)

t.test('months are months of the calendar, across the end of a year and a clock change', async (t) => {
  t.equal(pauseEnd('3-months', new Date('2026-11-30T12:00:00Z'), null, brand), '2027-02-27T23:00:00.000Z')
  t.equal(pauseEnd('6-months', new Date('2026-11-21T12:00:00Z'), null, brand), '2027-05-20T22:00:00.000Z')
})

t.test('a zone that nobody knows is the brand’s', async (t) => {
  t.equal(pauseEnd('30-days', new Date('2026-11-21T12:00:00Z'), 'Mars/Olympus', brand), '2026-12-20T23:00:00.000Z')
})
