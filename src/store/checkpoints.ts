import type { Sql, Transaction } from './database.ts'

/**
 * Checkpoints below a size, the smallest tree first, as many as a bundle needs: the last of each day (each month, if
 * `sparse`), and of the newest day every one (of the newest month the last of each day). One is signed for every minute
 * with changes, so that all of them would be half a million a year.
 */
export async function checkpointsBelow(
  sql: Sql,
  below: number,
  { sparse }: { sparse: boolean },
): Promise<{ size: number; note: string }[]> {
  const [long, short] = sparse ? ['month', 'day'] : ['day', 'microsecond']
  const rows = await sql<{ size: string; note: string }[]>`
    select size, note from (
      select distinct on (span) size, note from (
        select size, note, date_trunc(
          case when at > max(at) over () - ${`1 ${long}`}::interval then ${short} else ${long} end, at, 'UTC') as span
        from checkpoints where size < ${below} and size > 0) as spans
      order by span, size desc) as kept
    order by size`
  return rows.map((row) => ({ size: Number(row.size), note: row.note }))
}

/** Keeps the checkpoint of a tree size; the first one of a size stays (the log never signs two). @returns the one that stands. */
export async function keepCheckpoint(tx: Transaction, size: number, note: string): Promise<string> {
  await tx`insert into checkpoints (size, note) values (${size}, ${note}) on conflict do nothing`
  return (await checkpointOf(tx, size))?.note ?? note
}

/** The checkpoint of that size; null where none was signed. */
export async function checkpointOf(sql: Sql, size: number): Promise<{ size: number; note: string } | null> {
  const [row] = await sql<{ note: string }[]>`select note from checkpoints where size = ${size}`
  return row ? { size, note: row.note } : null
}

/** The newest checkpoint; null while none was signed. */
export async function newestCheckpoint(sql: Sql): Promise<{ size: number; note: string } | null> {
  const [row] = await sql<{ size: string; note: string }[]>`
    select size, note from checkpoints order by size desc limit 1`
  return row ? { size: Number(row.size), note: row.note } : null
}

/** A checkpoint with the time of its signature (ISO). */
export type SignedAt = { size: number; note: string; at: string }

/** The newest checkpoints, newest first, and how many there are in all. */
export async function newestCheckpoints(sql: Sql, most: number): Promise<{ newest: SignedAt[]; count: number }> {
  const rows = await sql<{ size: string; note: string; at: string; count: string }[]>`
    select size, note, at, count(*) over () as count from checkpoints order by size desc limit ${most}`
  return { newest: rows.map(asSigned), count: Number(rows[0]?.count ?? 0) }
}

/** The first checkpoint that covered an entry; null while none does. */
export async function firstCheckpointOver(sql: Sql, entry: number): Promise<SignedAt | null> {
  const [row] = await sql<{ size: string; note: string; at: string }[]>`
    select size, note, at from checkpoints where size >= ${entry} order by size limit 1`
  return row ? asSigned(row) : null
}

function asSigned({ size, note, at }: { size: string; note: string; at: string }): SignedAt {
  return { size: Number(size), note, at: new Date(at).toISOString() }
}

/** Any constant will do, as long as every process of ours uses the same. */
const markLock = 0x6d61726b

/** One process at a time moves the high-water mark; the lock ends with the transaction. */
export async function lockMark(tx: Transaction): Promise<void> {
  await tx`select pg_advisory_xact_lock(${markLock}::bigint)`
}
