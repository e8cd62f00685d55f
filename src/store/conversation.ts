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
  handled: Handled | null
  changes: number
}

/** What staff make of an answer; null while nobody has said that it is read. */
export type Handled = 'done' | 'acting'

/**
 * What of it is wanted: answers to one question, only those that wait for a reply, only one by its id, only those that
 * staff made that of (`unread`: nothing yet).
 */
export type HeardWanted = {
  question: string | null
  waiting: boolean
  limit: number
  id?: string
  handled?: Handled | 'unread'
}

/** What people told us, the newest first. Her first name stands beside words that she lets us quote with it, and nowhere else. */
export async function heard(sql: Sql, wanted: HeardWanted): Promise<Heard[]> {
  const { question, waiting, limit, id = null, handled = null } = wanted
  const rows = await sql<Heard[]>`
    select a.id, a.question, a.reason, t.slug as topic, a.text,
      case when a.may_quote = 'first_name' then p.name end as "firstName",
      a.wants_reply as "wantsReply", a.may_quote as "mayQuote", a.created_at as at, a.edited_at as "editedAt",
      r.at as "repliedAt", a.handled, (select count(*)::int from change_answers c where c.answer = a.id) as changes
    from answers a join people p on p.id = a.person
      left join topics t on t.id = a.topic left join replies r on r.answer = a.id
    where (${question}::text is null or a.question = ${question})
      and (not ${waiting} or (a.wants_reply and r.answer is null))
      and (${id}::uuid is null or a.id = ${id})
      and (${handled}::text is null or coalesce(a.handled, 'unread') = ${handled})
    order by a.created_at desc, a.id limit ${limit}`
  return rows.map((row) => ({
    ...row,
    at: new Date(row.at).toISOString(),
    editedAt: isoOrNull(row.editedAt),
    repliedAt: isoOrNull(row.repliedAt),
  }))
}

/** Keeps what staff make of an answer, and by whose hand. @returns whether there is such an answer. */
export async function handleAnswer(tx: Sql, id: string, handled: Handled | null, staff: string): Promise<boolean> {
  const kept = await tx`
    update answers set handled = ${handled}, handled_at = case when ${handled}::text is not null then instant() end,
      handled_by = case when ${handled}::text is not null then ${staff}::uuid end
    where id = ${id} returning id`
  return kept.length > 0
}

/** What waits for staff, in numbers: nobody has read it, a reply is wanted; and how many were handled in the last 30 days. */
export async function countHeard(sql: Sql): Promise<{ unread: number; waiting: number; handled: number }> {
  const [row] = await sql<{ unread: number; waiting: number; handled: number }[]>`
    select (count(*) filter (where a.handled is null))::int as unread,
      (count(*) filter (where a.wants_reply and r.answer is null))::int as waiting,
      (count(*) filter (where a.handled_at > instant() - interval '30 days'))::int as handled
    from answers a left join replies r on r.answer = a.id`
  return row ?? { unread: 0, waiting: 0, handled: 0 }
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

/**
 * Keeps what we changed, and which answers it came from; the same again changes nothing.
 * @returns those ids among them that are no answers; null where another text stands under that id.
 */
export async function insertChange(
  tx: Transaction,
  change: { id: string; text: string },
  answers: readonly string[],
): Promise<string[] | null> {
  // Whoever is being erased is waited for, so that no answer of hers is counted that is gone by then.
  await tx`
    select id from people where id in (select person from answers where id = any (${[...answers]}::uuid[]))
    order by id for key share`
  const kept = await tx`
    insert into changes_made (id, text) values (${change.id}, ${change.text}) on conflict do nothing returning id`
  if (kept.length === 0) {
    const same = await tx`select from changes_made where id = ${change.id} and text = ${change.text}`
    return same.length > 0 ? [] : null
  }
  const linked = await tx<{ answer: string }[]>`
    insert into change_answers (change, answer, person)
    select ${change.id}, id, person from answers where id = any (${[...answers]}::uuid[]) returning answer`
  return answers.filter((id) => !linked.some(({ answer }) => answer === id))
}

function isoOrNull(at: string | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
