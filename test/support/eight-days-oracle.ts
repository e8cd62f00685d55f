import type { Choices, QuietHours } from '../../src/domain/choices.ts'
import { capOf, day, digestOf, quarter, Walls, type Rules } from './eight-days-walls.ts'

/** What the test says of a campaign: `usefulUntil` is a quarter. */
export type Campaign = { slug: string; topic: number; usefulUntil: number | null }

/** Something she, or somebody else, does to her choices. Quarters. */
export type Act =
  | { kind: 'stop' | 'no email' | 'resume' | 'phone' }
  | { kind: 'no'; topic: number }
  | { kind: 'pause'; until: number }
  | { kind: 'pace'; pace: Choices['pace'] }
  | { kind: 'quiet'; quiet: QuietHours | null }
  | { kind: 'zone'; zone: string }

/** One mail: when it came and what was in it. */
export type Mail = { at: number; items: string[]; taken: boolean }

/** A campaign's delivery to her; those that leave no row are of state `none`. */
export type Fate = {
  campaign: Campaign
  verdict: 'now' | 'later' | 'never'
  planReason: string | null
  attested: boolean
  state: 'none' | 'held' | 'held_back' | 'sent' | 'refused' | 'cancelled'
  reason: string | null
  planned: number
  settled: number | null
  due: number
}

export type Her = {
  id: string
  address: string
  choices: Choices
  suppressed: string | null
  /** The receiver says that there is no such mailbox. */
  gone: boolean
  mails: Mail[]
  fates: Fate[]
  /** Of each digest pace the slots that had their mail. */
  slots: Set<string>
  acts: string[]
}

type Verdict = { kind: 'now' } | { kind: 'later'; reason: string; until: number } | { kind: 'never'; reason: string }

/** Kept for her to see when they hold back what she said yes to (design.md section 6). */
const shownToHer = 'paused channel bounced no_wording consent_expired no_language expired_before_slot'.split(' ')

/** Counts by name, and those of later and never by reason. */
type Sums = { reasons: Record<string, number> } & { [count: string]: unknown }

/**
 * The law of design.md section 4 and the way of a delivery of section 6 once more, written from their words alone: for
 * each person of an audience, what a check says of her, and which mails she gets when, with what in them. Wall clocks are
 * the platform's own, looked at each quarter of an hour.
 */
export class EightDays {
  readonly people: readonly Her[]
  readonly walls: Walls
  readonly #rules: Rules

  constructor(rules: Rules, people: readonly Her[]) {
    this.#rules = rules
    this.people = people
    this.walls = new Walls(rules)
  }

  /** What a check tells: everybody's verdict by reason, what it rests on, and the days of the digests to come. */
  check(campaign: Campaign, at: number): Sums {
    const sums: Sums = { people: 0, now: 0, later: 0, never: 0, attested: 0, firstEver: 0, reasons: {} }
    const slots = new Map<string, { people: number; items: number }>()
    for (const her of this.people) {
      const verdict = this.judge(her, campaign, at, null)
      add(sums, 'people')
      add(sums, verdict.kind)
      if (verdict.kind !== 'now') add(sums.reasons, verdict.reason)
      if (verdict.kind !== 'never' && isAttested(her, campaign.topic)) add(sums, 'attested')
      if (verdict.kind !== 'never' && !her.mails.some(({ taken }) => taken)) add(sums, 'firstEver')
      if (verdict.kind !== 'later' || verdict.reason !== 'digest') continue
      const date = this.walls.date(her.choices.timeZone, verdict.until)
      const items = 1 + her.fates.filter((one) => one.reason === 'digest' && one.due === verdict.until).length
      const known = slots.get(date) ?? { people: 0, items: 0 }
      slots.set(date, { people: known.people + 1, items: Math.max(known.items, items) })
    }
    const days = [...slots].toSorted(([a], [b]) => (a < b ? -1 : 1))
    return { ...sums, slots: days.map(([date, slot]) => ({ at: date, ...slot })) }
  }

