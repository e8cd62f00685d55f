import { randomUUID } from 'node:crypto'
import { changes, stampEntry, topicsConcerned } from '../domain/choice-differences.ts'
import { notAsked, type Choices } from '../domain/choices.ts'
import { judge } from '../domain/gate.ts'
import { importedChoices, type RowClass } from '../domain/imported-choices.ts'
import { Problem } from '../domain/problem.ts'
import type { SuppressionReason } from '../domain/suppression.ts'
import { tellOfChange } from '../store/changes.ts'
import type { Sql, Transaction } from '../store/database.ts'
import { cancelForbidden } from '../store/deliveries.ts'
import {
  idsByAddress,
  insertPeople,
  lockPeople,
  peopleByAddress,
  peopleWithWaiting,
  updatePeople,
  type ImportedPerson,
  type StoredPerson,
} from '../store/import-batch.ts'
import { instantNow } from '../store/instant.ts'
import { appendEntries, lockHead, type NewEntry } from '../store/ledger.ts'
import { lockNewAddresses } from '../store/people.ts'
import { suppress, suppressionsOf } from '../store/suppressions.ts'
import { theRules } from './check-campaign.ts'
import type { House } from './house.ts'
import type { ImportPlan } from './import-plan.ts'
import type { StagedPerson } from './stage-export.ts'

/** Somebody in the files: her rows of each class that say different things, strictest first, and how many rows of hers the summary counts. */
export type Arrival = { counted: number; rows: readonly [StagedPerson, ...StagedPerson[]] }

/**
 * What became of her: under which class she counts, whether her stored state changed, whether it was stricter and
 * stayed, and whether a stop was left out for a yes that she gave after it.
 */
export type Arrived = { class: RowClass; changed: boolean; keptStricter: boolean; choseSince: boolean }

type Decision = Arrived & {
  arrival: Arrival
  stored: StoredPerson | null
  suppressions: readonly SuppressionReason[]
  bounces: boolean
  choices: Choices
}

/** Each further try means that somebody else added a person of this batch in between, which can happen once per person. */
const mostTries = 20

/**
 * Brings up to some hundred people in, in one transaction: people are locked by id, then addresses that are new, then
 * suppressions, deliveries and the ledger's head (design.md section 6). What is decided rests on what is read after
 * the locks, so her own change beside it holds, and of two imports at once the second finds what the first stored.
 */
export async function importBatch(house: House, arrivals: readonly Arrival[], plan: ImportPlan): Promise<Arrived[]> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const decisions = await house.database.sql.begin(async (tx) => {
      const people = await lockArrivals(tx, arrivals)
      if (!people) return null
      const decided = await decide(tx, arrivals, people, plan)
      await write(
        house,
        tx,
        decided.filter((decision) => decision.changed),
        plan,
      )
      return decided
    })
    if (decisions) return decisions
  }
  throw new Problem('conflict', 'other processes keep adding the same people; run this import again once they are done')
}

/** What {@link importBatch} would answer now, decided on the pool that cannot write. */
export async function tryBatch(house: House, arrivals: readonly Arrival[], plan: ImportPlan): Promise<Arrived[]> {
  return house.database.readOnly.begin('read only', async (tx) =>
    decide(tx, arrivals, await peopleByAddress(tx, arrivals.map(canonicalOf)), plan),
  )
}

/**
 * The stored people among the arrivals, by address, locked and read after the lock, with the addresses of the others
 * locked. Null when somebody was added or erased while waiting: then not all that is needed is locked.
 */
async function lockArrivals(tx: Transaction, arrivals: readonly Arrival[]): Promise<Map<string, StoredPerson> | null> {
  const canonicals = arrivals.map(canonicalOf)
  const ids = await idsByAddress(tx, canonicals)
  await lockPeople(tx, [...ids.values()])
  await lockNewAddresses(tx, 'email', arrivals.filter((one) => !ids.has(canonicalOf(one))).map(fingerprintOf))
  const people = await peopleByAddress(tx, canonicals)
  return canonicals.every((canonical) => people.get(canonical)?.id === ids.get(canonical)) ? people : null
}

async function decide(
  sql: Sql,
  arrivals: readonly Arrival[],
  people: ReadonlyMap<string, StoredPerson>,
  plan: ImportPlan,
): Promise<Decision[]> {
  const suppressed = await suppressionsOf(sql, 'email', arrivals.map(fingerprintOf))
  return arrivals.map((arrival) => {
    const stored = people.get(canonicalOf(arrival)) ?? null
    return decideOn(arrival, stored, suppressed.get(fingerprintOf(arrival)) ?? [], plan)
  })
}

function canonicalOf({ rows: [row] }: Arrival): string {
  return row.canonical
}

