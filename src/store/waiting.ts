import { readChoices } from '../domain/choices-schema.ts'
import type { Standing } from '../domain/gate.ts'
import type { Sql, Transaction } from './database.ts'

/** A person of whom other messages wait for a digest: how many, the ISO instant of its slot, and what the gate needs of her. */
export type Waiting = Standing & { dueAt: string; items: number }

const cursorRows = 1_000

/** Streams everybody of whom anything but `message` waits for a slot, once for each slot. Bounded memory. */
export async function* waitingBeside(tx: Transaction, message: string): AsyncGenerator<Waiting[]> {
  const rows = tx<Waiting[]>`
    select w.due_at as "dueAt", w.items, p.choices, p.recent,
      coalesce((select array_agg(s.reason) from suppressions s where s.channel = 'email' and s.fingerprint = a.fingerprint), '{}') as suppressions
    from (
      select d.person, d.due_at, count(*)::int as items from deliveries d join campaigns c on c.message = d.message
      where d.state = 'held' and d.reason = 'digest' and d.message <> ${message} and c.state in ('sending', 'sent')
      group by d.person, d.due_at
    ) as w
    join people p on p.id = w.person
    join addresses a on a.person = p.id and a.channel = 'email'`.cursor(cursorRows)
  for await (const batch of rows) {
    yield batch.map(({ dueAt, items, choices, recent, suppressions }) => ({
      dueAt: new Date(dueAt).toISOString(),
      items,
      choices: readChoices(choices),
      recent,
      suppressions,
    }))
  }
}

/** What waits for one person: how many messages, and when the first of them is due (ISO, null for none). */
export async function waitingFor(sql: Sql, person: string): Promise<{ count: number; due: string | null }> {
  const [row] = await sql<{ count: number; due: string | null }[]>`
    select count(*)::int as count, min(due_at) as due from deliveries
    where person = ${person} and state in ('held', 'deferred') and slot is null`
  return { count: row?.count ?? 0, due: row?.due ? new Date(row.due).toISOString() : null }
}
