import type { Brand } from '../domain/brand.ts'
import { unnamedBrand } from '../domain/brand.ts'
import { orm, type Sql, type Transaction } from './database.ts'
import { brand } from './schema.ts'

/** The brand as set; values that were never set are those of {@link unnamedBrand}. */
export async function theBrand(sql: Sql): Promise<Brand> {
  const [row] = await orm(sql).select({ settings: brand.settings }).from(brand)
  return { ...unnamedBrand, ...row?.settings }
}

/** The brand as it was at an instant; before its first version, that first one. */
export async function brandAt(sql: Sql, at: Date): Promise<Brand> {
  const [row] = await sql<{ settings: Partial<Brand> }[]>`
    select settings from brand_versions
    order by date_trunc('milliseconds', at) <= ${at.toISOString()} desc,
      case when date_trunc('milliseconds', at) <= ${at.toISOString()} then -number else number end limit 1`
  return { ...unnamedBrand, ...row?.settings }
}

/** Keeps the brand as it is now as a version, where there is none yet: at the first start. */
export async function keepFirstBrand(tx: Transaction): Promise<void> {
  await tx`
    insert into brand_versions (number, settings) values (1, ${JSON.stringify(await theBrand(tx))}::jsonb) on conflict do nothing`
}

/**
 * Sets the given values and leaves the others as they are, whoever else sets some at the same time. The whole of it is
 * kept as a version: a past verdict is replayed under the rules of then.
 */
export async function saveBrand(tx: Transaction, values: Partial<Brand>): Promise<void> {
  const settings = JSON.stringify(values)
  await tx`
    insert into brand (id, settings) values (1, ${settings}::jsonb)
    on conflict (id) do update set settings = brand.settings || excluded.settings`
  const now = JSON.stringify(await theBrand(tx))
  await tx`
    insert into brand_versions (number, settings)
    select coalesce(max(number), 0) + 1, ${now}::jsonb from brand_versions`
}
