import { hash } from 'node:crypto'
import type postgres from 'postgres'
import { backupManifestText, type BackupManifest } from '../domain/backup-manifest.ts'
import { Problem } from '../domain/problem.ts'
import type { Sql, Transaction } from './database.ts'

type Table = { name: string; columns: readonly string[] }

/** Rows in one read and in one write. */
const rowsAtOnce = 1_000

/** Values as text that means the same on every server, whatever that is set to. */
export async function spellPlainly(tx: Transaction): Promise<void> {
  await tx`
    select set_config('datestyle', 'ISO', true), set_config('intervalstyle', 'postgres', true), set_config('timezone', 'UTC', true),
      set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true), set_config('statement_timeout', '0', true)`
}

/** Our tables with their columns in order. The queue's are left out: it only wakes, and finds out anew what there is to do. */
export async function ourTables(sql: Sql): Promise<Table[]> {
  const rows = await sql<{ name: string; columns: string[] }[]>`
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' group by c.relname order by c.relname`
  return [...rows]
}

/** The last number that each sequence gave; one that gave none yet is left out. */
export async function ourSequences(sql: Sql): Promise<Record<string, string>> {
  const rows = await sql<{ name: string; last: string }[]>`
    select sequencename as name, last_value::text as last from pg_sequences where schemaname = 'public' and last_value is not null`
  return Object.fromEntries(rows.map(({ name, last }) => [name, last]))
}

/** Streams the rows of a table, each as PostgreSQL writes a whole row, in a line of JSON. `counted` is told how many they were. */
export async function* tableRows(
  tx: Transaction,
  table: string,
  counted: (rows: number) => void,
): AsyncGenerator<Uint8Array> {
  let count = 0
  for await (const rows of tx<{ row: string }[]>`select t::text as row from ${tx(table)} t`.cursor(rowsAtOnce)) {
    count += rows.length
    yield Buffer.from(rows.map(({ row }) => `${JSON.stringify(row)}\n`).join(''))
  }
  counted(count)
}

/** Whether nobody has put anything into a database yet: no row in any table but in that of the migrations. */
export async function isEmpty(sql: Sql): Promise<boolean> {
  const tables = await sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema', 'drizzle')`
  if (tables.length === 0) return true
  const any = tables.map(({ name }) => `exists (select from ${name})`).join(' or ')
  const [row] = await sql.unsafe<{ full: boolean }[]>(`select ${any} as full`)
  return row?.full === false
}

/**
 * Of which backup a database holds the rows that nobody has made safe to start on yet; null where there is nothing to do. It lies in no row, so
 * that it is in no backup either.
 */
export async function restoring(sql: Sql): Promise<string | null> {
  const [row] = await sql<{ backup: string | null }[]>`
    select substring(obj_description(to_regclass('public.ledger_head'), 'pg_class') from '^restoring ([0-9a-f]{64})$') as backup`
  return row?.backup ?? null
}

/** What was restored is safe to start on. */
export async function endRestoring(sql: Sql): Promise<void> {
  await sql`comment on table ledger_head is null`
}

/**
 * Puts the rows of a backup into an empty schema of the same migration, in one transaction. Triggers rest meanwhile: they guard changes, and
 * this is none. References between tables are checked when all rows are there. Nothing starts on them until {@link endRestoring}.
 * @param read gives the rows of a table as {@link tableRows} wrote them
 * @throws Problem `invalid-input` when the tables are not those of the backup, or rows are missing; nothing is changed then.
 */
export async function loadTables(
  sql: postgres.Sql,
  manifest: BackupManifest,
  read: (table: string) => AsyncIterable<Uint8Array>,
): Promise<void> {
  await sql.begin(async (tx) => {
    await spellPlainly(tx)
    const ours = await ourTables(tx)
    if (described(ours) !== described(manifest.tables)) {
      throw new Problem('invalid-input', 'the tables of the backup are not those of its schema. Nothing was changed.')
    }
    const references = await dropReferences(tx)
    for (const { name, rows } of manifest.tables) {
      await tx`alter table ${tx(name)} disable trigger user`
      await tx`delete from ${tx(name)}`
      const loaded = await loadRows(tx, name, read(name))
      if (loaded !== rows) {
        throw new Problem(
          'invalid-input',
          `table ${name} of the backup has ${loaded} rows, not ${rows}. Nothing was changed.`,
        )
      }
      await tx`alter table ${tx(name)} enable trigger user`
    }
    for (const [name, last] of Object.entries(manifest.sequences)) {
      await tx`select setval(quote_ident(${name}::text)::regclass, ${last}::bigint)`
    }
    for (const { table, name, definition } of references) {
      await tx.unsafe(`alter table ${table} add constraint ${name} ${definition}`)
    }
    await tx.unsafe(`comment on table ledger_head is 'restoring ${hash('sha256', backupManifestText(manifest))}'`)
  })
}

function described(tables: readonly Table[]): string {
  return JSON.stringify(tables.map(({ name, columns }) => [name, columns]))
}

/** Foreign keys are taken off and given back to be checked at once over all rows. Names come quoted. */
async function dropReferences(tx: Transaction): Promise<{ table: string; name: string; definition: string }[]> {
  const references = await tx<{ table: string; name: string; definition: string }[]>`
    select conrelid::regclass::text as table, quote_ident(conname) as name, pg_get_constraintdef(oid) as definition
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`
  for (const { table, name } of references) await tx.unsafe(`alter table ${table} drop constraint ${name}`)
  return [...references]
}

async function loadRows(tx: Transaction, table: string, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let count = 0
  for await (const rows of batches(bytes)) {
    count += rows.length
    await tx`
      with given as materialized (select row::${tx(table)} as r from unnest(${rows}::text[]) as t (row))
      insert into ${tx(table)} overriding system value select (r).* from given`
  }
  return count
}

/** Lines are split at LF and at nothing else. */
async function* batches(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  let rest: Buffer = Buffer.alloc(0)
  let rows: string[] = []
  for await (const chunk of bytes) {
    rest = Buffer.concat([rest, chunk])
    const end = rest.lastIndexOf(0x0a)
    if (end < 0) continue
    for (const line of rest.toString('utf8', 0, end).split('\n')) rows.push(JSON.parse(line) as string)
    rest = rest.subarray(end + 1)
    if (rows.length < rowsAtOnce) continue
    yield rows
    rows = []
  }
  if (rows.length > 0) yield rows
}
