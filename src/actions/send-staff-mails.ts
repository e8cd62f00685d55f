import { randomBytes } from 'node:crypto'
import { envelopeAddress } from '../domain/address.ts'
import { notAsked } from '../domain/choices.ts'
import { judge } from '../domain/gate.ts'
import { fingerprintOf } from '../domain/keyring.ts'
import { parseSender } from '../domain/sender.ts'
import { storedKey } from '../domain/staff-session.ts'
import type { ServiceMail } from '../mail/acknowledgement-letter.ts'
import type { Parcel } from '../mail/courier.ts'
import { serviceLetter } from '../mail/service-letter.ts'
import { signInLetter } from '../mail/staff-letters.ts'
import type { Brand } from '../domain/brand.ts'
import { endStaffMails, insertStaffLink, takeStaffMails, type StaffMail } from '../store/staff-mails.ts'
import { instantNow } from '../store/instant.ts'
import { suppressionsOf } from '../store/suppressions.ts'
import { theRules } from './check-campaign.ts'
import { deliver } from './hand-over.ts'
import type { House } from './house.ts'
import { writeCheckpointMail } from './mail-checkpoint.ts'
import { signInMinutes } from './staff-sign-in.ts'

/**
 * Sends the mails to staff that are due, as service kind `staff`: through the gate, signed, over the connections of service
 * mail. They are no deliveries: staff are not people of the list, and no report counts them. At least once: what perhaps did not
 * arrive is sent again a minute later, while it is of use. @returns how many were handed over.
 */
export async function sendStaffMails(house: House, signal?: AbortSignal): Promise<number> {
  const { sql } = house.database
  let handedOver = 0
  while (!signal?.aborted) {
    const since = performance.now()
    const taken = await sql.begin((tx) => takeStaffMails(tx, house.serviceCourier.batch))
    if (taken.length === 0) break
    const [rules, at] = await Promise.all([theRules(sql), instantNow(sql)])
    const allowed = await whoMayBeMailed(house, taken, rules, at)
    const mails = allowed.map((mail) => ({
      delivery: mail.id,
      person: mail.staff,
      items: [],
      notAfter: null,
      write: () => parcelOf(house, rules.brand, mail, at),
    }))
    const outcomes = await deliver(
      house,
      mails,
      { since, perDestination: null, recalled: () => false },
      house.serviceCourier,
    )
    const again = new Set(
      outcomes.filter(({ kind }) => kind === 'deferred' || kind === 'unknown').map(({ delivery }) => delivery),
    )
    await endStaffMails(
      sql,
      taken.map(({ id }) => id).filter((id) => !again.has(id)),
    )
    handedOver += mails.length
  }
  return handedOver
}

/** The gate's word on each: an address that bounced, or must not be written to, is not written to, whoever has it. */
async function whoMayBeMailed(
  house: House,
  mails: readonly StaffMail[],
  rules: Parameters<typeof judge>[2],
  at: Date,
): Promise<StaffMail[]> {
  const prints = mails.map(({ canonical }) => fingerprintOf(house.keys, 'email', canonical))
  const suppressed = await suppressionsOf(house.database.sql, 'email', prints)
  return mails.filter(({ staff }, index) => {
    const suppressions = suppressed.get(prints[index] ?? '') ?? []
    const standing = { choices: notAsked(), recent: [], suppressions }
    const verdict = judge({ kind: 'service', serviceKind: 'staff', channel: 'email' }, standing, rules, at)
    if (verdict.kind !== 'now')
      house.warn(`a mail to staff ${staff} was not sent: their address is suppressed (${verdict.reason})`)
    return verdict.kind === 'now'
  })
}

/** From the reply address; before there is one, from the address it goes to, or nobody could sign in to set one. */
async function parcelOf(house: House, brand: Brand, mail: StaffMail, at: Date): Promise<Parcel> {
  const replyTo = brand.replyTo ?? mail.address
  const sender = { ...parseSender(replyTo), name: brand.name }
  const to = envelopeAddress(mail.address).address
  const letter = await letterFor(house, brand, mail)
  const messageId = `<${mail.id}@${sender.domain}>`
  const mime = await serviceLetter({ from: sender, replyTo, to, messageId, date: at, ...letter })
  return { delivery: mail.id, from: envelopeAddress(sender.address).address, to, mime }
}

/** A link's token is made as its mail is written: what is stored of it opens nothing. */
async function letterFor(house: House, brand: Brand, { kind, staff, path, size }: StaffMail): Promise<ServiceMail> {
  if (kind === 'checkpoint') return writeCheckpointMail(house, brand, size)
  const token = randomBytes(32).toString('base64url')
  await insertStaffLink(house.database.sql, storedKey(token), staff, signInMinutes)
  const to = path === null ? '' : `?${new URLSearchParams({ to: path }).toString()}`
  return signInLetter(brand, `${house.publicUrl}/staff/sign-in/${token}${to}`, signInMinutes)
}
