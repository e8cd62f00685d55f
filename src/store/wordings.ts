import { and, asc, eq } from 'drizzle-orm'
import { orm, type Sql, type Transaction } from './database.ts'
import { wordings } from './schema.ts'

/** What a frozen text is for: her page or the sign-up page, which ask, or a text that somebody else showed and attests. */
export type WordingKind = 'preferences' | 'sign-up' | 'attested'

export type Wording = { hash: string; kind: WordingKind; language: string; body: string }

/** Lets one at a time publish; readers are not kept waiting. */
export async function lockWordings(tx: Transaction): Promise<void> {
  await tx`lock table wordings in share row exclusive mode`
}

/**
 * Publishes a frozen text; one that is already published changes nothing. A text of a page becomes the current one of
 * its kind and language, and people stay on the one they saw.
 * @returns whether the text is new.
 */
export async function publish(tx: Transaction, wording: Wording): Promise<boolean> {
  await lockWordings(tx)
  const current = wording.kind !== 'attested'
  if (current) {
    await tx`
      update wordings set current = false
      where kind = ${wording.kind} and language = ${wording.language} and current and hash <> ${wording.hash}`
  }
  const [row] = await tx<{ inserted: boolean }[]>`
    insert into wordings (hash, kind, language, body, current)
    values (${wording.hash}, ${wording.kind}, ${wording.language}, ${wording.body}, ${current})
    on conflict (hash) do update set current = wordings.current or excluded.current
    returning xmax = 0 as inserted`
  return row?.inserted ?? false
}

/** The hash of the text that the page shows now; null before anything was published. */
export async function currentWording(sql: Sql, kind: WordingKind, language: string): Promise<string | null> {
  const [row] = await orm(sql)
    .select({ hash: wordings.hash })
    .from(wordings)
    .where(and(eq(wordings.kind, kind), eq(wordings.language, language), eq(wordings.current, true)))
  return row?.hash ?? null
}

/** The published text of that kind and name; null when there is none, or it is of another kind. */
export async function wordingText(sql: Sql, kind: WordingKind, hash: string): Promise<string | null> {
  const [row] = await orm(sql)
    .select({ body: wordings.body })
    .from(wordings)
    .where(and(eq(wordings.hash, hash), eq(wordings.kind, kind)))
  return row?.body ?? null
}

/** The names of all published texts, as the gate asks for them. */
export async function wordingHashes(sql: Sql): Promise<Set<string>> {
  const rows = await orm(sql).select({ hash: wordings.hash }).from(wordings)
  return new Set(rows.map((row) => row.hash))
}

export async function allWordings(
  sql: Sql,
): Promise<{ hash: string; kind: string; language: string; body: string; publishedAt: string }[]> {
  return orm(sql)
    .select({
      hash: wordings.hash,
      kind: wordings.kind,
      language: wordings.language,
      body: wordings.body,
      publishedAt: wordings.publishedAt,
    })
    .from(wordings)
    .orderBy(asc(wordings.publishedAt), asc(wordings.hash))
}
