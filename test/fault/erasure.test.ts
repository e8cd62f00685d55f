import { join } from 'node:path'
import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { erasePerson, type Erased } from '../../src/actions/erase.ts'
import { exportLedger } from '../../src/actions/export-ledger.ts'
import type { House } from '../../src/actions/house.ts'
import { importPeople } from '../../src/actions/import-people.ts'
import { reportCampaign } from '../../src/actions/report-campaign.ts'
import { ledgerKey } from '../../src/actions/sign-checkpoint.ts'
import { queueServiceMail } from '../../src/actions/service-mail.ts'
import { sweep } from '../../src/actions/sweep.ts'
import { verifyLedger } from '../../src/actions/verify-ledger.ts'
import { stopTopics } from '../../src/domain/choice-changes.ts'
import { cancelWaiting } from '../../src/store/cancelled-campaigns.ts'
import { ranges } from '../../src/store/audience.ts'
import { instantNow } from '../../src/store/instant.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { faultServer } from '../support/fault-smtp-server.ts'
import { openTestHouse } from '../support/house.ts'
import { confirmed, writeExport } from '../support/mailchimp-files.ts'
import { addCrowd, courierTo, moreThanOnce, otherHouse, sumsAgree, workTogether } from '../support/oracle.ts'
import { sendNow, takingCourier, wakeDue, writeCampaign } from '../support/sending.ts'
import { stallAt, watched } from '../support/stalled-mail.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { tracesOf } from '../support/traces.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

const byHerself = { way: 'page', by: null } as const
const erase = (house: House, person: string): Promise<Erased> => erasePerson(house, person, byHerself)

const stopTopic = (house: House, person: string) =>
  changeChoices(house, person, { way: 'stop-page', wording: null }, (current, at) => stopTopics(current, [1], at))

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve))
}

t.test('F42: an erasure calls back what a worker has in hand, and the report still adds up', async (t) => {
  const { server, met, goOn } = await stallAt(t, 'DATA')
  const { courier, anyRecalled } = watched(t, server)
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  await addPerson(house, 'ben@example.com', yesTo([1]))
  await writeCampaign(house, 'darn')
  const sending = sendNow(house, 'darn')
  await met
  const erasing = erase(house, ada)
  await until(anyRecalled)
  const meanwhile = await reportCampaign(house, 'darn')
  t.ok(sumsAgree(meanwhile), 'also while nobody knows yet')
  goOn()
  t.match(await erasing, { kind: 'erased', inFlight: { count: 0, since: null } })
  const report = await sending
  t.match(report, { state: 'sent', now: 2, sent: 1, cancelled: 1, released: 0 })
  t.ok(sumsAgree(report))
  t.same(
    server.dots.map((dot) => dot.recipient),
    ['ben@example.com'],
  )
  t.same(await tracesOf(house, { address: 'ada@example.com' }), [])
})

t.test(
  'F42: once the dot is written she is told that it may still arrive, and it counts as what it became',
  async (t) => {
    const { server, met, goOn } = await stallAt(t, 'DOT')
    const house = await openTestHouse(t, { courier: courierTo(t, server) })
    await addTopics(house)
    const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
    await writeCampaign(house, 'darn')
    const sending = sendNow(house, 'darn')
    await met
    t.match(await erase(house, ada), { kind: 'erased', inFlight: { count: 1, since: /^2/ } })
    t.match(await reportCampaign(house, 'darn'), { sent: 0, released: 1, cancelled: 0 })
    goOn()
    t.match(await sending, { sent: 1, released: 0, cancelled: 0 })
    t.same(await house.database.sql`select * from erased_in_hand`, [])
  },
)

t.test('what a worker that died had in hand for her is unknown, and told as such', async (t) => {
  const { courier } = takingCourier()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  await writeCampaign(house, 'darn')
  const { sql } = house.database
  t.match(await sendNow(house, 'darn'), { sent: 1 })
  await sql`alter table deliveries disable trigger user`
  await sql`update deliveries set state = 'released', worker = 77, settled_at = null`
  await sql`alter table deliveries enable trigger user`
  const erasing = erase(house, ada)
  await until(async () => (await sql`select from erased_in_hand`).length > 0)
  t.equal(await sweep(house), 1)
  t.match(await erasing, { kind: 'erased', inFlight: { count: 1 } })
  t.match(await reportCampaign(house, 'darn'), { sent: 0, unknown: 1, released: 0 })
  t.equal(await sweep(house), 0)
})

