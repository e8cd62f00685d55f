import type { Quote } from '../domain/answer.ts'
import type { StopReason } from '../domain/stop-reason.ts'
import type { Sql, Transaction } from './database.ts'

/** An answer as staff read it: her words, never her address. `wantsReply` is what she said; times are ISO. */
export type Heard = {
  id: string
  question: string | null
  reason: StopReason | null
  topic: string | null
  text: string
  firstName: string | null
  wantsReply: boolean
  mayQuote: Quote
  at: string
  editedAt: string | null
  repliedAt: string | null
  changes: number
}

/** What of it is wanted: answers to one question, or only those that wait for a reply. */
export type HeardWanted = { question: string | null; waiting: boolean; limit: number }

/** What people told us, the newest first. Her first name stands beside words that she lets us quote with it, and nowhere else. */
export async function heard(sql: Sql, { question, waiting, limit }: HeardWanted): Promise<Heard[]> {
  const rows = await sql<Heard[]>`
    select a.id, a.question, a.reason, t.slug as topic, a.text,
      case when a.may_quote = 'first_name' then p.name end as "firstName",
      a.wants_reply as "wantsReply", a.may_quote as "mayQuote", a.created_at as at, a.edited_at as "editedAt",
      r.at as "repliedAt", (select count(*)::int from change_answers c where c.answer = a.id) as changes
    from answers a join people p on p.id = a.person
      left join topics t on t.id = a.topic left join replies r on r.answer = a.id
    where (${question}::text is null or a.question = ${question})
      and (not ${waiting} or (a.wants_reply and r.answer is null))
    order by a.created_at desc, a.id limit ${limit}`
  return rows.map((row) => ({
    ...row,
    at: new Date(row.at).toISOString(),
    editedAt: isoOrNull(row.editedAt),
    repliedAt: isoOrNull(row.repliedAt),
  }))
}

/** Whose answer that is; null when there is none. */
export async function whoseAnswer(sql: Sql, id: string): Promise<string | null> {
  const [row] = await sql<{ person: string }[]>`select person from answers where id = ${id}`
  return row?.person ?? null
}

/** Keeps our reply, with the delivery that carries it. The person is locked. @returns false when there was one already. */
export async function insertReply(
  tx: Transaction,
  reply: { answer: string; person: string; text: string; by: string | null; delivery: string },
): Promise<boolean> {
  const kept = await tx`
    insert into replies (answer, person, text, by, delivery)
    values (${reply.answer}, ${reply.person}, ${reply.text}, ${reply.by}, ${reply.delivery})
    on conflict (answer) do nothing returning answer`
  return kept.length > 0
}

/**
 * Cancels the mail with our reply to an answer where it has not left, and sends none again of which nobody knows whether
 * it arrived. The person is locked. @returns its delivery.
 */
export async function cancelReplyMail(tx: Transaction, person: string, answer: string): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    update deliveries d set state = case d.state when 'unknown' then 'unknown' else 'cancelled' end, due_at = null,
      settled_at = coalesce(d.settled_at, instant())
    from replies r
    where r.answer = ${answer} and r.person = ${person} and d.id = r.delivery and d.state in ('held', 'deferred', 'unknown')
    returning d.id`
  return rows.map(({ id }) => id)
}

/** What we changed because people told us. `answers` counts those it came from; `hers`: one of them was this reader's. */
export type ChangeMade = { id: string; text: string; at: string; answers: number; hers: boolean }

/** The newest changes first, as one person (or nobody, null) reads them. */
export async function changesFor(sql: Sql, person: string | null, limit: number): Promise<ChangeMade[]> {
  const rows = await sql<ChangeMade[]>`
    select c.id, c.text, c.at,
      (select count(*)::int from change_answers a where a.change = c.id) as answers,
      exists (select from change_answers a where a.change = c.id and a.person = ${person}::uuid) as hers
    from changes_made c order by c.at desc, c.id limit ${limit}`
  return rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }))
}

/** Keeps what we changed, and which answers it came from. @returns those ids among them that are no answers. */
export async function insertChange(
  tx: Transaction,
  change: { id: string; text: string },
  answers: readonly string[],
): Promise<string[]> {
  // Whoever is being erased is waited for, so that no answer of hers is counted that is gone by then.
  await tx`
    select id from people where id in (select person from answers where id = any (${[...answers]}::uuid[]))
    order by id for key share`
  await tx`insert into changes_made (id, text) values (${change.id}, ${change.text})`
  const linked = await tx<{ answer: string }[]>`
    insert into change_answers (change, answer, person)
    select ${change.id}, id, person from answers where id = any (${[...answers]}::uuid[]) returning answer`
  return answers.filter((id) => !linked.some(({ answer }) => answer === id))
}

function isoOrNull(at: string | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
