import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { erasePerson } from '../../src/actions/erase.ts'
import type { House } from '../../src/actions/house.ts'
import { importPeople } from '../../src/actions/import-people.ts'
import { stopPerson } from '../../src/actions/people.ts'
import { stopEverything, stopTopics } from '../../src/domain/choice-changes.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import { noLine } from '../../src/domain/no-list.ts'
import { openNoList } from '../../src/no-list-file.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { openTestHouse, type TestHouse } from '../support/house.ts'
import { writeExport } from '../support/mailchimp-files.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const at = '2026-11-21T09:30:00.000Z'
const stopPage = { way: 'stop-page', wording: null } as const

function stop(house: House, person: string) {
  return changeChoices(house, person, stopPage, (current, now) => stopEverything(current, now, 'herself', null))
}

/** What is on the no-list, in the order it came there. */
function said({ noes, keys }: TestHouse, addresses: readonly string[]): string[] {
  const names = new Map(addresses.map((address) => [fingerprintOf(keys, 'email', address), address]))
  return noes.map(({ kind, fingerprint }) => `${kind} ${names.get(fingerprint)}`)
}

t.test('each stop of everything and each erasure is on the no-list once, whichever way it was said', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const addresses = ['ada', 'ben', 'cyn', 'dov', 'eve'].map((name) => `${name}@example.com`)
  const [ada = '', ben = '', cyn = '', dov = ''] = addresses
  const [hers, his] = [await addPerson(house, ada, yesTo([1])), await addPerson(house, ben, yesTo([1]))]
  await changeChoices(house, hers, stopPage, (current, now) => stopTopics(current, [1], now))
  t.same(house.noes, [], 'a no to one topic is not one to everything')
  await stop(house, hers)
  await stop(house, hers)
  await erasePerson(house, his, { way: 'page', by: null })
  await stopPerson(house, cyn, {})
  const files = writeExport(t, { unsubscribed: [{ 'Email Address': dov }, { 'Email Address': ada }] })
  await importPeople(house, { files, topicsColumn: 'About what?' })
  t.same(said(house, addresses), [`stopped ${ada}`, `erased ${ben}`, `stopped ${cyn}`, `stopped ${dov}`])
})

t.test('a no is on the list before it is committed, so that a crash in between cannot lose it', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  await house.database.sql.unsafe(`
    create function refuse_entries() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
    create trigger refuse_entries before insert on entries for each row execute function refuse_entries()`)
  await t.rejects(stop(house, ada))
  await t.rejects(erasePerson(house, ada, { way: 'page', by: null }))
  t.same(said(house, ['ada@example.com']), ['stopped ada@example.com', 'erased ada@example.com'])
})

t.test('the file holds a line for each, fingerprints only, and only its owner reads it', async (t) => {
  const path = join(temporaryFolder(t), 'new', 'no-list')
  const warnings: string[] = []
  const list = openNoList(path, (message) => void warnings.push(message))
  await list.append([])
  t.throws(() => statSync(path), 'nothing is made for nothing')
  await list.append([{ at, kind: 'stopped', fingerprint: 'a'.repeat(32) }])
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      list.append([{ at, kind: 'erased', fingerprint: String(n).padStart(32, '0') }]),
    ),
  )
  const lines = readFileSync(path, 'utf8').split('\n')
  t.equal(lines[0], `2026-11-21T09:30:00.000Z stopped ${'a'.repeat(32)}`)
  t.equal(lines.filter((line) => /^\S{24} (?:stopped|erased) [\da-f]{32}$/.test(line)).length, 21)
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.same(warnings, [])
})

t.test(
  'a file that cannot be written keeps no no from being taken; what is missing is written with the next',
  async (t) => {
    const folder = temporaryFolder(t)
    const path = join(folder, 'no-list')
    mkdirSync(path)
    const warnings: string[] = []
    const list = openNoList(path, (message) => void warnings.push(message))
    const house = { ...(await openTestHouse(t)), noList: list }
    await addTopics(house)
    const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
    const ben = await addPerson(house, 'ben@example.com', yesTo([1]))
    t.match(await stop(house, ada), { kind: 'changed' })
    t.match(await erasePerson(house, ben, { way: 'page', by: null }), { kind: 'erased' })
    t.match(warnings, [/cannot be written \(EISDIR\); its 1 lines/, /cannot be written \(EISDIR\); its 2 lines/])
    t.notMatch(warnings.join(), /[\da-f]{32}/)
    rmSync(path, { recursive: true })
    await list.append([{ at, kind: 'stopped', fingerprint: 'b'.repeat(32) }])
    t.match(readFileSync(path, 'utf8'), /^\S+ stopped \S+\n\S+ erased \S+\n\S+ stopped b{32}\n$/)
  },
)

t.test('a line', async (t) => {
  t.equal(noLine({ at, kind: 'erased', fingerprint: 'c'.repeat(32) }), `${at} erased ${'c'.repeat(32)}\n`)
})
