import { createWriteStream, existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { erasePerson } from '../../src/actions/erase.ts'
import { exportLedger, makeExport, openExport, readExport, type ExportOrder } from '../../src/actions/export-ledger.ts'
import { fetchExport } from '../../src/actions/audit-exports.ts'
import type { House } from '../../src/actions/house.ts'
import { listExports } from '../../src/actions/list-exports.ts'
import { openProof, proveLedger } from '../../src/actions/prove-ledger.ts'
import { retireData } from '../../src/actions/retire-data.ts'
import { currentCheckpoint, ledgerKey } from '../../src/actions/sign-checkpoint.ts'
import { verifyLedger } from '../../src/actions/verify-ledger.ts'
import { verifyPage } from '../../src/actions/verify-page.ts'
import { pauseUntil, resume } from '../../src/domain/choice-changes.ts'
import { everything } from '../../src/domain/export-scope.ts'
import { readBundle } from '../../src/store/bundle-file.ts'
import { writeWhole } from '../../src/store/whole-file.ts'
import { appendEntries, lockHead } from '../../src/store/ledger.ts'
import { until } from '../support/bundled-server.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { openTestHouse } from '../support/house.ts'
import { sendNow, takingCourier, toMondayNoon, writeCampaign } from '../support/sending.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

type T = Parameters<typeof temporaryFolder>[0] & Parameters<typeof openTestHouse>[0]

/** A house with two people, who each said yes and paused, and then hundreds of entries of others. */
async function inhabited(
  t: T,
  looks = 300,
): Promise<{ house: House; ada: string; ben: string; file(name: string): string; key: string }> {
  const { courier } = takingCourier()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]), 'Marguerite')
  const ben = await addPerson(house, 'ben@example.com', yesTo([1, 2]), 'Benedict')
  await pause(house, ada)
  await house.database.sql.begin(async (tx) => {
    const look = { kind: 'looked-at', topics: [], wording: null, person: ben, payload: { person: ben } } as const
    await appendEntries(
      tx,
      await lockHead(tx),
      Array.from({ length: looks }, () => look),
    )
  })
  const folder = temporaryFolder(t)
  return { house, ada, ben, file: (name) => join(folder, name), key: await ledgerKey(house) }
}

async function pause(house: House, person: string, days = 0): Promise<void> {
  await changeChoices(house, person, { way: 'page', wording: null }, (choices, at) =>
    choices.paused === null
      ? pauseUntil(choices, new Date(Date.parse(at) + ((days % 300) + 2) * 86_400_000).toISOString(), at)
      : resume(choices),
  )
}

async function textsIn(file: string): Promise<Map<string, string>> {
  const bundle = await readBundle(file)
  const texts = new Map([...bundle.files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]))
  for (const [name, bytes] of bundle.streams) {
    const chunks: Uint8Array[] = []
    for await (const chunk of bytes) chunks.push(chunk)
    texts.set(name, Buffer.concat(chunks).toString())
  }
  bundle.close()
  return texts
}

function numbersIn(jsonl: string | undefined): number[] {
  const lines = (jsonl ?? '').split('\n').slice(0, -1)
  return lines.map((line) => (JSON.parse(line) as { number: number }).number)
}

async function numbersOf(house: House, person: string): Promise<number[]> {
  const rows = await house.database.sql<{ number: string }[]>`
    select number from payloads where person = ${person} order by number`
  return rows.map((row) => Number(row.number))
}

t.test(
  'a whole export names nobody unless it is asked to, and then each payload is what its entry was made for',
  async (t) => {
    const { house, ada, file, key } = await inhabited(t)
    const plain = await exportLedger(house, file('plain.zip'), { withTable: true })
    t.match(await verifyLedger(plain.file, key), {
      verdict: 'verified',
      entries: plain.entries,
      size: plain.entries,
      payloads: 0,
    })
    const without = await textsIn(plain.file)
    t.match(without.get('verify.html'), verifyPage().html.slice(-200), 'whoever gets it can check it in a browser')
    without.delete('verify.html')
    t.notMatch([...without.values()].join('\n'), new RegExp(`${ada}|payload":`))
    t.notOk(without.has('payloads.jsonl'))

    writeFileSync(file('full.zip.part'), 'of a process that died')
    const full = await exportLedger(house, file('full.zip'), { withPayloads: true, withTable: true })
    t.equal(statSync(full.file).mode & 0o777, 0o600, 'only its owner reads it')
    const texts = await textsIn(full.file)
    t.match(await verifyLedger(full.file, key), { verdict: 'verified', payloads: full.entries })
    t.match(texts.get('payloads.jsonl'), ada)
    t.match(texts.get('entries.csv'), new RegExp(`^number,at,kind,.*\r\n1,20..-.*,"\\{""`))
    await erasePerson(house, ada, { way: 'staff', by: null })
    t.match(await verifyLedger(full.file, key), { verdict: 'verified' }, 'what left stays provable')
    const after = await exportLedger(house, file('after.zip'), { withPayloads: true, withTable: true })
    t.notMatch((await textsIn(after.file)).get('payloads.jsonl'), ada)
    const kept = await verifyLedger(after.file, key)
    t.equal(kept.verdict, 'verified')
    t.ok(kept.payloads < kept.entries, 'what was erased is absent, and that is no fault')
  },
)