t.test('F42: erased while it runs, of whom nothing left is judged no more; the others all get it once', async (t) => {
  const done = new Set<string>()
  const late: string[] = []
  const server = await faultServer(t, ({ phase, recipient }) => {
    if (phase === 'DOT' && done.has(recipient ?? '')) late.push(recipient ?? '')
    return undefined
  })
  const house = await openTestHouse(t)
  await addTopics(house)
  const workers = [1, 2, 3].map(() => otherHouse(t, house, courierTo(t, server)))
  const ids = (await addCrowd(house, 240, yesTo([1]))).toSorted()
  const addresses = new Map(
    (await house.database.sql<{ person: string; spelling: string }[]>`select person, spelling from addresses`).map(
      (row) => [row.person, row.spelling],
    ),
  )
  await writeCampaign(house, 'darn')
  // Whole batches of neighbours, so that a worker which waits for its next people finds none of them left.
  const going = ids.filter((_, n) => n % 40 < 20)
  const running = workTogether(workers, 'darn')
  for (let n = 0; n < going.length; n += 10) {
    const these = going.slice(n, n + 10)
    await Promise.all(
      these.map(async (id) => {
        const erased = await erase(house, id)
        if (erased.kind === 'erased' && erased.inFlight.count === 0) done.add(addresses.get(id) ?? '')
      }),
    )
  }
  await running
  t.same(late, [], 'no dot after Done')
  const report = await reportCampaign(house, 'darn')
  t.match(report, { state: 'sent', released: 0 })
  t.ok(sumsAgree(report))
  const got = new Map<string, number>()
  for (const { recipient } of server.dots) got.set(recipient, (got.get(recipient) ?? 0) + 1)
  t.same(moreThanOnce(got), [])
  const stayed = ids.filter((id) => !going.includes(id))
  t.same(
    stayed.filter((id) => !got.has(addresses.get(id) ?? '')),
    [],
    'everybody else got it',
  )
  for (const id of going.slice(0, 20)) {
    t.same(
      (await tracesOf(house, { id })).map(({ table }) => table),
      ['public.erased_people.id'],
    )
  }
})

t.test(
  'slices meet without a gap, no bound is anybody’s id, and a finished one forgets at whom it stood',
  async (t) => {
    const house = await openTestHouse(t, { courier: takingCourier().courier })
    await addTopics(house)
    const ids = await addCrowd(house, 60, yesTo([1]))
    const cut = await ranges(house.database.sql, 7)
    t.ok(cut.length > 6)
    for (const id of ids) t.equal(cut.filter(({ first, last }) => first <= id && id <= last).length, 1, id)
    t.notOk(cut.some(({ first, last }) => ids.includes(first) || ids.includes(last)))
    t.match([cut[0]?.first, cut.at(-1)?.last], [/^0{8}-/, /^f{8}-/])
    await writeCampaign(house, 'darn')
    t.match(await sendNow(house, 'darn'), { sent: 60 })
    t.match(await house.database.sql`select through, finished from slices`, [{ through: null, finished: true }])
    const [left] = ids.toSorted().slice(-1)
    t.same(
      (await tracesOf(house, { left: left ?? '' })).filter(({ table }) => table.startsWith('public.slices')),
      [],
    )
  },
)

t.test('F42: a batch whose people are all erased while it waits for them does not end the slice', async (t) => {
  const { courier, parcels } = takingCourier()
  const house = await openTestHouse(t, { courier: { ...courier, batch: 3 } })
  await addTopics(house)
  const [first = '', second = ''] = (await addCrowd(house, 2, yesTo([1]))).toSorted()
  await writeCampaign(house, 'darn')
  const { sql } = house.database
  const running = await sql.begin(async (tx) => {
    await tx`select id from people where id = ${first} for update`
    const work = sendNow(house, 'darn')
    await until(async () => {
      const [row] = await sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      return row !== undefined
    })
    await tx`delete from addresses where person = ${first}`
    await tx`delete from people where id = ${first}`
    return { work }
  })
  t.match(await running.work, { state: 'sent', now: 1, sent: 1 })
  t.equal(parcels.length, 1)
  t.match(await sql`select person from deliveries`, [{ person: second }])
})

