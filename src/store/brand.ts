import type { Brand } from '../domain/brand.ts'
import { unnamedBrand } from '../domain/brand.ts'
import { orm, type Sql, type Transaction } from './database.ts'
import { brand } from './schema.ts'

/** The brand as set; values that were never set are those of {@link unnamedBrand}. */
export async function theBrand(sql: Sql): Promise<Brand> {
  const [row] = await orm(sql).select({ settings: brand.settings }).from(brand)
  return { ...unnamedBrand, ...row?.settings }
}

export async function saveBrand(tx: Transaction, settings: Brand): Promise<void> {
  await orm(tx).insert(brand).values({ id: 1, settings }).onConflictDoUpdate({ target: brand.id, set: { settings } })
}
