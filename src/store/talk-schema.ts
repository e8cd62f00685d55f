import { longestWords, quotes } from '../domain/answer.ts'
import { stopReasons } from '../domain/stop-reason.ts'
import {
  bigint,
  boolean,
  check,
  index,
  pgTable,
  primaryKey,
  smallint,
  sql,
  text,
  uniqueIndex,
  uuid,
} from './drizzle.ts'
import { instant, people, topics, wordings } from './schema.ts'
import { deliveries, messages } from './sending-schema.ts'

const now = sql`instant()`
const oneOf = (values: readonly string[]) => sql.raw(values.map((value) => `'${value}'`).join(', '))

/** What we ask everybody, one at a time. What was asked never changes (trigger): answers were given to these words. */
export const questions = pgTable(
  'questions',
  {
    slug: text('slug').primaryKey(),
    text: text('text').notNull(),
    why: text('why').notNull(),
    openedAt: instant('opened_at').notNull().default(now),
    closedAt: instant('closed_at'),
  },
  (table) => [
    uniqueIndex('questions_one_open')
      .on(sql`(${table.closedAt} is null)`)
      .where(sql`${table.closedAt} is null`),
  ],
)

/** That a person was asked: nobody is asked again within 90 days, also when she has deleted what she answered. */
export const askings = pgTable(
  'askings',
  {
    person: uuid('person')
      .notNull()
      .references(() => people.id),
    question: text('question')
      .notNull()
      .references(() => questions.slug),
    at: instant('at').notNull().default(now),
  },
  (table) => [primaryKey({ columns: [table.person, table.question] }), index('askings_at').on(table.at)],
)

/**
 * What a person told us: to a question, of her own accord, or why she stopped (`reason`, and the entry of that stop).
 * It is hers: she edits and deletes it for ever. What she said about a reply and about quoting stands beside it, each
 * with its time and the wording she saw; nothing said is no. `message` and `topic` are of the mail she came from. `handled` is
 * what staff make of it, by whom (an id of the staff's, who may be gone); words that she changes are unread again.
 */
export const answers = pgTable(
  'answers',
  {
    id: uuid('id').primaryKey(),
    person: uuid('person')
      .notNull()
      .references(() => people.id),
    question: text('question').references(() => questions.slug),
    reason: text('reason'),
    entry: bigint('entry', { mode: 'number' }),
    message: uuid('message').references(() => messages.id, { onDelete: 'set null' }),
    topic: smallint('topic').references(() => topics.id),
    text: text('text').notNull(),
    wantsReply: boolean('wants_reply').notNull().default(false),
    replySaidAt: instant('reply_said_at'),
    replyWording: text('reply_wording').references(() => wordings.hash),
    mayQuote: text('may_quote').notNull().default('none'),
    quoteSaidAt: instant('quote_said_at'),
    quoteWording: text('quote_wording').references(() => wordings.hash),
    createdAt: instant('created_at').notNull().default(now),
    editedAt: instant('edited_at'),
    handled: text('handled'),
    handledAt: instant('handled_at'),
    handledBy: uuid('handled_by'),
  },
  (table) => [
    uniqueIndex('answers_one_a_question')
      .on(table.person, table.question)
      .where(sql`${table.question} is not null`),
    uniqueIndex('answers_one_a_stop')
      .on(table.person, table.entry)
      .where(sql`${table.entry} is not null`),
    index('answers_person').on(table.person, table.createdAt),
    index('answers_newest').on(table.createdAt),
    index('answers_message')
      .on(table.message)
      .where(sql`${table.message} is not null`),
    index('answers_of_stops')
      .on(sql`coalesce(${table.editedAt}, ${table.createdAt})`)
      .where(sql`${table.entry} is not null`),
    check('answers_length', sql`char_length(${table.text}) <= ${sql.raw(String(longestWords))}`),
    check('answers_say_something', sql`${table.text} <> '' or ${table.reason} is not null`),
    check('answers_reason', sql`${table.reason} in (${oneOf(stopReasons)})`),
    check('answers_of_one_kind', sql`${table.question} is null or ${table.entry} is null`),
    check('answers_handled', sql`${table.handled} in ('done', 'acting')`),
    index('answers_unread')
      .on(table.createdAt)
      .where(sql`${table.handled} is null`),
    check('answers_may_quote', sql`${table.mayQuote} in (${oneOf(quotes)})`),
    check(
      'answers_yes_has_evidence',
      sql`(not ${table.wantsReply} or (${table.replySaidAt} is not null and ${table.replyWording} is not null))
        and (${table.mayQuote} = 'none' or (${table.quoteSaidAt} is not null and ${table.quoteWording} is not null))`,
    ),
  ],
)

/** Our one reply to an answer whose writer asked for one, and the mail that carries it while that is kept. It goes when the answer goes. */
export const replies = pgTable(
  'replies',
  {
    answer: uuid('answer')
      .primaryKey()
      .references(() => answers.id, { onDelete: 'cascade' }),
    person: uuid('person')
      .notNull()
      .references(() => people.id),
    text: text('text').notNull(),
    by: text('by'),
    delivery: uuid('delivery').references(() => deliveries.id, { onDelete: 'set null' }),
    at: instant('at').notNull().default(now),
  },
  (table) => [index('replies_person').on(table.person), index('replies_delivery').on(table.delivery)],
)

/** What we changed because people told us, for everybody to read. */
export const changesMade = pgTable(
  'changes_made',
  {
    id: uuid('id').primaryKey(),
    text: text('text').notNull(),
    at: instant('at').notNull().default(now),
  },
  (table) => [index('changes_made_newest').on(table.at)],
)

/** Which answers a change came from. */
export const changeAnswers = pgTable(
  'change_answers',
  {
    change: uuid('change')
      .notNull()
      .references(() => changesMade.id),
    answer: uuid('answer')
      .notNull()
      .references(() => answers.id, { onDelete: 'cascade' }),
    person: uuid('person')
      .notNull()
      .references(() => people.id),
  },
  (table) => [
    primaryKey({ columns: [table.change, table.answer] }),
    index('change_answers_answer').on(table.answer),
    index('change_answers_person').on(table.person),
  ],
)
