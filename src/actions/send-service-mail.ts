import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { envelopeAddress } from '../domain/address.ts'
import { judge, type ServiceKind } from '../domain/gate.ts'
import { parseSender } from '../domain/sender.ts'
import type { ServiceMail } from '../mail/acknowledgement-letter.ts'
import type { Outcome, Parcel } from '../mail/courier.ts'
import { serviceLetter } from '../mail/service-letter.ts'
import { theBrand } from '../store/brand.ts'
import type { Transaction } from '../store/database.ts'
import { instantNow } from '../store/instant.ts'
import { settle } from '../store/outcomes.ts'
import { lockPerson } from '../store/people.ts'
import { insertDeliveries } from '../store/releases.ts'
import { insertServiceMessage, serviceMessage } from '../store/service-messages.ts'
import { theRules } from './check-campaign.ts'
import { handOver } from './hand-over.ts'
import type { House } from './house.ts'
import { withWorker } from './sweep.ts'
import { settled } from './work-slices.ts'

/** Milliseconds within which one service mail must have begun to leave. */
const beginWithinMs = 20_000

/**
 * Sends one service mail to one person, through the same gate and the same states as everything else. It counts
 * against no limit; one that is put off is sent later by a worker.
 * @returns what became of it, null when the gate refused or there is nobody to write from (no reply address is set).
 */
export async function sendServiceMail(
  house: House,
  person: string,
  kind: ServiceKind,
  mail: ServiceMail,
): Promise<Outcome | null> {
  const { sql } = house.database
  return withWorker(house, async (worker) => {
    const released = await sql.begin((tx) => release(tx, worker, { person, kind, mail }))
    if (!released) return null
    const { delivery, message, spelling, at } = released
    const write = () => serviceParcel(house, delivery, message, spelling, at)
    const [outcome] = await handOver(house, [{ delivery, write }], performance.now() + beginWithinMs)
    if (!outcome) throw new Error('the courier gave no outcome')
    await sql.begin((tx) => settle(tx, [settled(outcome)]))
    return outcome
  })
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

type Released = { delivery: string; message: string; spelling: string; at: Date }

async function release(
  tx: Transaction,
  worker: number,
  { person: id, kind, mail }: { person: string; kind: ServiceKind; mail: ServiceMail },
): Promise<Released | null> {
  const person = await lockPerson(tx, id)
  const rules = await theRules(tx)
  const { replyTo } = rules.brand
  if (!person?.address || !replyTo) return null
  const at = await instantNow(tx)
  const verdict = judge({ kind: 'service', serviceKind: kind, channel: 'email' }, person, rules, at)
  if (verdict.kind !== 'now') return null
  const message = randomUUID()
  const delivery = randomUUIDv7()
  await insertServiceMessage(tx, { id: message, serviceKind: kind, sender: replyTo, language: 'en', mail })
  const base = { id: delivery, message, slot: null, person: id, version: person.entry, allowedBy: null }
  await insertDeliveries(tx, worker, [{ ...base, state: 'released', verdict: 'now', reason: null, dueAt: null }])
  return { delivery, message, spelling: person.address.spelling, at }
}
