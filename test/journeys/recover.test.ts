import { join } from 'node:path'
import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { theCampaign } from '../../src/actions/check-campaign.ts'
import { scheduleCampaign } from '../../src/actions/control-campaign.ts'
import { erasePerson } from '../../src/actions/erase.ts'
import { exportLedger } from '../../src/actions/export-ledger.ts'
import { fsck } from '../../src/actions/fsck.ts'
import { lookAtMark } from '../../src/actions/high-water.ts'
import type { House } from '../../src/actions/house.ts'
import { stopPerson } from '../../src/actions/people.ts'
import { recoverLedger } from '../../src/actions/recover-ledger.ts'
import { ledgerKey, signGrown } from '../../src/actions/sign-checkpoint.ts'
import { verifyLedger } from '../../src/actions/verify-ledger.ts'
import { resume, stopEverything } from '../../src/domain/choice-changes.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import { work } from '../../src/main.ts'
import { newestCheckpoint } from '../../src/store/checkpoints.ts'
import { personById } from '../../src/store/people.ts'
import { suppressionsOf } from '../../src/store/suppressions.ts'
import { choicesOf } from '../support/app.ts'
import { backedUp, machine, mailsOf, newHouse, opened, repaired, restored } from '../support/backups.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { until } from '../support/bundled-server.ts'
import { goBackTo, grow } from '../support/older-ledger.ts'
import { sendNow, wakeDue, writeCampaign } from '../support/sending.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

const stopPage = { way: 'stop-page', wording: null } as const
const page = { way: 'page', by: null } as const

const stop = (house: House, person: string) =>
  changeChoices(house, person, stopPage, (now, at) => stopEverything(now, at, 'herself', null))
const goOn = (house: House, person: string) =>
  changeChoices(house, person, { way: 'page', wording: null }, (now) => ({ ...now, stopped: null }))

async function suppressed(house: House, address: string): Promise<readonly string[]> {
  const fingerprint = fingerprintOf(house.keys, 'email', address)
  return (await suppressionsOf(house.database.sql, 'email', [fingerprint])).get(fingerprint) ?? []
}

t.test(
  'from an old backup: start is refused until recover; then later stops and erasures hold, and nothing is sent twice',
  async (t) => {
    const on = machine(t)
    const house = await newHouse(t, on)
    const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
    const ben = await addPerson(house, 'ben@example.com', yesTo([1]), 'Ben')
    const cyn = await addPerson(house, 'cyn@example.com', yesTo([1]), 'Cyn')
    const dov = await addPerson(house, 'dov@example.com', yesTo([1]), 'Dov')
    await writeCampaign(house, 'draft')
    await writeCampaign(house, 'later')
    const [row] = await house.database.sql<{ at: string }[]>`select instant() + interval '1 hour' as at`
    await scheduleCampaign(house, 'later', { at: new Date(row?.at ?? '').toISOString(), confirm: 10 })
    // She stopped and came back before the backup: that no is not to come again.
    await stop(house, dov)
    await goOn(house, dov)
    await signGrown(house)
    const old = await backedUp(house, on)

    await sendNow(house, 'draft')
    t.equal(await mailsOf(on, 'About draft'), 4)
    await stop(house, ada)
    await erasePerson(house, ben, page)
    await stopPerson(house, 'eve@example.com', {})
    await signGrown(house)
    const kept = (await newestCheckpoint(house.database.sql))?.note ?? ''
    const key = await ledgerKey(house)
    await house.close()

    const { url, told } = await restored(t, on, old)
    t.match(told, { fault: /older than what was there/, noList: { stopped: 1, erased: 1, kept: 1 } })
    await t.rejects(opened(t, on, url), { code: 'verification-failed' })
    const lost = await repaired(t, on, url)
    const found = await fsck(lost)
    t.match(
      found,
      { verdict: 'not verified', reason: /older than what was there/ },
      'that it fits itself is not enough',
    )
    t.equal(found.firstBadEntry, found.entries + 1)
    const done = await recoverLedger(lost)
    t.match(done, { mark: Number, had: Number })
    t.match(await fsck(lost), { verdict: 'verified' })
    t.equal(await recoverLedger(lost), null, 'once is enough')

    const again = await opened(t, on, url)
    t.match((await choicesOf(again, ada)).stopped, { by: 'staff' })
    t.equal(await personById(again.database.sql, ben), null)
    t.same(await suppressed(again, 'ben@example.com'), ['erased'])
    t.same(await suppressed(again, 'eve@example.com'), ['erased'], 'nobody brings her in again')
    t.equal((await choicesOf(again, dov)).stopped, null)
    t.equal((await choicesOf(again, cyn)).stopped, null)
    await t.rejects(sendNow(again, 'draft'), { code: 'conflict' })
    await t.rejects(sendNow(again, 'later'), { code: 'conflict' })
    t.equal(await wakeDue(again), 0)
    t.equal(await mailsOf(on, 'About draft'), 4)
    t.equal(await mailsOf(on, 'About later'), 0)
    await verifyWholeLedger(t, again)

    const bundle = join(on.folder, 'after.zip')
    await exportLedger(again, bundle)
    t.match(await verifyLedger(bundle, key), { verdict: 'verified' })
    t.match(await verifyLedger(bundle, key, kept), { verdict: 'not verified', reason: /your earlier checkpoint/ })
  },
)

