import type { Transaction } from './database.ts'
import { noteUnsealed, outcomeRecord } from './unsealed.ts'

/**
 * What becomes of one delivery of a mail that was called back: what she forbids is cancelled with its reason, what merely
 * was in the same digest waits again and is due at once.
 */
export type CalledBack = { id: string; state: 'cancelled' | 'held'; reason: string | null }

/** Records mails that were called back, in one statement, and notes it for the next seal. Their people are locked. @returns those that were still in hand. */
export async function callBack(tx: Transaction, worker: number, called: readonly CalledBack[]): Promise<string[]> {
  if (called.length === 0) return []
  const column = <Key extends keyof CalledBack>(key: Key) => called.map((row) => row[key])
  const rows = await tx<{ id: string }[]>`
    with moved as (
    update deliveries d set state = c.state, reason = c.reason, digest = null, lease_until = null, worker = null, reply = null,
      due_at = case when c.state = 'held' then instant() end,
      settled_at = case when c.state = 'cancelled' then instant() end
    from unnest(${column('id')}::uuid[], ${column('state')}::text[], ${column('reason')}::text[]) as c (id, state, reason)
    where d.id = c.id and d.state = 'released' and d.worker = ${worker} returning d.id, ${outcomeRecord(tx)}
    ), noted as (${noteUnsealed(tx, 'outcomes')})
    select id from moved`
  return rows.map((row) => row.id)
}