t.test('F42: the same for what a cancelled campaign left waiting', async (t) => {
  const house = await openTestHouse(t, { courier: takingCourier().courier })
  await addTopics(house)
  const [first = '', second = ''] = (await addCrowd(house, 2, yesTo([1], 'digest-weekly'))).toSorted()
  const message = await writeCampaign(house, 'darn')
  t.match(await sendNow(house, 'darn'), { held: 2 })
  const { sql } = house.database
  const { cancelling } = await sql.begin(async (tx) => {
    await tx`select id from people where id = ${first} for update`
    const work = sql.begin((other) => cancelWaiting(other, message, null, 1))
    await until(async () => {
      const [row] = await sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      return row !== undefined
    })
    await tx`delete from deliveries where person = ${first}`
    await tx`delete from addresses where person = ${first}`
    await tx`delete from people where id = ${first}`
    return { cancelling: work }
  })
  t.same(await cancelling, { through: second, people: 1 })
})

t.test('F42: erased while an import brings her in again, she is gone, and counts as suppressed', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const rows = Array.from({ length: 40 }, (_, n) => confirmed(`p${n}@example.com`))
  const request = { files: writeExport(t, { subscribed: rows }), topicsColumn: 'About what?' }
  t.match(await importPeople(house, request), { notAsked: 40, changed: 40 })
  const people = await house.database.sql<{ person: string }[]>`select person from addresses order by person`
  const changed = { files: writeExport(t, { unsubscribed: rows }), topicsColumn: 'About what?' }
  const [, ...erased] = await Promise.all([
    importPeople(house, changed),
    ...people.map(({ person }) => erase(house, person)),
  ])
  t.equal(erased.filter(({ kind }) => kind === 'erased').length, 40)
  t.match(await importPeople(house, request), { suppressed: 40, changed: 0, notAsked: 0 })
  t.same(await house.database.sql`select * from people`, [])
  t.same(await tracesOf(house, { address: '@example.com', internet: '203.0.113.5' }), [])
  await verifyWholeLedger(t, house)
})

t.test('F42: an export that runs beside erasures verifies, and so does the one after them', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const ids = []
  for (let n = 0; n < 20; n++) ids.push(await addPerson(house, `p${n}@example.com`, yesTo([1])))
  const into = temporaryFolder(t)
  const key = await ledgerKey(house)
  const files = [1, 2, 3, 4].map((n) => join(into, `${n}.zip`))
  await Promise.all([
    ...files.slice(0, 3).map((file) => exportLedger(house, file)),
    ...ids.map((id) => erase(house, id)),
  ])
  await exportLedger(house, files[3] ?? '')
  for (const file of files) t.match(await verifyLedger(file, key), { verdict: 'verified' })
})

t.test('pressed by many at once it is done once', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  const erased = await Promise.all([1, 2, 3, 4, 5, 6].map(() => erase(house, ada)))
  t.equal(erased.filter(({ kind }) => kind === 'erased').length, 1)
  t.equal(erased.filter(({ kind }) => kind === 'already').length, 5)
  await verifyWholeLedger(t, house)
})

t.test('F42: a service mail in hand of hers is called back as well', async (t) => {
  const { server, met, goOn } = await stallAt(t, 'DATA')
  const { courier, anyRecalled } = watched(t, server)
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  const letter = {
    subject: 'A note',
    text: 'A note.',
    html: '<p>A note.</p>',
    sender: 'Fern <news@fern.example>',
    locale: 'en',
  }
  await house.database.sql.begin(async (tx) => {
    const at = (await instantNow(tx)).toISOString()
    await queueServiceMail(tx, 'acknowledgement', { person: ada, version: 1, at }, () => letter)
  })
  const sending = wakeDue(house)
  await met
  await stopTopic(house, ada)
  const erasing = erase(house, ada)
  await until(anyRecalled)
  goOn()
  t.match(await erasing, { kind: 'erased', inFlight: { count: 0 } })
  await sending
  t.equal(server.dots.length, 0)
  t.same(await house.database.sql`select id from messages`, [])
})

t.test('a service mail in hand goes on whatever else she changes', async (t) => {
  const { server, met, goOn } = await stallAt(t, 'DATA')
  const house = await openTestHouse(t, { courier: courierTo(t, server) })
  await addTopics(house)
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  const letter = {
    subject: 'A note',
    text: 'A note.',
    html: '<p>A note.</p>',
    sender: 'Fern <news@fern.example>',
    locale: 'en',
  }
  await house.database.sql.begin(async (tx) => {
    const at = (await instantNow(tx)).toISOString()
    await queueServiceMail(tx, 'acknowledgement', { person: ada, version: 1, at }, () => letter)
  })
  const sending = wakeDue(house)
  await met
  await stopTopic(house, ada)
  goOn()
  await sending
  t.equal(server.dots.length, 1)
})