t.test(
  'what was on its way is never sent by itself again: held and put off is cancelled, in flight is unknown',
  async (t) => {
    const on = machine(t)
    const house = await newHouse(t, on)
    const eve = await addPerson(house, 'eve@example.com', yesTo([1], 'digest-weekly'), 'Eve')
    const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
    await writeCampaign(house, 'darn')
    await sendNow(house, 'darn')
    const { sql } = house.database
    await sql`insert into messages (id, service_kind, subject, in_short, sender, body) values (gen_random_uuid(), 'own_link', 's', '', 'f', 'b')`
    await sql`
    insert into deliveries (id, message, person, state, verdict, version, worker, released_at)
    select gen_random_uuid(), id, ${ada}, 'released', 'now', 1, 7, instant() from messages where service_kind is not null`
    await sql`insert into door_requests (id, kind, address) values (gen_random_uuid(), 'find', 'ada@example.com')`
    const old = await backedUp(house, on)
    await stop(house, ada)
    await signGrown(house)
    const { url } = await restored(t, on, old)
    const lost = await repaired(t, on, url)
    await recoverLedger(lost)
    const states = await lost.database.sql<{ person: string; state: string; due: string | null }[]>`
    select person, state, due_at as due from deliveries order by planned_at, state`
    t.same(
      new Set(states.map(({ person, state, due }) => [person, state, due].join(' '))),
      new Set([`${ada} sent `, `${ada} unknown `, `${eve} cancelled `]),
    )
    t.same(await lost.database.sql`select from door_requests`, [])
    const before = await mailsOf(on, 'About darn')
    t.equal(await wakeDue(await opened(t, on, url)), 0)
    t.equal(await mailsOf(on, 'About darn'), before)
  },
)

t.test('a recovery that is cut off anywhere is done again, and written once', async (t) => {
  const on = machine(t)
  const house = await newHouse(t, on)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  await signGrown(house)
  const old = await backedUp(house, on)
  await stop(house, ada)
  await signGrown(house)
  const { url } = await restored(t, on, old)
  const lost = await repaired(t, on, url)
  const dying = { ...lost.highWater, write: () => Promise.reject(new Error('the process dies here')) }
  await t.rejects(recoverLedger({ ...lost, highWater: dying }), /dies here/)
  await t.rejects(opened(t, on, url), { code: 'verification-failed' })
  t.match(await recoverLedger(lost), { ended: { campaigns: 0 }, noList: { stopped: 0 } })
  const entries = await lost.database.sql<{ body: string }[]>`select body from entries`
  t.equal(entries.filter(({ body }) => body.includes('"kind":"recovered"')).length, 1)
  await opened(t, on, url)
})

t.test('a no-list applied again and again changes nothing more, and an older no beats no newer word', async (t) => {
  const on = machine(t)
  const house = await newHouse(t, on)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  const ben = await addPerson(house, 'ben@example.com', yesTo([1]), 'Ben')
  await stop(house, ada)
  await goOn(house, ada)
  await changeChoices(house, ada, stopPage, (now) => resume(now))
  await erasePerson(house, ben, page)
  await house.database.sql`delete from suppressions`
  const back = await addPerson(house, 'ben@example.com', yesTo([1]), 'Ben')
  await signGrown(house)
  const file = await backedUp(house, on)
  for (let n = 0; n < 2; n++) {
    const { url, told } = await restored(t, on, file)
    t.match(told.noList, { stopped: 0, erased: 0, kept: 0 })
    const again = await opened(t, on, url)
    t.equal((await choicesOf(again, ada)).stopped, null)
    t.equal((await choicesOf(again, back)).stopped, null)
  }
})

t.test('a worker whose database went back under it sends nothing more', async (t) => {
  const on = machine(t)
  const house = await newHouse(t, on)
  await addPerson(house, 'ada@example.com', yesTo([1]))
  await writeCampaign(house, 'darn')
  await grow(house, 5)
  await signGrown(house)
  const [head] = await house.database.sql<{ size: string }[]>`select size from ledger_head`
  await goBackTo(house, Number(head?.size) - 2)
  await house.database.sql`update campaigns set state = 'sending', started_at = instant()`
  const { sql } = house.database
  await sql`insert into unsealed (kind, records) values ('outcomes', array['{"delivery":"0b2f6c1e-6d0a-4c8e-9a51-3f1d2c4b5a69","at":""}'])`
  const worker = await work(house)
  await until(async () => on.warnings.some((words) => words.includes('it is older than what was there')))
  await until(async () => {
    const [swept] = await sql`select from pgboss.job where name = 'sweep' and state = 'completed'`
    return swept !== undefined
  })
  t.equal(await mailsOf(on, 'About darn'), 0)
  await worker.close()
  t.match(
    await sql`select size from ledger_head`,
    [{ size: String(Number(head?.size) - 2) }],
    'nothing is written on it',
  )
  t.equal(await mailsOf(on, 'About darn'), 0)
  t.match(await recoverLedger(house), { ended: { campaigns: 1 } })
  t.equal(await recoverLedger(house), null)
  t.equal((await theCampaign(house.database.sql, 'darn')).state, 'cancelled')
})

t.test('what was said in the last minute is signed when the process is told to end', async (t) => {
  const on = machine(t)
  const house = await newHouse(t, on)
  const worker = await work(house)
  await grow(house, 3)
  await worker.close()
  const [head] = await house.database.sql<{ size: string }[]>`select size from ledger_head`
  t.match(await lookAtMark(house), { mark: { size: Number(head?.size) } })
  t.equal((await newestCheckpoint(house.database.sql))?.size, Number(head?.size))
})
