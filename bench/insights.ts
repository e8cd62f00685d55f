import { keepInsights } from '../src/actions/keep-insights.ts'
import { readInsights } from '../src/actions/read-insights.ts'
import type { House } from '../src/actions/house.ts'
import { addCrowdedYear, yearEnd } from '../test/support/crowded-year.ts'
import { bareClient, rate, type Row } from './measure.ts'

/** What somebody would count to know the same, each by a statement of its own, of people and what they were sent. */
const plainCounts = [
  'select count(*) from people',
  'select count(*) from addresses',
  `select count(*) from people where choices -> 'stopped' = 'null'::jsonb and jsonb_path_exists(choices, '$.topics.*.answer ? (@ == "yes")')`,
  `select choices ->> 'pace', count(*) from people group by 1`,
  'select state, count(*) from deliveries group by 1',
  'select question, count(*) from answers group by 1',
]

/** A year of that many people, and the night after it. @returns how long the night took, in milliseconds. */
export async function fillYear(house: House, people: number): Promise<number> {
  const weeks = Math.floor((Date.now() - Date.parse(yearEnd)) / (7 * 86_400_000))
  await addCrowdedYear(house, people, weeks)
  const begun = performance.now()
  await keepInsights(house)
  return Math.round(performance.now() - begun)
}

/** The page of insights against the plain counts of the same tables: pages and counts in a second. */
export function insightsRow(house: House): Row {
  return {
    name: 'insights',
    limitName: 'plain counts of the same tables, one after the other',
    wanted: 1,
    ours: () => rate(1, () => readInsights(house)),
    limit: async () => {
      const client = bareClient(house.database.url)
      const counted = await rate(1, async () => {
        for (const count of plainCounts) await client.unsafe(count)
      })
      await client.end()
      return counted
    },
  }
}
