import type { Sql, Transaction } from './database.ts'

/**
 * What somebody asked for at a public door with a typed address; `asked` is what her form said, as JSON, at sign-up, and where to
 * go on after a sign-in of the staff.
 */
export type DoorRequest = { id: string; kind: 'find' | 'start' | 'staff'; address: string; asked: unknown; at: string }

export async function insertDoorRequest(tx: Transaction, request: Omit<DoorRequest, 'at'>): Promise<void> {
  const { id, kind, address, asked } = request
  await tx`
    insert into door_requests (id, kind, address, asked)
    values (${id}, ${kind}, ${address}, ${asked === null ? null : JSON.stringify(asked)}::jsonb)`
}

/**
 * Takes the oldest request that nobody else is answering, but none of `except` (ids), and removes it: it is answered when
 * this transaction commits.
 */
export async function takeDoorRequest(tx: Transaction, except: readonly string[]): Promise<DoorRequest | null> {
  const [row] = await tx<DoorRequest[]>`
    delete from door_requests where id = (
      select id from door_requests where id <> all (${except as string[]}::uuid[]) order by at, id limit 1 for update skip locked)
    returning id, kind, address, asked, at`
  return row ? { ...row, at: new Date(row.at).toISOString() } : null
}

/** Whether anybody waits for an answer. */
export async function doorRequestsWait(sql: Sql): Promise<boolean> {
  const rows = await sql`select from door_requests limit 1`
  return rows.length > 0
}
