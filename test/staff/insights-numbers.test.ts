import t from 'tap'
import { agreesAfterNight, agreesAtLook } from '../support/insights-numbers.ts'

// More than are counted at every look; long/insights.test.ts has a hundred thousand.
t.test('every number on the page is what the tables hold, counted at night and today', (t) =>
  agreesAfterNight(t, 10_500),
)

t.test('the same holds of a house so small that all is counted at the look', (t) => agreesAtLook(t, 2_000))
