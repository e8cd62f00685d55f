import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { envelopeAddress } from '../domain/address.ts'
import type { Brand } from '../domain/brand.ts'
import { judge, type ServiceKind } from '../domain/gate.ts'
import { parseSender, type Sender } from '../domain/sender.ts'
import type { ServiceMail } from '../mail/acknowledgement-letter.ts'
import type { Outcome } from '../mail/courier.ts'
import { serviceLetter } from '../mail/service-letter.ts'
import { insertServiceMessage } from '../store/campaigns.ts'
import type { Transaction } from '../store/database.ts'
import { instantNow } from '../store/instant.ts'
import { lockPerson } from '../store/people.ts'
import { insertDeliveries, settle } from '../store/releases.ts'
import { theRules } from './check-campaign.ts'
import type { House } from './house.ts'

/** Milliseconds within which one service mail must have begun to leave. */
const beginWithinMs = 20_000

/**
 * Sends one service mail to one person, through the same gate and the same states as everything else. It counts
 * against no limit.
 * @returns what became of it, null when the gate refused or there is nobody to write from (no reply address is set).
 */
export async function sendServiceMail(
  house: House,
  person: string,
  kind: ServiceKind,
  mail: ServiceMail,
): Promise<Outcome | null> {
  const { sql } = house.database
  const released = await sql.begin((tx) => release(tx, person, kind, mail))
  if (!released) return null
  const { delivery, to, sender, brand, at } = released
  const mime = await serviceLetter({
    from: sender,
    replyTo: brand.replyTo,
    to,
    messageId: `<${delivery}@${sender.domain}>`,
    date: at,
    ...mail,
  })
  const parcel = {
    delivery,
    from: envelopeAddress(sender.address).address,
    to,
    mime: house.sign ? await house.sign(mime) : mime,
  }
  const [outcome] = await house.courier.deliver([parcel], performance.now() + beginWithinMs)
  if (!outcome) throw new Error('the courier gave no outcome')
  await sql.begin((tx) => settle(tx, [outcome]))
  return outcome
}

type Released = { delivery: string; to: string; sender: Sender; brand: Brand; at: Date }

async function release(tx: Transaction, id: string, kind: ServiceKind, mail: ServiceMail): Promise<Released | null> {
  const person = await lockPerson(tx, id)
  const rules = await theRules(tx)
  const { brand } = rules
  if (!person?.address || !brand.replyTo) return null
  const at = await instantNow(tx)
  const verdict = judge({ kind: 'service', serviceKind: kind, channel: 'email' }, person, rules, at)
  if (verdict.kind !== 'now') return null
  const sender = { ...parseSender(brand.replyTo), name: brand.name }
  const message = randomUUID()
  const delivery = randomUUIDv7()
  await insertServiceMessage(tx, {
    id: message,
    serviceKind: kind,
    subject: mail.subject,
    sender: brand.replyTo,
    language: 'en',
  })
  await insertDeliveries(tx, message, [
    {
      id: delivery,
      person: id,
      state: 'released',
      verdict: 'now',
      reason: null,
      version: person.entry,
      allowedBy: null,
      dueAt: null,
    },
  ])
  return { delivery, to: envelopeAddress(person.address.spelling).address, sender, brand, at }
}
