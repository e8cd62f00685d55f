import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { envelopeAddress } from '../domain/address.ts'
import type { ServiceKind } from '../domain/gate.ts'
import { usefulUntil } from '../domain/must-arrive.ts'
import { parseSender } from '../domain/sender.ts'
import type { ServiceMail } from '../mail/acknowledgement-letter.ts'
import type { Parcel } from '../mail/courier.ts'
import { serviceLetter } from '../mail/service-letter.ts'
import { theBrand } from '../store/brand.ts'
import type { Transaction } from '../store/database.ts'
import { insertDeliveries } from '../store/releases.ts'
import { insertServiceMessage, serviceMessage } from '../store/service-messages.ts'
import type { House } from './house.ts'

/** One service mail as it is laid out: its words, who it is from, and the language it is written in. */
export type LaidOut = ServiceMail & { sender: string; locale: string }

/**
 * Lays one service mail out for one person, due at once, in the transaction that gives rise to it: so it is there exactly
 * when its reason is, whatever happens to the process. It leaves as everything else does, through the gate.
 * @param write gives the mail; its links may name the delivery, by which no two are alike.
 */
export async function queueServiceMail(
  tx: Transaction,
  kind: ServiceKind,
  to: { person: string; version: number; at: string },
  write: (delivery: string) => LaidOut,
): Promise<void> {
  const [message, delivery, at] = [randomUUID(), randomUUIDv7(), new Date(to.at)]
  const { sender, locale, ...mail } = write(delivery)
  const until = usefulUntil(kind, at)
  await insertServiceMessage(tx, {
    id: message,
    serviceKind: kind,
    sender,
    language: locale,
    usefulUntil: until,
    mail,
  })
  const base = { id: delivery, message, slot: null, person: to.person, version: to.version, allowedBy: null }
  await insertDeliveries(tx, 0, [{ ...base, state: 'held', verdict: 'now', reason: null, dueAt: to.at }], at)
}

/** Writes a service mail that was released, from what is kept of it until it has left. */
export async function serviceParcel(
  house: House,
  delivery: string,
  message: string,
  spelling: string,
  at: Date,
): Promise<Parcel> {
  const { sql } = house.database
  const [kept, brand] = await Promise.all([serviceMessage(sql, message), theBrand(sql)])
  if (!kept) throw new Error('a delivery names a service message that is not stored')
  const sender = { ...parseSender(kept.sender), name: brand.name }
  const to = envelopeAddress(spelling).address
  const mime = await serviceLetter({
    from: sender,
    replyTo: brand.replyTo,
    to,
    messageId: `<${delivery}@${sender.domain}>`,
    date: at,
    ...kept.mail,
  })
  return { delivery, from: envelopeAddress(sender.address).address, to, mime }
}
