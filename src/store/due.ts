import type { Sql, Transaction } from './database.ts'

/**
 * A delivery that waits and is due, with what its message is about. One that is `unknown` perhaps arrived, and must.
 * `askedAtStart`: a confirmation that she asked for herself on the sign-up page.
 * Times are ISO.
 */
export type Due = {
  id: string
  state: 'held' | 'deferred' | 'unknown'
  person: string
  message: string
  topic: number | null
  serviceKind: string | null
  askedAtStart: boolean
  language: string | null
  usefulUntil: string | null
  plannedAt: string
  digest: string | null
}

/** What is looked for: service mail or topic mail, which never wait for each other; of everybody or of one person. */
export type DueWanted = { kind: 'service' | 'topic'; only: string | null }

type DueRow = {
  id: string
  state: Due['state']
  person: string
  message: string
  topic: number | null
  service_kind: string | null
  asked_at_start: boolean
  language: string | null
  useful_until: string | null
  planned_at: string
  digest: string | null
}

/**
 * Locks up to `limit` people of whom something is due, leaving out those that another worker holds. A paused or
 * cancelled campaign's deliveries stay where they are. `only` looks at one person alone.
 */
export async function lockPeopleWithDue(tx: Transaction, limit: number, { kind, only }: DueWanted): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    select p.id from people p
    where p.id in (
      select d.person from deliveries d left join campaigns c on c.message = d.message
      where d.state in ('held', 'deferred', 'unknown') and d.due_at <= instant() and d.message is not null
        and case ${kind} when 'service' then c.message is null else c.state in ('sending', 'sent') end
        and (${only}::uuid is null or d.person = ${only})
        and exists (select from addresses a where a.person = d.person and a.channel = 'email')
      order by d.due_at limit ${limit * 8})
    order by p.id limit ${limit} for no key update skip locked`
  return rows.map((row) => row.id)
}

/**
 * Everything of theirs that is due, oldest first, each with the digest that waits with it: a digest that went without it,
 * while its campaign was paused, is left out. The people are locked; the deliveries are locked by this.
 */
export async function lockDueOf(
  tx: Transaction,
  people: readonly string[],
  { kind }: Pick<DueWanted, 'kind'>,
): Promise<Due[]> {
  const rows = await tx<DueRow[]>`
    select d.id, d.state, d.person, d.message, m.topic, m.service_kind, m.language,
      exists (select from sign_ups s where s.delivery = d.id) as asked_at_start, m.useful_until, d.planned_at,
      case when g.state = 'deferred' then d.digest end as digest
    from deliveries d join messages m on m.id = d.message left join campaigns c on c.message = d.message
      left join deliveries g on g.id = d.digest
    where d.person = any (${people as string[]}::uuid[]) and d.state in ('held', 'deferred', 'unknown')
      and d.due_at <= instant()
      and case ${kind} when 'service' then c.message is null else c.state in ('sending', 'sent') end
    order by d.planned_at, d.id for update of d`
  return rows.map((row) => ({
    id: row.id,
    state: row.state,
    person: row.person,
    message: row.message,
    topic: row.topic,
    serviceKind: row.service_kind,
    askedAtStart: row.asked_at_start,
    language: row.language,
    usefulUntil: row.useful_until ? new Date(row.useful_until).toISOString() : null,
    plannedAt: new Date(row.planned_at).toISOString(),
    digest: row.digest,
  }))
}

/** The slots (ISO) of the digests of the last 40 days, by person. */
export async function digestSlotsOf(sql: Sql, people: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await sql<{ person: string; slots: string[] }[]>`
    select person, array_agg(slot) as slots from deliveries
    where person = any (${people as string[]}::uuid[]) and slot > instant() - interval '40 days' group by person`
  return new Map(rows.map((row) => [row.person, row.slots.map((slot) => new Date(slot).toISOString())]))
}

/** When the next waiting delivery of a kind is due (ISO), null when none waits; a paused or cancelled campaign's do not count. */
export async function nextDue(sql: Sql, kind: DueWanted['kind']): Promise<string | null> {
  const [row] = await sql<{ at: string }[]>`
    select d.due_at as at from deliveries d left join campaigns c on c.message = d.message
    where d.state in ('held', 'deferred', 'unknown') and d.due_at is not null and d.message is not null
      and case ${kind} when 'service' then c.message is null else c.state in ('sending', 'sent') end
    order by d.due_at limit 1`
  return row ? new Date(row.at).toISOString() : null
}
