import { maskedAddress, parseAddress, recipientDomain } from '../domain/address.ts'
import { slotsAround, zoneFor } from '../domain/calendar.ts'
import { judge, reasons, type LaterReason, type NeverReason, type Rules, type Standing } from '../domain/gate.ts'
import { fingerprintOf } from '../domain/keyring.ts'
import { narrowed, notChosen } from '../domain/narrowing.ts'
import { termsOf, type Pace } from '../domain/pace.ts'
import { Problem } from '../domain/problem.ts'
import { limitOn } from '../domain/ramp.ts'
import { withoutRelease, type Release } from '../domain/recent.ts'
import { restsOn, type RecordedChoices } from '../domain/resting-entry.ts'
import { describe } from '../domain/sentence.ts'
import type { Topic } from '../domain/topic.ts'
import { pacingAt } from '../domain/turns.ts'
import { staffLanguage } from '../domain/staff-catalogue.ts'
import type { Campaign, CampaignState } from '../store/campaigns.ts'
import type { Sql } from '../store/database.ts'
import { isChosen } from '../store/chosen-people.ts'
import { choicesHistory, deliveryOf, type RecordedDelivery } from '../store/history.ts'
import { instantNow } from '../store/instant.ts'
import { personByAddress, type Person } from '../store/people.ts'
import { suppressionsOf } from '../store/suppressions.ts'
import { allTopics } from '../store/topics.ts'
import { sendingOf, theCampaign, theRules } from './check-campaign.ts'
import type { House } from './house.ts'

/**
 * What the gate says of one message to one person at the instant `at`, and all that stands behind it. `reasons` are all
 * that apply, the first is `reason`, unless it is that we did not choose her; `turn` is why it waits although it may go; `entry` numbers the ledger entry the verdict rests on; `last` is the latest mail that
 * counts against her pace; `state` is the campaign's now; `delivery` is what was decided and what became of it, null where nothing is recorded, which
 * stays out of the verdict: having got a message is no reason against it. Times are ISO, `timeZone` is hers.
 */
export type Explanation = {
  address: string
  campaign: string
  verdict: 'now' | 'later' | 'never'
  reason: NeverReason | LaterReason | typeof notChosen | null
  reasons: (NeverReason | LaterReason)[]
  until: string | null
  sentence: string
  entry: number | null
  at: string
  state: CampaignState
  topic: string
  pace: Pace
  timeZone: string
  last: { topic: string; at: string } | null
  turn: Turn | null
  delivery: RecordedDelivery | null
}

/**
 * Why a delivery that may go waits its turn, and until when (ISO): `perMinute` is the rate of its `domain`, `today` what a
 * young sender lets out on that day; each null where the brand sets none.
 */
export type Turn = { at: string; domain: string; perMinute: number | null; today: number | null }

/** All that an explanation is made of: the record and the law as of one instant. */
export type Case = {
  address: string
  campaign: Campaign
  standing: Standing
  /** Whether she is on the campaign's list. */
  listed: boolean
  rules: Rules
  topics: readonly Topic[]
  history: readonly RecordedChoices[]
  delivery: RecordedDelivery | null
  at: Date
}

/**
 * Why somebody gets a campaign now, later or not at all, by the same gate that sends it, as of this moment.
 * @throws Problem `not-found` for an unknown address or campaign, `invalid-input` for what is no address.
 */
export async function explain(house: House, address: string, slug: string): Promise<Explanation> {
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const campaign = await theCampaign(tx, slug)
    const person = await personCalled(house, tx, address)
    const [listed, rules, topics, history, delivery, at] = await Promise.all([
      isChosen(tx, campaign.message, person.id),
      theRules(tx),
      allTopics(tx),
      choicesHistory(tx, person.id),
      deliveryOf(tx, person.id, campaign.message),
      instantNow(tx),
    ])
    const spelling = person.address?.spelling ?? address
    return explanationOf({
      address: spelling,
      campaign,
      standing: person,
      listed,
      rules,
      topics,
      history,
      delivery,
      at,
    })
  })
}

