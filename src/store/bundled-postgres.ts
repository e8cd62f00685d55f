import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import postgres from 'postgres'
import { Problem } from '../domain/problem.ts'
import { codeOf } from './error-code.ts'
import { accountFor } from './postgres-account.ts'
import { preparedData, serverUser } from './postgres-data.ts'
import { runningServer, stopServer } from './postgres-process.ts'
import { withStartLock } from './start-lock.ts'

/** `url` names the database `courtesy`; `leave` gives up this process's claim on the server, and may be called twice. */
export type JoinedServer = { url: string; leave(): Promise<void> }

const sessionName = 'courtesy-session'
const databaseName = 'courtesy'
const reconnectMs = 500

/**
 * Joins the server whose data is in dataDir/postgres, starting it if it isn't running.
 * It listens on 127.0.0.1 only and outlives this process. Each process that joined holds one session until it leaves
 * or dies; whoever leaves last stops the server. `settings` (names of PostgreSQL) count only for the one who starts it.
 * @throws Problem 'unavailable' or 'not-ready', with what to do in its message.
 */
export async function joinBundledServer(options: {
  dataDir: string
  settings?: Record<string, string>
}): Promise<JoinedServer> {
  try {
    await mkdir(options.dataDir, { recursive: true, mode: 0o711 })
    const dataDir = await realpath(options.dataDir)
    return await withStartLock(lockOf(dataDir), async () => {
      const account = await accountFor(dataDir)
      const settings = options.settings ?? {}
      const password = await preparedData(dataDir, account, settings)
      const { port, isNew } = await runningServer(dataDir, account, settings)
      const server = `postgres://${serverUser}:${password}@127.0.0.1:${port}`
      const session = await openSession(`${server}/postgres`).catch(async (error: unknown) => {
        if (isNew) await stopServer(dataDir)
        throw error
      })
      return { url: `${server}/${databaseName}`, leave: () => leave(dataDir, session) }
    })
  } catch (error) {
    throw explained(error, options.dataDir)
  }
}

/** A connection to the database `postgres`, so that it never stands in the way of dropping or copying one of ours. */
type Session = { sql: postgres.Sql; close(): Promise<void> }

async function openSession(url: string): Promise<Session> {
  let closing = false
  const sql = postgres(url, {
    max: 1,
    max_lifetime: null,
    onnotice: () => undefined,
    connection: { application_name: sessionName },
    // A crash of one backend cuts every session: without a new one, the next to leave would take the server from us.
    onclose: () => {
      if (!closing) setTimeout(() => void reconnect(), reconnectMs).unref()
    },
  })
  const reconnect = async (): Promise<void> => {
    if (!closing) await sql`select 1`.catch(() => undefined)
  }
  const close = (): Promise<void> => {
    closing = true
    return sql.end({ timeout: 5 })
  }
  try {
    const [found] = await sql`select from pg_database where datname = ${databaseName}`
    if (!found) await sql`create database ${sql(databaseName)}`
    return { sql, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function leave(dataDir: string, session: Session): Promise<void> {
  try {
    await withStartLock(lockOf(dataDir), async () => {
      const others = await otherSessions(session)
      await session.close()
      if (others === 0) await stopServer(dataDir)
    })
  } catch (error) {
    await session.close()
    throw explained(error, dataDir)
  }
}

/** How many other processes are joined; undefined when the server does not answer any more. */
async function otherSessions({ sql }: Session): Promise<number | undefined> {
  const counted = sql<{ others: number }[]>`
    select count(*)::int as others from pg_stat_activity
    where application_name = ${sessionName} and pid <> pg_backend_pid()`
  const [row] = await counted.catch(() => [])
  return row?.others
}

function lockOf(dataDir: string): string {
  return join(dataDir, 'postgres.lock')
}

function explained(error: unknown, dataDir: string): unknown {
  const code = codeOf(error)
  if (error instanceof Problem) return error
  if (code === 'ENOSPC' || code === '53100') {
    return new Problem('unavailable', `the disk that holds ${dataDir} is full; free some space and start again`, {
      cause: error,
    })
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const advice =
      process.getuid?.() === 0
        ? 'root lacks a right here that running PostgreSQL as another user takes (is this a tight container?); start as an ordinary user, or set DATABASE_URL to a PostgreSQL 15 or newer'
        : 'start as the user who made it, or set DATA_DIR to a folder that this user may write'
    return new Problem('unavailable', `the data in ${dataDir} cannot be used: ${String(error)}; ${advice}`, {
      cause: error,
    })
  }
  if (code === '28P01') {
    return new Problem(
      'not-ready',
      `the password in ${dataDir}/postgres/courtesy.password is not the one of that data; put the right one back from a backup`,
      { cause: error },
    )
  }
  return error
}
