import type { Brand } from '../domain/brand.ts'
import { theBrand } from '../store/brand.ts'
import type { House } from './house.ts'

/** The brand as it is set, for pages that are about nobody. */
export async function readBrand(house: House): Promise<Brand> {
  return theBrand(house.database.readOnly)
}

/** True when the database answers: without it nothing can be shown, changed or sent. */
export async function databaseAnswers(house: House): Promise<boolean> {
  try {
    await theBrand(house.database.readOnly)
    return true
  } catch {
    return false
  }
}
