import type { NeverReason, Sending } from '../domain/gate.ts'
import type { Sql, Transaction } from './database.ts'

/** What of hers is between release and dot, or may be: how many, and when the earliest was handed over (ISO), null for none. */
export type InFlight = { count: number; since: string | null }

/**
 * Counts deliveries of hers that were released and not yet answered, and unknown ones of the last 24 hours:
 * those may still arrive (I-2).
 */
export async function inFlightOf(sql: Sql, person: string): Promise<InFlight> {
  const [row] = await sql<{ count: number; since: string | null }[]>`
    select count(distinct coalesce(d.digest, d.id))::int as count, min(d.planned_at) as since
    from deliveries d join messages m on m.id = d.message
    where d.person = ${person} and m.topic is not null
      and (d.state = 'released' or (d.state = 'unknown' and d.settled_at > instant() - interval '24 hours'))`
  return { count: row?.count ?? 0, since: row?.since ? new Date(row.since).toISOString() : null }
}

/**
 * Cancels those of her waiting deliveries (held, deferred) that `forbids` names a reason for. The person is locked.
 * @returns how many were cancelled.
 */
export async function cancelForbidden(
  tx: Transaction,
  person: string,
  forbids: (sending: Sending) => NeverReason | null,
): Promise<number> {
  const waiting = await tx<
    { id: string; topic: number | null; useful_until: string | null; language: string | null }[]
  >`
    select d.id, m.topic, m.useful_until, m.language from deliveries d join messages m on m.id = d.message
    where d.person = ${person} and d.state in ('held', 'deferred') and m.topic is not null
    order by d.id for update of d`
  const forbidden = waiting.flatMap((row) => {
    const reason = forbids({
      kind: 'topic',
      topic: row.topic ?? 0,
      channel: 'email',
      languages: row.language ? [row.language] : null,
      usefulUntil: row.useful_until ? new Date(row.useful_until).toISOString() : null,
    })
    return reason ? [{ id: row.id, reason }] : []
  })
  if (forbidden.length > 0) {
    await tx`
      update deliveries d set state = 'cancelled', reason = f.reason, due_at = null, settled_at = instant()
      from unnest(${forbidden.map((row) => row.id)}::uuid[], ${forbidden.map((row) => row.reason)}::text[]) as f (id, reason)
      where d.id = f.id`
  }
  await tx`
    update deliveries g set state = 'cancelled', due_at = null, settled_at = instant()
    where g.person = ${person} and g.slot is not null and g.state = 'deferred'
      and not exists (select from deliveries i where i.digest = g.id and i.state = 'deferred')`
  return forbidden.length
}
