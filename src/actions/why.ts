import type { Link } from '../domain/link-token.ts'
import { carriedTo, type Carried } from '../store/why.ts'
import type { House } from './house.ts'

/** What the email carried that this link came with, several items for a digest. Empty when it names no delivery of hers. */
export async function whyDelivered(house: House, link: Link): Promise<Carried[]> {
  return link.delivery === null ? [] : carriedTo(house.database.readOnly, link.person, link.delivery)
}
