import { bigint, check, index, pgTable, primaryKey, smallint, sql, text, uuid } from './drizzle.ts'
import { bytea, entries } from './schema.ts'

/**
 * What was released, or became of it, and stands in no seal yet: one row for a whole batch, written by the statement that
 * moves its deliveries, each record as the text that its leaf commits to. `slice` names the slice of a campaign (`<message>/<number>`) that seals its own when it is done.
 */
export const unsealed = pgTable(
  'unsealed',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    kind: text('kind').notNull(),
    slice: text('slice'),
    records: text('records').array().notNull(),
  },
  (table) => [check('unsealed_kind', sql`${table.kind} in ('released', 'outcomes')`)],
)

/** The leaves, 32 bytes each, of the tree whose root an entry of the kind `released` or `outcomes` names. Append-only by trigger. */
export const seals = pgTable('seals', {
  entry: bigint('entry', { mode: 'number' })
    .primaryKey()
    .references(() => entries.number),
  kind: text('kind').notNull(),
  leaves: bytea('leaves').notNull(),
})

/** What a leaf of a seal is made of. Goes with its delivery, by erasure or by age; the leaf and its root stay. */
export const sealed = pgTable(
  'sealed',
  {
    entry: bigint('entry', { mode: 'number' }).notNull(),
    leaf: smallint('leaf').notNull(),
    delivery: uuid('delivery').notNull(),
    salt: bytea('salt').notNull(),
    record: text('record').notNull(),
  },
  (table) => [primaryKey({ columns: [table.entry, table.leaf] }), index('sealed_delivery').on(table.delivery)],
)

/** The register of service mail as it was when each kind came into it. */
export const serviceKinds = pgTable('service_kinds', {
  kind: text('kind').primaryKey(),
  ground: text('ground').notNull(),
  entry: bigint('entry', { mode: 'number' })
    .notNull()
    .references(() => entries.number),
})
