import { staffLimits } from '../domain/staff-session.ts'
import { intervalOf } from '../domain/retention.ts'
import { leftOverBecomesUnknown } from '../store/outcomes.ts'
import { forgetPastStaff } from '../store/staff-mails.ts'
import { forgetPastDoors } from '../store/tries.ts'
import { forgetRested } from '../store/turns.ts'
import { goneWorkers, openWorkerSession } from '../store/worker-session.ts'
import type { House } from './house.ts'

/** Runs `work` under a worker's name of its own: if the process dies, others can see that it is gone. */
export async function withWorker<T>(house: House, work: (worker: number) => Promise<T>): Promise<T> {
  const session = await openWorkerSession(house.database.sql)
  try {
    return await work(session.worker)
  } finally {
    await session.close()
  }
}

/**
 * Ends what dead workers left between release and outcome: it becomes `unknown`, is shown as a number, and is never sent
 * again by itself (I-4, I-5, I-7). Also forgets what the public doors and the staff's sign-in need no longer, and recipient domains whose rate has
 * rested for a day. @returns how many deliveries.
 */
export async function sweep(house: House): Promise<number> {
  const { sql } = house.database
  await sql.begin(forgetPastDoors)
  await sql.begin((tx) => forgetPastStaff(tx, staffLimits.hours, intervalOf('service-mail')))
  let ended = 0
  for (const worker of await goneWorkers(sql)) ended += await sql.begin((tx) => leftOverBecomesUnknown(tx, worker))
  await forgetRested(sql)
  return ended
}
