import t from 'tap'
import { agreesAfterNight } from '../test/support/insights-numbers.ts'

t.test('every number on the page is what the tables hold, of a hundred thousand people', (t) =>
  agreesAfterNight(t, 100_000),
)
