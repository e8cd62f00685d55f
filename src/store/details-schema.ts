import { index, pgTable, sql, text, uuid } from './drizzle.ts'
import { instant, people } from './schema.ts'

/**
 * An address that she gave and that is not hers yet; once she confirmed it, the one that it took the place of, until that can be
 * put back no more.
 */
export const addressChanges = pgTable(
  'address_changes',
  {
    id: uuid('id').primaryKey(),
    person: uuid('person')
      .notNull()
      .references(() => people.id),
    canonical: text('canonical').notNull(),
    spelling: text('spelling').notNull(),
    fingerprint: text('fingerprint').notNull(),
    at: instant('at')
      .notNull()
      .default(sql`instant()`),
    confirmedAt: instant('confirmed_at'),
  },
  (table) => [index('address_changes_person').on(table.person)],
)
