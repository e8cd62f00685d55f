import { intervalOf } from '../domain/retention.ts'
import type { Transaction } from './database.ts'

/** One count: its fingerprint, and when (ISO) its window ends. */
export type Try = { key: string; until: string }

/** Counts one more of each, in one statement and one order, so that two at once wait and never lock each other out. @returns the counts. */
export async function countTries(tx: Transaction, tries: readonly Try[]): Promise<Map<string, number>> {
  const rows = await tx<{ key: string; number: number }[]>`
    insert into tries (key, number, until)
    select key, 1, until from unnest(${tries.map((one) => one.key)}::text[], ${tries.map((one) => one.until)}::text[]::timestamptz[]) as t (key, until)
    order by key
    on conflict (key) do update set number = tries.number + 1 returning key, number`
  return new Map(rows.map((row) => [row.key, row.number]))
}

/** Forgets counts whose window is over, uses of links that have ended by themselves, and sign-ups that were never confirmed. */
export async function forgetPastDoors(tx: Transaction): Promise<void> {
  // Longer than any of these links works.
  const kept = intervalOf('requests')
  await tx`delete from tries where until <= instant()`
  await tx`delete from used_links where at < instant() - ${kept}::interval`
  await tx`delete from sign_ups where at < instant() - ${kept}::interval`
}
