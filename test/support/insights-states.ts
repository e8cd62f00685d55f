import { keepInsights } from '../../src/actions/keep-insights.ts'
import { setBrand } from '../../src/actions/set-brand.ts'
import type { Brand } from '../../src/domain/brand.ts'
import { openApp } from './app.ts'
import { addCrowdedYear, yearEnd } from './crowded-year.ts'
import { signedIn } from './staff.ts'
import type { State } from './states.ts'

/** The pages that count, of a house of their own with a year behind it. */
export async function insightsStates(run: Parameters<typeof openApp>[0], brand: Brand): Promise<State[]> {
  const app = await openApp(run, { logger: { level: 'silent' } }, { brand })
  const { sql } = app.house.database
  await setBrand(app.house, { promises: true, seenDays: 400, attestedDays: 380 })
  const weeks = Math.floor((Date.now() - Date.parse(yearEnd)) / (7 * 86_400_000))
  await addCrowdedYear(app.house, 12_300, weeks)
  await keepInsights(app.house)
  // Earlier nights, when there were fewer.
  await sql`
    insert into insights (day, figure, key, n)
    select day - 8 * ago, figure, key, case figure when 'person' then n * (18 - ago) / 18 else n end
    from insights cross join generate_series(1, 11) as ago where figure in ('person', 'counted')`
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  const { cookie } = await signedIn(app, 'marketer', { name: 'Ines' })
  return [
    { name: 'desk-insights', path: '/admin/insights', origin, cookie: `${cookie.name}=${cookie.value}` },
    { name: 'promises', path: '/promises', origin },
  ]
}