  /** Sends a campaign to everybody who may have it now; the others wait or are left out. */
  plan(campaign: Campaign, at: number): void {
    for (const her of this.people) {
      const verdict = this.judge(her, campaign, at, null)
      const reason = verdict.kind === 'now' ? null : verdict.reason
      const attested = isAttested(her, campaign.topic)
      const planned = { campaign, verdict: verdict.kind, planReason: reason, attested, planned: at }
      const fate: Fate = { ...planned, state: 'none', reason, settled: null, due: Infinity }
      her.fates.push(fate)
      if (verdict.kind === 'now') this.#mail(her, [fate], at)
      else if (verdict.kind === 'later') Object.assign(fate, { state: 'held', due: verdict.until })
      else if (isShown(her, campaign.topic, verdict.reason)) Object.assign(fate, { state: 'held_back', settled: at })
    }
  }

  /** Whatever is due by now is judged again; what may go to somebody goes as one mail. */
  wake(at: number): void {
    for (const her of this.people) {
      const going: Fate[] = []
      for (const fate of her.fates) {
        if (fate.state !== 'held' || fate.due > at) continue
        const verdict = this.judge(her, fate.campaign, at, fate.planned)
        if (verdict.kind === 'now') going.push(fate)
        else if (verdict.kind === 'later') Object.assign(fate, { reason: verdict.reason, due: verdict.until })
        else
          end(fate, isShown(her, fate.campaign.topic, verdict.reason) ? 'held_back' : 'cancelled', verdict.reason, at)
      }
      if (going.length > 0) this.#mail(her, going, at)
    }
  }

  /** She changes her choices; what waits and is forbidden from now on is cancelled. */
  act(her: Her, act: Act, at: number): void {
    her.acts.push(`${this.walls.iso(at)} ${JSON.stringify(act)}`)
    const { choices } = her
    const iso = this.walls.iso(at)
    if (act.kind === 'stop') choices.stopped = { at: iso, by: 'herself', reason: null }
    if (act.kind === 'no') Object.assign(choices.topics[act.topic] ?? {}, { answer: 'no', basis: null, pace: null })
    if (act.kind === 'no email') choices.channels.email = 'no'
    if (act.kind === 'pause') choices.paused = { from: iso, until: this.walls.iso(act.until) }
    if (act.kind === 'resume') choices.paused = null
    if (act.kind === 'pace') choices.pace = act.pace
    if (act.kind === 'quiet') choices.quiet = act.quiet
    if (act.kind === 'zone') choices.timeZone = act.zone
    if (act.kind === 'phone') choices.channels.phone = 'yes'
    for (const fate of her.fates) {
      if (fate.state !== 'held') continue
      const verdict = this.judge(her, fate.campaign, at, fate.planned)
      if (verdict.kind === 'never') end(fate, 'cancelled', verdict.reason, at)
    }
  }

  /** What a report tells of a campaign that was planned: the sums over everybody. */
  report(slug: string): Sums {
    const numbers =
      'people now later never attested sent refused deferred unknown cancelled held released changed bounced'
    const report: Sums = { ...Object.fromEntries(numbers.split(' ').map((name) => [name, 0])), reasons: {} }
    for (const her of this.people) {
      const fate = her.fates.find((one) => one.campaign.slug === slug)
      if (!fate) continue
      add(report, 'people')
      add(report, fate.verdict)
      if (fate.planReason !== null) add(report.reasons, fate.planReason)
      if (fate.verdict === 'never') continue
      if (fate.attested) add(report, 'attested')
      add(report, fate.state === 'held_back' ? 'changed' : fate.state)
      if (fate.state === 'refused') add(report, 'bounced')
    }
    return report
  }

