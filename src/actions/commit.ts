import type { Transaction } from '../store/database.ts'
import { codeOf } from '../store/error-code.ts'
import type { House } from './house.ts'

/** PostgreSQL's word for a deadlock it has broken (F25): nothing of the transaction is done, and it may be tried again. */
const deadlock = '40P01'
const mostTries = 3

/** Runs one transaction and commits it; one that PostgreSQL ended because of a deadlock is run again. */
export async function commit<T>(house: House, work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return (await house.database.sql.begin(work)) as T
    } catch (error) {
      if (codeOf(error) !== deadlock || tries >= mostTries) throw error
    }
  }
}
