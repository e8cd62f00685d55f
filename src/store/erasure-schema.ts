import { bigint, date, index, integer, pgTable, sql, text, unique, uuid } from './drizzle.ts'
import { instant } from './schema.ts'
import { messages } from './sending-schema.ts'

/**
 * The random ids of people who were erased, which stand nowhere else any more: they say what a link in an old mail of hers
 * was, and nothing about her. The day is as much of the time as is kept, so that it meets no other row.
 */
export const erasedPeople = pgTable('erased_people', {
  id: uuid('id').primaryKey(),
  day: date('day')
    .notNull()
    .default(sql`(instant() at time zone 'UTC')::date`),
})

/** How many deliveries of a message there were whose rows are gone, by erasure or by age: a report adds them to those that are left. */
export const deliveryCounts = pgTable(
  'delivery_counts',
  {
    message: uuid('message')
      .notNull()
      .references(() => messages.id),
    verdict: text('verdict').notNull(),
    state: text('state').notNull(),
    reason: text('reason'),
    refusal: text('refusal'),
    n: integer('n').notNull(),
  },
  (table) => [
    unique('delivery_counts_once')
      .on(table.message, table.verdict, table.state, table.reason, table.refusal)
      .nullsNotDistinct(),
  ],
)

/** How many said of a message that it wasn't about its topic, and are gone: a report adds them to those that are left. */
export const wrongTopicCounts = pgTable('wrong_topic_counts', {
  message: uuid('message')
    .primaryKey()
    .references(() => messages.id),
  n: integer('n').notNull(),
})

/**
 * Mail to somebody who was erased while a worker had it in hand, until the worker says what became of it: the delivery's
 * random id and no person. `carrier` is the mail it is in; `message` is null for service mail, which nothing counts, and once
 * it has been counted; `worker` is null once nobody has it in hand and it perhaps arrived.
 */
export const erasedInHand = pgTable(
  'erased_in_hand',
  {
    delivery: uuid('delivery').primaryKey(),
    carrier: uuid('carrier').notNull(),
    message: uuid('message').references(() => messages.id),
    verdict: text('verdict').notNull(),
    worker: bigint('worker', { mode: 'number' }),
    at: instant('at')
      .notNull()
      .default(sql`instant()`),
  },
  (table) => [index('erased_in_hand_carrier').on(table.carrier)],
)
