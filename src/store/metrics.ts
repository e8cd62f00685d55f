import type { Sql } from './database.ts'

/** Numbers about the whole house, none about anybody. Ages are in seconds; null where there is nothing to be old. */
export type Counts = {
  checkpointSize: number
  checkpointAge: number | null
  deliveries: Record<'held' | 'deferred' | 'released' | 'unknown', number>
  overdue: number | null
  campaigns: Record<'scheduled' | 'sending' | 'paused', number>
  /** Since a worker's queue last did anything: they look every few seconds. Null where no worker is connected. */
  workerSilent: number | null
}

/** How the sessions of workers' queues are called. */
export const queueSessions = 'courtesy-jobs'

type Row = {
  checkpoint_size: string | null
  checkpoint_age: number | null
  held: number
  deferred: number
  released: number
  unknown: number
  overdue: number | null
  scheduled: number
  sending: number
  paused: number
  worker_silent: number | null
}

/** One statement that reads what waits, by the indexes of what waits, and nothing of what is done. */
export async function countAll(sql: Sql): Promise<Counts> {
  const [row] = await sql<Row[]>`
    select c.size as checkpoint_size, extract(epoch from instant() - c.at)::float8 as checkpoint_age, w.held, w.deferred, w.overdue,
      (select count(*)::int from deliveries where state = 'released') as released,
      (select count(*)::int from deliveries where state = 'unknown') as unknown,
      p.scheduled, p.sending, p.paused,
      (select extract(epoch from clock_timestamp() - max(state_change))::float8 from pg_stat_activity
        where application_name = ${queueSessions} and datname = current_database()) as worker_silent
    from (select 1) as one
      left join (select size, at from checkpoints order by size desc limit 1) as c on true
      cross join (
        select count(*) filter (where state = 'held')::int as held, count(*) filter (where state = 'deferred')::int as deferred,
          greatest(extract(epoch from instant() - min(due_at) filter (where state in ('held', 'deferred'))), 0)::float8 as overdue
        from deliveries where due_at is not null) as w
      cross join (
        select count(*) filter (where state = 'scheduled')::int as scheduled, count(*) filter (where state = 'sending')::int as sending,
          count(*) filter (where state = 'paused')::int as paused
        from campaigns) as p`
  if (!row) throw new Error('a count is never empty')
  return {
    checkpointSize: Number(row.checkpoint_size ?? 0),
    checkpointAge: row.checkpoint_age,
    deliveries: { held: row.held, deferred: row.deferred, released: row.released, unknown: row.unknown },
    overdue: row.overdue,
    campaigns: { scheduled: row.scheduled, sending: row.sending, paused: row.paused },
    workerSilent: row.worker_silent,
  }
}
