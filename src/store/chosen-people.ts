import type { Narrowing } from '../domain/narrowing.ts'
import type { Sql, Transaction } from './database.ts'

/** Whether somebody is on a message's list. */
export async function isChosen(sql: Sql, message: string, person: string): Promise<boolean> {
  const rows = await sql`select from chosen_people where message = ${message} and person = ${person}`
  return rows.length > 0
}

/** How many are on a message's list. */
export async function chosenCount(sql: Sql, message: string): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select count(*)::int as n from chosen_people where message = ${message}`
  return row?.n ?? 0
}

/**
 * Narrows a campaign to canonical addresses (its list, where the narrowing has one; null for the list that it has) and languages.
 * Who is not stored is on no list.
 */
export async function saveNarrowing(
  tx: Transaction,
  message: string,
  narrowing: Narrowing | null,
  addresses: readonly string[] | null,
): Promise<void> {
  await tx`update campaigns set narrowing = ${narrowing === null ? null : JSON.stringify(narrowing)}::text::jsonb where message = ${message}`
  if (addresses === null) return
  await tx`delete from chosen_people where message = ${message}`
  await tx`
    insert into chosen_people (message, person)
    select distinct ${message}::uuid, person from addresses
    where channel = 'email' and canonical = any (${addresses as string[]}::text[])`
}

/** Forgets the lists of messages that were written longer ago than that. @returns how many rows. */
export async function forgetChosen(sql: Sql, interval: string): Promise<number> {
  const { count } = await sql`
    delete from chosen_people c using messages m
    where m.id = c.message and m.created_at < instant() - ${interval}::interval`
  return count
}
