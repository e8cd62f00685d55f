import { stopEverything } from '../domain/choice-changes.ts'
import { lostNoes, type LostNo } from '../store/lost-noes.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { lockNewAddresses } from '../store/people.ts'
import { suppress } from '../store/suppressions.ts'
import { changeChoices } from './change-choices.ts'
import { commit } from './commit.ts'
import { erasePerson } from './erase.ts'
import type { House } from './house.ts'

/** How many were stopped or erased again, and how many fingerprints of people whom the database does not know were kept. */
export type Applied = { stopped: number; erased: number; kept: number }

/**
 * Makes every stop and erasure of this machine's no-list hold again that the database has lost. Of whom it does not know, the fingerprint is kept as
 * erased, so that no import brings her in: only she can come back. Applied again it changes nothing.
 */
export async function applyNoList(house: House): Promise<Applied> {
  // They are on the list already.
  const silent: House = { ...house, noList: { ...house.noList, append: async () => undefined } }
  const applied: Applied = { stopped: 0, erased: 0, kept: 0 }
  for await (const noes of house.noList.read()) {
    const lost = await lostNoes(house.database.sql, noes)
    const byPerson = Map.groupBy(lost, (no) => no.person)
    applied.kept += await keep(house, byPerson.get(null) ?? [])
    for (const [person, hers] of byPerson) {
      const [first] = hers
      if (person === null || !first) continue
      if (hers.some(({ kind }) => kind === 'erased')) {
        await erasePerson(silent, person, { way: 'staff', by: null })
        applied.erased += 1
      } else {
        await stopAgain(silent, person, first.at)
        applied.stopped += 1
      }
    }
  }
  return applied
}

async function stopAgain(house: House, person: string, saidAt: string): Promise<void> {
  const evidence = { way: 'staff', wording: null, details: { noList: saidAt } } as const
  await changeChoices(house, person, evidence, (current, at) => stopEverything(current, at, 'staff', null))
}

/** @returns how many fingerprints. */
async function keep(house: House, lost: readonly LostNo[]): Promise<number> {
  if (lost.length === 0) return 0
  const first = [...new Map(lost.toReversed().map((no) => [no.fingerprint, no])).values()]
  return commit(house, async (tx) => {
    await lockNewAddresses(
      tx,
      'email',
      first.map(({ fingerprint }) => fingerprint),
    )
    const added = await suppress(tx, 'email', 'erased', 'no-list', first)
    if (added.length === 0) return 0
    const payload = { what: 'no-list', people: added.length }
    await appendEntries(tx, await lockHead(tx), [{ kind: 'erased', topics: [], wording: null, person: null, payload }])
    return added.length
  })
}
