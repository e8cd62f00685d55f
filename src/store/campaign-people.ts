import type { Sql } from './database.ts'

/** Somebody with a stored delivery of a message. */
export type InState = {
  id: string
  name: string
  address: string
  reason: string | null
  until: string | null
  reply: string | null
}

/** People by id whose delivery of a message is in that state; `changed` are those who were planned, and held back later. */
export async function peopleInState(
  sql: Sql,
  message: string,
  state: string,
  after: string | null,
  limit: number,
): Promise<InState[]> {
  const stored = state === 'changed' ? 'held_back' : state
  const rows = await sql<InState[]>`
    select p.id, p.name, coalesce(a.spelling, '') as address, d.reason, d.due_at as until, d.reply
    from deliveries d join people p on p.id = d.person left join addresses a on a.person = p.id and a.channel = d.channel
    where d.message = ${message} and d.state = ${stored} and d.verdict <> 'never'
      and (${after}::uuid is null or p.id > ${after})
    order by p.id limit ${limit}`
  return rows.map((row) => ({ ...row, until: row.until === null ? null : new Date(row.until).toISOString() }))
}

/**
 * People by id who were here at the entry `since`, of whom there is a later one up to `until` (null: up to now), and to whom
 * nothing of the message was handed over; `ended` says that theirs was planned and taken back.
 */
export async function peopleSince(
  sql: Sql,
  message: string,
  { since, until }: { since: number; until: number | null },
  after: string | null,
  limit: number,
): Promise<{ id: string; ended: boolean }[]> {
  // Up to now, whose choices rest on a later entry has one; a window that is over has few, and they are found by number.
  const saidWithin =
    until === null
      ? sql`true`
      : sql`p.id in (select person from payloads where number > ${since} and number <= ${until})`
  return sql<{ id: string; ended: boolean }[]>`
    select p.id, exists (
      select from deliveries d
      where d.message = ${message} and d.person = p.id and d.state in ('cancelled', 'held_back')) as ended
    from people p
    where ${saidWithin} and p.entry > ${since} and (${after}::uuid is null or p.id > ${after})
      and exists (select from payloads y where y.person = p.id and y.number <= ${since})
      and not exists (
        select from deliveries d
        where d.message = ${message} and d.person = p.id and d.state in ('released', 'sent', 'refused', 'unknown'))
    order by p.id limit ${limit}`
}

/**
 * When the last of a message was planned or answered (ISO), or it began where nothing is stored of it, with the number of an
 * entry that is not before it, null where none is known to be; null while anything of it may still leave.
 */
export async function sendingEnd(sql: Sql, message: string): Promise<{ at: string; entry: number | null } | null> {
  const [row] = await sql<{ at: string; entry: string | null }[]>`
    select ended.at, (select min(size) from checkpoints k where k.at >= ended.at) as entry
    from (
      select greatest(c.started_at, max(d.planned_at), max(d.settled_at)) as at
      from campaigns c left join deliveries d on d.message = c.message
      where c.message = ${message} and c.state in ('sent', 'cancelled')
      group by c.message
      having coalesce(bool_and(d.state not in ('held', 'deferred', 'released')), true)) as ended
    where ended.at is not null`
  if (!row) return null
  return { at: new Date(row.at).toISOString(), entry: row.entry === null ? null : Number(row.entry) }
}
