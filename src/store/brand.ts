import type { Brand } from '../domain/brand.ts'
import { unnamedBrand } from '../domain/brand.ts'
import { orm, type Sql, type Transaction } from './database.ts'
import { brand } from './schema.ts'

/** The brand as set; values that were never set are those of {@link unnamedBrand}. */
export async function theBrand(sql: Sql): Promise<Brand> {
  const [row] = await orm(sql).select({ settings: brand.settings }).from(brand)
  return { ...unnamedBrand, ...row?.settings }
}

/** Sets the given values and leaves the others as they are, whoever else sets some at the same time. */
export async function saveBrand(tx: Transaction, values: Partial<Brand>): Promise<void> {
  const settings = JSON.stringify(values)
  await tx`
    insert into brand (id, settings) values (1, ${settings}::jsonb)
    on conflict (id) do update set settings = brand.settings || excluded.settings`
}
