import { PgDialect } from 'drizzle-orm/pg-core'
import { drizzle, PostgresJsDatabase, PostgresJsSession } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'

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
  close(): Promise<void>
}

/**
 * Opens both pools. Times come back as text with microseconds and zone, json as values; arrays take ISO strings.
 * Nothing is connected until the first query.
 */
export function openDatabase(url: string): Database {
  const sql = pool(url, 'courtesy', {})
  const readOnly = pool(url, 'courtesy-read-only', { default_transaction_read_only: true })
  return {
    url,
    sql,
    readOnly,
    close: async () => {
      await Promise.all([sql.end({ timeout: 5 }), readOnly.end({ timeout: 5 })])
    },
  }
}

// Pages cost about the same wherever they are (no disk that turns), so that a batch is found by its ids and never by
// reading a whole table.
function pool(url: string, name: string, connection: Record<string, boolean>): postgres.Sql {
  const client = postgres(url, {
    max: 10,
    onnotice: () => undefined,
    connection: { application_name: name, statement_timeout: 120_000, random_page_cost: 1.1, ...connection },
  })
  // Drizzle sets how this client reads times and takes json, so that its queries and the written ones agree.
  drizzle(client)
  // It also hands arrays of times and numbers through as they are, which the server cannot read: postgres.js does that right.
  for (const arrayType of [1115, 1182, 1185, 1231]) {
    delete client.options.parsers[arrayType]
    delete client.options.serializers[arrayType]
  }
  return client
}

const dialect = new PgDialect()

/** Drizzle's typed queries on a pool or inside a transaction of postgres.js, for tables that are not on a hot path. */
export function orm(sql: Sql): PostgresJsDatabase {
  return new PostgresJsDatabase(dialect, new PostgresJsSession(sql as postgres.Sql, dialect, undefined, {}), undefined)
}
