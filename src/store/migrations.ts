import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator'
import postgres from 'postgres'
import { z } from 'zod'
import { Problem } from '../domain/problem.ts'

const folder = fileURLToPath(new URL('../../migrations', import.meta.url))
const oldestServer = 15
/** Any constant will do, as long as every process of ours uses the same. */
const migrationLock = 0x636f7572

const journal = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })) })

/**
 * Brings the database at `url` to the newest schema, under an advisory lock: of several processes that start at
 * once one migrates, the others wait and find nothing left to do.
 * @throws Problem `not-ready` for a server older than PostgreSQL 15, or a schema newer than this program.
 */
export async function migrate(url: string): Promise<void> {
  const lock = postgres(url, { max: 1, onnotice: () => undefined })
  const client = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    await lock`select pg_advisory_lock(${migrationLock})`
    await refuseOldServer(lock)
    await refuseNewerSchema(lock)
    await applyMigrations(drizzle(client), { migrationsFolder: folder })
  } finally {
    await client.end()
    await lock.end()
  }
}

async function refuseOldServer(sql: postgres.Sql): Promise<void> {
  const [row] = await sql<{ version: number }[]>`select current_setting('server_version_num')::int as version`
  const major = Math.floor((row?.version ?? 0) / 10_000)
  if (major < oldestServer) {
    throw new Problem(
      'not-ready',
      `the database server is PostgreSQL ${major}; ${oldestServer} or newer is needed. Upgrade it, or unset DATABASE_URL to use the bundled one.`,
    )
  }
}

async function refuseNewerSchema(sql: postgres.Sql): Promise<void> {
  const [table] = await sql<
    { found: boolean }[]
  >`select to_regclass('drizzle.__drizzle_migrations') is not null as found`
  if (!table?.found) return
  const [row] = await sql<
    { newest: string | null }[]
  >`select max(created_at) as newest from drizzle.__drizzle_migrations`
  const known = journal.parse(JSON.parse(readFileSync(`${folder}/meta/_journal.json`, 'utf8'))).entries
  const newestKnown = known.at(-1)
  if (newestKnown && Number(row?.newest ?? 0) > newestKnown.when) {
    throw new Problem(
      'not-ready',
      `the database was migrated by a newer Courtesy; this one knows migrations up to ${newestKnown.tag}. Nothing was changed. Start the newer version.`,
    )
  }
}
