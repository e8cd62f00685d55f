import { recipientDomain } from '../domain/address.ts'
import { zoneFor } from '../domain/calendar.ts'
import { ComingSlots, type ComingSlot } from '../domain/coming-slots.ts'
import { judge, type Rules, type Sending, type Standing, type Verdict } from '../domain/gate.ts'
import { lasting, type Lasting, type Leaving } from '../domain/lasting.ts'
import { narrowed, type Outcome } from '../domain/narrowing.ts'
import { Problem } from '../domain/problem.ts'
import { pacingAt, type Pacing } from '../domain/turns.ts'
import { audience, type Recipient } from '../store/audience.ts'
import { theBrand } from '../store/brand.ts'
import { campaignBySlug, type Campaign } from '../store/campaigns.ts'
import type { Sql, Transaction } from '../store/database.ts'
import { instantNow } from '../store/instant.ts'
import { readDays, readDestinations } from '../store/turns.ts'
import { waitingBeside } from '../store/waiting.ts'
import { wordingHashes } from '../store/wordings.ts'
import type { House } from './house.ts'

/** Verdicts by reason. People = now + later + never, and `reasons` sums up to later + never. */
export type Counts = { people: number; now: number; later: number; never: number; reasons: Record<string, number> }
export type Check = { campaign: string } & Counts & {
    attested: number
    firstEver: number
    oldestConfirmation: string | null
    slots: ComingSlot[]
    lasts: Lasting | null
  }

/**
 * Streams the whole audience through the gate and counts its verdicts, as of one instant. Writes nothing. `attested` and
 * `oldestConfirmation` (ISO) tell what the verdicts `now` and `later` rest on, `firstEver` who of them never got a mail about a topic, `slots` what the coming digests will carry
 * for those who wait for one; `lasts` is when the last of those who get it now should have it, null where nothing keeps them.
 * @throws Problem `not-found` for an unknown campaign.
 */
export async function checkCampaign(house: House, slug: string): Promise<Check> {
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const campaign = await theCampaign(tx, slug)
    const rules = await theRules(tx)
    const now = await instantNow(tx)
    const tally = new Map<string, number>()
    let attested = 0
    let firstEver = 0
    let oldest: string | null = null
    const slots = new ComingSlots()
    const pacing = pacingAt(rules.brand, now)
    const domains = new Map<string, number>()
    for await (const people of audience(tx, listOf(campaign))) {
      for (const person of people) {
        const verdict = outcomeFor(campaign, person, rules, now)
        count(tally, verdict)
        if (verdict.kind === 'never') continue
        if (verdict.kind === 'now' && pacing !== null && pacing.perMinute !== null) {
          const domain = recipientDomain(person.spelling)
          domains.set(domain, (domains.get(domain) ?? 0) + 1)
        }
        if (waitsForSlot(verdict)) slots.add(verdict.until, zoneFor(person.choices.timeZone, rules.brand))
        if (person.recent.length === 0) firstEver += 1
        const basis = person.choices.topics[campaign.topic]?.basis
        if (basis?.evidence === 'attested') attested += 1
        if (basis && (oldest === null || basis.confirmedAt < oldest)) oldest = basis.confirmedAt
      }
    }
    const sending = sendingOf(campaign)
    const verdictOn = (person: Standing) => judge(sending, person, rules, now)
    await countItems(tx, campaign.message, slots, rules, verdictOn)
    const lasts = pacing && (await lastsUntil(tx, pacing, { total: tally.get('now') ?? 0, domains }, now))
    const rests = { attested, firstEver, oldestConfirmation: oldest }
    return { campaign: slug, ...countsOf(tally), ...rests, slots: slots.list(), lasts }
  })
}

async function lastsUntil(tx: Transaction, pacing: Pacing, leaving: Leaving, now: Date): Promise<Lasting | null> {
  const [destinations, days] = await Promise.all([
    readDestinations(tx, [...leaving.domains.keys()]),
    readDays(tx, pacing.today),
  ])
  return lasting(pacing, leaving, { destinations, days }, now)
}

function waitsForSlot(verdict: Outcome): verdict is Verdict & { kind: 'later'; reason: 'digest' } {
  return verdict.kind === 'later' && verdict.reason === 'digest'
}

/** Tells the slots how many items they will have, by those of their people for whom something waits already. */
async function countItems(
  tx: Transaction,
  message: string,
  slots: ComingSlots,
  rules: Rules,
  verdictOn: (person: Standing) => Verdict,
): Promise<void> {
  for await (const waiting of waitingBeside(tx, message)) {
    for (const person of waiting) {
      const verdict = verdictOn(person)
      if (!waitsForSlot(verdict) || verdict.until.toISOString() !== person.dueAt) continue
      slots.holds(verdict.until, zoneFor(person.choices.timeZone, rules.brand), person.items + 1)
    }
  }
}

export async function theCampaign(sql: Sql, slug: string): Promise<Campaign> {
  const campaign = await campaignBySlug(sql, slug)
  if (!campaign) throw new Problem('not-found', `there is no campaign "${slug}"; see them with: courtesy campaign list`)
  return campaign
}

/** The rules that hold for everybody at this moment. */
export async function theRules(sql: Sql): Promise<Rules> {
  const [brand, wordings] = await Promise.all([theBrand(sql), wordingHashes(sql)])
  return { brand, wordings }
}

export function sendingOf(campaign: Campaign): Sending {
  return {
    kind: 'topic',
    topic: campaign.topic,
    channel: 'email',
    languages: campaign.language ? [campaign.language] : null,
    usefulUntil: campaign.usefulUntil,
  }
}

/** The message whose list decides, null where everybody is meant: then nobody needs to be looked up in it. */
export function listOf({ message, narrowing }: Campaign): string | null {
  return narrowing?.listed ? message : null
}

/** What becomes of somebody in a campaign at that instant: the gate's verdict, and then whether we chose her. */
export function outcomeFor(campaign: Campaign, person: Recipient, rules: Rules, now: Date): Outcome {
  const verdict = judge(sendingOf(campaign), person, rules, now)
  return narrowed(verdict, person.choices, campaign.narrowing, person.listed)
}

/** Beside the verdicts a tally counts how many of now and later rest on evidence that somebody attests. */
export const attestedKey = 'basis:attested'

/** Adds a verdict to a tally by `now`, `later:<reason>` or `never:<reason>`. */
export function count(tally: Map<string, number>, verdict: Outcome): void {
  const key = verdict.kind === 'now' ? 'now' : `${verdict.kind}:${verdict.reason}`
  tally.set(key, (tally.get(key) ?? 0) + 1)
}

/** Sums a tally up. */
export function countsOf(tally: Iterable<readonly [string, number]>): Counts {
  const counts: Counts = { people: 0, now: 0, later: 0, never: 0, reasons: {} }
  for (const [key, n] of tally) {
    if (key === attestedKey) continue
    const [kind = '', reason] = key.split(':')
    counts.people += n
    if (kind === 'now' || kind === 'later' || kind === 'never') counts[kind] += n
    if (reason) counts.reasons[reason] = (counts.reasons[reason] ?? 0) + n
  }
  return counts
}
