import type { Transaction } from './database.ts'

/** A stored delivery as a report lists it, with the address it is for; null once she has none. Times are ISO. */
export type ReportRow = {
  person: string
  address: string | null
  verdict: string
  reason: string | null
  state: string
  plannedAt: string
  settledAt: string | null
  reply: string | null
}

const cursorRows = 1_000

/** Streams the stored deliveries of a message by person, in bounded memory whatever their number. */
export async function* reportRows(tx: Transaction, message: string): AsyncGenerator<ReportRow[]> {
  const rows = tx<(Omit<ReportRow, 'plannedAt' | 'settledAt'> & { planned_at: string; settled_at: string | null })[]>`
    select d.person, a.spelling as address, d.verdict, d.reason, d.state, d.planned_at, d.settled_at, d.reply
    from deliveries d left join addresses a on a.person = d.person and a.channel = d.channel
    where d.message = ${message}
    order by d.person`.cursor(cursorRows)
  for await (const batch of rows)
    yield batch.map(({ planned_at, settled_at, ...row }) => ({
      ...row,
      plannedAt: new Date(planned_at).toISOString(),
      settledAt: settled_at === null ? null : new Date(settled_at).toISOString(),
    }))
}
