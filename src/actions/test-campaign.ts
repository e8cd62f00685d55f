import { randomUUID, randomUUIDv7 } from 'node:crypto'
import { parseAddress } from '../domain/address.ts'
import { notAsked } from '../domain/choices.ts'
import { judge } from '../domain/gate.ts'
import { fingerprintOf } from '../domain/keyring.ts'
import { Problem } from '../domain/problem.ts'
import type { Outcome } from '../mail/courier.ts'
import { noteTest } from '../store/campaigns.ts'
import { instantNow } from '../store/instant.ts'
import { suppressionsOf } from '../store/suppressions.ts'
import { theCampaign, theRules } from './check-campaign.ts'
import { deliver } from './hand-over.ts'
import type { House } from './house.ts'
import { requireReady } from './require-ready.ts'
import { letterFor, topicParcel } from './write-topic-mail.ts'

/**
 * Sends one copy of a campaign to the reply address, as service kind `staff`: to nobody else, in no report, and its
 * links belong to nobody.
 * @throws Problem `invalid-input` for any other address, `refused-by-gate` when that address is suppressed,
 * `not-ready` when mail may not leave.
 */
export async function testCampaign(house: House, slug: string, to: string): Promise<Outcome> {
  await requireReady(house)
  const { sql } = house.database
  const [campaign, rules, at] = await Promise.all([theCampaign(sql, slug), theRules(sql), instantNow(sql)])
  const address = parseAddress(to)
  const replyTo = parseAddress(rules.brand.replyTo ?? '')
  if (address.kind !== 'address' || replyTo.kind !== 'address' || address.canonical !== replyTo.canonical) {
    const allowed = rules.brand.replyTo ?? 'none is set; set one with courtesy brand set --reply-to'
    throw new Problem(
      'invalid-input',
      `a test goes only to the reply address (${allowed}); people on the list are not test readers`,
    )
  }
  const fingerprint = fingerprintOf(house.keys, 'email', address.canonical)
  const suppressions = (await suppressionsOf(sql, 'email', [fingerprint])).get(fingerprint) ?? []
  const standing = { choices: notAsked(), recent: [], suppressions }
  const verdict = judge({ kind: 'service', serviceKind: 'staff', channel: 'email' }, standing, rules, at)
  if (verdict.kind !== 'now')
    throw new Problem('refused-by-gate', `the reply address is suppressed (${verdict.reason})`)
  const nobody = { ...standing, id: randomUUID(), name: '', version: 0, spelling: address.spelling, listed: false }
  const delivery = randomUUIDv7()
  const letter = await letterFor(house, { ...campaign, subject: `[Test] ${campaign.subject}` })
  const mail = {
    delivery,
    person: nobody.id,
    items: [],
    notAfter: null,
    write: () => topicParcel(house, letter, delivery, nobody, at),
  }
  const held = { since: performance.now(), perDestination: null, recalled: () => false }
  const [outcome] = await deliver(house, [mail], held, house.courier)
  if (!outcome) throw new Error('the courier gave no outcome')
  if (outcome.kind === 'sent') await noteTest(sql, campaign.message)
  return outcome
}
