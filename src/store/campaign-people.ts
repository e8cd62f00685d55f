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
 * People by id who were here at that entry, whose choices rest on a later one by now, and to whom nothing of the message was
 * handed over.
 */
export async function peopleSince(
  sql: Sql,
  message: string,
  entry: number,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select p.id from people p
    where p.entry > ${entry} and (${after}::uuid is null or p.id > ${after})
      and exists (select from payloads y where y.person = p.id and y.number <= ${entry})
      and not exists (
        select from deliveries d
        where d.message = ${message} and d.person = p.id and d.state in ('released', 'sent', 'refused', 'unknown'))
    order by p.id limit ${limit}`
  return rows.map((row) => row.id)
}
