import type { Quote } from '../domain/answer.ts'
import type { StopReason } from '../domain/stop-reason.ts'
import type { Sql, Transaction } from './database.ts'

/**
 * What one person told us once. `question` is null for words of her own accord and for a reason of a stop; `replyAskedAt`
 * is when she said that she wants a reply, null for no; `wants` and `quoteSaid` tell a no from nothing said; `changes` counts what we changed because of it. Times are ISO.
 */
export type Answer = {
  id: string
  question: { slug: string; text: string } | null
  reason: StopReason | null
  stop: number | null
  text: string
  replyAskedAt: string | null
  wants: 'yes' | 'no' | null
  mayQuote: Quote
  quoteSaid: boolean
  createdAt: string
  editedAt: string | null
  reply: { text: string; at: string } | null
  changes: number
}

/** An answer to be kept. `entry` is that of the stop it gives a reason for; `delivery` and `topics` are of the mail she came from. */
export type NewAnswer = {
  id: string
  person: string
  question: string | null
  reason: StopReason | null
  entry: number | null
  text: string
  delivery: string | null
  topics: readonly number[]
}

type Row = Omit<Answer, 'question' | 'reply' | 'stop'> & {
  slug: string | null
  asked: string | null
  entry: string | null
  reply: string | null
  repliedAt: string | null
}

/** Her newest answers, the newest first; more than anybody writes. */
const mostShown = 500

export async function answersOf(sql: Sql, person: string): Promise<Answer[]> {
  return answersWhere(sql, person, null)
}

/** One answer of hers; null when there is none by that id, whoever else's it may be. */
export async function answerOf(sql: Sql, person: string, id: string): Promise<Answer | null> {
  const [answer = null] = await answersWhere(sql, person, id)
  return answer
}

async function answersWhere(sql: Sql, person: string, id: string | null): Promise<Answer[]> {
  const rows = await sql<Row[]>`
    select a.id, q.slug, q.text as asked, a.reason, a.entry, a.text,
      case when a.wants_reply then a.reply_said_at end as "replyAskedAt",
      case when a.reply_said_at is not null then case when a.wants_reply then 'yes' else 'no' end end as wants,
      a.may_quote as "mayQuote", a.quote_said_at is not null as "quoteSaid",
      a.created_at as "createdAt", a.edited_at as "editedAt", r.text as reply, r.at as "repliedAt",
      (select count(*)::int from change_answers c where c.answer = a.id) as changes
    from answers a left join questions q on q.slug = a.question left join replies r on r.answer = a.id
    where a.person = ${person} and (${id}::uuid is null or a.id = ${id})
    order by a.created_at desc, a.id limit ${mostShown}`
  return rows.map(({ slug, asked, entry, reply, repliedAt, ...row }) => ({
    ...row,
    question: slug === null ? null : { slug, text: asked ?? '' },
    stop: entry === null ? null : Number(entry),
    replyAskedAt: isoOrNull(row.replyAskedAt),
    createdAt: new Date(row.createdAt).toISOString(),
    editedAt: isoOrNull(row.editedAt),
    reply: reply === null || repliedAt === null ? null : { text: reply, at: new Date(repliedAt).toISOString() },
  }))
}

/** The id of her answer to a question, or of the reason she gave for the stop of an entry; null when there is none. */
export async function answerTo(
  sql: Sql,
  person: string,
  { question, entry }: { question: string | null; entry: number | null },
): Promise<string | null> {
  const [row] = await sql<{ id: string }[]>`
    select id from answers where person = ${person} and (question = ${question} or entry = ${entry})`
  return row?.id ?? null
}

/** How many answers she gave within an interval such as `1 hour`. */
export async function countAnswers(sql: Sql, person: string, within: string): Promise<number> {
  const [row] = await sql<{ n: number }[]>`
    select count(*)::int as n from answers where person = ${person} and created_at > instant() - ${within}::interval`
  return row?.n ?? 0
}

/** Keeps a new answer. The person is locked. @returns false when somebody else's answer has that id. */
export async function insertAnswer(tx: Transaction, answer: NewAnswer): Promise<boolean> {
  const [topic = null, ...others] = answer.topics
  const kept = await tx`
    insert into answers (id, person, question, reason, entry, text, message, topic)
    values (${answer.id}, ${answer.person}, ${answer.question}, ${answer.reason}, ${answer.entry}, ${answer.text},
      (select message from deliveries where id = ${answer.delivery} and person = ${answer.person}),
      (select id from topics where id = ${others.length > 0 ? null : topic}))
    on conflict (id) do nothing returning id`
  return kept.length > 0
}

/**
 * Puts other words in place of hers. What she said about quoting was said of the old ones, so that ends. The person is
 * locked. @returns whether there is such an answer of hers.
 */
export async function rewriteAnswer(
  tx: Transaction,
  person: string,
  id: string,
  { text, reason }: { text: string; reason: StopReason | null },
): Promise<boolean> {
  const written = await tx`
    update answers set text = ${text}, reason = ${reason}, edited_at = instant(),
      may_quote = 'none', quote_said_at = null, quote_wording = null,
      handled = null, handled_at = null, handled_by = null
    where id = ${id} and person = ${person} returning id`
  return written.length > 0
}

/** Deletes her answer, our reply to it and its place among changes. The person is locked. */
export async function deleteAnswer(tx: Transaction, person: string, id: string): Promise<boolean> {
  const deleted = await tx`delete from answers where id = ${id} and person = ${person} returning id`
  return deleted.length > 0
}

/** Keeps what she said about a reply, when, and under which wording. The person is locked. */
export async function sayWantsReply(
  tx: Transaction,
  { person, id, wording }: { person: string; id: string; wording: string },
  wants: boolean,
): Promise<boolean> {
  const said = await tx`
    update answers set wants_reply = ${wants}, reply_said_at = instant(), reply_wording = ${wording}
    where id = ${id} and person = ${person} returning id`
  return said.length > 0
}

/** Keeps what she said about quoting these words, when, and under which wording. The person is locked. */
export async function sayMayQuote(
  tx: Transaction,
  { person, id, wording }: { person: string; id: string; wording: string },
  quote: Quote,
): Promise<boolean> {
  const said = await tx`
    update answers set may_quote = ${quote}, quote_said_at = instant(), quote_wording = ${wording}
    where id = ${id} and person = ${person} returning id`
  return said.length > 0
}

function isoOrNull(at: string | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
