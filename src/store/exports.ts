import type { ExportKind, ExportScope } from '../domain/export-scope.ts'
import { desc, eq } from './drizzle.ts'
import { orm, type Sql, type Transaction } from './database.ts'
import { exportsOut } from './exports-schema.ts'

/** An export as the register keeps it. `person` is null where it is about nobody in particular, or she was erased. */
export type ExportOut = {
  entry: number
  what: ExportKind
  scope: ExportScope
  person: string | null
  by: string | null
  withPayloads: boolean
}

/** For how many days an export may be kept where nobody says anything else. */
const daysKept = 90

/** Registers an export. @param destroyBy a day, null for the usual time from now. @returns the day that was written. */
export async function registerExport(tx: Transaction, out: ExportOut, destroyBy: string | null): Promise<string> {
  const [row] = await tx<{ destroy_by: string }[]>`
    insert into exports (entry, what, scope, person, "by", with_payloads, destroy_by)
    values (${out.entry}, ${out.what}, ${JSON.stringify(out.scope)}::text::jsonb, ${out.person}, ${out.by}, ${out.withPayloads},
      coalesce(${destroyBy}::date, (instant() at time zone 'UTC')::date + ${daysKept}::int))
    returning destroy_by::text as destroy_by`
  return row?.destroy_by ?? ''
}

/** An export with when it was made (ISO) and the day by which it is to be destroyed. */
export type ListedExport = ExportOut & { at: string; destroyBy: string }

/** All exports, the newest first. */
export async function allExports(sql: Sql): Promise<ListedExport[]> {
  const rows = await orm(sql).select().from(exportsOut).orderBy(desc(exportsOut.entry))
  return rows.map(asListed)
}

/** Forgets exports that should have been destroyed longer ago than that. @returns how many. */
export async function forgetExports(sql: Sql, interval: string): Promise<number> {
  const { count } = await sql`
    delete from exports where destroy_by < (instant() at time zone 'UTC')::date - ${interval}::interval`
  return count
}

/** The export that was made with an entry; null for none. */
export async function exportOf(sql: Sql, entry: number): Promise<ListedExport | null> {
  const [row] = await orm(sql).select().from(exportsOut).where(eq(exportsOut.entry, entry))
  return row ? asListed(row) : null
}

function asListed(row: typeof exportsOut.$inferSelect): ListedExport {
  return { ...row, what: row.what as ExportKind, at: new Date(row.at).toISOString() }
}
