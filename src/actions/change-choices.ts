import type { Choices } from '../domain/choices.ts'
import { changes, entryKindOf, stampEntry, topicsConcerned } from '../domain/choice-differences.ts'
import { judge } from '../domain/gate.ts'
import type { EntryKind } from '../domain/ledger-entry.ts'
import { theBrand } from '../store/brand.ts'
import type { Transaction } from '../store/database.ts'
import { tellOfChange } from '../store/changes.ts'
import { cancelForbidden } from '../store/deliveries.ts'
import { instantNow } from '../store/instant.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { lockPerson, saveChoices, type Person } from '../store/people.ts'
import { wordingHashes } from '../store/wordings.ts'
import { commit } from './commit.ts'
import { whoIsGone } from './erase.ts'
import type { House } from './house.ts'
import { inFlightAfter, type InFlight } from './in-flight.ts'

/**
 * How she said it: by which way, under which wording (its hash, where there was one to see), by whose hand,
 * and what else belongs to the evidence, as JSON. It goes into the entry's payload, never into the ledger's leaves.
 */
export type Evidence = {
  way: 'page' | 'stop-page' | 'one-click' | 'undo' | 'staff' | 'start' | 'confirm'
  wording: string | null
  link?: { purpose: string; day: number; delivery: string | null }
  by?: string
  details?: Record<string, string | number | boolean | null>
}

export type Changed =
  | { kind: 'unchanged'; choices: Choices }
  | { kind: 'changed'; entry: number; at: string; before: Choices; choices: Choices; inFlight: InFlight }

/** A change as it was made, before it is known what was already on its way. */
export type Made = Omit<Extract<Changed, { kind: 'changed' }>, 'inFlight'>

/** What a change brings with it, in two steps, so that nobody waits for the ledger's head longer than the writing takes. */
export type Also = (tx: Transaction, change: { before: Choices; choices: Choices; at: string }) => Promise<AfterEntry>
export type AfterEntry = (entry: number) => Promise<void>

/**
 * The one way in which a person's choices change: lock her row, change, re-judge what is waiting for her, append the
 * entry, save; one transaction. What `change` forbids is cancelled before it commits, so nothing that she has
 * just said no to is released afterwards (I-1, I-11). What was released already is called back by its worker where its dot
 * is not written yet: this waits a moment for it, and then tells what may still arrive (I-2); one-click does not wait. A stop
 * of everything is on the no-list before it commits.
 * @param change gives the new choices from the present ones and the instant of the change, or null for no change.
 * @param also belongs to the change: it reads what it needs before the ledger's head is locked, and what it gives back
 * writes under the number of the entry, in the same transaction.
 * @throws Problem `erased` when she was erased, `not-found` when there is no such person.
 */
export async function changeChoices(
  house: House,
  person: string,
  evidence: Evidence,
  change: (current: Choices, at: string, person: Person) => Choices | null,
  also: Also = async () => async () => undefined,
): Promise<Changed> {
  const changed = await commit(house, (tx) => changeUnderLock(house, tx, person, evidence, { change, also }))
  if (changed.kind === 'unchanged') return changed
  return { ...changed, inFlight: await inFlightAfter(house, person, evidence.way !== 'one-click') }
}

async function changeUnderLock(
  house: House,
  tx: Transaction,
  id: string,
  evidence: Evidence,
  { change, also }: { change: (current: Choices, at: string, person: Person) => Choices | null; also: Also },
): Promise<{ kind: 'unchanged'; choices: Choices } | Made> {
  const person = await lockPerson(tx, id)
  if (!person) throw await whoIsGone(house, id)
  const before = person.choices
  const at = (await instantNow(tx)).toISOString()
  const wanted = change(before, at, person)
  if (!wanted || changes(before, wanted).length === 0) return { kind: 'unchanged', choices: before }
  await cancelWhatItForbids(tx, { ...person, choices: wanted }, at)
  const alongside = await also(tx, { before, choices: wanted, at })
  if (wanted.stopped && !before.stopped && person.address) {
    await house.noList.append([{ at, kind: 'stopped', fingerprint: person.address.fingerprint }])
  }
  const head = await lockHead(tx)
  const entry = head.size + 1
  const choices = stampEntry(before, wanted, entry)
  await Promise.all([
    appendEntries(tx, head, [
      {
        kind: kindOf(evidence, before, choices),
        topics: topicsConcerned(before, choices),
        wording: evidence.wording,
        person: id,
        payload: { person: id, evidence, before, after: choices },
      },
    ]),
    saveChoices(tx, id, choices, entry),
    alongside(entry),
    tellOfChange(tx, [id]),
  ])
  return { kind: 'changed', entry, at: head.at, before, choices }
}

function kindOf(evidence: Evidence, before: Choices, after: Choices): EntryKind {
  if (evidence.way === 'undo') return 'undone'
  return evidence.way === 'confirm' ? 'confirmed' : entryKindOf(before, after)
}

async function cancelWhatItForbids(tx: Transaction, person: Person, at: string): Promise<void> {
  const [brand, wordings] = await Promise.all([theBrand(tx), wordingHashes(tx)])
  await cancelForbidden(tx, person.id, (sending) => {
    const verdict = judge(sending, person, { brand, wordings }, new Date(at))
    return verdict.kind === 'never' ? verdict.reason : null
  })
}
