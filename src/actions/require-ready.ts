import { Problem } from '../domain/problem.ts'
import { theBrand } from '../store/brand.ts'
import { ledgerOrigin } from '../store/ledger.ts'
import type { House } from './house.ts'

/**
 * What is missing before topic mail may leave, in words: a postal address in it, and to a relay what the relay rule asks.
 */
export async function missingToSend(house: House): Promise<string[]> {
  const { sql } = house.database
  // A house without its ledger sends nothing (I-20): this throws.
  const [brand] = await Promise.all([theBrand(sql), ledgerOrigin(sql)])
  const missing = [...house.missingForRelay]
  if (!brand.postalAddress?.trim()) {
    missing.push('every mail must say where you are: courtesy brand set --postal-address "1 Mill Lane, Leeds LS1 1AA"')
  }
  return missing
}

/** @throws Problem `not-ready` that names all that is missing before topic mail may leave. */
export async function requireReady(house: House): Promise<void> {
  const missing = await missingToSend(house)
  if (missing.length > 0) throw new Problem('not-ready', `nothing was sent:\n  ${missing.join('\n  ')}`)
}
