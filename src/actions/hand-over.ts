import { termsUntil, type Courier, type Outcome, type Parcel } from '../mail/courier.ts'
import type { House } from './house.ts'

/** A released delivery whose mail can be written. */
export type Mail = { delivery: string; write(): Parcel | Promise<Parcel> }

/**
 * Writes, signs and hands released mails to the courier, and tells what became of each. What could not even be written or
 * signed comes back as deferred: it provably did not leave.
 * @param begunBefore monotonic milliseconds (`performance.now()`) by which a mail must have begun to leave.
 * @param courier who carries them: that of topic mail where none is named.
 */
export async function handOver(
  house: House,
  mails: readonly Mail[],
  begunBefore: number,
  courier: Courier = house.courier,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const parcels: Parcel[] = []
  for (const mail of mails) {
    try {
      const parcel = await mail.write()
      parcels.push(house.sign ? { ...parcel, mime: await house.sign(parcel.mime) } : parcel)
    } catch (error) {
      house.warn(
        `delivery ${mail.delivery} could not be written: ${error instanceof Error ? error.message : 'unknown'}`,
      )
      const reply = 'the mail could not be written or signed'
      outcomes.push({ delivery: mail.delivery, kind: 'deferred', reply, reached: false })
    }
  }
  return outcomes.concat(await courier.deliver(parcels, termsUntil(begunBefore)))
}