function fingerprintOf({ rows: [row] }: Arrival): string {
  return row.fingerprint
}

function decideOn(
  arrival: Arrival,
  stored: StoredPerson | null,
  suppressions: readonly SuppressionReason[],
  plan: ImportPlan,
): Decision {
  const [strictest] = arrival.rows
  const isSuppressed = suppressions.length > 0
  const imported = importedChoices(stored?.choices ?? null, arrival.rows, isSuppressed, plan.terms)
  const bounces = strictest.class === 'suppressed' && !suppressions.includes('bounced')
  const isErased = stored === null && suppressions.includes('erased')
  const changed = !isErased && (stored === null || bounces || changes(stored.choices, imported.choices).length > 0)
  return {
    class: isSuppressed ? 'suppressed' : strictest.class,
    changed,
    arrival,
    stored,
    suppressions,
    bounces,
    ...imported,
  }
}

async function write(house: House, tx: Transaction, decisions: readonly Decision[], plan: ImportPlan): Promise<void> {
  if (decisions.length === 0) return
  const bouncing = decisions.filter((decision) => decision.bounces).map(({ arrival }) => arrival)
  // As of the run, whenever it was that she bounced elsewhere: the gate knows it only now, and a replay must agree.
  const suppressions = bouncing.map(({ rows: [row] }) => ({ fingerprint: row.fingerprint, at: plan.terms.at }))
  await suppress(tx, 'email', 'bounced', 'import', suppressions)
  await cancelWhatTheyForbid(tx, decisions)
  const stopped = decisions.filter(({ choices, stored }) => choices.stopped && !stored?.choices.stopped)
  await house.noList.append(
    stopped.map(({ arrival }) => ({ at: plan.terms.at, kind: 'stopped', fingerprint: fingerprintOf(arrival) })),
  )
  const people = decisions
    .map((decision) => ({ id: decision.stored?.id ?? randomUUID(), decision }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const head = await lockHead(tx)
  const entries = people.map(({ id, decision }, index) => asImported(id, decision, head.size + 1 + index, plan))
  await Promise.all([
    appendEntries(
      tx,
      head,
      entries.map(({ entry }) => entry),
    ),
    insertPeople(
      tx,
      entries.filter(({ isNew }) => isNew).map(({ person }) => person),
    ),
    updatePeople(
      tx,
      entries.filter(({ isNew }) => !isNew).map(({ person }) => person),
    ),
  ])
}

/**
 * What waits for somebody who is stopped or suppressed by this is cancelled before it commits (I-1); what was released to her
 * is called back by whoever has it in hand.
 */
async function cancelWhatTheyForbid(tx: Transaction, decisions: readonly Decision[]): Promise<void> {
  const known = new Map(
    decisions.flatMap((decision) => (decision.stored ? [[decision.stored.id, decision] as const] : [])),
  )
  await tellOfChange(tx, [...known.keys()])
  const waiting = await peopleWithWaiting(tx, [...known.keys()])
  if (waiting.length === 0) return
  const [rules, now] = await Promise.all([theRules(tx), instantNow(tx)])
  for (const id of waiting) {
    const decision = known.get(id)
    if (!decision) continue
    const suppressions = decision.bounces ? [...decision.suppressions, 'bounced' as const] : decision.suppressions
    await cancelForbidden(tx, id, (sending) => {
      const verdict = judge(sending, { choices: decision.choices, recent: [], suppressions }, rules, now)
      return verdict.kind === 'never' ? verdict.reason : null
    })
  }
}

function asImported(
  id: string,
  { arrival, stored, choices, bounces, class: counted }: Decision,
  number: number,
  plan: ImportPlan,
): { person: ImportedPerson; entry: NewEntry; isNew: boolean } {
  const [row] = arrival.rows
  const before = stored?.choices ?? notAsked()
  const after = stampEntry(before, choices, number)
  const wording = counted === 'usable' ? plan.terms.wording : null
  const evidence = {
    way: 'import',
    format: plan.format,
    wording,
    by: wording === null ? null : plan.attestedBy,
    suppressed: bounces ? 'bounced' : null,
    rows: arrival.rows.map(({ file, line, status, interests, evidence: said }) => ({
      file,
      line,
      status,
      interests,
      ...said,
    })),
  }
  return {
    isNew: stored === null,
    person: {
      id,
      name: row.name,
      familyName: row.familyName,
      choices: after,
      entry: number,
      address: { canonical: row.canonical, spelling: row.spelling, fingerprint: row.fingerprint },
    },
    entry: {
      kind: 'imported',
      topics: topicsConcerned(before, after),
      wording,
      person: id,
      payload: { person: id, evidence, before: stored?.choices ?? null, after },
    },
  }
}
