import { bigint, check, index, pgTable, smallint, sql, text, uuid } from './drizzle.ts'
import { instant } from './schema.ts'

/** Who works here, by the address they sign in with. `checkpointSize` and `checkpointAt`: the newest checkpoint mailed to them. */
export const staff = pgTable(
  'staff',
  {
    id: uuid('id').primaryKey(),
    canonical: text('canonical').notNull().unique(),
    address: text('address').notNull(),
    name: text('name').notNull(),
    role: text('role').notNull(),
    checkpointSize: bigint('checkpoint_size', { mode: 'number' }).notNull().default(0),
    checkpointAt: instant('checkpoint_at'),
    createdAt: instant('created_at')
      .notNull()
      .default(sql`instant()`),
  },
  (table) => [check('staff_role', sql`${table.role} in ('auditor', 'marketer', 'admin')`)],
)

/** Open sessions, by a hash of their id; one ends when its row goes, everywhere at once. */
export const staffSessions = pgTable(
  'staff_sessions',
  {
    key: text('key').primaryKey(),
    staff: uuid('staff')
      .notNull()
      .references(() => staff.id, { onDelete: 'cascade' }),
    since: instant('since')
      .notNull()
      .default(sql`instant()`),
  },
  (table) => [index('staff_sessions_staff').on(table.staff)],
)

/** Mailed links that may still open a session, by a hash of their token; the press that uses one removes it. */
export const staffLinks = pgTable(
  'staff_links',
  {
    key: text('key').primaryKey(),
    staff: uuid('staff')
      .notNull()
      .references(() => staff.id, { onDelete: 'cascade' }),
    until: instant('until').notNull(),
  },
  (table) => [index('staff_links_staff').on(table.staff)],
)

/**
 * Mails to staff on their way. None holds a text: it is written when it leaves, so no link that works stands here. `dueAt` is
 * null once it has left or is given up; `path` is where its link leads on to.
 */
export const staffMails = pgTable(
  'staff_mails',
  {
    id: uuid('id').primaryKey(),
    staff: uuid('staff')
      .notNull()
      .references(() => staff.id, { onDelete: 'cascade' }),
    kind: text('kind').notNull(),
    path: text('path'),
    tries: smallint('tries').notNull().default(0),
    dueAt: instant('due_at'),
    at: instant('at')
      .notNull()
      .default(sql`instant()`),
  },
  (table) => [
    check('staff_mails_kind', sql`${table.kind} in ('sign_in', 'checkpoint')`),
    index('staff_mails_staff').on(table.staff),
    index('staff_mails_due')
      .on(table.dueAt)
      .where(sql`${table.dueAt} is not null`),
    index('staff_mails_at').on(table.at),
  ],
)