  /** The first reason that applies: the address, then her no, then our gap, then time. */
  judge(her: Her, { topic, usefulUntil }: Campaign, at: number, planned: number | null): Verdict {
    const { choices } = her
    const said = choices.topics[topic]
    const never = (reason: string) => ({ kind: 'never', reason }) as const
    if (her.suppressed) return never(her.suppressed)
    if (choices.stopped) return never('stopped')
    if (said?.answer === 'no') return never('topic')
    if (choices.channels.email === 'no' || (said && choices.channels.email !== 'yes')) return never('channel')
    if (choices.paused && at < this.walls.quarterOf(choices.paused.until)) return never('paused')
    if (!said) return never('not_asked')
    if (said.answer === 'pending') return never('unconfirmed')
    if (this.#hasExpired(said.basis?.confirmedAt ?? '', at)) return never('consent_expired')
    const wait = this.#wait(her, topic, at, planned)
    if (usefulUntil !== null && (wait?.until ?? at) > usefulUntil) return never('expired_before_slot')
    return wait === null ? { kind: 'now' } : { kind: 'later', ...wait }
  }

  #hasExpired(confirmedAt: string, at: number): boolean {
    const { attestedDays, start } = this.#rules
    return attestedDays !== null && start + at * quarter - Date.parse(confirmedAt) >= attestedDays * day * quarter
  }

  #wait(her: Her, topic: number, at: number, planned: number | null): { reason: string; until: number } | null {
    const { choices } = her
    const own = choices.topics[topic]?.pace ?? null
    const pace = own ?? choices.pace
    const period = digestOf(pace)
    if (period) {
      // It holds until the first slot after it was planned, and each slot has one mail.
      const slot = this.walls.lastSlot(choices.timeZone, period, at)
      const goes = planned !== null && planned < slot && !her.slots.has(`${period} ${slot}`)
      if (!goes) return { reason: 'digest', until: this.walls.nextSlot(choices.timeZone, period, at) }
    }
    const cap = capOf(pace)
    if (cap) {
      // A topic with a pace of its own is counted by itself; under the overall pace every mail counts.
      const counted = her.mails.filter(
        (mail) => mail.taken && mail.at > at - cap.window && (own === null || this.#isAbout(her, mail, topic)),
      )
      const oldest = counted.toSorted((a, b) => b.at - a.at)[cap.most - 1]
      if (oldest) return { reason: 'cap_reached', until: oldest.at + cap.window }
    }
    const until = this.walls.quietUntil(choices.timeZone, [choices.quiet, this.#rules.quiet], at)
    return until === null ? null : { reason: 'quiet_hours', until }
  }

  #isAbout(her: Her, mail: Mail, topic: number): boolean {
    return her.fates.some(({ campaign }) => campaign.topic === topic && mail.items.includes(campaign.slug))
  }

  #mail(her: Her, going: readonly Fate[], at: number): void {
    for (const { campaign } of going) {
      const period = digestOf(her.choices.topics[campaign.topic]?.pace ?? her.choices.pace)
      if (period) her.slots.add(`${period} ${this.walls.lastSlot(her.choices.timeZone, period, at)}`)
    }
    her.mails.push({ at, items: going.map(({ campaign }) => campaign.slug).toSorted(), taken: !her.gone })
    for (const fate of going) end(fate, her.gone ? 'refused' : 'sent', null, at)
    if (!her.gone) return
    // There is no such mailbox: from now on the address must not be written to, and what waits for it ends.
    her.suppressed = 'bounced'
    for (const fate of her.fates) if (fate.state === 'held') end(fate, 'cancelled', 'bounced', at)
  }
}

function end(fate: Fate, state: Fate['state'], reason: string | null, at: number): void {
  Object.assign(fate, { state, reason, settled: at, due: Infinity })
}

function isShown(her: Her, topic: number, reason: string): boolean {
  return her.choices.topics[topic]?.answer === 'yes' && shownToHer.includes(reason)
}

function isAttested(her: Her, topic: number): boolean {
  return her.choices.topics[topic]?.basis?.evidence === 'attested'
}

function add(counts: object, key: string): void {
  const of = counts as Record<string, number>
  of[key] = (of[key] ?? 0) + 1
}
