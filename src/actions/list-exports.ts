import { allExports, type ListedExport } from '../store/exports.ts'
import type { House } from './house.ts'

/** The register of what left the house, the newest first. */
export async function listExports(house: House): Promise<ListedExport[]> {
  return allExports(house.database.readOnly)
}
