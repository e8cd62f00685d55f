import type { Sql, Transaction } from './database.ts'

/** Marks a link that works once as used, or a session as ended. @returns false when it was so already: then nothing may be done with it. */
export async function useOnce(tx: Transaction, key: string): Promise<boolean> {
  const rows = await tx`insert into used_links (key) values (${key}) on conflict do nothing returning key`
  return rows.length === 1
}

export async function isUsed(sql: Sql, key: string): Promise<boolean> {
  const rows = await sql`select from used_links where key = ${key}`
  return rows.length === 1
}
