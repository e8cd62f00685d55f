import { parseAddress } from '../domain/address.ts'
import { readSignUp } from '../domain/sign-up.ts'
import type { Transaction } from '../store/database.ts'
import { insertDoorRequest, takeDoorRequest } from '../store/door-requests.ts'
import { lockPerson, personByAddress } from '../store/people.ts'
import type { House } from './house.ts'
import { layOutConfirmation } from './lay-out-confirmation.ts'
import { layOutOwnLink } from './send-own-link.ts'

/**
 * Answers what was asked for at the public doors, oldest first, each in a transaction of its own: its mail is laid out
 * exactly when the request is gone. Any number of workers do it at once. @returns how many were answered.
 */
export async function answerDoors(house: House, signal?: AbortSignal): Promise<number> {
  let answered = 0
  while (!signal?.aborted && (await house.database.sql.begin((tx) => answerNext(house, tx)))) answered += 1
  return answered
}

async function answerNext(house: House, tx: Transaction): Promise<boolean> {
  const request = await takeDoorRequest(tx)
  if (!request) return false
  const address = parseAddress(request.address)
  if (address.kind === 'refused') return true
  if (request.kind === 'find') {
    await mailLinkTo(house, tx, address.canonical)
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
