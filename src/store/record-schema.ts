import { bigint, check, index, pgTable, primaryKey, smallint, sql, text, uuid } from './drizzle.ts'
import { instant, people } from './schema.ts'
import { deliveries, messages } from './sending-schema.ts'

/** "This wasn't about Repairs": what she said of one message that reached her. No choice, and when her delivery goes it is only a number. */
export const wrongTopicReports = pgTable(
  'wrong_topic_reports',
  {
    delivery: uuid('delivery')
      .primaryKey()
      .references(() => deliveries.id, { onDelete: 'cascade' }),
    person: uuid('person')
      .notNull()
      .references(() => people.id, { onDelete: 'cascade' }),
    message: uuid('message')
      .notNull()
      .references(() => messages.id),
    at: instant('at')
      .notNull()
      .default(sql`instant()`),
  },
  (table) => [
    index('wrong_topic_reports_person').on(table.person),
    index('wrong_topic_reports_message').on(table.message),
  ],
)

/**
 * Roots of the ledger's full subtrees of 2^level leaves, from 256 on: node `position` of a level covers the leaves from
 * `position`·2^level. They never change, and let any proof be made from a few hundred rows. Append-only by trigger.
 */
export const treeNodes = pgTable(
  'tree_nodes',
  {
    level: smallint('level').notNull(),
    position: bigint('position', { mode: 'number' }).notNull(),
    hash: text('hash').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.level, table.position] }),
    check('tree_nodes_level', sql`${table.level} >= 8`),
  ],
)
