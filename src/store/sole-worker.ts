import type postgres from 'postgres'
import { Problem } from '../domain/problem.ts'

/** Somebody else has that name in hand. */
class Taken extends Problem {
  constructor() {
    super('conflict', 'another process is at this right now; wait for it, or look at its report')
  }
}

/**
 * Runs `work` while no other session does so under the same name, held by a session lock that ends with the process.
 * @throws Problem `conflict` when somebody else is at it.
 */
export async function whileAlone<T>(sql: postgres.Sql, name: string, work: () => Promise<T>): Promise<T> {
  const session = await sql.reserve()
  try {
    const [row] = await session<{ got: boolean }[]>`select pg_try_advisory_lock(hashtextextended(${name}, 0)) as got`
    if (!row?.got) throw new Taken()
    try {
      return await work()
    } finally {
      await session`select pg_advisory_unlock(hashtextextended(${name}, 0))`
    }
  } finally {
    session.release()
  }
}

/** As {@link whileAlone}, but does nothing where somebody else is at it. @returns whether it ran. */
export async function ifAlone(sql: postgres.Sql, name: string, work: () => Promise<void>): Promise<boolean> {
  try {
    await whileAlone(sql, name, work)
    return true
  } catch (error) {
    if (error instanceof Taken) return false
    throw error
  }
}
