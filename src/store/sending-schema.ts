import type { BodyFormat } from '../domain/campaign-body.ts'
import type { Narrowing } from '../domain/narrowing.ts'
import {
  bigint,
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  sql,
  text,
  unique,
  uniqueIndex,
  uuid,
} from './drizzle.ts'
import { instant, people, topics } from './schema.ts'

/** What is written once: exactly one topic, or one service kind. */
export const messages = pgTable(
  'messages',
  {
    id: uuid('id').primaryKey(),
    topic: smallint('topic').references(() => topics.id),
    serviceKind: text('service_kind'),
    subject: text('subject').notNull(),
    inShort: text('in_short').notNull(),
    sender: text('sender').notNull(),
    body: text('body').notNull(),
    /** What the body is written in. */
    format: text('format').$type<BodyFormat>().notNull().default('markdown'),
    language: text('language'),
    usefulUntil: instant('useful_until'),
    createdAt: instant('created_at')
      .notNull()
      .default(sql`instant()`),
  },
  (table) => [
    check('messages_topic_or_service_kind', sql`(${table.topic} is null) <> (${table.serviceKind} is null)`),
    check('messages_format', sql`${table.format} in ('markdown', 'html')`),
    index('messages_service')
      .on(table.serviceKind, table.createdAt)
      .where(sql`${table.serviceKind} is not null`),
  ],
)

/** That a draft was given another topic: when, from which to which, and by whom of the staff (their id), null for the command line. */
export type Retag = { at: string; from: number; to: number; by: string | null }

/** A message for everyone who asked for its topic. */
export const campaigns = pgTable(
  'campaigns',
  {
    message: uuid('message')
      .primaryKey()
      .references(() => messages.id),
    slug: text('slug').notNull().unique(),
    state: text('state').notNull().default('draft'),
    startedAt: instant('started_at'),
    sendAt: instant('send_at'),
    confirmed: integer('confirmed'),
    confirmedEntry: bigint('confirmed_entry', { mode: 'number' }),
    narrowing: jsonb('narrowing').$type<Narrowing>(),
    retagged: jsonb('retagged').$type<Retag[]>().notNull().default([]),
    note: text('note'),
    /** When a test of it was taken by our own mail server last. */
    testedAt: instant('tested_at'),
  },
  (table) => [
    check('campaigns_state', sql`${table.state} in ('draft', 'scheduled', 'sending', 'sent', 'paused', 'cancelled')`),
  ],
)

/**
 * Whom a message is narrowed to, where its campaign's narrowing names a list: everybody else is not chosen by us. It widens
 * nothing, for each of them still passes the gate. A row goes with its person, and with the message.
 */
export const chosenPeople = pgTable(
  'chosen_people',
  {
    message: uuid('message')
      .notNull()
      .references(() => messages.id, { onDelete: 'cascade' }),
    person: uuid('person')
      .notNull()
      .references(() => people.id),
  },
  (table) => [primaryKey({ columns: [table.message, table.person] }), index('chosen_people_person').on(table.person)],
)

/**
 * A range of people by id that one worker takes through the gate; its bounds are nobody's id. `through` is the last person
 * whose verdict is committed, in the same transaction as the deliveries, so a dead worker's slice goes on without a gap or a
 * repeat; it is forgotten once the slice is finished.
 */
export const slices = pgTable(
  'slices',
  {
    message: uuid('message')
      .notNull()
      .references(() => campaigns.message),
    number: integer('number').notNull(),
    first: uuid('first').notNull(),
    last: uuid('last').notNull(),
    through: uuid('through'),
    verdicts: jsonb('verdicts').$type<Record<string, number>>().notNull().default({}),
    finished: boolean('finished').notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.message, table.number] })],
)

/**
 * One message on its way to one person: one row, one state, one reason. A digest is a delivery of its own, with a slot
 * instead of a message; its items name it. `worker` is whose session released it.
 */
