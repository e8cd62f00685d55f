import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { exportPeople } from '../../src/actions/export-people.ts'
import { importPeople } from '../../src/actions/import-people.ts'
import { checkCampaign } from '../../src/actions/check-campaign.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import { suppress } from '../../src/store/suppressions.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { openTestHouse } from '../support/house.ts'
import { entriesOfKind } from '../support/seals.ts'
import { writeCampaign } from '../support/sending.ts'

const until = '2099-01-01T00:00:00.000Z'
const at = '2026-11-01T09:00:00.000Z'

t.test('what one house exports another imports, and nobody gets more there than here', async (t) => {
  const [here, there] = [await openTestHouse(t), await openTestHouse(t)]
  for (const house of [here, there]) await addTopics(house)
  await addPerson(here, 'ada@example.com', yesTo([1, 2]), 'Ada "A", Lovelace')
  await addPerson(here, '+ben@example.com', yesTo([1]), '=1+1')
  await addPerson(
    here,
    'cyn@example.com',
    yesTo([1], 'as-it-happens', { stopped: { at, by: 'herself', reason: null } }),
  )
  await addPerson(here, 'dot@example.com', yesTo([1], 'as-it-happens', { paused: { from: at, until } }))
  await addPerson(here, 'eve@example.com', yesTo([1], 'as-it-happens', { channels: { email: 'no' } }))
  await addPerson(here, 'fay@example.com', yesTo([]))
  await addPerson(here, 'gus@example.com', yesTo([1]))
  await here.database.sql.begin((tx) =>
    suppress(tx, 'email', 'bounced', 'test', [
      { fingerprint: fingerprintOf(here.keys, 'email', 'gus@example.com'), at },
    ]),
  )
  const folder = t.testdir({ 'wording.md': 'We write about what you tick.' })
  const file = join(folder, 'people.csv')
  t.same(await exportPeople(here, file), { people: 7 })
  t.equal(statSync(file).mode & 0o077, 0, 'only its owner reads it')
  t.equal(await entriesOfKind(here, 'exported'), 1)
  t.match(readFileSync(file, 'utf8'), /^address,status,name,/)

  const terms = { format: 'courtesy', pace: 'as-it-happens', wording: join(folder, 'wording.md'), attestedBy: 'Vera' }
  t.match(await importPeople(there, { files: [file], ...terms }), {
    rows: 7,
    usable: 2,
    notAsked: 3,
    stopped: 1,
    suppressed: 1,
    unusable: 0,
  })
  const names = await there.database.sql<{ spelling: string; name: string }[]>`
    select spelling, name from people p join addresses a on a.person = p.id where choices -> 'topics' <> '{}' order by spelling`
  t.same(names, [
    { spelling: '+ben@example.com', name: '=1+1' },
    { spelling: 'ada@example.com', name: 'Ada "A", Lovelace' },
  ])
  await writeCampaign(there, 'darn')
  t.match(await checkCampaign(there, 'darn'), { now: 2, later: 0, never: 5 })
})

t.test('the entry of an export is there before its file is', async (t) => {
  const house = await openTestHouse(t)
  await t.rejects(exportPeople(house, join(t.testdir(), 'no/where.csv')), { code: 'ENOENT' })
  t.equal(await entriesOfKind(house, 'exported'), 1)
})
