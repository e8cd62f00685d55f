import { classOfRefusal, doubtfulDays } from '../domain/refusal-class.ts'
import { countRefusal, isPartOfStorm, type Refusals } from '../domain/refusal-storm.ts'
import { tellOfChange } from '../store/changes.ts'
import type { Transaction } from '../store/database.ts'
import { instantNow } from '../store/instant.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import {
  answersTo,
  cancelForBounced,
  concludeRefusals,
  doubtfulDaysOf,
  lockRefusals,
  refusalTexts,
  unreadRefusals,
  type AnswersTo,
  type Refusal,
} from '../store/refusals.ts'
import { suppress } from '../store/suppressions.ts'
import type { House } from './house.ts'

/** People whose refusals are looked at in one transaction. */
const batchPeople = 200

/**
 * Suppresses addresses whose mailbox is gone for good (F11), from the record of whole campaigns and never from one answer:
 * a text that answers half of everything is about us, and suppresses nobody (F13). Each suppression has its entry in the
 * same transaction, and what waits for her is cancelled. Any number of workers may do it at once: a refusal is looked at once.
 * @returns how many addresses were suppressed.
 */
export async function suppressBounced(house: House): Promise<number> {
  const { sql } = house.database
  let suppressed = 0
  for (const to of await unreadRefusals(sql)) {
    const refusals = await refusalsAmong(house, to)
    for (let batch = await suppressBatch(house, to, refusals); batch.looked > 0;) {
      suppressed += batch.suppressed
      batch = await suppressBatch(house, to, refusals)
    }
  }
  return suppressed
}

async function refusalsAmong(house: House, to: AnswersTo): Promise<Refusals> {
  const { sql } = house.database
  const refusals: Refusals = { total: await answersTo(sql, to), byText: new Map() }
  for await (const texts of refusalTexts(sql, to)) for (const { reply, n } of texts) countRefusal(refusals, reply, n)
  return refusals
}

type Concluded = Refusal & { refusal: 'bounced' | 'doubtful' | 'passed' }

function suppressBatch(house: House, to: AnswersTo, refusals: Refusals) {
  return house.database.sql.begin(async (tx): Promise<{ looked: number; suppressed: number }> => {
    const rows = await lockRefusals(tx, to, batchPeople)
    if (rows.length === 0) return { looked: 0, suppressed: 0 }
    const concluded = rows.map((row) => ({ ...row, refusal: conclusion(row, refusals) }))
    const doubtful = concluded.filter((one) => one.refusal === 'doubtful')
    const days = await doubtfulDaysOf(
      tx,
      doubtful.map((one) => one.person),
      doubtful.map((one) => one.delivery),
    )
    for (const one of doubtful) if ((days.get(one.person) ?? 0) >= doubtfulDays) one.refusal = 'bounced'
    return { looked: rows.length, suppressed: await record(tx, concluded) }
  })
}

function conclusion({ reply, fingerprint }: Refusal, refusals: Refusals): Concluded['refusal'] {
  const says = classOfRefusal(reply)
  if (says === 'other' || fingerprint === null || isPartOfStorm(refusals, reply)) return 'passed'
  return says === 'gone' ? 'bounced' : 'doubtful'
}

/** Writes what was concluded, with an entry for each suppression that is new. Their people are locked, the ledger's head comes last. */
async function record(tx: Transaction, concluded: readonly Concluded[]): Promise<number> {
  const bounced = concluded.filter((one) => one.refusal === 'bounced')
  const byFingerprint = new Map(bounced.flatMap((one) => (one.fingerprint ? [[one.fingerprint, one] as const] : [])))
  const at = (await instantNow(tx)).toISOString()
  const rows = [...byFingerprint.keys()].map((fingerprint) => ({ fingerprint, at }))
  const added = await suppress(tx, 'email', 'bounced', 'refused by the receiving server', rows)
  await concludeRefusals(tx, concluded)
  const people = bounced.map((one) => one.person)
  await cancelForBounced(tx, people)
  await tellOfChange(tx, people)
  if (added.length === 0) return 0
  const entries = added.flatMap((fingerprint) => {
    const one = byFingerprint.get(fingerprint)
    if (!one) return []
    const evidence = { way: 'refusal', delivery: one.delivery, class: classOfRefusal(one.reply) }
    const payload = { person: one.person, evidence }
    return [{ kind: 'bounced', topics: [], wording: null, person: one.person, payload } as const]
  })
  await appendEntries(tx, await lockHead(tx), entries)
  return entries.length
}
