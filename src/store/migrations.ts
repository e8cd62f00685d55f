import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { z } from 'zod'
import { Problem } from '../domain/problem.ts'
import { drizzle, migrate as applyMigrations } from './drizzle.ts'
import type { Sql } from './database.ts'

const folder = fileURLToPath(new URL('../../migrations', import.meta.url))
const oldestServer = 15
/** Any constant will do, as long as every process of ours uses the same. */
const migrationLock = 0x636f7572

const journal = z.object({ entries: z.array(z.looseObject({ tag: z.string(), when: z.number() })) })

/**
 * Brings the database at `url` to the newest schema, or to that of the migration `through`, under an advisory lock: of several processes that start at
 * once one migrates, the others wait and find nothing left to do.
 * @throws Problem `not-ready` for a server older than PostgreSQL 15, or a schema newer than this program.
 */
export async function migrate(url: string, through?: string): Promise<void> {
  const part = through === undefined ? null : migrationsThrough(through)
  const lock = postgres(url, { max: 1, onnotice: () => undefined })
  const client = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    await lock`select pg_advisory_lock(${migrationLock})`
    await refuseOldServer(lock)
    await refuseNewerSchema(lock)
    await applyMigrations(drizzle(client), { migrationsFolder: part ?? folder })
  } finally {
    if (part !== null) rmSync(part, { recursive: true })
    await client.end()
    await lock.end()
  }
}

/** The name of the newest migration that a database has. */
export async function newestMigration(sql: Sql): Promise<string> {
  const [row] = await sql<{ newest: string }[]>`select max(created_at) as newest from drizzle.__drizzle_migrations`
  const known = knownMigrations().find(({ when }) => when === Number(row?.newest))
  if (!known) throw new Error('the database has a migration that this program does not know')
  return known.tag
}

/** A folder with the migrations up to that one, as the migrator reads it. */
function migrationsThrough(tag: string): string {
  const all = knownMigrations()
  const last = all.findIndex((migration) => migration.tag === tag)
  if (last < 0) {
    throw new Problem(
      'not-ready',
      `the migration "${tag}" is not known here: it was made by another version of Courtesy. Nothing was changed. Use that version, or a newer one.`,
    )
  }
  const part = mkdtempSync(join(tmpdir(), 'courtesy-migrations-'))
  const wanted = all.slice(0, last + 1)
  mkdirSync(join(part, 'meta'))
  writeFileSync(
    join(part, 'meta/_journal.json'),
    JSON.stringify({ version: '7', dialect: 'postgresql', entries: wanted }),
  )
  for (const each of wanted) cpSync(join(folder, `${each.tag}.sql`), join(part, `${each.tag}.sql`))
  return part
}

function knownMigrations(): z.infer<typeof journal>['entries'] {
  return journal.parse(JSON.parse(readFileSync(`${folder}/meta/_journal.json`, 'utf8'))).entries
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
  const newestKnown = knownMigrations().at(-1)
  if (newestKnown && Number(row?.newest ?? 0) > newestKnown.when) {
    throw new Problem(
      'not-ready',
      `the database was migrated by a newer Courtesy; this one knows migrations up to ${newestKnown.tag}. Nothing was changed. Start the newer version.`,
    )
  }
}
