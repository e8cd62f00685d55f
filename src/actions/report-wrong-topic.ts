import type { Link } from '../domain/link-token.ts'
import { carriedTo } from '../store/why.ts'
import { reportWrongTopic } from '../store/wrong-topic.ts'
import type { House } from './house.ts'

/** `which`: the mail carried several messages, and she has to say which one she means. */
export type WrongTopic = { kind: 'reported' | 'which' | 'none' }

/**
 * Keeps that what this link came with was not about its topic: the one message of the mail, or that `item` of a digest.
 * It is no choice: it lowers and raises nothing, makes no entry, and a link of any age may say it. Said twice it is kept once.
 */
export async function sayWrongTopic(house: House, link: Link, item: string | null): Promise<WrongTopic> {
  if (link.delivery === null) return { kind: 'none' }
  const carried = await carriedTo(house.database.readOnly, link.person, link.delivery)
  const topical = carried.filter(({ topic }) => topic !== null)
  const meant = item === null ? topical : topical.filter(({ delivery }) => delivery === item)
  if (meant.length > 1) return { kind: 'which' }
  const [one] = meant
  if (!one) return { kind: 'none' }
  if (!one.reported) await house.database.sql.begin((tx) => reportWrongTopic(tx, link.person, [one.delivery]))
  return { kind: 'reported' }
}
