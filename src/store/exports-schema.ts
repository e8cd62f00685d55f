import type { ExportScope } from '../domain/export-scope.ts'
import { bigint, boolean, check, date, index, jsonb, pgTable, sql, text, uuid } from './drizzle.ts'
import { entries, instant, people } from './schema.ts'

/**
 * What left the house: one row for each export of the ledger, under the number of its entry. `person` is whom it is about
 * where it is about one, until she is erased. `by` is who made it, in staff's own words; null where nobody said.
 */
export const exportsOut = pgTable(
  'exports',
  {
    entry: bigint('entry', { mode: 'number' })
      .primaryKey()
      .references(() => entries.number),
    what: text('what').notNull(),
    scope: jsonb('scope').$type<ExportScope>().notNull(),
    person: uuid('person').references(() => people.id),
    by: text('by'),
    withPayloads: boolean('with_payloads').notNull(),
    destroyBy: date('destroy_by').notNull(),
    at: instant('at')
      .notNull()
      .default(sql`instant()`),
  },
  (table) => [
    index('exports_person').on(table.person),
    check('exports_what', sql`${table.what} in ('ledger', 'part', 'proof')`),
  ],
)
