import type { House } from '../../src/actions/house.ts'

/** A value that stands somewhere in the database. */
export type Trace = { table: string; what: string }

/**
 * Where in the whole database, in any column of any table of any schema, one of the needles stands: as text in whatever
 * case, or as the bytes of it.
 */
export async function tracesOf(house: House, needles: Readonly<Record<string, string>>): Promise<Trace[]> {
  const { sql } = house.database
  const tables = await sql<{ schema: string; name: string; columns: string[] }[]>`
    select c.table_schema as schema, c.table_name as name, array_agg(c.column_name::text) as columns
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema not in ('pg_catalog', 'information_schema') and t.table_type = 'BASE TABLE'
    group by 1, 2 order by 1, 2`
  const found: Trace[] = []
  for (const { schema, name, columns } of tables) {
    for (const [what, needle] of Object.entries(needles)) {
      const hex = Buffer.from(needle).toString('hex')
      const rows = await sql<{ column: string }[]>`
        select distinct v.key as column from ${sql(schema)}.${sql(name)} as t,
          lateral (values ${sql.unsafe(columns.map((column) => `('${column}', t."${column}"::text)`).join(', '))}) as v (key, value)
        where strpos(lower(v.value), ${needle.toLowerCase()}) > 0 or strpos(lower(v.value), ${hex}) > 0`
      found.push(...rows.map(({ column }) => ({ table: `${schema}.${name}.${column}`, what })))
    }
  }
  return found.toSorted((a, b) => (a.table < b.table ? -1 : 1))
}
