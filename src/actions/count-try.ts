import { fingerprintOf } from '../domain/keyring.ts'
import { mailboxOf } from '../domain/mailbox-of.ts'
import type { Transaction } from '../store/database.ts'
import { instantNow } from '../store/instant.ts'
import { countTries } from '../store/tries.ts'
import type { House } from './house.ts'

/** Who asks: for which address (its canonical form), and from which network, null where that is not told apart. */
export type Asking = { canonical: string; network: string | null }

/** What is asked for: a fresh link, to begin, or a sign-in of the staff. */
export type Door = 'link' | 'start' | 'staff'

/** How many of one thing there may be within a window of so many hours. */
type Limit = { name: string; value: string; hours: number; most: number }

const hour = 3_600_000
/** More sign-ups in an hour than this are no people: the door shuts, lest we write to everybody whom somebody lists. */
const mostSignUpsAnHour = 3_000

/**
 * Counts one try at a door, in the transaction of what was asked for; the same statements for every address.
 * @returns null when it may go on, else after how many seconds it may be tried again.
 */
export async function countTry(house: House, tx: Transaction, door: Door, asking: Asking): Promise<number | null> {
  const mailbox = mailboxOf(asking.canonical)
  const { network } = asking
  const everybody = { name: 'start everybody', value: '', hours: 1, most: mostSignUpsAnHour }
  const over = await countWithin(house, tx, [
    { name: `${door} mailbox`, value: mailbox, hours: 1, most: 4 },
    { name: `${door} mailbox`, value: mailbox, hours: 24, most: 8 },
    ...(network === null ? [] : [{ name: `${door} network`, value: network, hours: 1, most: 30 }]),
    ...(door === 'start' ? [everybody] : []),
  ])
  if (over?.first === everybody) {
    house.warn(
      `more than ${mostSignUpsAnHour} sign-ups within an hour: the sign-up page takes no more until it is over`,
    )
  }
  return over?.seconds ?? null
}

/** Each answer makes us ask the provider, which would shut out all of us for one who brings too many. */
const mostAnswersAnHour = 60

/** Counts one answer of an identity provider that a network brought. @returns as {@link countTry}. */
export async function countAnswer(house: House, network: string | null): Promise<number | null> {
  if (network === null) return null
  const limit = { name: 'staff answer network', value: network, hours: 1, most: mostAnswersAnHour }
  return house.database.sql.begin(async (tx) => (await countWithin(house, tx, [limit]))?.seconds ?? null)
}

/** Somebody may type anybody's address, in many spellings: so many confirmations go to one mailbox. */
const mostConfirmations = { aDay: 2, aDayAfterErasure: 1, aMonth: 6 }

/** Counts one confirmation to a mailbox. @returns whether it may go. */
export async function countConfirmation(
  house: House,
  tx: Transaction,
  { canonical, erased }: { canonical: string; erased: boolean },
): Promise<boolean> {
  const [name, value] = ['confirmation mailbox', mailboxOf(canonical)]
  const over = await countWithin(house, tx, [
    { name, value, hours: 24, most: erased ? mostConfirmations.aDayAfterErasure : mostConfirmations.aDay },
    { name, value, hours: 24 * 30, most: mostConfirmations.aMonth },
  ])
  return over === null
}

/**
 * Counts one more under each limit. What is kept is a keyed fingerprint of what is counted and of the window: another one
 * in the next window, and nothing that can be read.
 * @returns null when none is passed, else after how many seconds none is, and the `first` time that one is passed.
 */
async function countWithin(
  house: House,
  tx: Transaction,
  limits: readonly Limit[],
): Promise<{ seconds: number; first: Limit | null } | null> {
  const now = (await instantNow(tx)).getTime()
  const counted = limits.map((limit) => {
    const window = Math.floor(now / (limit.hours * hour))
    const key = fingerprintOf(house.keys, `try ${limit.name} ${limit.hours} ${window}`, limit.value)
    return { limit, key, until: (window + 1) * limit.hours * hour }
  })
  const rows = counted.map(({ key, until }) => ({ key, until: new Date(until).toISOString() }))
  const numbers = await countTries(tx, rows)
  const over = counted.filter(({ limit, key }) => (numbers.get(key) ?? 0) > limit.most)
  if (over.length === 0) return null
  const first = over.find(({ limit, key }) => numbers.get(key) === limit.most + 1)?.limit ?? null
  return { seconds: Math.ceil((Math.max(...over.map(({ until }) => until)) - now) / 1000), first }
}