/** The verdict on one case, with everything that stands behind it. */
export function explanationOf(one: Case): Explanation {
  const { campaign, rules, topics, delivery, at } = one
  const { choices, suppressions } = one.standing
  const carrier = delivery?.digest?.delivery ?? delivery?.delivery
  const recent = carrier ? withoutRelease(one.standing.recent, carrier) : one.standing.recent
  const standing = { choices, suppressions, recent }
  const waits = delivery !== null && Date.parse(delivery.plannedAt) < at.getTime()
  const sending = { ...sendingOf(campaign), plannedAt: waits ? delivery.plannedAt : null }
  const judged = judge(sending, standing, rules, at)
  const verdict = narrowed(judged, choices, campaign.narrowing, one.listed)
  const context = {
    topics,
    locale: staffLanguage(),
    now: at,
    address: maskedAddress(one.address),
    suppressions,
    ...rules,
  }
  const pace = choices.topics[campaign.topic]?.pace ?? choices.pace
  const reason = verdict.kind === 'now' ? null : verdict.reason
  const last = reason === 'digest' || reason === 'cap_reached' ? lastCounted(pace, recent, one) : null
  const named = topics.find((topic) => topic.id === last?.topic)
  return {
    address: one.address,
    campaign: campaign.slug,
    verdict: verdict.kind,
    reason,
    reasons: reasons(sending, standing, rules, at),
    until: verdict.kind === 'later' ? verdict.until.toISOString() : null,
    sentence: describe(choices, context),
    entry: restsOn(judged, { topic: campaign.topic, channel: 'email' }, one.history),
    at: at.toISOString(),
    state: campaign.state,
    topic: topics.find((topic) => topic.id === campaign.topic)?.name ?? campaign.topicSlug,
    pace,
    timeZone: zoneFor(choices.timeZone, rules.brand),
    last: last && { topic: named?.name ?? String(last.topic), at: last.at },
    turn: turnOf(one),
    delivery,
  }
}

function turnOf({ address, delivery, rules, at }: Case): Turn | null {
  if (delivery?.state !== 'held' || delivery.reason !== null || delivery.dueAt === null) return null
  const { perMinute = null, ramp = null, today = '' } = pacingAt(rules.brand, at) ?? {}
  return { at: delivery.dueAt, domain: recipientDomain(address), perMinute, today: ramp && limitOn(ramp, today) }
}

/** The latest mail that her pace counts: of this topic where it has a limit of its own, since the last slot of a digest. */
function lastCounted(pace: Pace, recent: readonly Release[], { standing, campaign, rules, at }: Case): Release | null {
  const { choices } = standing
  const terms = termsOf(pace)
  const own = choices.topics[campaign.topic]?.pace ?? null
  const inThisDigest = ({ topic }: Release) => {
    const its = termsOf(choices.topics[topic]?.pace ?? choices.pace)
    return its.kind === 'digest' && terms.kind === 'digest' && its.period === terms.period
  }
  const underThisLimit = ({ topic }: Release) => own === null || topic === campaign.topic
  const counts = terms.kind === 'digest' ? inThisDigest : underThisLimit
  const since =
    terms.kind === 'digest' ? slotsAround(terms.period, at, choices.timeZone, rules.brand).last : new Date(0)
  const counted = recent.filter((one) => counts(one) && Date.parse(one.at) >= since.getTime())
  return counted.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))[0] ?? null
}

/**
 * Who has that address.
 * @throws Problem `not-found` when nobody has it, with what is suppressed about it; `invalid-input` for what is none.
 */
export async function personCalled(house: House, sql: Sql, text: string): Promise<Person> {
  const address = parseAddress(text)
  if (address.kind === 'refused') {
    throw new Problem('invalid-input', `"${text}" is no email address: ${address.reason}`)
  }
  const person = await personByAddress(sql, address.canonical)
  if (person) return person
  const fingerprint = fingerprintOf(house.keys, 'email', address.canonical)
  const suppressed = (await suppressionsOf(sql, 'email', [fingerprint])).get(fingerprint)
  const why = suppressed ? `; the address is suppressed: ${suppressed.join(', ')}` : ''
  throw new Problem('not-found', `nobody is stored with the address ${maskedAddress(text.trim())}${why}`)
}

/** The id of whoever has that address. @throws Problem as {@link personCalled}. */
export async function personCalledBy(house: House, text: string): Promise<string> {
  return (await personCalled(house, house.database.readOnly, text)).id
}