t.test('a part holds exactly the entries asked for, each proven under one checkpoint', async (t) => {
  const { house, ada, ben, file, key } = await inhabited(t)
  const { sql } = house.database
  const part = async (order: ExportOrder) => {
    const { file: written, entries } = await exportLedger(house, file('part.zip'), order)
    const verified = await verifyLedger(written, key)
    t.equal(verified.verdict, 'verified', verified.reason ?? '')
    t.equal(verified.size, entries)
    const numbers = numbersIn((await textsIn(written)).get('entries.jsonl'))
    t.equal(verified.entries, numbers.length)
    return numbers
  }
  t.same(await part({ person: ada }), await numbersOf(house, ada), 'about one person')
  t.same(await part({ person: ben }), await numbersOf(house, ben), 'hundreds of them')
  const [patterns] = await sql<{ n: string[] }[]>`
    select array_agg(number order by number) as n from entries where body::jsonb -> 'topics' @> '2'`
  t.same(await part({ scope: { ...everything, topic: 'new-patterns' } }), patterns?.n.map(Number), 'about one topic')

  const [half] = await sql<{ at: string; n: string[] }[]>`
    with half as (select body::jsonb ->> 'at' as at from entries where number = 100)
    select half.at, array_agg(number order by number) as n from entries, half where body::jsonb ->> 'at' < half.at group by 1`
  t.same(await part({ scope: { ...everything, until: half?.at ?? '' } }), half?.n.map(Number), 'until an instant')
  const from = await part({ scope: { ...everything, from: half?.at ?? '' }, withTable: true })
  t.equal(from[0], (half?.n.length ?? 0) + 1, 'and from it on')
  t.same(
    await part({ scope: { ...everything, from: half?.at ?? '' }, person: ada }),
    (await numbersOf(house, ada)).filter((n) => n >= (from[0] ?? 0)),
    'limits hold together',
  )

  await toMondayNoon(house)
  await writeCampaign(house, 'darn')
  await sendNow(house, 'darn')
  const rests = await sql<{ n: string }[]>`select distinct allowed_by as n from deliveries order by 1`
  t.ok(rests.length > 0)
  const concerned = await part({ scope: { ...everything, campaign: 'darn' } })
  t.same(
    rests.map(({ n }) => Number(n)).filter((n) => !concerned.includes(n)),
    [],
    'what a campaign rests on',
  )
  t.ok(concerned.length < 20, 'and not what others did')

  const [before] = await sql`select size from ledger_head`
  const years = { ...everything, until: '2001-01-01T00:00:00.000Z' }
  await t.rejects(exportLedger(house, file('none.zip'), { scope: years }), {
    code: 'not-found',
    message: /no such entry/,
  })
  await t.rejects(exportLedger(house, file('none.zip'), { scope: { ...everything, topic: 'none' } }), {
    code: 'not-found',
  })
  await t.rejects(exportLedger(house, file('none.zip'), { scope: { ...everything, campaign: 'none' } }), {
    code: 'not-found',
  })
  t.same((await sql`select size from ledger_head`)[0], before, 'what was not exported is not recorded')
  await verifyWholeLedger(t, house)
})

t.test('a part continues the earlier checkpoints that it holds, and the one that it was asked to', async (t) => {
  const { house, ada, file, key } = await inhabited(t)
  const { note: first } = await currentCheckpoint(house)
  await pause(house, ada)
  const { note: second } = await currentCheckpoint(house)
  await pause(house, ada)
  const { file: plain } = await exportLedger(house, file('plain.zip'), { person: ada })
  t.match(await verifyLedger(plain, key, second), { verdict: 'verified' }, 'the last of its day is in it')
  t.match(await verifyLedger(plain, key, first), { verdict: 'could not check', reason: /--since/ })
  const { file: asked } = await exportLedger(house, file('asked.zip'), { person: ada, since: first })
  t.match(await verifyLedger(asked, key, first), { verdict: 'verified' })
  const { file: whole } = await exportLedger(house, file('whole.zip'))
  t.match(await verifyLedger(whole, key, first), { verdict: 'verified' }, 'the whole shows it for every one')

  const other = await openTestHouse(t)
  await addPerson(other, 'eve@example.com', yesTo([1]))
  const { note: foreign } = await currentCheckpoint(other)
  await t.rejects(exportLedger(house, file('none.zip'), { person: ada, since: foreign }), {
    code: 'verification-failed',
  })
  t.match(await verifyLedger(asked, key, foreign), { verdict: 'not verified' })
})