export const deliveries = pgTable(
  'deliveries',
  {
    id: uuid('id').primaryKey(),
    message: uuid('message').references(() => messages.id),
    digest: uuid('digest'),
    slot: instant('slot'),
    channel: text('channel').notNull().default('email'),
    person: uuid('person')
      .notNull()
      .references(() => people.id),
    state: text('state').notNull(),
    verdict: text('verdict').notNull(),
    reason: text('reason'),
    version: bigint('version', { mode: 'number' }).notNull(),
    allowedBy: bigint('allowed_by', { mode: 'number' }),
    attempt: uuid('attempt'),
    attempts: smallint('attempts').notNull().default(0),
    worker: bigint('worker', { mode: 'number' }),
    leaseUntil: instant('lease_until'),
    releasedAt: instant('released_at'),
    /** A mail that must arrive was handed over a second time: there is no third. */
    resent: boolean('resent').notNull().default(false),
    /** What was concluded from a refusal; null until somebody looked. */
    refusal: text('refusal'),
    dueAt: instant('due_at'),
    plannedAt: instant('planned_at')
      .notNull()
      .default(sql`instant()`),
    settledAt: instant('settled_at'),
    reply: text('reply'),
  },
  (table) => [
    unique('deliveries_once').on(table.message, table.person),
    foreignKey({ columns: [table.digest], foreignColumns: [table.id], name: 'deliveries_digest' }),
    uniqueIndex('deliveries_one_digest_a_slot')
      .on(table.person, table.slot, table.channel)
      .where(sql`${table.slot} is not null`),
    index('deliveries_items')
      .on(table.digest)
      .where(sql`${table.digest} is not null`),
    check('deliveries_message_or_slot', sql`(${table.message} is null) = (${table.slot} is not null)`),
    index('deliveries_person').on(table.person),
    // Finds what was released on a day at the price of a few pages: rows lie about in the order in which they were written.
    index('deliveries_released').using('brin', table.releasedAt).with({ autosummarize: true, pages_per_range: 32 }),
    index('deliveries_due')
      .on(table.dueAt)
      .where(sql`${table.dueAt} is not null`),
    index('deliveries_refused')
      .on(table.message)
      .where(sql`${table.state} = 'refused' and ${table.refusal} is null`),
    index('deliveries_unknown')
      .on(table.message)
      .where(sql`${table.state} = 'unknown'`),
    index('deliveries_in_hand')
      .on(table.worker)
      .where(sql`${table.state} = 'released'`),
    check(
      'deliveries_state',
      sql`${table.state} in ('released', 'held', 'held_back', 'sent', 'refused', 'deferred', 'unknown', 'cancelled')`,
    ),
    check('deliveries_verdict', sql`${table.verdict} in ('now', 'later', 'never')`),
    check('deliveries_refusal', sql`${table.refusal} in ('bounced', 'doubtful', 'passed')`),
  ],
)

/**
 * Releases that a delivery's own row no longer tells: taken back because it provably did not leave, or followed by
 * another. `endedAt` is since when it counts no longer, null where it goes on counting beside the next.
 */
export const pastReleases = pgTable(
  'past_releases',
  {
    delivery: uuid('delivery')
      .notNull()
      .references(() => deliveries.id),
    topic: smallint('topic').notNull(),
    releasedAt: instant('released_at').notNull(),
    endedAt: instant('ended_at'),
  },
  (table) => [primaryKey({ columns: [table.delivery, table.topic, table.releasedAt] })],
)

/**
 * A recipient domain to which topic mail goes at a rate: until when it is used up, and the last turn promised to one that
 * waits. Rows that have rested for a day are deleted: a domain of one person names her.
 */
export const destinations = pgTable('destinations', {
  domain: text('domain').primaryKey(),
  spentUntil: instant('spent_until'),
  promisedUntil: instant('promised_until'),
})

/** A day of a young sender's ramp, in the brand's zone: mails released on it, and places promised to those that wait. */
export const sendingDays = pgTable('sending_days', {
  day: date('day', { mode: 'string' }).primaryKey(),
  released: integer('released').notNull().default(0),
  promised: integer('promised').notNull().default(0),
})
