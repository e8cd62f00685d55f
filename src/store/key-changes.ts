import type { Sql, Transaction } from './database.ts'

/** What both keys signed about each change of the key that signs the ledger, the first one first. */
export async function keyStatements(sql: Sql): Promise<{ entry: number; note: string }[]> {
  const rows = await sql<{ entry: string; note: string }[]>`select entry, note from key_changes order by entry`
  return rows.map((row) => ({ entry: Number(row.entry), note: row.note }))
}

/** The vkey that signs the ledger since its last change; null while it is the first. */
export async function newestLedgerKey(sql: Sql): Promise<string | null> {
  const [row] = await sql<{ vkey: string }[]>`select vkey from key_changes order by entry desc limit 1`
  return row?.vkey ?? null
}

/** Keeps a change under its entry. The ledger's head is locked. */
export async function keepKeyChange(
  tx: Transaction,
  change: { entry: number; vkey: string; note: string },
): Promise<void> {
  await tx`insert into key_changes (entry, vkey, note) values (${change.entry}, ${change.vkey}, ${change.note})`
}
