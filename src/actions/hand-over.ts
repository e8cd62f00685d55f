import type { Courier, Outcome, Parcel, Terms } from '../mail/courier.ts'
import { settle, type Settled } from '../store/outcomes.ts'
import type { House } from './house.ts'
import { InHand, type Carried } from './in-hand.ts'

/**
 * A released delivery whose mail can be written. `notAfter`: it must begin before this many milliseconds after the release,
 * null where only the lease holds it.
 */
export type Mail = Carried & { notAfter: number | null; write(): Parcel | Promise<Parcel> }

/**
 * What holds for one hand-over: `worker` is in whose name they were released; `since` is the monotonic instant (`performance.now()`) right before its release began, from
 * which the lease counts and changes of choices are heeded; `perDestination` as in the courier's terms.
 */
export type Held = { worker: number; since: number; perDestination: number | null }

/** Part of the lease (30 s) within which a message must have begun. */
const beginWithinMs = 20_000

/**
 * Writes, signs and hands released mails to the courier, calls back those that their people forbid meanwhile, and records
 * what became of each before it gives it back.
 * @param courier who carries them: that of topic mail where none is named.
 */
export async function handOver(
  house: House,
  mails: readonly Mail[],
  held: Held,
  courier: Courier = house.courier,
): Promise<Outcome[]> {
  const { worker, ...terms } = held
  const inHand = new InHand(house, mails)
  inHand.begin(held.since)
  try {
    const outcomes = await deliver(
      house,
      mails,
      { ...terms, recalled: (delivery) => inHand.recalled(delivery) },
      courier,
    )
    const settlements = outcomes.map((outcome) => settled(outcome, inHand))
    await house.database.sql.begin((tx) => settle(tx, worker, settlements))
    return outcomes
  } finally {
    inHand.end()
  }
}

/**
 * Writes, signs and hands mails to the courier, and tells what became of each. What could not even be written or signed
 * comes back as deferred: it provably did not leave.
 */
export async function deliver(
  house: House,
  mails: readonly Mail[],
  { since, ...terms }: Omit<Held, 'worker'> & Pick<Terms, 'recalled'>,
  courier: Courier,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const parcels: Parcel[] = []
  for (const mail of mails) {
    try {
      const parcel = await mail.write()
      const fence = mail.notAfter === null ? {} : { begunBefore: since + mail.notAfter }
      parcels.push({ ...parcel, ...fence, ...(house.sign ? { mime: await house.sign(parcel.mime) } : {}) })
    } catch (error) {
      house.warn(
        `delivery ${mail.delivery} could not be written: ${error instanceof Error ? error.message : 'unknown'}`,
      )
      const reply = 'the mail could not be written or signed'
      outcomes.push({ delivery: mail.delivery, kind: 'deferred', reply, reached: false })
    }
  }
  return outcomes.concat(await courier.deliver(parcels, { ...terms, begunBefore: since + beginWithinMs }))
}

/** An outcome as it is recorded: only an attempt that was begun and answered counts as one. */
function settled({ delivery, kind, reply, reached, begun }: Outcome, inHand: InHand): Settled {
  if (kind === 'recalled') return { delivery, kind, calledBack: inHand.calledBack(delivery) }
  return { delivery, kind, reply, counts: reached && begun !== false }
}
