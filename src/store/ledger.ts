import { randomBytes } from 'node:crypto'
import { canonicalJson } from '../domain/canonical-json.ts'
import { commitmentTo, entryBody, type EntryKind } from '../domain/ledger-entry.ts'
import { appendLeafTelling, leafHash, type Frontier } from '../domain/merkle.ts'
import { Problem } from '../domain/problem.ts'
import type { Sql, Transaction } from './database.ts'
import { insertTreeNodes, lowestNodeLevel, type TreeNode } from './tree-nodes.ts'

/** The tree's size, frontier and time as of the lock. `at` (ISO) is the time of every entry appended under it. */
export type Head = Frontier & { origin: string; at: string }

/** An entry to append: `payload` is JSON and may hold personal data; the ledger's leaf only commits to it. */
export type NewEntry = {
  kind: EntryKind
  topics: readonly number[]
  wording: string | null
  person: string | null
  payload: unknown
}

/**
 * Locks the head of the ledger: the last lock of every transaction that takes one (design.md section 6). Entries get
 * the database's instant, and never an earlier one than the entry before, whatever the clock does.
 */
export async function lockHead(tx: Transaction): Promise<Head> {
  const [row] = await tx<{ origin: string; size: string; frontier: string[]; at: string }[]>`
    select origin, size, frontier, greatest(last_at, date_trunc('milliseconds', instant())) as at
    from ledger_head where id = 1 for no key update`
  if (!row) throw new Error('the ledger has no head: the database was not opened by this program')
  return { origin: row.origin, size: Number(row.size), hashes: row.frontier, at: new Date(row.at).toISOString() }
}

/** The head as it stands, without a lock. */
export async function readHead(sql: Sql): Promise<Frontier & { origin: string }> {
  const [row] = await sql<{ origin: string; size: string; frontier: string[] }[]>`
    select origin, size, frontier from ledger_head where id = 1`
  if (!row) throw new Error('the ledger has no head: the database was not opened by this program')
  return { origin: row.origin, size: Number(row.size), hashes: row.frontier }
}

/** Appends entries `head.size + 1` and on, in the order given, and moves the head. One statement each for any number of them. */
export async function appendEntries(tx: Transaction, head: Head, entries: readonly NewEntry[]): Promise<Head> {
  const at = new Date(head.at)
  const bodies: string[] = []
  const leaves: string[] = []
  const salts: string[] = []
  const nodes: TreeNode[] = []
  const keepNode = (level: number, position: number, hash: string) => {
    if (level >= lowestNodeLevel) nodes.push({ level, position, hash })
  }
  let frontier: Frontier = { size: head.size, hashes: head.hashes }
  for (const entry of entries) {
    const salt = randomBytes(32)
    const body = entryBody({
      number: frontier.size + 1,
      at,
      kind: entry.kind,
      topics: [...entry.topics],
      wording: entry.wording,
      commitment: commitmentTo(entry.payload, salt),
    })
    const leaf = leafHash(body)
    frontier = appendLeafTelling(frontier, leaf, keepNode)
    bodies.push(body)
    leaves.push(leaf)
    salts.push(salt.toString('hex'))
  }
  await Promise.all([
    tx`
      insert into entries (number, body, leaf)
      select ${head.size} + n, body, leaf from unnest(${bodies}::text[], ${leaves}::text[]) with ordinality as t (body, leaf, n)`,
    tx`
      insert into payloads (number, person, salt, payload)
      select ${head.size} + n, person, decode(salt, 'hex'), payload
      from unnest(${entries.map((entry) => entry.person)}::uuid[], ${salts}::text[], ${entries.map((entry) => canonicalJson(entry.payload))}::text[])
        with ordinality as t (person, salt, payload, n)`,
    tx`
      update ledger_head set size = ${frontier.size}, frontier = ${frontier.hashes as string[]}::text[], last_at = ${head.at}
      where id = 1`,
    insertTreeNodes(tx, nodes),
  ])
  return { ...frontier, origin: head.origin, at: head.at }
}

/**
 * Opens the ledger at the first start under its origin, which stays for ever, and binds it to a keyring by its mark.
 * @throws Problem `not-ready` when the ledger belongs to another keyring: its signatures, links and fingerprints would
 * not fit, and suppressed addresses would pass for new ones (I-20).
 */
export async function openLedger(sql: Sql, origin: string, keys: string): Promise<string> {
  await sql`
    insert into ledger_head (id, origin, keys, size, frontier, last_at)
    values (1, ${origin}, ${keys}, 0, '{}', date_trunc('milliseconds', instant())) on conflict do nothing`
  await sql`update ledger_head set keys = ${keys} where id = 1 and keys is null`
  const [head] = await sql<{ keys: string }[]>`select keys from ledger_head where id = 1`
  if (head?.keys !== keys) {
    throw new Problem(
      'not-ready',
      'this database belongs to another keyring: with this one old links would die and suppressed addresses pass for new ones. Nothing was changed. Set SECRET_KEY_FILE (or DATA_DIR) to the keyring that the database was made with.',
    )
  }
  return ledgerOrigin(sql)
}

/** An entry with its payload, which is null once it has been erased. */
export type StoredEntry = { number: number; body: string; payload: unknown }

export async function entryOf(sql: Sql, person: string, number: number): Promise<StoredEntry | null> {
  const [row] = await sql<{ number: string; body: string; payload: string }[]>`
    select e.number, e.body, p.payload from entries e join payloads p using (number)
    where e.number = ${number} and p.person = ${person}`
  return row ? { number: Number(row.number), body: row.body, payload: JSON.parse(row.payload) } : null
}

/** The entry that says that the ledger was recovered from the loss of that very signed state; null if none does. */
export async function recoveryFrom(sql: Sql, size: number, root: string): Promise<number | null> {
  const [row] = await sql<{ number: string }[]>`
    select number from entries join payloads p using (number)
    where body like '%"kind":"recovered"%'
      and p.payload::jsonb -> 'mark' = jsonb_build_object('size', ${size}::bigint, 'root', ${root}::text)
    order by number desc limit 1`
  return row ? Number(row.number) : null
}

/** The hash of an entry's leaf. */
export async function leafOf(sql: Sql, number: number): Promise<string> {
  const [row] = await sql<{ leaf: string }[]>`select leaf from entries where number = ${number}`
  if (!row) throw new Error(`the ledger has no entry ${number}`)
  return row.leaf
}

/** The name under which this log signs, fixed at its first start. */
export async function ledgerOrigin(sql: Sql): Promise<string> {
  const [row] = await sql<{ origin: string }[]>`select origin from ledger_head where id = 1`
  if (!row) throw new Error('the ledger has no head: the database was not opened by this program')
  return row.origin
}

/** How many entries there are. */
export async function ledgerSize(sql: Sql): Promise<number> {
  const [row] = await sql<{ size: string }[]>`select size from ledger_head where id = 1`
  return Number(row?.size ?? 0)
}
