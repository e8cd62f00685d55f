import { bigint, check, date, pgTable, primaryKey, sql, text } from './drizzle.ts'

/**
 * What was counted of each day in UTC: numbers about the whole house and nobody in it. Counted once, when the day is over, and
 * kept, also when what they were counted from is deleted by its age.
 */
export const insights = pgTable(
  'insights',
  {
    day: date('day', { mode: 'string' }).notNull(),
    figure: text('figure').notNull(),
    key: text('key').notNull(),
    n: bigint('n', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.day, table.figure, table.key] }), check('insights_n', sql`${table.n} >= 0`)],
)
