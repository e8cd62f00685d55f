import type { Sql, Transaction } from './database.ts'

/** Lets one at a time add to the register; readers are not kept waiting. */
export async function lockServiceKinds(tx: Transaction): Promise<void> {
  await tx`lock table service_kinds in share row exclusive mode`
}

/** The kinds of service mail whose coming into the register is an entry. */
export async function recordedServiceKinds(sql: Sql): Promise<Set<string>> {
  const rows = await sql<{ kind: string }[]>`select kind from service_kinds`
  return new Set(rows.map((row) => row.kind))
}

/** Keeps kinds with their entries: the first has that number, the others follow. */
export async function insertServiceKinds(
  tx: Transaction,
  entry: number,
  rows: readonly { kind: string; ground: string }[],
): Promise<void> {
  await tx`
    insert into service_kinds (kind, ground, entry)
    select kind, ground, ${entry} + n - 1
    from unnest(${rows.map((row) => row.kind)}::text[], ${rows.map((row) => row.ground)}::text[]) with ordinality as t (kind, ground, n)`
}
