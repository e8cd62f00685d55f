import type { Sql, Transaction } from './database.ts'

/** All signed checkpoints, the smallest tree first. */
export async function allCheckpoints(sql: Sql): Promise<{ size: number; note: string }[]> {
  const rows = await sql<{ size: string; note: string }[]>`select size, note from checkpoints order by size`
  return rows.map((row) => ({ size: Number(row.size), note: row.note }))
}

/** Keeps the checkpoint of a tree size; the first one of a size stays (the log never signs two). @returns the one that stands. */
export async function keepCheckpoint(tx: Transaction, size: number, note: string): Promise<string> {
  await tx`insert into checkpoints (size, note) values (${size}, ${note}) on conflict do nothing`
  return (await checkpointOf(tx, size)) ?? note
}

/** The newest checkpoint; null while none was signed. */
export async function newestCheckpoint(sql: Sql): Promise<{ size: number; note: string } | null> {
  const [row] = await sql<{ size: string; note: string }[]>`
    select size, note from checkpoints order by size desc limit 1`
  return row ? { size: Number(row.size), note: row.note } : null
}

/** Any constant will do, as long as every process of ours uses the same. */
const markLock = 0x6d61726b

/** One process at a time moves the high-water mark; the lock ends with the transaction. */
export async function lockMark(tx: Transaction): Promise<void> {
  await tx`select pg_advisory_xact_lock(${markLock}::bigint)`
}

/** The checkpoint of a tree size; null where none was signed of it. */
export async function checkpointOf(sql: Sql, size: number): Promise<string | null> {
  const [row] = await sql<{ note: string }[]>`select note from checkpoints where size = ${size}`
  return row?.note ?? null
}
