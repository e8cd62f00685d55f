import { Problem } from '../domain/problem.ts'
import { theBrand } from '../store/brand.ts'
import type { House } from './house.ts'

/**
 * Topic mail may leave only with a postal address in it, and to a relay only as the relay rule says.
 * @throws Problem `not-ready` that names all that is missing.
 */
export async function requireReady(house: House): Promise<void> {
  const brand = await theBrand(house.database.sql)
  const missing = [...house.missingForRelay]
  if (!brand.postalAddress?.trim()) {
    missing.push('every mail must say where you are: courtesy brand set --postal-address "1 Mill Lane, Leeds LS1 1AA"')
  }
  if (missing.length > 0) throw new Problem('not-ready', `nothing was sent:\n  ${missing.join('\n  ')}`)
}
