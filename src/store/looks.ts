import type { Sql } from './database.ts'

/** A look at a person, as its entry tells it: `at` is ISO, `reason` what was typed. */
export type Look = { entry: number; at: string; reason: string }

/** The newest look that one of the staff opened at a person; null for none, and once she was erased. */
export async function newestLook(sql: Sql, person: string, staff: string): Promise<Look | null> {
  const [row] = await sql<{ number: string; at: string; reason: string }[]>`
    select e.number, e.body::jsonb ->> 'at' as at, p.payload::jsonb ->> 'reason' as reason
    from payloads p join entries e using (number)
    where p.person = ${person} and e.body::jsonb ->> 'kind' = 'looked-at' and p.payload::jsonb ->> 'staff' = ${staff}
    order by p.number desc limit 1`
  return row ? { entry: Number(row.number), at: row.at, reason: row.reason } : null
}
