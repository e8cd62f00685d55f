import { peopleHeader, personRow } from '../domain/people-export.ts'
import { audience } from '../store/audience.ts'
import type { Transaction } from '../store/database.ts'
import { appendEntries, lockHead } from '../store/ledger.ts'
import { allTopics } from '../store/topics.ts'
import { commit } from './commit.ts'
import type { House } from './house.ts'
import { writePrivateFile } from './private-file.ts'

/**
 * Writes everybody with an email address to a CSV file in our own format (docs/import.md), as of one instant and in bounded
 * memory, and an entry that it was done. It can be brought into another house, where it allows no more than here. The file
 * appears under its name whole or not at all.
 * @returns the number of people. @throws whatever the disk throws.
 */
export async function exportPeople(house: House, file: string): Promise<{ people: number }> {
  const people = await house.database.readOnly.begin('isolation level repeatable read read only', async (tx) => {
    const topics = new Map((await allTopics(tx)).map(({ id, slug }) => [String(id), slug]))
    const counted = { people: 0 }
    await writePrivateFile(file, rows(tx, topics, counted))
    return counted.people
  })
  await commit(house, async (tx) => {
    const payload = { what: 'people', people }
    await appendEntries(tx, await lockHead(tx), [
      { kind: 'exported', topics: [], wording: null, person: null, payload },
    ])
  })
  return { people }
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
