import { createHash, randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { joinBundledServer } from '../../src/store/bundled-postgres.ts'
import { migrate } from '../../src/store/migrations.ts'

/** Settings for a server whose data may be lost: tests throw it away. */
export const throwawaySettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
}

/**
 * Tests move time by a row of their own database: here, and nowhere else, the clock of every decision can be shifted, or
 * made to stand still.
 */
const movableClock = `
  create table public.test_clock (shift interval not null, stands timestamptz);
  insert into public.test_clock values ('0');
  create or replace function instant() returns timestamptz language sql volatile
    as 'select coalesce((select coalesce(stands, clock_timestamp() + shift) from public.test_clock), clock_timestamp())'`

/** A fresh database cloned from the run's template, dropped when the test ends. */
export async function freshDatabase(t: {
  teardown(drop: () => Promise<void>): unknown
}): Promise<{ url: string; name: string }> {
  const server = await testServer()
  const template = await preparedTemplate(server)
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin(server, (sql) => sql`create database ${sql(name)} template ${sql(template)}`)
  t.teardown(() => asAdmin(server, async (sql) => void (await sql`drop database ${sql(name)} with (force)`)))
  return { url: urlOf(server, name), name }
}

/** A database with nothing in it, not even a schema of ours or a movable clock, dropped when the test ends. */
export async function emptyDatabase(t: { teardown(drop: () => Promise<void>): unknown }): Promise<string> {
  const server = await testServer()
  const name = `test_${randomBytes(6).toString('hex')}`
  await asAdmin(server, (sql) => sql`create database ${sql(name)}`)
  t.teardown(() => asAdmin(server, async (sql) => void (await sql`drop database ${sql(name)} with (force)`)))
  return urlOf(server, name)
}

/** Lets time pass in one test database: `instant()` there is from now on later by `interval`, such as '8 days', than it was. */
export async function moveClock(url: string, interval: string): Promise<void> {
  await asAdmin(url, (sql) => sql`update public.test_clock set shift = shift + ${interval}::interval`)
}

/**
 * The migrated template of this server, made if it isn't there. Its name changes with the migrations, so that an old one
 * is never used; it gets that name only once it is finished.
 */
export async function preparedTemplate(server: string): Promise<string> {
  const name = `courtesy_template_${migrationsHash()}`
  await asAdmin(server, async (sql) => {
    const [found] = await sql`select from pg_database where datname = ${name}`
    if (found) return
    await sql`select pg_advisory_lock(hashtext('courtesy_template'))`
    const [foundMeanwhile] = await sql`select from pg_database where datname = ${name}`
    if (foundMeanwhile) return
    const unfinished = `${name}_unfinished`
    await sql`drop database if exists ${sql(unfinished)} with (force)`
    await sql`create database ${sql(unfinished)}`
    await migrate(urlOf(server, unfinished))
    await asAdmin(urlOf(server, unfinished), (template) => template.unsafe(movableClock))
    await sql`alter database ${sql(unfinished)} rename to ${sql(name)}`
  })
  return name
}

let joined: Promise<string> | undefined

/** The run's server, or for a file that was started by itself one that all such files share, with its data kept between them. */
function testServer(): Promise<string> {
  const given = process.env['COURTESY_TEST_SERVER']
  if (given) return Promise.resolve(given)
  return (joined ??= joinSharedServer())
}

async function joinSharedServer(): Promise<string> {
  const checkout = createHash('sha256')
    .update(fileURLToPath(import.meta.url))
    .digest('hex')
    .slice(0, 8)
  const dataDir = join(tmpdir(), `courtesy-test-${userInfo().uid}-${checkout}`)
  const server = await joinBundledServer({ dataDir, settings: throwawaySettings })
  // Loaded here only: in a program that is no test, such as scripts/test.ts, tap would print a report of its own.
  const { default: tap } = await import('tap')
  tap.teardown(() => server.leave())
  return server.url
}

function migrationsHash(): string {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const migrations = readdirSync(join(root, 'migrations'), {
    recursive: true,
    encoding: 'utf8',
  }).toSorted()
  const files = migrations.filter((name) => /\.(sql|json)$/.test(name)).map((name) => join('migrations', name))
  const hash = createHash('sha256').update(movableClock)
  for (const file of [...files, 'src/store/migrations.ts']) hash.update(file).update(readFileSync(join(root, file)))
  return hash.digest('hex').slice(0, 12)
}

async function asAdmin<T>(url: string, work: (sql: postgres.Sql) => PromiseLike<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => undefined })
  try {
    return await work(sql)
  } finally {
    await sql.end()
  }
}

function urlOf(server: string, name: string): string {
  return Object.assign(new URL(server), { pathname: name }).href
}
