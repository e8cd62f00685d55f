import { judge, type Rules, type Sending, type Verdict } from '../domain/gate.ts'
import { Problem } from '../domain/problem.ts'
import { audience } from '../store/audience.ts'
import { theBrand } from '../store/brand.ts'
import { campaignBySlug, type Campaign } from '../store/campaigns.ts'
import type { Sql } from '../store/database.ts'
import { instantNow } from '../store/instant.ts'
import { wordingHashes } from '../store/wordings.ts'
import type { House } from './house.ts'

/** Verdicts by reason. People = now + later + never, and `reasons` sums up to later + never. */
export type Counts = { people: number; now: number; later: number; never: number; reasons: Record<string, number> }
export type Check = { campaign: string } & Counts & { attested: number; oldestConfirmation: string | null }

/**
 * Streams the whole audience through the gate and counts its verdicts, as of one instant. Writes nothing. `attested` and
 * `oldestConfirmation` (ISO) tell what the verdicts for now and later rest on.
 * @throws Problem `not-found` for an unknown campaign.
 */
export async function checkCampaign(house: House, slug: string): Promise<Check> {
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const campaign = await theCampaign(tx, slug)
    const rules = await theRules(tx)
    const now = await instantNow(tx)
    const sending = sendingOf(campaign)
    const tally = new Map<string, number>()
    let attested = 0
    let oldest: string | null = null
    for await (const people of audience(tx)) {
      for (const person of people) {
        const verdict = judge(sending, person, rules, now)
        count(tally, verdict)
        if (verdict.kind === 'never') continue
        const basis = person.choices.topics[campaign.topic]?.basis
        if (basis?.evidence === 'attested') attested += 1
        if (basis && (oldest === null || basis.confirmedAt < oldest)) oldest = basis.confirmedAt
      }
    }
    return { campaign: slug, ...countsOf(tally), attested, oldestConfirmation: oldest }
  })
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

/** Adds a verdict to a tally by `now`, `later:<reason>` or `never:<reason>`. */
export function count(tally: Map<string, number>, verdict: Verdict): void {
  const key = verdict.kind === 'now' ? 'now' : `${verdict.kind}:${verdict.reason}`
  tally.set(key, (tally.get(key) ?? 0) + 1)
}

/** Sums a tally up. */
export function countsOf(tally: Iterable<readonly [string, number]>): Counts {
  const counts: Counts = { people: 0, now: 0, later: 0, never: 0, reasons: {} }
  for (const [key, n] of tally) {
    const [kind = '', reason] = key.split(':')
    counts.people += n
    if (kind === 'now' || kind === 'later' || kind === 'never') counts[kind] += n
    if (reason) counts.reasons[reason] = (counts.reasons[reason] ?? 0) + n
  }
  return counts
}
