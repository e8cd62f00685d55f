import type { Channel, Choices } from '../domain/choices.ts'
import { readChoices } from '../domain/choices-schema.ts'
import type { Release } from '../domain/recent.ts'
import type { SuppressionReason } from '../domain/suppression.ts'
import type { Sql, Transaction } from './database.ts'
import { suppressionsOf } from './suppressions.ts'

/** A person as stored, with her email address and what is suppressed about it. `entry` is the version of her choices. */
export type Person = {
  id: string
  name: string
  familyName: string
  choices: Choices
  entry: number
  recent: Release[]
  createdAt: string
  address: { spelling: string; canonical: string; fingerprint: string } | null
  suppressions: SuppressionReason[]
}

type Row = {
  id: string
  name: string
  family_name: string
  choices: unknown
  entry: string
  recent: Release[]
  created_at: string
  spelling: string | null
  canonical: string | null
  fingerprint: string | null
}

/** @returns the person with that email address, or null. `canonical` is the identity of `parseAddress`. */
export async function personByAddress(sql: Sql, canonical: string): Promise<Person | null> {
  const [row] = await sql<{ person: string }[]>`
    select person from addresses where channel = 'email' and canonical = ${canonical}`
  return row ? personById(sql, row.person) : null
}

/** @returns the id of the person whose email address has that fingerprint, or null. */
export async function personByFingerprint(sql: Sql, fingerprint: string): Promise<string | null> {
  const [row] = await sql<{ person: string }[]>`
    select person from addresses where channel = 'email' and fingerprint = ${fingerprint}`
  return row?.person ?? null
}

export async function personById(sql: Sql, id: string): Promise<Person | null> {
  const [row] = await sql<Row[]>`
    select p.id, p.name, p.family_name, p.choices, p.entry, p.recent, p.created_at, a.spelling, a.canonical, a.fingerprint
    from people p left join addresses a on a.person = p.id and a.channel = 'email'
    where p.id = ${id}`
  if (!row) return null
  const { spelling, canonical, fingerprint } = row
  const address = spelling && canonical && fingerprint ? { spelling, canonical, fingerprint } : null
  const suppressed = address ? await suppressionsOf(sql, 'email', [address.fingerprint]) : null
  return {
    id: row.id,
    name: row.name,
    familyName: row.family_name,
    choices: readChoices(row.choices),
    entry: Number(row.entry),
    recent: row.recent,
    createdAt: row.created_at,
    address,
    suppressions: suppressed?.get(address?.fingerprint ?? '') ?? [],
  }
}

/**
 * Locks her row for a change of choices and reads it in a statement after the lock, so that what is judged
 * is what holds. @returns null when there is no such person.
 */
export async function lockPerson(tx: Transaction, id: string): Promise<Person | null> {
  const [row] = await tx`select id from people where id = ${id} for no key update`
  return row ? personById(tx, id) : null
}

/**
 * Locks addresses that nobody has yet, by fingerprint, until the transaction ends: taken after people are locked and
 * before suppressions by whoever adds a person, so that two who add the same address at once wait here, not later
 * with the ledger's head in hand. Look the address up again after it.
 */
export async function lockNewAddresses(
  tx: Transaction,
  channel: Channel,
  fingerprints: readonly string[],
): Promise<void> {
  if (fingerprints.length === 0) return
  await tx`
    select pg_advisory_xact_lock(key) from (
      select distinct hashtextextended(${channel}::text || ' ' || fingerprint, 0) as key
      from unnest(${[...fingerprints]}::text[]) as t (fingerprint) order by key
    ) as keys`
}

/** Adds a person with one address. The entry that introduces her is part of the same transaction. */
export async function insertPerson(
  tx: Transaction,
  person: Pick<Person, 'id' | 'name' | 'familyName' | 'choices' | 'entry'>,
  channel: Channel,
  address: { spelling: string; canonical: string; fingerprint: string },
): Promise<void> {
  await tx`
    insert into people (id, name, family_name, choices, entry)
    values (${person.id}, ${person.name}, ${person.familyName}, ${JSON.stringify(person.choices)}::jsonb, ${person.entry})`
  await tx`
    insert into addresses (channel, canonical, person, spelling, fingerprint)
    values (${channel}, ${address.canonical}, ${person.id}, ${address.spelling}, ${address.fingerprint})`
}

/** Writes her new choices under the entry that records them. The person is locked. */
export async function saveChoices(tx: Transaction, id: string, choices: Choices, entry: number): Promise<void> {
  await tx`update people set choices = ${JSON.stringify(choices)}::jsonb, entry = ${entry} where id = ${id}`
}

/** How many people say yes to each topic, whatever else holds for them; a topic without any is missing. Reads everybody. */
export async function peopleByTopic(sql: Sql): Promise<Map<number, number>> {
  const rows = await sql<{ topic: number; n: number }[]>`
    select said.key::int as topic, count(*)::int as n
    from people p cross join lateral jsonb_each(p.choices -> 'topics') as said
    where said.value ->> 'answer' = 'yes' group by 1`
  return new Map(rows.map(({ topic, n }) => [topic, n]))
}
