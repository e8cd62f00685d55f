import type { Sql, Transaction } from './database.ts'

/** What we ask, and why we ask; times are ISO, `closedAt` is null while it is the open one. */
export type Question = { slug: string; text: string; why: string; openedAt: string; closedAt: string | null }
export type QuestionCounted = Question & { answers: number }

type Row = { slug: string; text: string; why: string; opened_at: string; closed_at: string | null }

/** Opens a question. @returns which rule stood against it: the short name is `taken`, or another one is `open` still. */
export async function insertQuestion(
  tx: Transaction,
  question: Pick<Question, 'slug' | 'text' | 'why'>,
): Promise<'opened' | 'taken' | 'open'> {
  const opened = await tx`
    insert into questions (slug, text, why) values (${question.slug}, ${question.text}, ${question.why})
    on conflict do nothing returning slug`
  if (opened.length > 0) return 'opened'
  return (await questionNamed(tx, question.slug)) ? 'taken' : 'open'
}

/** @returns whether it was open until now. */
export async function endQuestion(tx: Transaction, slug: string): Promise<boolean> {
  const ended = await tx`
    update questions set closed_at = instant() where slug = ${slug} and closed_at is null returning slug`
  return ended.length > 0
}

export async function questionNamed(sql: Sql, slug: string): Promise<Question | null> {
  const [row] = await sql<Row[]>`
    select slug, text, why, opened_at, closed_at from questions where slug = ${slug}`
  return row ? questionOf(row) : null
}

/** Every question, the newest first, with how many answers there are to it. */
export async function allQuestions(sql: Sql): Promise<QuestionCounted[]> {
  const rows = await sql<(Row & { answers: number })[]>`
    select q.slug, q.text, q.why, q.opened_at, q.closed_at,
      (select count(*)::int from answers a where a.question = q.slug) as answers
    from questions q order by q.opened_at desc, q.slug`
  return rows.map((row) => ({ ...questionOf(row), answers: row.answers }))
}

/** The open question as it stands for one person: whether she answered it, and when she was asked any (ISO). `now` is the database's. */
export type QuestionForHer = { question: Question; answered: boolean; askedAt: string | null; now: string }

/** @returns null while none is open. */
export async function openQuestionFor(sql: Sql, person: string): Promise<QuestionForHer | null> {
  const [row] = await sql<(Row & { answered: boolean; asked_at: string | null; now: string })[]>`
    select q.slug, q.text, q.why, q.opened_at, q.closed_at, instant() as now,
      exists (select from answers a where a.person = ${person} and a.question = q.slug) as answered,
      (select max(at) from askings where person = ${person}) as asked_at
    from questions q where q.closed_at is null`
  if (!row) return null
  const { answered, asked_at: askedAt, now } = row
  return { question: questionOf(row), answered, askedAt: askedAt === null ? null : iso(askedAt), now: iso(now) }
}

/** Keeps that she was asked, now. The person is locked. */
export async function noteAsking(tx: Transaction, person: string, question: string): Promise<void> {
  await tx`
    insert into askings (person, question) values (${person}, ${question})
    on conflict (person, question) do update set at = instant()`
}

function questionOf(row: Row): Question {
  const { slug, text, why } = row
  return { slug, text, why, openedAt: iso(row.opened_at), closedAt: row.closed_at === null ? null : iso(row.closed_at) }
}

function iso(at: string): string {
  return new Date(at).toISOString()
}
