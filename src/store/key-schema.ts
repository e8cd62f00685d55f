import { bigint, pgTable, sql, text } from './drizzle.ts'
import { entries, instant } from './schema.ts'

/** Each change of the key that signs the ledger: its entry, the new key, and what both keys signed about it. Append-only by trigger. */
export const keyChanges = pgTable('key_changes', {
  entry: bigint('entry', { mode: 'number' })
    .primaryKey()
    .references(() => entries.number),
  vkey: text('vkey').notNull(),
  note: text('note').notNull(),
  at: instant('at')
    .notNull()
    .default(sql`instant()`),
})
