import { bouncedOf } from '../store/refusals.ts'
import { deliveryStates } from '../store/releases.ts'
import { plannedVerdicts } from '../store/slices.ts'
import { waitingTurn } from '../store/turns.ts'
import { wrongTopicReports } from '../store/wrong-topic.ts'
import { attestedKey, countsOf, theCampaign, type Counts } from './check-campaign.ts'
import type { House } from './house.ts'

/**
 * What a campaign did. The verdicts are those of the moment each person was planned, and stay; at every instant
 * now + later = sent + refused + deferred + unknown + cancelled + held + released + changed.
 */
export type Report = { campaign: string; state: string } & Counts & {
    /** How many of now and later rest on evidence that somebody attests. */
    attested: number
    sent: number
    refused: number
    deferred: number
    unknown: number
    cancelled: number
    held: number
    released: number
    changed: number
    /** How many of refused made us suppress the address: its mailbox is gone. */
    bounced: number
    /** How many of held may go and only wait their turn, and when that of the last should come (ISO). */
    waitingTurn: number
    waitingTurnUntil: string | null
    /** How many said that it was not about its topic, and as a share of those who may have got it; null while nobody has. */
    wasntAbout: number
    wasntAboutRate: number | null
  }

/** @throws Problem `not-found` for an unknown campaign. */
export async function reportCampaign(house: House, slug: string): Promise<Report> {
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const campaign = await theCampaign(tx, slug)
    const [verdicts, states, bounced, turns, wasntAbout] = await Promise.all([
      plannedVerdicts(tx, campaign.message),
      deliveryStates(tx, campaign.message),
      bouncedOf(tx, campaign.message),
      waitingTurn(tx, campaign.message),
      wrongTopicReports(tx, campaign.message),
    ])
    const inState = (state: string) => (states.get(`now:${state}`) ?? 0) + (states.get(`later:${state}`) ?? 0)
    const reached = inState('sent') + inState('unknown') + inState('released')
    return {
      campaign: slug,
      state: campaign.state,
      ...countsOf(Object.entries(verdicts)),
      attested: verdicts[attestedKey] ?? 0,
      sent: inState('sent'),
      refused: inState('refused'),
      deferred: inState('deferred'),
      unknown: inState('unknown'),
      cancelled: inState('cancelled'),
      held: inState('held'),
      released: inState('released'),
      changed: inState('held_back'),
      bounced,
      waitingTurn: turns.count,
      waitingTurnUntil: turns.until,
      wasntAbout,
      wasntAboutRate: reached === 0 ? null : wasntAbout / reached,
    }
  })
}
