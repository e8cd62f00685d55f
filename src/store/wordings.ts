import { and, asc, eq } from './drizzle.ts'
import { orm, type Sql, type Transaction } from './database.ts'
import { wordings } from './schema.ts'

/** What a frozen text is for: her page, the sign-up page, what is asked beside an answer; or a text that somebody else showed and attests. */
export type WordingKind = 'preferences' | 'sign-up' | 'talk' | 'attested'

export type Wording = { hash: string; kind: WordingKind; language: string; body: string }

/** Lets one at a time publish; readers are not kept waiting. */
export async function lockWordings(tx: Transaction): Promise<void> {
  await tx`lock table wordings in share row exclusive mode`
}

/**
 * Publishes frozen texts; one that is already published changes nothing. A text of a page becomes the current one of its
 * kind and language, and people stay on the one they saw.
 * @returns how many of them are new.
 */
export async function publishAll(tx: Transaction, texts: readonly Wording[]): Promise<number> {
  await lockWordings(tx)
  const column = (key: keyof Wording) => texts.map((wording) => wording[key])
  await tx`
    update wordings w set current = false
    from unnest(${column('hash')}::text[], ${column('kind')}::text[], ${column('language')}::text[]) as t (hash, kind, language)
    where t.kind <> 'attested' and w.kind = t.kind and w.language = t.language and w.current and w.hash <> t.hash`
  const rows = await tx<{ inserted: boolean }[]>`
    insert into wordings (hash, kind, language, body, current)
    select hash, kind, language, body, kind <> 'attested'
    from unnest(${column('hash')}::text[], ${column('kind')}::text[], ${column('language')}::text[], ${column('body')}::text[])
      as t (hash, kind, language, body)
    on conflict (hash) do update set current = wordings.current or excluded.current
    returning xmax = 0 as inserted`
  return rows.filter(({ inserted }) => inserted).length
}

/** Publishes one frozen text as {@link publishAll} does. @returns whether it is new. */
export async function publish(tx: Transaction, wording: Wording): Promise<boolean> {
  return (await publishAll(tx, [wording])) > 0
}

/** Texts that no entry of the ledger says were published, oldest first. `publishedAt` is ISO. Publishing is locked. */
export async function unrecordedWordings(
  tx: Transaction,
): Promise<{ hash: string; family: string; language: string; publishedAt: string }[]> {
  const rows = await tx<{ hash: string; family: string; language: string; publishedAt: string }[]>`
    select hash, kind as family, language, published_at as "publishedAt" from wordings
    where entry is null order by published_at, hash`
  return rows.map((row) => ({ ...row, publishedAt: new Date(row.publishedAt).toISOString() }))
}

/** Says which entry tells that each text was published: the first has that number, the others follow. */
export async function markRecorded(tx: Transaction, entry: number, hashes: readonly string[]): Promise<void> {
  await tx`
    update wordings w set entry = ${entry} + n - 1
    from unnest(${hashes as string[]}::text[]) with ordinality as t (hash, n) where w.hash = t.hash`
}

/** The hashes of the texts that the page shows now, by language; empty before anything was published. */
export async function currentWordings(sql: Sql, kind: WordingKind): Promise<Map<string, string>> {
  const rows = await orm(sql)
    .select({ language: wordings.language, hash: wordings.hash })
    .from(wordings)
    .where(and(eq(wordings.kind, kind), eq(wordings.current, true)))
  return new Map(rows.map(({ language, hash }) => [language, hash]))
}

/** The published text of that kind and name; null when there is none, or it is of another kind. */
export async function wordingText(sql: Sql, kind: WordingKind, hash: string): Promise<string | null> {
  const [row] = await orm(sql)
    .select({ body: wordings.body })
    .from(wordings)
    .where(and(eq(wordings.hash, hash), eq(wordings.kind, kind)))
  return row?.body ?? null
}

/** The language of a published text; null when there is none of that name. */
export async function wordingLanguage(sql: Sql, hash: string | null): Promise<string | null> {
  if (hash === null) return null
  const [row] = await orm(sql).select({ language: wordings.language }).from(wordings).where(eq(wordings.hash, hash))
  return row?.language ?? null
}

/** The names of all published texts, as the gate asks for them. */
export async function wordingHashes(sql: Sql): Promise<Set<string>> {
  const rows = await orm(sql).select({ hash: wordings.hash }).from(wordings)
  return new Set(rows.map((row) => row.hash))
}

/** A text as it is kept. `publishedAt` is as the database writes it; `current` is one that a page of ours shows now. */
export type KeptWording = {
  hash: string
  kind: string
  language: string
  body: string
  publishedAt: string
  current: boolean
}

const kept = {
  hash: wordings.hash,
  kind: wordings.kind,
  language: wordings.language,
  body: wordings.body,
  publishedAt: wordings.publishedAt,
  current: wordings.current,
}

/** The text of that name, of whatever kind; null when there is none. */
export async function wordingNamed(sql: Sql, hash: string): Promise<KeptWording | null> {
  const [row] = await orm(sql).select(kept).from(wordings).where(eq(wordings.hash, hash))
  return row ?? null
}

export async function allWordings(sql: Sql): Promise<KeptWording[]> {
  return orm(sql).select(kept).from(wordings).orderBy(asc(wordings.publishedAt), asc(wordings.hash))
}

/** The texts that entries about a person rest on, up to an entry. */
export async function wordingsBehind(
  sql: Sql,
  person: string,
  upTo: number,
): Promise<{ hash: string; body: string }[]> {
  return sql<{ hash: string; body: string }[]>`
    select hash, body from wordings where hash in (
      select e.body::jsonb ->> 'wording' from payloads p join entries e using (number)
      where p.person = ${person} and p.number <= ${upTo})
    order by hash`
}

/** A published text without its body. `publishedAt` is ISO. */
export type PublishedText = {
  hash: string
  kind: WordingKind
  language: string
  current: boolean
  publishedAt: string
}

/** All published texts, the newest first. */
export async function publishedTexts(sql: Sql): Promise<PublishedText[]> {
  const rows = await sql<PublishedText[]>`
    select hash, kind, language, current, published_at as "publishedAt" from wordings
    order by published_at desc, hash`
  return rows.map((row) => ({ ...row, publishedAt: new Date(row.publishedAt).toISOString() }))
}

/** How many people have a yes that rests on each text; a text without any is missing from the map. Reads everybody. */
export async function peopleByWording(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql<{ hash: string; people: number }[]>`
    select said.value #>> '{basis,wording}' as hash, count(distinct p.id)::int as people
    from people p cross join lateral jsonb_each(p.choices -> 'topics') as said
    where said.value ->> 'answer' = 'yes' and said.value #>> '{basis,wording}' is not null
    group by 1`
  return new Map(rows.map(({ hash, people }) => [hash, people]))
}

/** Who rests on a text: how many entries name it, how many people of whom these are still known, and from when to when (ISO). */
export type Reliance = { entries: number; people: number; first: string | null; last: string | null }

/** The text's name stands at the end of an entry's line (domain/ledger-entry.ts), so nothing is parsed to find it. */
export async function relianceOn(sql: Sql, hash: string): Promise<Reliance> {
  const [row] = await sql<Reliance[]>`
    select count(*)::int as entries, count(distinct p.person)::int as people,
      min(e.body::jsonb ->> 'at') as first, max(e.body::jsonb ->> 'at') as last
    from entries e left join payloads p using (number)
    where right(e.body, 66) = ${`${hash}"}`} and e.body::jsonb ->> 'kind' <> 'wording-published'`
  return row ?? { entries: 0, people: 0, first: null, last: null }
}
