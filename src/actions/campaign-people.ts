import type { ReportedState } from '../domain/campaign-state.ts'
import { judge, type NeverReason, type Verdict } from '../domain/gate.ts'
import { audience, readPeople, type Recipient } from '../store/audience.ts'
import { peopleInState, peopleSince, sendingEnd } from '../store/campaign-people.ts'
import type { Campaign } from '../store/campaigns.ts'
import { choicesHistories } from '../store/history.ts'
import { instantNow } from '../store/instant.ts'
import { listOf, outcomeFor, sendingOf, theCampaign, theRules } from './check-campaign.ts'
import type { House } from './house.ts'

/** What a number of a check counts: a verdict and its reason, or what the verdicts `now` and `later` rest on. */
export type Counted =
  | { verdict: 'now' | 'later' | 'never'; reason: string | null }
  | { rests: 'first-ever' | 'attested' }

/** Somebody in a list; `until` is ISO, `reason` a verdict's, `reply` their mail server's. */
export type Listed = {
  id: string
  name: string
  address: string
  reason: string | null
  until: string | null
  reply: string | null
}

/** A page of a list, by id; `next` begins the one after it, null at the end. */
export type ListPage = { people: Listed[]; next: string | null }

/**
 * The people behind one number of a check, judged again as of this moment by the same law. Writes nothing; streams until the
 * page is full. @param after the `next` of the page before. @throws Problem `not-found` for an unknown campaign.
 */
export async function peopleCounted(
  house: House,
  slug: string,
  counted: Counted,
  { after, limit }: { after: string | null; limit: number },
): Promise<ListPage> {
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const [campaign, rules, now] = await Promise.all([theCampaign(tx, slug), theRules(tx), instantNow(tx)])
    const found: Listed[] = []
    for await (const batch of audience(tx, listOf(campaign), after)) {
      for (const person of batch) {
        const outcome = outcomeFor(campaign, person, rules, now)
        const reason = outcome.kind === 'now' ? null : outcome.reason
        if (!isCounted(counted, campaign, person, outcome.kind, reason)) continue
        const until = outcome.kind === 'later' ? outcome.until.toISOString() : null
        if (found.push({ ...named(person), reason, until, reply: null }) > limit) return pageOf(found, limit)
      }
    }
    return pageOf(found, limit)
  })
}

function isCounted(
  counted: Counted,
  campaign: Campaign,
  person: Recipient,
  verdict: 'now' | 'later' | 'never',
  reason: string | null,
): boolean {
  if ('verdict' in counted) return counted.verdict === verdict && (counted.reason === null || counted.reason === reason)
  if (verdict === 'never') return false
  if (counted.rests === 'first-ever') return person.recent.length === 0
  return person.choices.topics[campaign.topic]?.basis?.evidence === 'attested'
}

/** The people behind one number of a report, by their stored deliveries; who was erased is counted and not listed. */
export async function peopleReported(
  house: House,
  slug: string,
  state: ReportedState,
  { after, limit }: { after: string | null; limit: number },
): Promise<ListPage> {
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const { message } = await theCampaign(tx, slug)
    return pageOf(await peopleInState(tx, message, state, after, limit + 1), limit)
  })
}

/** Somebody who was meant to get it when its number was confirmed, and whose own word since then left them out. */
export type ChangedMind = Listed & { at: string }

/**
 * Who changed their mind between the confirming of a campaign's number and the end of its sending: who might have had it by the
 * choices they had then, might not by what they said since, and had nothing handed over. Judged as of its beginning, so that
 * the list stays what it was. @returns null where no number was confirmed for later. Bounded by `limit`.
 */
export async function changedMinds(house: House, slug: string, limit: number): Promise<ChangedMind[] | null> {
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const campaign = await theCampaign(tx, slug)
    const { confirmedEntry, startedAt } = campaign
    if (confirmedEntry === null) return null
    const [rules, now, end] = await Promise.all([theRules(tx), instantNow(tx), sendingEnd(tx, campaign.message)])
    const asOf = startedAt === null ? now : new Date(startedAt)
    const between = { since: confirmedEntry, until: end?.entry ?? null }
    const found: ChangedMind[] = []
    for (let after: string | null = null; found.length < limit;) {
      const candidates = await peopleSince(tx, campaign.message, between, after, peopleAtOnce)
      const ids = candidates.map(({ id }) => id)
      const [people, histories] = await Promise.all([readPeople(tx, ids, listOf(campaign)), choicesHistories(tx, ids)])
      const ended = new Set(candidates.filter((one) => one.ended).map(({ id }) => id))
      for (const person of people) {
        const history = histories.get(person.id) ?? []
        const then = history.findLast(({ entry }) => entry <= confirmedEntry)
        const said = history.filter(({ entry, at }) => entry > confirmedEntry && (end === null || at <= end.at))
        const standing = (choices: Recipient['choices']) => ({ ...person, choices })
        if (!then || outcomeFor(campaign, standing(then.choices), rules, asOf).kind === 'never') continue
        const no = firstNo(
          said,
          (choices) => judge(sendingOf(campaign), standing(choices), rules, asOf),
          ended.has(person.id),
        )
        if (no !== null) found.push({ ...named(person), reason: no.reason, until: null, reply: null, at: no.at })
      }
      after = ids.at(-1) ?? null
      if (ids.length < peopleAtOnce) break
    }
    return found.slice(0, limit)
  })
}

const peopleAtOnce = 500

/**
 * The first thing somebody said that leaves them out, and when; null where there is none. Who took it back may still have it,
 * unless their mail had `ended` by then.
 */
function firstNo(
  said: readonly { choices: Recipient['choices']; at: string }[],
  verdictOn: (choices: Recipient['choices']) => Verdict,
  ended: boolean,
): { reason: NeverReason; at: string } | null {
  const judged = said.map(({ choices, at }) => ({ verdict: verdictOn(choices), at }))
  if (!ended && judged.at(-1)?.verdict.kind !== 'never') return null
  for (const { verdict, at } of judged) if (verdict.kind === 'never') return { reason: verdict.reason, at }
  return null
}

function named({ id, name, spelling }: Recipient): Pick<Listed, 'id' | 'name' | 'address'> {
  return { id, name, address: spelling }
}

function pageOf(found: Listed[], limit: number): ListPage {
  const people = found.slice(0, limit)
  return { people, next: found.length > limit ? (people.at(-1)?.id ?? null) : null }
}
