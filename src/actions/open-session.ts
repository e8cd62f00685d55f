import { randomBytes } from 'node:crypto'
import { isFresh, useKey, type Link } from '../domain/link-token.ts'
import { endKey, isOpen, makeSession, readSession, type Session } from '../domain/session-cookie.ts'
import { addressEntry } from '../store/details.ts'
import { instantNow } from '../store/instant.ts'
import { lockPerson, personById } from '../store/people.ts'
import { isUsed, useOnce } from '../store/used-links.ts'
import { whoIsGone } from './erase.ts'
import type { House } from './house.ts'

/** What a link that works once may still do. */
export type OnceState = 'fresh' | 'used' | 'expired'

/** How it stands with a link that works once, on the pool that cannot write. @throws Problem `erased` when she was erased. */
export async function onceState(house: House, token: string, link: Link): Promise<OnceState> {
  const sql = house.database.readOnly
  const [now, used, her, address] = await Promise.all([
    instantNow(sql),
    isUsed(sql, useKey(token)),
    personById(sql, link.person),
    addressEntry(sql, link.person),
  ])
  if (!her) throw await whoIsGone(house, link.person)
  if (used) return 'used'
  return isFresh(link, now) && isOfAddress(link, address) ? 'fresh' : 'expired'
}

/** A fresh link went to one address: where another is hers by now, whoever reads it may be somebody else. */
function isOfAddress({ purpose, entry }: Link, address: { number: number } | null): boolean {
  return purpose !== 'session' || entry === (address?.number ?? null)
}

/**
 * Uses a fresh link up and opens a session for whom it names. Of any number of presses at once one opens it.
 * @returns the cookie, or why there is none. @throws Problem `erased` when she was erased.
 */
export async function openSession(
  house: House,
  token: string,
  link: Link,
): Promise<{ kind: 'opened'; cookie: string } | { kind: 'used' | 'expired' }> {
  return house.database.sql.begin(async (tx) => {
    // Whoever makes another address hers holds this lock too: it is done before, or ends what is opened here.
    if (!(await lockPerson(tx, link.person))) throw await whoIsGone(house, link.person)
    const [now, address] = [await instantNow(tx), await addressEntry(tx, link.person)]
    if (link.purpose !== 'session' || !isFresh(link, now) || !isOfAddress(link, address))
      return { kind: 'expired' } as const
    if (!(await useOnce(tx, useKey(token)))) return { kind: 'used' } as const
    const session = { person: link.person, since: now, id: randomBytes(16).toString('hex') }
    return { kind: 'opened', cookie: makeSession(house.keys.sessions, session) } as const
  })
}

/**
 * The session of a cookie as of this instant; null when it is none of ours, over or ended, by her or with the address whose mailbox
 * opened it. Reads on the pool that cannot write.
 */
export async function sessionOf(house: House, cookie: string): Promise<{ session: Session; now: Date } | null> {
  const session = readSession(house.keys.sessions, cookie)
  if (!session) return null
  const sql = house.database.readOnly
  const [now, ended, address] = await Promise.all([
    instantNow(sql),
    isUsed(sql, endKey(session)),
    addressEntry(sql, session.person),
  ])
  const outlived = address !== null && session.since < address.at
  return !ended && !outlived && isOpen(session, now) ? { session, now } : null
}

/** Ends a session everywhere, also for whoever copied its cookie. */
export async function endSession(house: House, session: Session): Promise<void> {
  await house.database.sql.begin((tx) => useOnce(tx, endKey(session)))
}
