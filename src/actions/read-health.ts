import { theBrand } from '../store/brand.ts'
import { readHead } from '../store/ledger.ts'
import { countAll, type Counts } from '../store/metrics.ts'
import { lookAtMark } from './high-water.ts'
import type { House } from './house.ts'

/** Why nothing can be shown, changed or sent at the moment; null when it can. */
export type NotReady = 'database' | 'ledger'

export async function readHealth(house: House): Promise<NotReady | null> {
  const sql = house.database.readOnly
  try {
    await theBrand(sql)
    return (await lookAtMark(house, sql)).fault === null ? null : 'ledger'
  } catch {
    return 'database'
  }
}

export type Metrics = Counts & { entries: number; fits: boolean }

/** What whoever watches a house looks at. */
export async function readMetrics(house: House): Promise<Metrics> {
  const sql = house.database.readOnly
  const [counts, { size }, { fault }] = await Promise.all([countAll(sql), readHead(sql), lookAtMark(house, sql)])
  return { ...counts, entries: size, fits: fault === null }
}
