import type { Choices } from '../domain/choices.ts'
import { Problem } from '../domain/problem.ts'
import { inFlightOf, type InFlight } from '../store/deliveries.ts'
import type { House } from './house.ts'
import { changeToUndo } from './preferences.ts'

/** What one change did, and what of hers was already on its way, as it is at this moment. */
export type ChangeResult = { before: Choices; after: Choices; at: string; inFlight: InFlight }

/**
 * What the page after a change shows; asked anew each time it is opened, so it never says more than is so.
 * @returns null once the change can no longer be undone, or when there is none of hers with that number.
 */
export async function readChangeResult(
  house: House,
  person: string,
  entry: number,
  now: Date,
): Promise<ChangeResult | null> {
  try {
    const [change, inFlight] = await Promise.all([
      changeToUndo(house, person, entry, now),
      inFlightOf(house.database.readOnly, person),
    ])
    return { ...change, inFlight }
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}
