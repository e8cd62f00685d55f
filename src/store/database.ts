import postgres from 'postgres'
import { drizzle, PgDialect, PostgresJsDatabase, PostgresJsSession, type Orm } from './drizzle.ts'
import { knowArrays } from './array-types.ts'
import { Changes } from './changes.ts'
import { Sessions, type Body } from './sessions.ts'

/** A connection that may read and, where it is a transaction, write. Reads take either; writes take a {@link Transaction}. */
export type Sql = postgres.ISql
export type Transaction = postgres.TransactionSql

/**
 * Two pools on one database. `sql` writes; `readOnly` refuses every write, for pages that anybody may open:
 * a mail scanner that follows a link cannot change anything, whatever the code behind the page does (I-18).
 */
export type Database = {
  url: string
  sql: postgres.Sql
  readOnly: postgres.Sql
  /** Where this process hears of changes of choices that others commit. */
  changes: Changes
  close(): Promise<void>
}

/**
 * Opens both pools. Times come back as text with microseconds and zone, json as values; arrays take ISO strings.
 * Nothing is connected until the first query.
 */
export function openDatabase(url: string): Database {
  const sql = pool(url, 'courtesy', { single: 5, sessions: 10 }, {})
  const readOnly = pool(url, 'courtesy-read-only', { single: 10, sessions: 5 }, { default_transaction_read_only: true })
  const changes = new Changes(url)
  return {
    url,
    sql,
    readOnly,
    changes,
    close: async () => {
      await Promise.all([changes.close(), sql.end({ timeout: 5 }), readOnly.end({ timeout: 5 })])
    },
  }
}

/** Connections of one pool: those for single queries, and those for transactions and reserved ones. */
type Most = { single: number; sessions: number }

// Pages cost about the same wherever they are (no disk that turns), so that a batch is found by its ids and never by
// reading a whole table.
function pool(url: string, name: string, most: Most, connection: Record<string, boolean>): postgres.Sql {
  const open = (options: postgres.Options<Record<string, never>>) => {
    const client = postgres(url, {
      ...options,
      fetch_types: false,
      onnotice: () => undefined,
      connection: { application_name: name, statement_timeout: 120_000, random_page_cost: 1.1, ...connection },
    })
    // Drizzle sets how this client reads times and takes json, so that its queries and the written ones agree.
    drizzle(client)
    // It also hands arrays of times and numbers through as they are, which the server cannot read.
    knowArrays(client)
    return client
  }
  const client = open({ max: most.single })
  const sessions = new Sessions((onclose) => open({ max: 1, max_lifetime: null, onclose }), most.sessions)
  const { end } = client
  return Object.assign(client, {
    begin: (...given: [Body] | [string, Body]) =>
      given.length === 1 ? sessions.begin('', given[0]) : sessions.begin(...given),
    reserve: () => sessions.reserve(),
    end: async (options?: { timeout?: number }) => void (await Promise.all([end(options), sessions.end(options)])),
  }) as postgres.Sql
}

const dialect = new PgDialect()

/** Drizzle's typed queries on a pool or inside a transaction of postgres.js, for tables that are not on a hot path. */
export function orm(sql: Sql): Orm {
  return new PostgresJsDatabase(dialect, new PostgresJsSession(sql as postgres.Sql, dialect, undefined, {}), undefined)
}
