import type { Choices } from '../domain/choices.ts'
import type { Sql, Transaction } from './database.ts'

/** Somebody stored under one of the addresses of a batch. */
export type StoredPerson = { id: string; canonical: string; choices: Choices }

/** Who is stored under these email addresses (identities of `parseAddress`), by address. */
export async function idsByAddress(sql: Sql, canonicals: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql<{ canonical: string; person: string }[]>`
    select canonical, person from addresses
    where channel = 'email' and canonical = any (${[...canonicals]}::text[])`
  return new Map(rows.map((row) => [row.canonical, row.person]))
}

/** The people stored under these email addresses (identities of `parseAddress`), by address. */
export async function peopleByAddress(sql: Sql, canonicals: readonly string[]): Promise<Map<string, StoredPerson>> {
  const rows = await sql<StoredPerson[]>`
    select p.id, a.canonical, p.choices
    from addresses a join people p on p.id = a.person
    where a.channel = 'email' and a.canonical = any (${[...canonicals]}::text[])`
  return new Map(rows.map((row) => [row.canonical, row]))
}

/** Locks people for a change of their choices, by id: the first lock of every transaction that takes one. */
export async function lockPeople(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx`
    select id from people where id = any (${[...ids]}::uuid[]) order by id for no key update`
}

/** Those of the given people who have a delivery that waits (held or deferred). */
export async function peopleWithWaiting(tx: Transaction, ids: readonly string[]): Promise<string[]> {
  const rows = await tx<{ person: string }[]>`
    select distinct person from deliveries
    where person = any (${[...ids]}::uuid[]) and state in ('held', 'deferred') order by person`
  return rows.map((row) => row.person)
}

/** A person as an import leaves her, with the number of the entry that says so. */
export type ImportedPerson = {
  id: string
  name: string
  familyName: string
  choices: Choices
  entry: number
  address: { canonical: string; spelling: string; fingerprint: string }
}

/** Adds people with their email addresses, which are locked (`lockNewAddresses`). */
export async function insertPeople(tx: Transaction, people: readonly ImportedPerson[]): Promise<void> {
  if (people.length === 0) return
  const ids = people.map((person) => person.id)
  await tx`
    insert into people (id, name, family_name, choices, entry)
    select id, name, family_name, choices::jsonb, entry from unnest(
      ${ids}::uuid[], ${people.map((person) => person.name)}::text[], ${people.map((person) => person.familyName)}::text[],
      ${people.map((person) => JSON.stringify(person.choices))}::text[], ${people.map((person) => person.entry)}::bigint[])
      as t (id, name, family_name, choices, entry)`
  await tx`
    insert into addresses (channel, canonical, person, spelling, fingerprint)
    select 'email', canonical, person, spelling, fingerprint from unnest(
      ${people.map((person) => person.address.canonical)}::text[], ${ids}::uuid[],
      ${people.map((person) => person.address.spelling)}::text[], ${people.map((person) => person.address.fingerprint)}::text[])
      as t (canonical, person, spelling, fingerprint)`
}

/** Writes the choices of people who are stored and locked, under the entries that record them. */
export async function updatePeople(
  tx: Transaction,
  people: readonly Pick<ImportedPerson, 'id' | 'choices' | 'entry'>[],
): Promise<void> {
  if (people.length === 0) return
  await tx`
    update people p set choices = t.choices::jsonb, entry = t.entry
    from unnest(
      ${people.map((person) => person.id)}::uuid[], ${people.map((person) => JSON.stringify(person.choices))}::text[],
      ${people.map((person) => person.entry)}::bigint[]) as t (id, choices, entry)
    where p.id = t.id`
}

/** Tells the planner what an import brought; without it the next campaign reads tables it believes to be empty. */
export async function analyzeImported(sql: Sql): Promise<void> {
  await sql`analyze people, addresses, suppressions, entries, payloads`
}
