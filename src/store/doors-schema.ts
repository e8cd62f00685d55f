import { check, index, integer, jsonb, pgTable, sql, text, uuid } from './drizzle.ts'
import { instant, people } from './schema.ts'

/**
 * Links that work once and were used, and sessions that she ended, by a hash of their token's MAC: says nothing about whom
 * they were for. The sweep removes what has ended by its age anyway.
 */
export const usedLinks = pgTable(
  'used_links',
  {
    key: text('key').primaryKey(),
    at: instant('at')
      .notNull()
      .default(sql`instant()`),
  },
  (table) => [index('used_links_at').on(table.at)],
)

/** How often somebody asked within one window of time, under a keyed fingerprint that is another one in each window. */
export const tries = pgTable(
  'tries',
  {
    key: text('key').primaryKey(),
    number: integer('number').notNull(),
    until: instant('until').notNull(),
  },
  (table) => [index('tries_until').on(table.until)],
)

/**
 * What was asked for at a public door with a typed address, until a worker has answered it by mail, seconds later. The door
 * writes the same row whether anybody has that address or not.
 */
export const doorRequests = pgTable(
  'door_requests',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').notNull(),
    address: text('address').notNull(),
    asked: jsonb('asked'),
    at: instant('at')
      .notNull()
      .default(sql`instant()`),
  },
  (table) => [
    check('door_requests_kind', sql`${table.kind} in ('find', 'start', 'staff')`),
    index('door_requests_at').on(table.at),
  ],
)

/** What she asked for at sign-up and has not confirmed yet, by the delivery that carries the link; removed once it is confirmed or over. */
export const signUps = pgTable(
  'sign_ups',
  {
    delivery: uuid('delivery').primaryKey(),
    person: uuid('person')
      .notNull()
      .references(() => people.id, { onDelete: 'cascade' }),
    fingerprint: text('fingerprint').notNull(),
    asked: jsonb('asked').notNull(),
    at: instant('at').notNull(),
  },
  (table) => [index('sign_ups_person').on(table.person), index('sign_ups_at').on(table.at)],
)
