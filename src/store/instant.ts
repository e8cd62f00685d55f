import type { Sql } from './database.ts'

/** The database's present instant: the one clock that decisions are made by, however the clocks of workers differ. */
export async function instantNow(sql: Sql): Promise<Date> {
  const [row] = await sql<{ now: string }[]>`select instant() as now`
  if (!row) throw new Error('the database gave no time')
  return new Date(row.now)
}
