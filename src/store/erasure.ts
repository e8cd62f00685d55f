import type { Channel } from '../domain/choices.ts'
import { countGoing, keepInHand } from './delivery-counts.ts'
import type { Sql, Transaction } from './database.ts'
import { countWrongTopic } from './wrong-topic.ts'
import { forgetSealed } from './seals.ts'

/** An address of somebody who is about to be erased: all that can name her. */
export type HerAddress = { person: string; channel: Channel; canonical: string; spelling: string; fingerprint: string }

/**
 * Locks people, by id, so that nobody else can do anything about them and nothing new can come to hang on them.
 * @returns those who are there, with all their addresses.
 */
export async function lockToErase(
  tx: Transaction,
  ids: readonly string[],
): Promise<{ people: string[]; addresses: HerAddress[] }> {
  const people = await tx<{ id: string }[]>`
    select id from people where id = any (${ids as string[]}::uuid[]) order by id for update`
  const found = people.map((row) => row.id)
  const addresses = await tx<HerAddress[]>`
    select person, channel, canonical, spelling, fingerprint from addresses
    where person = any (${found}::uuid[]) order by channel, canonical for update`
  return { people: found, addresses: [...addresses] }
}

/**
 * Deletes deliveries, with the service mails that were written for them alone, once the counts of their campaigns
 * have them, and what the ledger's seals say of them. Those in a worker's hands are kept apart without a name. Their people are locked, and a digest goes with its items.
 */
export async function deleteDeliveries(tx: Transaction, deliveries: readonly string[]): Promise<void> {
  if (deliveries.length === 0) return
  const ids = deliveries as string[]
  await keepInHand(tx, ids)
  await countGoing(tx, ids)
  await countWrongTopic(tx, ids)
  await tx`delete from past_releases where delivery = any (${ids}::uuid[])`
  await forgetSealed(tx, ids)
  const gone = await tx<{ message: string }[]>`
    delete from deliveries where id = any (${ids}::uuid[]) and message is not null returning message`
  await tx`delete from deliveries where id = any (${ids}::uuid[])`
  await tx`
    delete from messages where service_kind is not null and id = any (${gone.map((row) => row.message)}::uuid[])`
}

/** Deletes what was asked for at a public door with one of these addresses and waits for its answer. */
export async function deleteDoorRequests(tx: Transaction, addresses: readonly HerAddress[]): Promise<void> {
  const typed = addresses.flatMap(({ canonical, spelling }) => [canonical.toLowerCase(), spelling.toLowerCase()])
  await tx`delete from door_requests where lower(trim(address)) = any (${typed}::text[])`
}

/** Deletes what people told us, with our replies and its place among what we changed, and that they were asked. */
export async function deleteTalk(tx: Transaction, people: readonly string[]): Promise<void> {
  const ids = people as string[]
  await tx`delete from answers where person = any (${ids}::uuid[])`
  await tx`delete from askings where person = any (${ids}::uuid[])`
}

/** A mail of hers that is on its way or perhaps arrived within a day; `carrier` is its digest, or itself. `plannedAt` is ISO. */
export type Going = { carrier: string; state: 'released' | 'unknown'; plannedAt: string }

export async function goingTo(sql: Sql, person: string): Promise<Going[]> {
  const rows = await sql<Going[]>`
    select coalesce(digest, id) as carrier, state, planned_at as "plannedAt" from deliveries
    where person = ${person}
      and (state = 'released' or (state = 'unknown' and settled_at > instant() - interval '24 hours'))`
  return rows.map((row) => ({ ...row, plannedAt: new Date(row.plannedAt).toISOString() }))
}

export async function deliveriesOf(sql: Sql, people: readonly string[]): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from deliveries where person = any (${people as string[]}::uuid[]) order by id`
  return rows.map((row) => row.id)
}

/**
 * Deletes what entries of theirs commit to, and what an entry about nobody in particular commits to where it names one of
 * them. The entries and every proof stay. A payload that is one person's names nobody else.
 */
export async function deletePayloads(
  tx: Transaction,
  people: readonly string[],
  addresses: readonly HerAddress[],
): Promise<void> {
  const names = [...people, ...addresses.flatMap((one) => [one.canonical, one.spelling, one.fingerprint])]
  const quoted = [...new Set(names.map((name) => JSON.stringify(name).slice(1, -1).toLowerCase()))]
  await tx`delete from payloads where person = any (${people as string[]}::uuid[])`
  await tx`
    delete from payloads where person is null
      and exists (select from unnest(${quoted}::text[]) as name where strpos(lower(payload), name) > 0)`
}

/**
 * Deletes the people themselves, after everything that hangs on them: their addresses, where a slice of a campaign
 * that is being sent stands at one of them, and whom the register of exports names.
 */
export async function deletePeople(tx: Transaction, people: readonly string[]): Promise<void> {
  const ids = people as string[]
  await tx`
    update slices s set through = (
      select p.id from people p where p.id < s.through and p.id >= s.first and p.id <> all (${ids}::uuid[])
      order by p.id desc limit 1)
    where s.through = any (${ids}::uuid[])`
  await tx`update exports set person = null where person = any (${ids}::uuid[])`
  await tx`delete from address_changes where person = any (${ids}::uuid[])`
  await tx`delete from sign_ups where person = any (${ids}::uuid[])`
  await tx`delete from addresses where person = any (${ids}::uuid[])`
  await tx`delete from people where id = any (${ids}::uuid[])`
}

/** Marks random ids as those of people who were erased, so that their old links can say so. */
export async function markErased(tx: Transaction, people: readonly string[]): Promise<void> {
  await tx`insert into erased_people (id) select * from unnest(${people as string[]}::uuid[]) on conflict do nothing`
}

/** Whether that random id was a person's who was erased. */
export async function wasErased(sql: Sql, person: string): Promise<boolean> {
  const [row] = await sql<{ was: boolean }[]>`
    select exists (select from erased_people where id = ${person}) as was`
  return row?.was ?? false
}

/** The day (ISO) on which somebody was erased; null for everybody else. */
export async function dayErased(sql: Sql, person: string): Promise<string | null> {
  const [row] = await sql<{ day: string }[]>`select day::text from erased_people where id = ${person}`
  return row?.day ?? null
}
