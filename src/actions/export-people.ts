import { Readable } from 'node:stream'
import { peopleHeader, personRow } from '../domain/people-export.ts'
import { audience } from '../store/audience.ts'
import type { Transaction } from '../store/database.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { allTopics } from '../store/topics.ts'
import { writeWhole } from '../store/whole-file.ts'
import { commit } from './commit.ts'
import type { House } from './house.ts'

/**
 * Writes everybody with an email address to a CSV file in our own format (docs/import.md), as of one instant and in bounded
 * memory. It can be brought into another house, where it allows no more than here. The file appears under its name whole or not
 * at all; the entry comes first, so that none is ever there without it.
 * @returns the number of people. @throws whatever the disk throws.
 */
export async function exportPeople(house: House, file: string): Promise<{ people: number }> {
  await commit(house, async (tx) => {
    const payload = { what: 'people' }
    await appendEntries(tx, await lockHead(tx), [
      { kind: 'exported', topics: [], wording: null, person: null, payload },
    ])
  })
  return house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const topics = new Map((await allTopics(tx)).map(({ id, slug }) => [String(id), slug]))
    const counted = { people: 0 }
    await writeWhole(file, Readable.from(rows(tx, topics, counted)))
    return counted
  })
}

async function* rows(
  tx: Transaction,
  topics: ReadonlyMap<string, string>,
  counted: { people: number },
): AsyncGenerator<string> {
  yield peopleHeader
  for await (const people of audience(tx, null)) {
    counted.people += people.length
    yield people.map((person) => personRow(person, topics)).join('')
  }
}
