import type { Release } from '../domain/recent.ts'
import type { Sql, Transaction } from './database.ts'

/** Seconds that a worker has to begin handing over what it released. */
export const leaseSeconds = 30

/** A delivery as the gate decided it. `allowedBy` is the entry that the verdict rests on. */
export type Planned = {
  id: string
  person: string
  state: 'released' | 'held' | 'held_back'
  verdict: 'now' | 'later' | 'never'
  reason: string | null
  version: number
  allowedBy: number | null
  dueAt: string | null
}

/** Writes a batch of deliveries in one statement; each released one gets a lease and an attempt of its own. The people are locked. */
export async function insertDeliveries(tx: Transaction, message: string, planned: readonly Planned[]): Promise<void> {
  if (planned.length === 0) return
  await tx`
    insert into deliveries (id, message, person, state, verdict, reason, version, allowed_by, attempt, lease_until, due_at, settled_at)
    select id, ${message}, person, state, verdict, reason, version, allowed_by,
      case when state = 'released' then gen_random_uuid() end,
      case when state = 'released' then instant() + make_interval(secs => ${leaseSeconds}) end,
      due_at,
      case when state = 'held_back' then instant() end
    from unnest(
      ${planned.map((row) => row.id)}::uuid[], ${planned.map((row) => row.person)}::uuid[], ${planned.map((row) => row.state)}::text[],
      ${planned.map((row) => row.verdict)}::text[], ${planned.map((row) => row.reason)}::text[], ${planned.map((row) => row.version)}::bigint[],
      ${planned.map((row) => row.allowedBy)}::bigint[], ${planned.map((row) => row.dueAt)}::timestamptz[]
    ) as t (id, person, state, verdict, reason, version, allowed_by, due_at)`
}

/** Writes the newest releases of several people in one statement. They are locked. */
export async function saveRecent(
  tx: Transaction,
  people: readonly { id: string; recent: readonly Release[] }[],
): Promise<void> {
  if (people.length === 0) return
  await tx`
    update people p set recent = r.recent::jsonb
    from unnest(${people.map((person) => person.id)}::uuid[], ${people.map((person) => JSON.stringify(person.recent))}::text[]) as r (id, recent)
    where p.id = r.id`
}

export type Settled = { delivery: string; kind: 'sent' | 'refused' | 'deferred' | 'unknown'; reply: string | null }

/** Minutes until a deferred delivery is due again. */
const retryMinutes = 15

/**
 * Records what became of released deliveries, and takes those that provably did not leave out of their person's
 * `recent`. One row each, whatever the size of the batch. Locks the people first.
 */
export async function settle(tx: Transaction, outcomes: readonly Settled[]): Promise<void> {
  if (outcomes.length === 0) return
  const ids = outcomes.map((outcome) => outcome.delivery)
  await tx`
    select p.id from people p where p.id in (select person from deliveries where id = any (${ids}::uuid[]))
    order by p.id for no key update`
  await tx`
    update deliveries d set state = o.state, reply = o.reply, lease_until = null,
      due_at = case when o.state = 'deferred' then instant() + make_interval(mins => ${retryMinutes}) end,
      settled_at = case when o.state <> 'deferred' then instant() end
    from unnest(${ids}::uuid[], ${outcomes.map((outcome) => outcome.kind)}::text[], ${outcomes.map((outcome) => outcome.reply)}::text[]) as o (id, state, reply)
    where d.id = o.id and d.state = 'released'`
  const stayed = outcomes.filter((outcome) => outcome.kind === 'refused' || outcome.kind === 'deferred')
  if (stayed.length > 0)
    await takeBack(
      tx,
      stayed.map((outcome) => outcome.delivery),
    )
}

async function takeBack(tx: Transaction, deliveries: readonly string[]): Promise<void> {
  await tx`
    update people p set recent = coalesce(
      (select jsonb_agg(r order by n) from jsonb_array_elements(p.recent) with ordinality as e (r, n)
        where r ->> 'delivery' <> all (${deliveries as string[]}::text[])), '[]')
    where p.id in (select person from deliveries where id = any (${deliveries as string[]}::uuid[]))`
}

/**
 * What a dead worker left between release and outcome becomes `unknown`: perhaps it left, so it is never sent again
 * by itself and still counts against limits (I-5). Call only while no worker of this message is alive.
 */
export async function leftOverBecomesUnknown(tx: Transaction, message: string): Promise<number> {
  await tx`
    select p.id from people p where p.id in (select person from deliveries where message = ${message} and state = 'released')
    order by p.id for no key update`
  const rows = await tx`
    update deliveries set state = 'unknown', settled_at = instant(), lease_until = null, reply = 'its worker ended before the answer was recorded'
    where message = ${message} and state = 'released' returning id`
  return rows.length
}

/** How many deliveries of a message are in each state, by planned verdict: keys are `<verdict>:<state>`. */
export async function deliveryStates(sql: Sql, message: string): Promise<Map<string, number>> {
  const rows = await sql<{ verdict: string; state: string; total: number }[]>`
    select verdict, state, count(*)::int as total from deliveries where message = ${message} group by verdict, state`
  return new Map(rows.map((row) => [`${row.verdict}:${row.state}`, row.total]))
}
