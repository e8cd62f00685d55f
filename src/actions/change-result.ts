import type { Choices } from '../domain/choices.ts'
import { Problem } from '../domain/problem.ts'
import type { House } from './house.ts'
import { changeToUndo } from './preferences.ts'

/** What one change did, and when. */
export type ChangeResult = { before: Choices; after: Choices; at: string }

/**
 * What the page after a change shows; asked anew each time it is opened. `version` is that of the choices which hold now.
 * @returns null once anything was changed after it or it can no longer be undone, and when there is none of hers with
 * that number: then the page says what holds now and nothing else.
 */
export async function readChangeResult(
  house: House,
  person: string,
  { entry, version }: { entry: number; version: number },
  now: Date,
): Promise<ChangeResult | null> {
  if (entry !== version) return null
  try {
    return await changeToUndo(house, person, entry, now)
  } catch (error) {
    if (error instanceof Problem) return null
    throw error
  }
}
