import { hash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { erasePerson } from '../../src/actions/erase.ts'
import type { House } from '../../src/actions/house.ts'
import { signGrown } from '../../src/actions/sign-checkpoint.ts'
import { stopPerson } from '../../src/actions/people.ts'
import { stopEverything } from '../../src/domain/choice-changes.ts'
import { notAsked } from '../../src/domain/choices.ts'
import { buildServer } from '../../src/http/server.ts'
import { openHouse } from '../../src/main.ts'
import { restore } from '../../src/restore.ts'
import { openBackup, textOf } from '../../src/store/backup-file.ts'
import { choicesOf, tokenFor } from '../support/app.ts'
import { backedUp, machine, newHouse, opened, restored } from '../support/backups.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { emptyDatabase } from '../support/database.ts'
import { sendNow, writeCampaign } from '../support/sending.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

const stopPage = { way: 'stop-page', wording: null } as const

/** Every row of every table of ours as text. */
async function contents(url: string): Promise<Record<string, string[]>> {
  const sql = postgres(url, { max: 1, connection: { timezone: 'UTC' } })
  try {
    const tables = await sql<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'public'`
    const rows: Record<string, string[]> = {}
    for (const { name } of tables) {
      const found = await sql<{ row: string }[]>`select t::text as row from ${sql(name)} t order by 1`
      rows[name] = found.map(({ row }) => row)
    }
    return rows
  } finally {
    await sql.end()
  }
}

/** A house in which something of everything has happened. */
async function lived(t: Parameters<typeof newHouse>[0], on: ReturnType<typeof machine>) {
  const house = await newHouse(t, on)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]), 'Ada \u2028 "Q" \\ (x,y), \r\n\t{}é')
  const eve = await addPerson(house, 'eve@example.com', yesTo([1, 2], 'digest-weekly'), '')
  const ben = await addPerson(house, 'ben@example.com', yesTo([2]), 'Ben')
  await erasePerson(house, ben, { way: 'page', by: null })
  await stopPerson(house, 'cyn@example.com', { reason: 'enough, thank you' })
  await writeCampaign(house, 'darn')
  await sendNow(house, 'darn')
  await writeCampaign(house, 'draft')
  await signGrown(house)
  return { house, ada, eve }
}

async function opens(house: House, token: string): Promise<number> {
  const server = await buildServer(house, { logger: { level: 'silent' }, development: false, mailbox: null })
  try {
    return (await server.inject(`/p/${token}`)).statusCode
  } finally {
    await server.close()
  }
}

t.test('backup, wipe, restore: the same rows, root and choices, and old links work', async (t) => {
  const on = machine(t)
  const { house, ada } = await lived(t, on)
  const link = tokenFor(house, ada)
  const before = await contents(house.database.url)
  const file = await backedUp(house, on)
  t.equal(statSync(file).mode & 0o777, 0o600)
  await house.close()

  const { url, told } = await restored(t, on, file, true)
  t.match(told, {
    fault: null,
    ended: { campaigns: 0, cancelled: 0, unknown: 0 },
    noList: { stopped: 0, erased: 0, kept: 0 },
  })
  t.same(await contents(url), before)
  const again = await opened(t, on, url)
  t.same(await contents(url), before, 'starting on it writes nothing')
  t.equal(await opens(again, link), 200)
  await verifyWholeLedger(t, again)
  await t.rejects(again.database.sql`delete from entries`, { code: '23001' }, 'the guards are back')
  await t.rejects(again.database.sql`delete from people`, { code: '23503' }, 'and so are references')
  t.match(await changeChoices(again, ada, stopPage, (now, at) => stopEverything(now, at, 'herself', null)), {
    kind: 'changed',
  })
  t.same(on.warnings, [])
})

t.test('on another machine the keyring comes with it, for its owner alone', async (t) => {
  const on = machine(t)
  const { house, ada } = await lived(t, on)
  const file = await backedUp(house, on)
  const other = machine(t)
  const { url, told } = await restored(t, other, file)
  t.match(told, { mark: null, fault: null })
  const keyring = join(other.folder, 'keyring.json')
  t.equal(readFileSync(keyring, 'utf8'), readFileSync(join(on.folder, 'keyring.json'), 'utf8'))
  t.equal(statSync(keyring).mode & 0o777, 0o400)
  t.equal(await opens(await opened(t, other, url), tokenFor(house, ada)), 200)
})

t.test('people change their choices while it is written, and it holds one instant', async (t) => {
  const on = machine(t)
  const { house } = await lived(t, on)
  let writing = true
  const changing = (async () => {
    for (let n = 0; writing; n++) await addPerson(house, `more${n}@example.com`, notAsked())
  })()
  const file = await backedUp(house, on)
  writing = false
  await changing
  const { url } = await restored(t, machine(t), file)
  const there = await contents(url)
  const stored = there['addresses']?.filter((row) => row.includes('more')).length
  const entries = there['entries']?.length
  const [, head = ''] = /,(\d+),"?\{/.exec(there['ledger_head']?.[0] ?? '') ?? []
  t.equal(Number(head), entries, 'the head counts every entry')
  t.equal(stored, (there['people']?.length ?? 0) - 3)
})

t.test('a backup in which a byte was changed is refused before anything is written', async (t) => {
  const on = machine(t)
  const { house } = await lived(t, on)
  const whole = readFileSync(await backedUp(house, on))
  const url = await emptyDatabase(t)
  const folder = temporaryFolder(t)
  const damaged = join(folder, 'damaged.zip')
  const flipped = (at: number) => {
    const bytes = Buffer.from(whole)
    bytes[at] = (bytes[at] ?? 0) ^ 1
    return bytes
  }
  // A byte that no reader looks at, such as the time of a file in the zip, may be another one: what is read is whole all the same.
  const places = Array.from({ length: 40 }, (_, n) => flipped(Math.floor((n * whole.length) / 40) + 40))
  let refused = 0
  for (const bytes of [Buffer.from(''), Buffer.from('no zip'), whole.subarray(0, -30), ...places]) {
    writeFileSync(damaged, bytes)
    const backup = await openBackup(damaged).catch((error: unknown) => t.match(error, { code: 'invalid-input' }))
    if (typeof backup === 'object') {
      t.equal(
        hash('sha256', await textOf(backup.read('tables/entries.jsonl'))),
        backup.manifest.files['tables/entries.jsonl'],
      )
      backup.close()
      continue
    }
    refused += 1
    const other = machine(t)
    await t.rejects(restore(other.config(url), damaged, { nothingSince: false, warn: () => undefined }), {
      code: 'invalid-input',
    })
    t.same(await contents(url), {})
    t.throws(() => statSync(join(other.folder, 'keyring.json')))
  }
  t.ok(refused > 12, `${refused} of 43 were refused`)
})

t.test('what is not empty, and what belongs to another keyring, is left alone', async (t) => {
  const on = machine(t)
  const { house } = await lived(t, on)
  const file = await backedUp(house, on)
  const before = await contents(house.database.url)
  const into = (config: ReturnType<typeof on.config>) =>
    restore(config, file, { nothingSince: false, warn: () => undefined })
  await t.rejects(into(on.config(house.database.url)), { code: 'conflict', message: /empty database only/ })
  t.same(await contents(house.database.url), before)
  const other = machine(t)
  await newHouse(t, other)
  const url = await emptyDatabase(t)
  await t.rejects(into(other.config(url)), { code: 'conflict', message: /is not the one in the backup/ })
  t.same(await contents(url), {})
})

t.test('a restore that is cut off starts nothing, and is done again with the same file', async (t) => {
  const on = machine(t)
  const { house, ada } = await lived(t, on)
  await house.database.sql`update campaigns set state = 'sending' where slug = 'darn'`
  const file = await backedUp(house, on)
  await changeChoices(house, ada, stopPage, (now, at) => stopEverything(now, at, 'herself', null))
  const url = await emptyDatabase(t)
  const into = (name: string) => restore(on.config(url), name, { nothingSince: false, warn: () => undefined })
  const noList = join(on.folder, 'no-list')
  const noes = readFileSync(noList)
  rmSync(noList)
  // A folder cannot be read as a list: the process ends there.
  mkdirSync(noList)
  await t.rejects(into(file), { code: 'EISDIR' })
  await t.rejects(opened(t, on, url), { code: 'not-ready', message: /cut off/ })
  rmSync(noList, { recursive: true })
  writeFileSync(noList, noes)
  await house.database.sql`insert into unsealed (kind, records) values ('outcomes', '{}')`
  await t.rejects(into(await backedUp(house, on, 'later.zip')), { code: 'conflict' }, 'not with another one')
  t.match(await into(file), { noList: { stopped: 1 } })
  const again = await opened(t, on, url)
  t.match((await choicesOf(again, ada)).stopped, { by: 'staff' })
  await t.rejects(into(file), { code: 'conflict' })
})

t.test('what is numbered goes on where it stood, also where the last rows are gone', async (t) => {
  const on = machine(t)
  const { house } = await lived(t, on)
  const next = ({ database }: House) => database.sql<{ id: string }[]>`
    insert into unsealed (kind, records) values ('outcomes', '{}') returning id`
  const [last] = await next(house)
  await house.database.sql`delete from unsealed`
  const { url } = await restored(t, on, await backedUp(house, on), true)
  const [first] = await next(await opened(t, on, url))
  t.equal(Number(first?.id), Number(last?.id) + 1)
})

t.test(
  'a ledger that lost what was signed is refused by every command that opens it, but can be backed up',
  async (t) => {
    const on = machine(t)
    const { house, ada } = await lived(t, on)
    const old = await backedUp(house, on)
    await changeChoices(house, ada, stopPage, (now, at) => stopEverything(now, at, 'herself', null))
    await signGrown(house)
    const { url, told } = await restored(t, on, old)
    t.match(told.fault, /older than what was there/)
    const before = await contents(url)
    await t.rejects(
      openHouse(on.config(url), () => undefined),
      { code: 'verification-failed', message: /ledger recover --yes/ },
    )
    t.same(await contents(url), before, 'and nothing was written')
    const { house: repaired, close } = await openHouse(on.config(url), () => undefined, { repair: true })
    await backedUp(repaired, on, 'evidence.zip')
    t.same(await contents(url), before)
    await close()
    const signed = await house.database.sql`select from checkpoints`
    t.equal(signed.length, 2)
  },
)