t.test(
  'each export is an entry, written first, and stands in the register until long after it is destroyed',
  async (t) => {
    const { house, ada, file } = await inhabited(t)
    await exportLedger(house, file('all.zip'), { by: 'Olga, auditor' })
    await proveLedger(house, file('proof.zip'), 'ada@example.com', {
      what: 'proof',
      withPayloads: true,
      destroyBy: '2199-12-31',
    })
    const [proof, all] = await listExports(house)
    const [due] = await house.database.sql<{ day: string }[]>`
    select ((instant() at time zone 'UTC')::date + 90)::text as day`
    t.match(all, { what: 'ledger', person: null, by: 'Olga, auditor', withPayloads: false, destroyBy: due?.day })
    t.match(proof, { what: 'proof', person: ada, by: null, withPayloads: true, destroyBy: '2199-12-31' })
    const texts = await textsIn(file('proof.zip'))
    const numbers = numbersIn(texts.get('entries.jsonl'))
    t.same(numbers, await numbersOf(house, ada))
    t.equal(numbers.at(-1), proof?.entry, 'the entry of the export is in the export, and in her history')
    t.match(texts.get('entries.jsonl'), /"kind":"exported"/)
    t.match(texts.get('README.txt'), /does not prove/)

    await erasePerson(house, ada, { way: 'staff', by: null })
    t.match(await listExports(house), [{ entry: proof?.entry, person: null }, { entry: all?.entry }])
    await moveClock(house.database.url, '90 days 36 months')
    t.equal((await retireData(house)).exports, 0)
    await moveClock(house.database.url, '2 days')
    t.equal((await retireData(house)).exports, 1)
    t.match(await listExports(house), [{ entry: proof?.entry }])
  },
)

t.test(
  'people go on changing their choices while the ledger is exported, and each export is of one moment',
  async (t) => {
    const { house, ada, ben, file, key } = await inhabited(t)
    let going = true
    const changing = Promise.all(
      [ada, ben].map(async (person) => {
        for (let n = 0; going; n++) await pause(house, person, n)
      }),
    )
    for (const [name, order] of Object.entries({
      whole: { withPayloads: true, withTable: true },
      part: { person: ben, withPayloads: true, withTable: true },
      more: { scope: { ...everything, topic: 'repairs' } },
    })) {
      const exported = await exportLedger(house, file(name), order)
      t.match(await verifyLedger(exported.file, key), { verdict: 'verified', size: exported.entries }, name)
    }
    going = false
    await changing
    await verifyWholeLedger(t, house)
  },
)

t.test('somebody who is erased while her proof is made is whole in it or only without her payloads', async (t) => {
  const { house, ben, file, key } = await inhabited(t)
  const { zip } = await openProof(house, ben, {})
  await erasePerson(house, ben, { way: 'staff', by: null })
  await finished(zip.pipe(createWriteStream(file('proof.zip'))))
  const result = await verifyLedger(file('proof.zip'), key)
  t.equal(result.verdict, 'verified', result.reason ?? '')
  t.ok(result.entries > 300)
  await t.rejects(openProof(house, ben, {}), { code: 'not-found' })
})

t.test('whoever goes away in the middle of an export leaves nothing behind', async (t) => {
  const { house, file, key } = await inhabited(t, 20_000)
  for (let n = 0; n < 16; n++) {
    const { zip } = await openExport(house, { withPayloads: true, withTable: true })
    let left = n
    zip.on('data', () => (left-- === 0 ? zip.destroy() : undefined))
    await finished(zip).catch(() => undefined)
  }
  const { zip: unread } = await openExport(house, { withPayloads: true })
  unread.read(0)
  await wait(100)
  unread.destroy()
  const all = Array.from({ length: 12 }, (_, n) => exportLedger(house, file(`${n}.zip`)))
  for (const { file: written } of await Promise.all(all)) {
    t.match(await verifyLedger(written, key), { verdict: 'verified' })
  }
  const [left] = await house.database.sql`
    select count(*)::int as n from pg_class where relname = 'chosen'`
  t.equal(left?.['n'], 0)
})

t.test('an export that cannot be read to its end says so and leaves no file', async (t) => {
  const { house, file } = await inhabited(t)
  await t.rejects(makeAndRead(house, file('broken.zip')), { code: '42703' })
  t.notOk(existsSync(file('broken.zip')))
  t.notOk(existsSync(file('broken.zip.part')))
})

/** Records an export while all is well, and lets the leaves be gone when it is read. */
async function makeAndRead(house: House, file: string): Promise<void> {
  const made = await makeExport(house, {})
  await house.database.sql`alter table entries rename column leaf to leaf_hidden`
  await writeWhole(file, await readExport(house, made, { withTable: false, since: null }))
}

t.test(
  'whoever fetches many exports at once and reads none leaves sessions to those who change their choices',
  async (t) => {
    const { house, ada } = await inhabited(t)
    const made = { ...(await makeExport(house, { person: ada })), at: '' }
    const fetched = await Promise.all([1, 2, 3].map(() => fetchExport(house, made, false)))
    await t.rejects(fetchExport(house, made, false), { code: 'too-many' })
    await pause(house, ada)
    fetched[0]?.destroy()
    if (fetched[0]) await finished(fetched[0]).catch(() => undefined)
    fetched[0] = await fetchExport(house, made, false)
    for (const one of fetched) one.destroy()
    await until(async () => (await house.database.sql`select from pg_class where relname = 'chosen'`).length === 0)
  },
)
