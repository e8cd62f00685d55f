import fc from 'fast-check'
import t from 'tap'
import { comparePace, isDigest, parsePace, slowerThan, slowestPace, termsOf } from '../../src/domain/pace.ts'
import type { Pace } from '../../src/domain/pace.ts'
import { Problem } from '../../src/domain/problem.ts'
import { arbitraryPace } from '../support/arbitrary-choices.ts'

t.test('every spelling of a pace is read, and means what it says', async (t) => {
  t.same(termsOf(parsePace('as-it-happens')), { kind: 'as-it-happens' })
  t.same(termsOf(parsePace('digest-daily')), { kind: 'digest', period: 'day' })
  t.same(termsOf(parsePace('digest-weekly')), { kind: 'digest', period: 'week' })
  t.same(termsOf(parsePace('digest-monthly')), { kind: 'digest', period: 'month' })
  for (const period of ['day', 'week', 'month']) {
    for (const limit of [1, 2, 31]) t.same(termsOf(parsePace(`${limit}-per-${period}`)), { kind: 'cap', limit, period })
  }
})

t.test('anything else is refused, saying what is allowed and what was given', async (t) => {
  const wrong = ['', 'weekly', 'Digest-Weekly', '0-per-day', '32-per-day', '-1-per-day', '01-per-day', '1.5-per-week']
  for (const text of [...wrong, '1-per-year', '1-per-day ', '1 per day', 'constructor', '١-per-day']) {
    const allowed = new Problem(
      'invalid-input',
      `"${text}" is not a pace; allowed: as-it-happens, digest-daily, digest-weekly, digest-monthly, or N-per-day, N-per-week, N-per-month with N from 1 to 31`,
    )
    t.throws(() => parsePace(text), allowed, `"${text}"`)
  }
})

t.test('a stored pace that cannot be read counts as the slowest', async (t) => {
  t.same(termsOf('99-per-day'), termsOf(slowestPace))
  t.same(termsOf('hourly'), termsOf(slowestPace))
})

t.test('digests are told from limits', async (t) => {
  t.ok(isDigest('digest-daily'))
  t.ok(isDigest('digest-monthly'))
  t.notOk(isDigest('1-per-week'))
  t.notOk(isDigest('as-it-happens'))
})

t.test('paces are ordered by mails a month, and a digest comes before a limit of the same rate', async (t) => {
  const slowestFirst: Pace[] = [
    'digest-monthly',
    '1-per-month',
    '2-per-month',
    'digest-weekly',
    '1-per-week',
    '5-per-month',
    'digest-daily',
    '1-per-day',
    '31-per-month',
    '31-per-day',
    'as-it-happens',
  ]
  slowestFirst.forEach((pace, place) => {
    t.equal(comparePace(pace, pace), 0)
    for (const faster of slowestFirst.slice(place + 1)) {
      t.ok(slowerThan(pace, faster), `${pace} is slower than ${faster}`)
      t.notOk(slowerThan(faster, pace), `${faster} is not slower than ${pace}`)
    }
  })
  t.equal(comparePace('30-per-month', '1-per-day'), 0)
})

t.test('nothing is slower than the slowest pace, and the order is one', async () => {
  fc.assert(
    fc.property(arbitraryPace(), arbitraryPace(), arbitraryPace(), (a, b, c) => {
      if (slowerThan(a, slowestPace)) return false
      if (comparePace(a, b) !== -comparePace(b, a) + 0) return false
      return !(comparePace(a, b) <= 0 && comparePace(b, c) <= 0) || comparePace(a, c) <= 0
    }),
  )
})
