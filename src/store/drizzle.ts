import { createRequire } from 'node:module'
import type { PostgresJsDatabase as OrmDatabase } from 'drizzle-orm/postgres-js'

// drizzle-orm lists some thousand paths in its package.json, and Node reads that list again for each ES module of a package:
// half a second of every start. Its CommonJS build is the same code and is there in a tenth of that.
const require = createRequire(import.meta.url)

export const { and, asc, desc, eq, sql } = require('drizzle-orm') as typeof import('drizzle-orm')
export const {
  bigint,
  boolean,
  check,
  customType,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  PgDialect,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} = require('drizzle-orm/pg-core') as typeof import('drizzle-orm/pg-core')
export const { drizzle, PostgresJsDatabase, PostgresJsSession } =
  require('drizzle-orm/postgres-js') as typeof import('drizzle-orm/postgres-js')
export const { migrate } =
  require('drizzle-orm/postgres-js/migrator') as typeof import('drizzle-orm/postgres-js/migrator')

/** Typed queries on one connection. */
export type Orm = OrmDatabase
