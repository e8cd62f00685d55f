import { fingerprintOf } from '../domain/keyring.ts'
import { mailboxOf } from '../domain/mailbox-of.ts'
import type { Transaction } from '../store/database.ts'
import { instantNow } from '../store/instant.ts'
import { countTries, type Try } from '../store/tries.ts'
import type { House } from './house.ts'

/** Who asks: for which address (its canonical form), and from which network, null where that is not told apart. */
export type Asking = { canonical: string; network: string | null }

/** What is asked for: a fresh link, or to begin. */
export type Door = 'link' | 'start'

const hour = 3_600_000

/** How often each may be asked for within its window: for one mailbox, and by one network whatever the mailbox. */
const limits = [
  { of: 'mailbox', hours: 1, most: 4 },
  { of: 'mailbox', hours: 24, most: 8 },
  { of: 'network', hours: 1, most: 30 },
] as const

/**
 * Counts one try, in the transaction of what was asked for; the same statements for every address. What is kept is a keyed
 * fingerprint of mailbox or network and window: another one an hour later, and nothing that can be read.
 * @returns null when it may go on, else after how many seconds it may be tried again.
 */
export async function countTry(house: House, tx: Transaction, door: Door, asking: Asking): Promise<number | null> {
  const now = (await instantNow(tx)).getTime()
  const counted = limits.flatMap(({ of, hours, most }): (Try & { most: number })[] => {
    const value = of === 'mailbox' ? mailboxOf(asking.canonical) : asking.network
    if (value === null) return []
    const window = Math.floor(now / (hours * hour))
    const key = fingerprintOf(house.keys, `try ${door} ${of} ${hours} ${window}`, value)
    return [{ key, most, until: new Date((window + 1) * hours * hour).toISOString() }]
  })
  const numbers = await countTries(tx, counted)
  const over = counted.filter(({ key, most }) => (numbers.get(key) ?? 0) > most)
  const latest = over
    .map(({ until }) => Date.parse(until))
    .toSorted((a, b) => a - b)
    .at(-1)
  return latest === undefined ? null : Math.ceil((latest - now) / 1000)
}
