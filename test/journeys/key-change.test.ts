import { copyFileSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { changeLedgerKey } from '../../src/actions/change-key.ts'
import { checkCheckpoint } from '../../src/actions/check-checkpoint.ts'
import { exportLedger } from '../../src/actions/export-ledger.ts'
import { fsck } from '../../src/actions/fsck.ts'
import { readReceipt } from '../../src/actions/her-history.ts'
import { lookAtMark } from '../../src/actions/high-water.ts'
import type { House } from '../../src/actions/house.ts'
import { recoverLedger } from '../../src/actions/recover-ledger.ts'
import { ledgerKey, signGrown } from '../../src/actions/sign-checkpoint.ts'
import { verifyLedger } from '../../src/actions/verify-ledger.ts'
import { stopTopics } from '../../src/domain/choice-changes.ts'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { openNote, parseVkey } from '../../src/domain/signed-note.ts'
import { keyringFile } from '../../src/keyring-file.ts'
import { newestCheckpoint } from '../../src/store/checkpoints.ts'
import { backedUp, machine, newHouse, opened, repaired, restored, type Machine } from '../support/backups.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { grow } from '../support/older-ledger.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

const page = { way: 'page', wording: null } as const
const keyringOf = (on: Machine) => join(on.folder, 'keyring.json')
const fileOf = (on: Machine) => keyringFile(keyringOf(on))

function opens(note: string, key: string): boolean {
  const read = parseVkey(key)
  return read.kind === 'vkey' && openNote(note, [read.vkey]).kind === 'signed'
}

async function bundleOf(house: House, on: Machine, name: string): Promise<string> {
  const file = join(on.folder, name)
  await exportLedger(house, file)
  return file
}

t.test('whoever holds the key of before verifies what comes after, and the other way round', async (t) => {
  const on = machine(t)
  const house = await newHouse(t, on)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
  await signGrown(house)
  const [first, kept] = [await ledgerKey(house), (await newestCheckpoint(house.database.sql))?.note ?? '']
  const early = await bundleOf(house, on, 'early.zip')
  const { entry, key: second } = await changeLedgerKey(house, fileOf(on))
  t.not(second, first)
  await house.close()

  const after = await opened(t, on, house.database.url)
  t.equal(await ledgerKey(after), second)
  t.match(await lookAtMark(after), { mark: { size: entry }, fault: null })
  const { key: third } = await changeLedgerKey(after, fileOf(on))
  await after.close()
  const now = await opened(t, on, house.database.url)
  const changed = await changeChoices(now, ada, page, (current, at) => stopTopics(current, [1], at))
  await signGrown(now)
  t.match(await checkCheckpoint(now, kept), { verdict: 'verified' }, 'what the first key signed is a beginning still')
  const late = await bundleOf(now, on, 'late.zip')
  const hers = join(on.folder, 'hers.zip')
  await exportLedger(now, hers, { person: ada, what: 'proof', withPayloads: true, since: kept })
  for (const key of [first, second, third]) {
    t.match(await verifyLedger(late, key), { verdict: 'verified' })
    t.match(await verifyLedger(late, key, kept), { verdict: 'verified' })
    t.match(await verifyLedger(hers, key, kept), { verdict: 'verified' })
  }
  t.match(await fsck(now), { verdict: 'verified' }, 'every checkpoint is by the key that was in force')
  t.match(await verifyLedger(early, first), { verdict: 'verified' })
  t.match(await verifyLedger(early, third), { verdict: 'not verified' })
  const stranger = await ledgerKey(await newHouse(t, machine(t)))
  t.match(await verifyLedger(late, stranger), { verdict: 'not verified' })

  const number = changed.kind === 'changed' ? changed.entry : 0
  const receipt = await readReceipt(now, ada, number)
  t.equal(receipt?.key, third)
  t.ok(opens(receipt?.proven?.note ?? '', third))
  t.ok(opens(kept, first), 'what was given out before is still signed by the key of then')
  t.equal(statSync(keyringOf(on)).mode & 0o777, 0o400)
  t.notMatch(readFileSync(keyringOf(on), 'utf8'), /nextLedger/)
  await verifyWholeLedger(t, now)
})

t.test('a change that is cut off leaves the old key in force, or the new one once somebody starts', async (t) => {
  const on = machine(t)
  const house = await newHouse(t, on)
  await signGrown(house)
  const first = await ledgerKey(house)
  const file = fileOf(on)
  const dies = () => {
    throw new Error('the process dies here')
  }
  await t.rejects(changeLedgerKey(house, { ...file, next: dies }), /dies here/)
  file.next()
  t.equal(await ledgerKey(await opened(t, on, house.database.url)), first, 'only the file has it')
  await t.rejects(changeLedgerKey(house, { ...file, promote: dies }), /dies here/)
  const after = await opened(t, on, house.database.url)
  const second = await ledgerKey(after)
  t.not(second, first)
  await grow(after, 1)
  t.ok(await signGrown(after))
  t.match(await verifyLedger(await bundleOf(after, on, 'after.zip'), first), { verdict: 'verified' })
  const [row] = await after.database.sql`select count(*)::int as n from key_changes`
  t.match(row, { n: 1 })
})

t.test('a process that has the old key signs nothing any more', async (t) => {
  const on = machine(t)
  const house = await newHouse(t, on)
  const other = await opened(t, on, house.database.url)
  await changeLedgerKey(house, fileOf(on))
  await grow(other, 1)
  await t.rejects(signGrown(other), { code: 'verification-failed' })
  const apart = { ...other, highWater: { read: async () => null, write: async () => undefined } }
  await t.rejects(signGrown(apart), { code: 'not-ready', message: /was changed/ }, 'nor on a machine of its own')
})

t.test('a keyring of before the change does not start, nor does one of after it on a database of before', async (t) => {
  const on = machine(t)
  const house = await newHouse(t, on)
  const old = await backedUp(house, on)
  const elsewhere = machine(t)
  copyFileSync(keyringOf(on), keyringOf(elsewhere))
  await changeLedgerKey(house, fileOf(on))
  await t.rejects(opened(t, elsewhere, house.database.url), { code: 'not-ready', message: /is of before/ })
  const { url } = await restored(t, machine(t), old)
  await t.rejects(opened(t, on, url), { code: 'not-ready', message: /the database is older/ })

  const before = await fsck(await repaired(t, on, url))
  await t.rejects(recoverLedger(await repaired(t, on, url)), {
    code: 'not-ready',
    message: /keyring of the same backup/,
  })
  t.match(await fsck(await repaired(t, on, url)), { entries: before.entries }, 'nothing was written that no key signs')
  rmSync(keyringOf(on))
  copyFileSync(keyringOf(elsewhere), keyringOf(on))
  t.match(await recoverLedger(await repaired(t, on, url)), { mark: null })
  const again = await opened(t, on, url)
  t.match(await verifyLedger(await bundleOf(again, on, 'recovered.zip'), await ledgerKey(again)), {
    verdict: 'verified',
  })
})
