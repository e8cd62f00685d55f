import { randomUUID } from 'node:crypto'
import type { Address } from '../domain/address.ts'
import { insertDoorRequest } from '../store/door-requests.ts'
import { countTry } from './count-try.ts'
import type { House } from './house.ts'
import type { Asked } from './send-own-link.ts'

/**
 * Takes down that somebody wants her link mailed to that address. Nobody's row is looked at: whether we know the address
 * shows in nothing that this does, and a worker answers it within seconds (I-25).
 */
export async function askForLink(house: House, address: Address, network: string | null): Promise<Asked> {
  return house.database.sql.begin(async (tx): Promise<Asked> => {
    const seconds = await countTry(house, tx, 'link', { canonical: address.canonical, network })
    if (seconds !== null) return { kind: 'too-many', seconds }
    await insertDoorRequest(tx, { id: randomUUID(), kind: 'find', address: address.spelling, asked: null })
    return { kind: 'asked' }
  })
}
