import { randomInt } from 'node:crypto'
import type postgres from 'postgres'

/** A worker's name, and what ends with its session: whoever can take its lock knows that it is gone. */
export type WorkerSession = { worker: number; close(): Promise<void> }

/** First half of the lock's name, so that a worker's number meets no other lock of ours. */
const lockSpace = 0x776f
const largestNumber = 2 ** 31 - 1

/** Opens a session under a new name on a connection of its own. The lock ends with the process, however it ends. */
export async function openWorkerSession(sql: postgres.Sql): Promise<WorkerSession> {
  const session = await sql.reserve()
  try {
    const worker = await newName(session)
    const close = async () => {
      try {
        await session`select pg_advisory_unlock(${lockSpace}::int, ${worker}::int)`
      } finally {
        session.release()
      }
    }
    return { worker, close }
  } catch (error) {
    session.release()
    throw error
  }
}

async function newName(session: postgres.ReservedSql): Promise<number> {
  for (;;) {
    const worker = randomInt(1, largestNumber)
    const [row] = await session<
      { got: boolean }[]
    >`select pg_try_advisory_lock(${lockSpace}::int, ${worker}::int) as got`
    if (row?.got) return worker
  }
}

/** Those whose released deliveries nobody will answer for any more: their session is gone. */
export async function goneWorkers(sql: postgres.Sql): Promise<number[]> {
  const rows = await sql<{ worker: string }[]>`
    select distinct worker from (
      select worker from deliveries where state = 'released' union all select worker from erased_in_hand
    ) as d where worker is not null and not exists (
        select from pg_locks l where l.locktype = 'advisory' and l.classid = ${lockSpace}::int and l.objid = d.worker and l.objsubid = 2
          and l.database = (select oid from pg_database where datname = current_database()))`
  return rows.map((row) => Number(row.worker))
}
