import type { Release } from '../domain/recent.ts'
import type { Sql, Transaction } from './database.ts'
import { forgetEndedServiceMail } from './service-messages.ts'
import { noteUnsealed, releaseRecord } from './unsealed.ts'

/** Seconds that a worker has to begin handing over what it released. */
export const leaseSeconds = 30

/**
 * A delivery as the gate decided it. `allowedBy` is the entry that the verdict rests on. A digest has a slot (ISO)
 * instead of a message, and its items name it.
 */
export type Planned = {
  id: string
  message: string | null
  slot: string | null
  person: string
  state: 'released' | 'held' | 'held_back'
  verdict: 'now' | 'later' | 'never'
  reason: string | null
  version: number
  allowedBy: number | null
  dueAt: string | null
}

/**
 * Writes a batch of deliveries in one statement; each released one gets a lease and an attempt of its own, in the name
 * of `worker`, and is noted for the next seal, or for that of its `slice`. `at` is the instant of the judgement. The people are
 * locked.
 */
export async function insertDeliveries(
  tx: Transaction,
  worker: number,
  planned: readonly Planned[],
  at: Date,
  slice: string | null = null,
): Promise<void> {
  if (planned.length === 0) return
  const column = <Key extends keyof Planned>(key: Key) => planned.map((row) => row[key])
  await tx`
    with added as (
    insert into deliveries as d (id, message, slot, person, state, verdict, reason, version, allowed_by, due_at, planned_at, released_at, attempt, lease_until, worker, settled_at)
    select t.*, ${at.toISOString()}::timestamptz,
      case when state = 'released' then ${at.toISOString()}::timestamptz end,
      case when state = 'released' then gen_random_uuid() end,
      case when state = 'released' then instant() + make_interval(secs => ${leaseSeconds}) end,
      case when state = 'released' then ${worker}::bigint end,
      case when state = 'held_back' then instant() end
    from unnest(
      ${column('id')}::uuid[], ${column('message')}::uuid[], ${column('slot')}::timestamptz[], ${column('person')}::uuid[],
      ${column('state')}::text[], ${column('verdict')}::text[], ${column('reason')}::text[], ${column('version')}::bigint[],
      ${column('allowedBy')}::bigint[], ${column('dueAt')}::timestamptz[]
    ) as t (id, message, slot, person, state, verdict, reason, version, allowed_by, due_at)
    returning d.state, ${releaseRecord(tx)}
    ), moved as (select record from added where state = 'released')
    ${noteUnsealed(tx, 'released', slice)}`
}

/**
 * What becomes of a waiting delivery when it was judged again. `digest` is the delivery that carries it, null for itself.
 * One that perhaps arrived stays `unknown` where it is not sent again.
 */
export type Rejudged = {
  id: string
  state: 'released' | 'held' | 'held_back' | 'cancelled' | 'unknown'
  reason: string | null
  dueAt: string | null
  digest: string | null
  version: number
}

/** Moves waiting deliveries on in one statement, as judged at `at`, and notes what is released for the next seal. Their people are locked, and so are they. */
export async function moveDeliveries(
  tx: Transaction,
  worker: number,
  moved: readonly Rejudged[],
  at: Date,
): Promise<void> {
  if (moved.length === 0) return
  const column = <Key extends keyof Rejudged>(key: Key) => moved.map((row) => row[key])
  await tx`
    with judged as (
    update deliveries d set state = m.state, reason = m.reason, due_at = m.due_at, digest = m.digest, version = m.version,
      attempt = case when m.state = 'released' then gen_random_uuid() end,
      lease_until = case when m.state = 'released' then instant() + make_interval(secs => ${leaseSeconds}) end,
      worker = case when m.state = 'released' then ${worker}::bigint end,
      released_at = case when m.state = 'released' then ${at.toISOString()}::timestamptz else d.released_at end,
      resent = d.resent or (m.state = 'released' and d.state = 'unknown'),
      settled_at = case m.state when 'held_back' then instant() when 'cancelled' then instant() when 'unknown' then d.settled_at end
    from unnest(
      ${column('id')}::uuid[], ${column('state')}::text[], ${column('reason')}::text[], ${column('dueAt')}::timestamptz[],
      ${column('digest')}::uuid[], ${column('version')}::bigint[]
    ) as m (id, state, reason, due_at, digest, version)
    where d.id = m.id returning d.state, ${releaseRecord(tx)}
    ), moved as (select record from judged where state = 'released')
    ${noteUnsealed(tx, 'released')}`
  await forgetEndedServiceMail(tx, column('id'))
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

/** Whether anything of a message is between release and outcome, also to somebody who was erased meanwhile. */
export async function anythingReleased(sql: Sql, message: string): Promise<boolean> {
  const [row] = await sql<{ any: boolean }[]>`
    select exists (select from deliveries where message = ${message} and state = 'released')
      or exists (select from erased_in_hand where message = ${message}) as any`
  return row?.any ?? false
}

/**
 * How many deliveries of a message are in each state, by planned verdict, those whose rows are gone among them: keys are
 * `<verdict>:<state>`.
 */
export async function deliveryStates(sql: Sql, message: string): Promise<Map<string, number>> {
  const rows = await sql<{ verdict: string; state: string; total: number }[]>`
    select verdict, state, sum(n)::int as total from (
      select verdict, state, count(*) as n from deliveries where message = ${message} group by verdict, state
      union all select verdict, state, n from delivery_counts where message = ${message}
      union all select verdict, 'released', 1 from erased_in_hand where message = ${message}
    ) as counted group by verdict, state`
  return new Map(rows.map((row) => [`${row.verdict}:${row.state}`, row.total]))
}
