import type { Link } from '../domain/link-token.ts'
import { carriedTo, type Carried } from '../store/why.ts'
import type { House } from './house.ts'

/** What the email was that carried this link. @returns null when the link names no delivery of hers. */
export async function whyDelivered(house: House, link: Link): Promise<Carried | null> {
  if (link.delivery === null) return null
  return carriedTo(house.database.readOnly, link.person, link.delivery)
}
