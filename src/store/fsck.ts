import type { StoredLine } from '../domain/ledger-check.ts'
import type { DeliveryRow } from '../domain/seal-check.ts'
import type { Sql } from './database.ts'

/** The next entries by number, each with what is kept of its payload; `gone`: of a person who is not there. */
export async function entriesAfter(
  sql: Sql,
  after: number,
  limit: number,
): Promise<(StoredLine & { gone: boolean })[]> {
  const rows = await sql<(Omit<StoredLine, 'number'> & { number: string; gone: boolean })[]>`
    select e.number, e.body, e.leaf, p.salt, p.payload, p.person, p.person is not null and x.id is null as gone
    from entries e left join payloads p using (number) left join people x on x.id = p.person
    where e.number > ${after} order by e.number limit ${limit}`
  return rows.map((row) => ({ ...row, number: Number(row.number) }))
}

/** The checkpoints of sizes from `first` to `last`, the smallest first. */
export async function checkpointsWithin(
  sql: Sql,
  first: number,
  last: number,
): Promise<{ size: number; note: string }[]> {
  const rows = await sql<{ size: string; note: string }[]>`
    select size, note from checkpoints where size between ${first} and ${last} order by size`
  return rows.map((row) => ({ size: Number(row.size), note: row.note }))
}

/** A seal and its leaves in hex; null when that entry has none. */
export async function sealOf(sql: Sql, entry: number): Promise<{ kind: string; leaves: string[] } | null> {
  const [row] = await sql<{ kind: string; leaves: Buffer }[]>`select kind, leaves from seals where entry = ${entry}`
  if (!row) return null
  const hex = row.leaves.toString('hex')
  return { kind: row.kind, leaves: hex.match(/.{1,64}/g) ?? [] }
}

/** What is kept of the leaves of a seal, in their order; `there`: its delivery is. */
export async function sealedOf(
  sql: Sql,
  entry: number,
): Promise<{ leaf: number; delivery: string; salt: Uint8Array; record: string; there: boolean }[]> {
  return sql<{ leaf: number; delivery: string; salt: Uint8Array; record: string; there: boolean }[]>`
    select s.leaf, s.delivery, s.salt, s.record, d.id is not null as there
    from sealed s left join deliveries d on d.id = s.delivery where s.entry = ${entry} order by s.leaf`
}

/** How many seals there are. */
export async function countSeals(sql: Sql): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select count(*)::int as n from seals`
  return row?.n ?? 0
}

/** How many nodes of the tree are stored. */
export async function countTreeNodes(sql: Sql): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select count(*)::int as n from tree_nodes`
  return row?.n ?? 0
}

/** Which of these nodes are stored with another hash, or not at all: the level of the first. */
export async function wrongNode(
  sql: Sql,
  nodes: readonly { level: number; position: number; hash: string }[],
): Promise<number | null> {
  if (nodes.length === 0) return null
  const [row] = await sql<{ level: number }[]>`
    select w.level from unnest(${nodes.map((node) => node.level)}::smallint[], ${nodes.map((node) => node.position)}::bigint[],
      ${nodes.map((node) => node.hash)}::text[]) as w (level, position, hash)
    left join tree_nodes n using (level, position) where n.hash is distinct from w.hash limit 1`
  return row?.level ?? null
}

/**
 * The next people by id, each with the number of the entry that her choices rest on, that of the newest entry that says
 * what they are, and whether they are what that says.
 */
export async function choicesAfter(
  sql: Sql,
  after: string | null,
  limit: number,
): Promise<{ id: string; rests: number; newest: number | null; same: boolean }[]> {
  const rows = await sql<{ id: string; rests: string; newest: string | null; same: boolean }[]>`
    select p.id, p.entry as rests, n.number as newest, p.choices is not distinct from n.after as same
    from (select id, entry, choices from people where ${after}::uuid is null or id > ${after} order by id limit ${limit}) as p
    left join lateral (
      select number, payload::jsonb -> 'after' as after from payloads
      where person = p.id and jsonb_typeof(payload::jsonb -> 'after') = 'object' order by number desc limit 1) as n on true
    order by p.id`
  return rows.map((row) => ({
    id: row.id,
    rests: Number(row.rests),
    newest: row.newest === null ? null : Number(row.newest),
    same: row.same,
  }))
}

/** The next deliveries by id. */
export async function deliveriesAfter(sql: Sql, after: string | null, limit: number): Promise<DeliveryRow[]> {
  return sql<DeliveryRow[]>`
    select id, person, message, state, utc_text(released_at) as "releasedAt" from deliveries
    where ${after}::uuid is null or id > ${after} order by id limit ${limit}`
}
