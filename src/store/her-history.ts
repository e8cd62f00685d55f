import { parseEntryBody, type LedgerEntry } from '../domain/ledger-entry.ts'
import type { Sql } from './database.ts'

/**
 * One entry about her, with what it commits to and the salt (hex) that shows it. `mail` is the mail whose link she used,
 * its subject null for a digest; times are ISO.
 */
export type HerEntry = {
  number: number
  body: string
  leaf: string
  entry: LedgerEntry
  payload: unknown
  salt: string
  mail: { subject: string | null; at: string } | null
}

type Row = {
  number: string
  body: string
  leaf: string
  payload: string
  salt: string
  mail: string | null
  subject: string | null
  mailed_at: string | null
}

/** Her entries below a number, newest first, `most` of them; `before` null for the newest. One statement. */
export async function entriesOf(
  sql: Sql,
  person: string,
  { before, most }: { before: number | null; most: number },
): Promise<HerEntry[]> {
  const rows = await sql<Row[]>`
    select e.number, e.body, e.leaf, p.payload, encode(p.salt, 'hex') as salt, d.id as mail, m.subject,
      coalesce(d.settled_at, d.planned_at) as mailed_at
    from payloads p join entries e using (number)
      left join deliveries d on d.id = (p.payload::jsonb #>> '{evidence,link,delivery}')::uuid and d.person = p.person
      left join messages m on m.id = d.message
    where p.person = ${person} and p.number < ${before ?? Number.MAX_SAFE_INTEGER}
    order by p.number desc limit ${most}`
  return rows.map(asEntry)
}

/** One entry about her; null when there is none of that number, or it was erased. */
export async function entryAbout(sql: Sql, person: string, number: number): Promise<HerEntry | null> {
  const [entry] = await entriesOf(sql, person, { before: number + 1, most: 1 })
  return entry?.number === number ? entry : null
}

function asEntry(row: Row): HerEntry {
  const { body, leaf, salt, mail, subject, mailed_at: at } = row
  const read = parseEntryBody(body)
  if (read.kind === 'refused') throw new Error(`entry ${row.number} cannot be read: ${read.reason}`)
  return {
    number: Number(row.number),
    body,
    leaf,
    entry: read.entry,
    payload: JSON.parse(row.payload),
    salt,
    mail: mail === null || at === null ? null : { subject, at: new Date(at).toISOString() },
  }
}

/** The numbers of all her entries up to one, newest first. */
export async function entryNumbersOf(sql: Sql, person: string, upTo: number): Promise<number[]> {
  const rows = await sql<{ number: string }[]>`
    select number from payloads where person = ${person} and number <= ${upTo} order by number desc`
  return rows.map((row) => Number(row.number))
}
