import { randomUUID } from 'node:crypto'
import type { Address } from '../domain/address.ts'
import { offeredOne } from '../domain/language.ts'
import { offeredPaces, topicsShownIn } from '../domain/preferences-wording.ts'
import { Problem } from '../domain/problem.ts'
import type { SignUp } from '../domain/sign-up.ts'
import { theBrand } from '../store/brand.ts'
import { insertDoorRequest, type DoorRequest } from '../store/door-requests.ts'
import { wordingText } from '../store/wordings.ts'
import { countTry, type Door } from './count-try.ts'
import type { House } from './house.ts'
import type { Asked } from './send-own-link.ts'

/**
 * Takes down that somebody wants her link mailed to that address. Nobody's row is looked at: whether we know the address
 * shows in nothing that this does, and a worker answers it within seconds (I-25).
 */
export async function askForLink(house: House, address: Address, network: string | null): Promise<Asked> {
  return takeDown(house, 'link', { kind: 'find', address: address.spelling, asked: null }, { ...address, network })
}

/**
 * Takes down what somebody asks for at sign-up, in the name of that address. As {@link askForLink}: the same for every
 * address, and answered by a mail that asks for her confirmation.
 * @throws Problem `invalid-input` when the form names a wording, a topic, a pace or a language that the page did not offer.
 */
export async function askToStart(
  house: House,
  address: Address,
  asked: SignUp,
  network: string | null,
): Promise<Asked> {
  const sql = house.database.readOnly
  const [body, brand] = await Promise.all([wordingText(sql, 'sign-up', asked.wording), theBrand(sql)])
  const offered = topicsShownIn(body ?? '')
  const isOffered =
    asked.shown.every((id) => offered.includes(id)) &&
    asked.topics.every((id) => asked.shown.includes(id)) &&
    offeredPaces.includes(asked.pace) &&
    offeredOne(asked.language, brand.languages) !== null
  if (!isOffered) {
    throw new Problem('invalid-input', 'the form names something that the sign-up page did not offer; open it again')
  }
  return takeDown(house, 'start', { kind: 'start', address: address.spelling, asked }, { ...address, network })
}

/** Takes down that somebody of the staff wants a link to sign in with; `path` is where it leads on to. As {@link askForLink}. */
export async function askToSignIn(
  house: House,
  address: Address,
  path: string | null,
  network: string | null,
): Promise<Asked> {
  return takeDown(house, 'staff', { kind: 'staff', address: address.spelling, asked: path }, { ...address, network })
}

async function takeDown(
  house: House,
  door: Door,
  request: { kind: DoorRequest['kind']; address: string; asked: SignUp | string | null },
  asking: { canonical: string; network: string | null },
): Promise<Asked> {
  return house.database.sql.begin(async (tx): Promise<Asked> => {
    const seconds = await countTry(house, tx, door, asking)
    if (seconds !== null) return { kind: 'too-many', seconds }
    await insertDoorRequest(tx, { id: randomUUID(), ...request })
    return { kind: 'asked' }
  })
}
