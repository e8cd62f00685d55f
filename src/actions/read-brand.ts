import type { Brand } from '../domain/brand.ts'
import { theBrand } from '../store/brand.ts'
import type { House } from './house.ts'

/** The brand as it is set, for pages that are about nobody. */
export async function readBrand(house: House): Promise<Brand> {
  return theBrand(house.database.readOnly)
}
