import type { Brand } from '../domain/brand.ts'
import { unnamedBrand } from '../domain/brand.ts'
import { judge, type Sending, type ServiceKind, type Verdict } from '../domain/gate.ts'
import type { PastRules } from '../domain/past-rules.ts'
import { withoutRelease } from '../domain/recent.ts'
import { releasesAt, type RecordedRelease } from '../domain/releases-at.ts'
import type { RecordedChoices } from '../domain/resting-entry.ts'
import type { Sql } from '../store/database.ts'
import { choicesHistories, releasesOfAll } from '../store/history.ts'
import { pastRules } from '../store/past-rules.ts'
import { peopleSentToAfter, releasedTo, suppressionsOfAll, type ReleasedRow } from '../store/released.ts'
import { forgottenReleases, toldOf } from '../store/seals.ts'
import type { House } from './house.ts'

/**
 * `checked` releases were replayed, and the gate would not have let `against` of them go: `first` names the first few.
 * `couldNotCheck` were released to people who were erased, or so long ago that their record is gone.
 */
export type SendsAgainst = { checked: number; against: number; first: Against[]; couldNotCheck: number }
export type Against = { delivery: string; at: string; verdict: Verdict['kind']; reason: string }

/** People replayed at a time. */
const peopleAtOnce = 200
const mostNamed = 20
/** A change of the brand's rules and a release that do not know of each other may be so far apart. */
const graceMs = 2_000

/**
 * Replays every release from the record alone and counts those that the gate would not have let go: the choices by the number
 * that the seal names (a newer entry from before the release counts instead), and the rules, suppressions and earlier
 * releases of that instant. Streams by person; writes nothing.
 * @param sql a snapshot to read in.
 */
export async function sendsAgainstPreferences(house: House, sql: Sql): Promise<SendsAgainst> {
  const rules = await allRules(sql)
  const result: SendsAgainst = { checked: 0, against: 0, first: [], couldNotCheck: await forgottenReleases(sql) }
  for (let after: string | null = null; ;) {
    const people: string[] = await peopleSentToAfter(sql, after, peopleAtOnce)
    addTo(result, await releasesTo(sql, people), rules)
    after = people.at(-1) ?? null
    if (people.length < peopleAtOnce) return result
  }
}

const underWay = new WeakMap<House, Promise<SendsAgainst>>()

/**
 * The same as of now, of one snapshot. It reads every release there ever was, so whoever asks in this process while it is
 * gone over shares the answer.
 */
export function sendsAgainstNow(house: House): Promise<SendsAgainst> {
  const shared = underWay.get(house)
  if (shared) return shared
  const answer = house.database.readOnly
    .begin('isolation level repeatable read read only', (tx) => sendsAgainstPreferences(house, tx))
    .finally(() => underWay.delete(house))
  underWay.set(house, answer)
  return answer
}

/** The same for one person, of what was released to her by an instant. */
export async function sendsAgainstPerson(sql: Sql, person: string, by: Date): Promise<SendsAgainst> {
  const [rules, releases] = await Promise.all([allRules(sql), releasesTo(sql, [person])])
  const result: SendsAgainst = { checked: 0, against: 0, first: [], couldNotCheck: 0 }
  const until = by.toISOString()
  addTo(
    result,
    releases.filter(({ at }) => at <= until),
    rules,
  )
  return result
}

function addTo(result: SendsAgainst, releases: readonly Release[], rules: Rules): void {
  for (const one of releases) {
    const verdict = verdictThen(one, rules)
    if (verdict === null) {
      result.couldNotCheck++
      continue
    }
    result.checked++
    if (verdict.kind === 'now') continue
    result.against++
    const { at, row } = one
    if (result.first.length < mostNamed)
      result.first.push({ delivery: row.id, at, verdict: verdict.kind, reason: verdict.reason })
  }
}

async function allRules(sql: Sql): Promise<Rules> {
  const past = await pastRules(sql, null)
  return { ...past, published: new Map(past.wordings.map((one) => [one.hash, one.at])) }
}

/** What held for everybody, and since when each text is published. */
type Rules = PastRules & { published: ReadonlyMap<string, string> }

/** One release to somebody, and what is recorded about her. `mails` are all that this delivery was ever in. */
type Release = {
  row: ReleasedRow
  at: string
  version: number
  mails: readonly string[]
  history: readonly (RecordedChoices & { at: string })[]
  releases: readonly RecordedRelease[]
  suppressions: PastRules['suppressions']
}

async function releasesTo(sql: Sql, people: readonly string[]): Promise<Release[]> {
  const rows = await releasedTo(sql, people)
  const told = await toldOf(
    sql,
    rows.map(({ id }) => id),
  )
  const [histories, releases, suppressions] = await Promise.all([
    choicesHistories(sql, people),
    releasesOfAll(sql, people),
    suppressionsOfAll(sql, people),
  ])
  return rows.flatMap((row) => {
    const sealed = told.get(row.id)?.releases ?? []
    const asRow = { at: row.releasedAt, version: row.version, mail: row.mail }
    // What the row says and no seal does is replayed too.
    const all = sealed.some(({ at }) => at === row.releasedAt) ? sealed : [...sealed, asRow]
    const hers = {
      row,
      mails: [row.id, ...all.map(({ mail }) => mail)],
      history: histories.get(row.person) ?? [],
      releases: releases.get(row.person) ?? [],
      suppressions: suppressions.get(row.person) ?? [],
    }
    return all.map(({ at, version }) => ({ ...hers, at, version }))
  })
}

/** What the gate would have said; null where the choices of then are not there any more. */
function verdictThen(release: Release, rules: Rules): Verdict | null {
  const { row, at, version, history, mails } = release
  const choices = history.findLast((change) => change.entry <= version || change.at < at)?.choices
  if (!choices) return null
  const then = new Date(at)
  const standing = {
    choices,
    suppressions: release.suppressions.filter((one) => one.at <= at).map(({ reason }) => reason),
    recent: mails.reduce<ReturnType<typeof releasesAt>>(withoutRelease, releasesAt(release.releases, then)),
  }
  const wordings = { has: (hash: string) => (rules.published.get(hash) ?? '~') <= at }
  const sending = sendingThen(row, at)
  const verdicts = brandsAround(rules, then).map((brand) => judge(sending, standing, { brand, wordings }, then))
  return verdicts.find(({ kind }) => kind === 'now') ?? verdicts.at(-1) ?? null
}

function sendingThen(row: ReleasedRow, at: string): Sending {
  const channel = 'email'
  if (row.topic === null)
    return { kind: 'service', serviceKind: row.serviceKind as ServiceKind, channel, askedAtStart: row.askedAtStart }
  const languages = row.language ? [row.language] : null
  const plannedAt = row.plannedAt < at ? row.plannedAt : null
  return { kind: 'topic', topic: row.topic, channel, languages, usefulUntil: row.usefulUntil, plannedAt }
}

/** The brand's rules of that instant, and those that a change of the same moment set or replaced. */
function brandsAround({ brands }: PastRules, at: Date): Brand[] {
  const held = brands.filter((one, n) => {
    const until = Date.parse(brands[n + 1]?.at ?? '') || Infinity
    const since = n === 0 ? -Infinity : Date.parse(one.at)
    return since <= at.getTime() + graceMs && until >= at.getTime() - graceMs
  })
  return (held.length > 0 ? held : [{ settings: {} }]).map(({ settings }) => ({ ...unnamedBrand, ...settings }))
}
