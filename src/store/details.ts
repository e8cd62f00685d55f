import type { Choices } from '../domain/choices.ts'
import type { Sql, Transaction } from './database.ts'

export type StoredAddress = { canonical: string; spelling: string; fingerprint: string }

/** An address that was given (`confirmedAt` null), or that another has taken the place of (ISO). */
export type AddressChange = StoredAddress & { id: string; person: string; confirmedAt: string | null }

/** Writes what she is called and what else she said of herself, under the entry that records it. She is locked. */
export async function saveDetails(
  tx: Transaction,
  id: string,
  { name, familyName, choices, entry }: { name: string; familyName: string; choices: Choices; entry: number },
): Promise<void> {
  await tx`
    update people set name = ${name}, family_name = ${familyName}, choices = ${JSON.stringify(choices)}::jsonb, entry = ${entry}
    where id = ${id}`
}

/** Keeps an address that she gave until it is confirmed; one that she gave before and did not confirm is given up. */
export async function insertAddressChange(tx: Transaction, change: Omit<AddressChange, 'confirmedAt'>): Promise<void> {
  const { id, person, canonical, spelling, fingerprint } = change
  await tx`delete from address_changes where person = ${person} and confirmed_at is null`
  await tx`
    insert into address_changes (id, person, canonical, spelling, fingerprint)
    values (${id}, ${person}, ${canonical}, ${spelling}, ${fingerprint})`
}

export async function addressChange(sql: Sql, id: string): Promise<AddressChange | null> {
  const [row] = await sql<AddressChange[]>`
    select id, person, canonical, spelling, fingerprint, confirmed_at as "confirmedAt" from address_changes where id = ${id}`
  return row ?? null
}

/** An address of hers that is not hers yet, or not any more, and since when (ISO). */
export type OtherAddress = { address: string; is: 'waiting' | 'replaced'; at: string }

/** What is kept of her changes of address, the newest first. */
export async function addressChangesOf(sql: Sql, person: string): Promise<OtherAddress[]> {
  const rows = await sql<OtherAddress[]>`
    select spelling as address, case when confirmed_at is null then 'waiting' else 'replaced' end as is,
      coalesce(confirmed_at, at) as at
    from address_changes where person = ${person} order by coalesce(confirmed_at, at) desc, id`
  return rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }))
}

/** Puts the address of a change in the place of hers and keeps hers in the change. She is locked, and so is the address. */
export async function swapAddress(tx: Transaction, change: AddressChange, hers: StoredAddress): Promise<void> {
  await tx`
    update addresses set canonical = ${change.canonical}, spelling = ${change.spelling}, fingerprint = ${change.fingerprint}
    where person = ${change.person} and channel = 'email'`
  await tx`
    update address_changes set canonical = ${hers.canonical}, spelling = ${hers.spelling}, fingerprint = ${hers.fingerprint},
      confirmed_at = instant()
    where id = ${change.id}`
}

/** Forgets a change of hers and all that she asked for after it: what came of them may not come back either. She is locked. */
export async function forgetChangesFrom(tx: Transaction, id: string): Promise<void> {
  await tx`
    delete from address_changes c using address_changes f where f.id = ${id} and c.person = f.person and c.at >= f.at`
}

/** The entry that made her address hers in the place of another; null while she has her first. */
export async function addressEntry(sql: Sql, person: string): Promise<{ number: number; at: Date } | null> {
  const [row] = await sql<{ number: string; at: string }[]>`
    select e.number, e.body::jsonb ->> 'at' as at from payloads p join entries e using (number)
    where p.person = ${person} and p.payload::jsonb #> '{corrected,address}' is not null
    order by e.number desc limit 1`
  return row ? { number: Number(row.number), at: new Date(row.at) } : null
}

/** Deletes addresses that were given, or given up, longer ago than that. @returns how many. */
export async function forgetAddressChanges(sql: Sql, interval: string): Promise<number> {
  const { count } = await sql`
    delete from address_changes where coalesce(confirmed_at, at) < instant() - ${interval}::interval`
  return count
}
