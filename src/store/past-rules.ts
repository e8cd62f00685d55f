import type { Brand } from '../domain/brand.ts'
import type { PastRules } from '../domain/past-rules.ts'
import type { SuppressionReason } from '../domain/suppression.ts'
import type { Sql } from './database.ts'

/** All versions of the brand, the times of all wordings, and what was suppressed of an address: three reads. */
export async function pastRules(sql: Sql, fingerprint: string | null): Promise<PastRules> {
  const [brands, wordings, suppressions] = await Promise.all([
    sql<{ at: string; settings: Partial<Brand> }[]>`select at, settings from brand_versions order by number`,
    sql<{ at: string; hash: string }[]>`select published_at as at, hash from wordings order by published_at, hash`,
    sql<{ at: string; reason: SuppressionReason }[]>`
      select at, reason from suppressions where channel = 'email' and fingerprint = ${fingerprint} order by at, reason`,
  ])
  return { brands: brands.map(iso), wordings: wordings.map(iso), suppressions: suppressions.map(iso) }
}

function iso<Row extends { at: string }>(row: Row): Row {
  return { ...row, at: new Date(row.at).toISOString() }
}
