import { parseEntryBody, type LedgerEntry } from '../domain/ledger-entry.ts'
import type { Sql } from './database.ts'

/** A line of the ledger, read. */
export type ListedEntry = { number: number; body: string; leaf: string; entry: LedgerEntry }

/** An entry with what is kept beside it: whom it is about, and what it commits to; both null once that was erased. */
export type KeptEntry = ListedEntry & { person: string | null; payload: unknown; salt: string | null }

/** One entry with what is kept beside it; null when there is none of that number. */
export async function keptEntry(sql: Sql, number: number): Promise<KeptEntry | null> {
  const [row] = await sql<
    { number: string; body: string; leaf: string; person: string | null; payload: string | null; salt: string | null }[]
  >`
    select e.number, e.body, e.leaf, p.person, p.payload, encode(p.salt, 'hex') as salt
    from entries e left join payloads p using (number) where e.number = ${number}`
  if (!row) return null
  const { person, payload, salt } = row
  return { ...asListed(row), person, payload: payload === null ? null : JSON.parse(payload), salt }
}

/** The last entry before an instant (ISO); 0 for none. Entries are in the order of their times, so this halves its way there. */
export async function lastEntryBefore(sql: Sql, at: string): Promise<number> {
  const [row] = await sql<{ number: string }[]>`
    with recursive search (low, high) as (
      select 0::bigint, size + 1 from ledger_head
      union all
      select case when earlier then middle else low end, case when earlier then high else middle end
      from search, lateral (select (low + high) / 2 as middle) as m,
        lateral (select e.body::jsonb ->> 'at' < ${at} as earlier from entries e where e.number = middle) as t
      where high - low > 1)
    select low as number from search where high - low <= 1`
  return Number(row?.number ?? 0)
}

/** Entries after one number and up to another, newest first, `most` of them. */
export async function entriesBetween(
  sql: Sql,
  { after, upTo, most }: { after: number; upTo: number; most: number },
): Promise<ListedEntry[]> {
  const rows = await sql<{ number: string; body: string; leaf: string }[]>`
    select number, body, leaf from entries where number > ${after} and number <= ${upTo} order by number desc limit ${most}`
  return rows.map(asListed)
}

function asListed({ number, body, leaf }: { number: string; body: string; leaf: string }): ListedEntry {
  const read = parseEntryBody(body)
  if (read.kind === 'refused') throw new Error(`entry ${number} cannot be read: ${read.reason}`)
  return { number: Number(number), body, leaf, entry: read.entry }
}
