import type { NeverReason, Sending, TopicSending } from '../domain/gate.ts'
import type { Sql, Transaction } from './database.ts'

/** A delivery of hers that left our hands or may leave them: `carrier` is the mail it is in, its digest or itself. Times are ISO. */
export type Going = { carrier: string; state: 'released' | 'unknown'; plannedAt: string; sending: Sending }

/** Deliveries of topic mail that were released to her and not yet answered, and unknown ones of the last 24 hours. */
export async function inFlightTo(sql: Sql, person: string): Promise<Going[]> {
  const rows = await sql<(About & { carrier: string; state: Going['state'] })[]>`
    select coalesce(d.digest, d.id) as carrier, d.state, d.planned_at, m.topic, m.useful_until, m.language
    from deliveries d join messages m on m.id = d.message
    where d.person = ${person} and m.topic is not null
      and (d.state = 'released' or (d.state = 'unknown' and d.settled_at > instant() - interval '24 hours'))`
  return rows.map((row) => {
    const sending = sendingOf(row)
    return { carrier: row.carrier, state: row.state, plannedAt: sending.plannedAt, sending }
  })
}

type About = { topic: number; useful_until: string | null; language: string | null; planned_at: string }

function sendingOf({ topic, useful_until: until, language, planned_at: planned }: About) {
  const languages = language ? [language] : null
  return {
    kind: 'topic',
    topic,
    channel: 'email',
    languages,
    usefulUntil: until ? new Date(until).toISOString() : null,
    plannedAt: new Date(planned).toISOString(),
  } satisfies TopicSending
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
  const waiting = await tx<(About & { id: string })[]>`
    select d.id, d.planned_at, m.topic, m.useful_until, m.language from deliveries d join messages m on m.id = d.message
    where d.person = ${person} and d.state in ('held', 'deferred') and m.topic is not null
    order by d.id for update of d`
  const forbidden = waiting.flatMap((row) => {
    const reason = forbids(sendingOf(row))
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
