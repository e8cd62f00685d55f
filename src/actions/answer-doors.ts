import { parseAddress } from '../domain/address.ts'
import { isDatabaseAway } from '../domain/database-away.ts'
import { readSignUp } from '../domain/sign-up.ts'
import type { Transaction } from '../store/database.ts'
import { insertDoorRequest, takeDoorRequest, type DoorRequest } from '../store/door-requests.ts'
import { lockPerson, personByAddress } from '../store/people.ts'
import type { House } from './house.ts'
import { layOutConfirmation } from './lay-out-confirmation.ts'
import { layOutOwnLink } from './send-own-link.ts'
import { mailSignIn } from './staff-sign-in.ts'

/**
 * Answers what was asked for at the public doors, oldest first, each in a transaction of its own: its mail is laid out
 * exactly when the request is gone. Any number of workers do it at once. One that cannot be answered is told to the log, stays
 * for the next time, and keeps nobody else waiting. @returns how many were answered.
 */
export async function answerDoors(house: House, signal?: AbortSignal): Promise<number> {
  const failed: string[] = []
  for (let answered = 0; ;) {
    if (signal?.aborted) return answered
    let taken: string | null = null
    try {
      const found = await house.database.sql.begin(async (tx) => {
        const request = await takeDoorRequest(tx, failed)
        taken = request?.id ?? null
        return request !== null && (await answer(house, tx, request))
      })
      if (!found) return answered
      answered += 1
    } catch (error) {
      if (taken === null || isDatabaseAway(error)) throw error
      failed.push(taken)
      house.warn(
        `a request at a public door could not be answered and is tried again: ${error instanceof Error ? error.name : 'unknown'}`,
      )
    }
  }
}

async function answer(house: House, tx: Transaction, request: DoorRequest): Promise<true> {
  const address = parseAddress(request.address)
  if (address.kind === 'refused') return true
  if (request.kind === 'find') {
    await mailLinkTo(house, tx, address.canonical)
    return true
  }
  if (request.kind === 'staff') {
    await mailSignIn(house, tx, address.canonical, typeof request.asked === 'string' ? request.asked : null)
    return true
  }
  const asked = readSignUp(request.asked)
  if (asked && !(await layOutConfirmation(house, tx, address, asked))) await insertDoorRequest(tx, request)
  return true
}

async function mailLinkTo(house: House, tx: Transaction, canonical: string): Promise<void> {
  const known = await personByAddress(tx, canonical)
  const her = known && (await lockPerson(tx, known.id))
  if (her) await layOutOwnLink(house, tx, her)
}
