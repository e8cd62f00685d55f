import {
  bigint,
  boolean,
  check,
  customType,
  foreignKey,
  index,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  sql,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from './drizzle.ts'
import type { Brand } from '../domain/brand.ts'
import type { Choices } from '../domain/choices.ts'
import type { PictureType } from '../domain/picture.ts'
import type { Topic } from '../domain/topic.ts'

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })
/** A moment, as PostgreSQL writes it: text with microseconds and zone. */
export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' })

/** One row: who sends, and the rules that hold for everybody. */
export const brand = pgTable(
  'brand',
  {
    id: smallint('id').primaryKey().default(1),
    settings: jsonb('settings').$type<Brand>().notNull(),
  },
  (table) => [check('brand_is_one_row', sql`${table.id} = 1`)],
)

/** The brand's settings as of each change, whole: what a past verdict rested on. Append-only by trigger. */
export const brandVersions = pgTable('brand_versions', {
  number: bigint('number', { mode: 'number' }).primaryKey(),
  settings: jsonb('settings').$type<Brand>().notNull(),
  at: instant('at')
    .notNull()
    .default(sql`instant()`),
})

/**
 * Pictures that pages show, each once, named by the SHA-256 of its bytes. None goes when another takes its place: past versions
 * of the brand name it, and it is about nobody.
 */
export const pictures = pgTable(
  'pictures',
  {
    hash: text('hash').primaryKey(),
    type: text('type').$type<PictureType>().notNull(),
    bytes: bytea('bytes').notNull(),
    at: instant('at')
      .notNull()
      .default(sql`instant()`),
  },
  (table) => [
    check('pictures_type', sql`${table.type} in ('png', 'jpg', 'svg')`),
    check('pictures_hash', sql`${table.hash} = encode(sha256(${table.bytes}), 'hex')`),
  ],
)

export const topics = pgTable('topics', {
  id: smallint('id').primaryKey(),
  slug: text('slug').notNull().unique(),
  name: text('name').notNull(),
  promise: text('promise').notNull(),
  translations: jsonb('translations').$type<NonNullable<Topic['translations']>>().notNull().default({}),
  /** How many emails a month are expected under it, said while there is no history to tell it from. */
  expectedMonthly: smallint('expected_monthly'),
  createdAt: instant('created_at')
    .notNull()
    .default(sql`instant()`),
})

/** Frozen texts that ask or inform, named by the SHA-256 of their bytes. One of each kind and language is current. */
export const wordings = pgTable(
  'wordings',
  {
    hash: text('hash').primaryKey(),
    kind: text('kind').notNull(),
    language: text('language').notNull(),
    body: text('body').notNull(),
    current: boolean('current').notNull(),
    publishedAt: instant('published_at')
      .notNull()
      .default(sql`instant()`),
    /** The ledger entry that says so; null until it is written, at the next publishing. */
    entry: bigint('entry', { mode: 'number' }),
  },
  (table) => [
    uniqueIndex('wordings_one_current')
      .on(table.kind, table.language)
      .where(sql`${table.current}`),
  ],
)

/**
 * Her row holds all that the gate needs: choices and newest releases. `entry` is the number of the ledger entry
 * that made the choices what they are; a trigger refuses a change of choices without a newer entry.
 */
export const people = pgTable(
  'people',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    familyName: text('family_name').notNull(),
    choices: jsonb('choices').$type<Choices>().notNull(),
    entry: bigint('entry', { mode: 'number' }).notNull(),
    recent: jsonb('recent').notNull().default([]),
    createdAt: instant('created_at')
      .notNull()
      .default(sql`instant()`),
  },
  (table) => [foreignKey({ columns: [table.entry], foreignColumns: [entries.number], name: 'people_entry' })],
)

/** An address is one identity (`canonical`); `spelling` is how she gave it and how we write to her. */
export const addresses = pgTable(
  'addresses',
  {
    channel: text('channel').notNull(),
    canonical: text('canonical').notNull(),
    person: uuid('person')
      .notNull()
      .references(() => people.id),
    spelling: text('spelling').notNull(),
    fingerprint: text('fingerprint').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.channel, table.canonical] }),
    unique('addresses_one_per_channel').on(table.person, table.channel),
  ],
)

/** By fingerprint only, so that it outlives the person: an erased address cannot be added again by mistake. */
export const suppressions = pgTable(
  'suppressions',
  {
    channel: text('channel').notNull(),
    fingerprint: text('fingerprint').notNull(),
    reason: text('reason').notNull(),
    source: text('source').notNull(),
    at: instant('at')
      .notNull()
      .default(sql`instant()`),
  },
  (table) => [
    primaryKey({ columns: [table.channel, table.fingerprint, table.reason] }),
    check('suppressions_reason', sql`${table.reason} in ('erased', 'do_not_contact', 'bounced', 'complained')`),
  ],
)

/** The ledger: `body` is the canonical text of the leaf, `leaf` its hash in hex. Append-only by trigger. */
export const entries = pgTable('entries', {
  number: bigint('number', { mode: 'number' }).primaryKey(),
  body: text('body').notNull(),
  leaf: text('leaf').notNull(),
})

/** What an entry commits to. Erasure deletes the row; the entry and every proof stay. */
export const payloads = pgTable(
  'payloads',
  {
    number: bigint('number', { mode: 'number' })
      .primaryKey()
      .references(() => entries.number),
    person: uuid('person'),
    salt: bytea('salt').notNull(),
    payload: text('payload').notNull(),
  },
  (table) => [index('payloads_person').on(table.person, table.number)],
)

/** One row, locked last in every transaction that appends: size, time and frontier of the tree, and which keyring it belongs to. */
export const ledgerHead = pgTable(
  'ledger_head',
  {
    id: smallint('id').primaryKey().default(1),
    origin: text('origin').notNull(),
    keys: text('keys'),
    size: bigint('size', { mode: 'number' }).notNull(),
    frontier: text('frontier').array().notNull(),
    lastAt: instant('last_at').notNull(),
  },
  (table) => [check('ledger_head_is_one_row', sql`${table.id} = 1`)],
)

export const checkpoints = pgTable('checkpoints', {
  size: bigint('size', { mode: 'number' }).primaryKey(),
  note: text('note').notNull(),
  at: instant('at')
    .notNull()
    .default(sql`instant()`),
})
