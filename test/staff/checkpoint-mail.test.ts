import { join } from 'node:path'
import t from 'tap'
import PostalMime from 'postal-mime'
import { exportLedger } from '../../src/actions/export-ledger.ts'
import { mailCheckpoint } from '../../src/actions/mail-checkpoint.ts'
import { sendStaffMails } from '../../src/actions/send-staff-mails.ts'
import { ledgerKey } from '../../src/actions/sign-checkpoint.ts'
import { addStaff } from '../../src/actions/staff.ts'
import { verifyLedger } from '../../src/actions/verify-ledger.ts'
import type { Parcel } from '../../src/mail/courier.ts'
import { openApp } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { parsePage } from '../support/html.ts'
import { takingCourier } from '../support/sending.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

async function openOffice(t: Parameters<typeof openApp>[0]) {
  const { courier, parcels } = takingCourier()
  const app = await openApp(t, {}, { courier })
  await addStaff(app.house, 'ines@fern.example', { role: 'auditor' })
  await addStaff(app.house, 'omar@fern.example', { role: 'auditor' })
  await addStaff(app.house, 'max@fern.example', { role: 'marketer' })
  const aDay = async () => {
    const laidOut = await mailCheckpoint(app.house)
    const sent = await sendStaffMails(app.house)
    await moveClock(app.house.database.url, '24 hours')
    return { laidOut, sent }
  }
  return { ...app, parcels, aDay }
}

/** What stands between the rules of the mail, as an auditor saves it. */
async function savedFrom(parcel: Parcel | undefined): Promise<string> {
  const { text = '' } = await PostalMime.parse(Buffer.from(parcel?.mime ?? '', 'latin1'))
  return `${/-{40}\n([\s\S]*?)\n-{40}/.exec(text)?.[1]}\n`
}

t.test('each auditor is mailed the newest checkpoint, once for each day on which the ledger grew', async (t) => {
  const office = await openOffice(t)
  await addPerson(office.house, 'ada@example.com', yesTo([1]))
  t.same(await office.aDay(), { laidOut: 2, sent: 2 })
  t.same(office.parcels.map(({ to }) => to).toSorted(), ['ines@fern.example', 'omar@fern.example'])
  t.same(await office.aDay(), { laidOut: 0, sent: 0 }, 'nothing was added')
  await addPerson(office.house, 'ben@example.com', yesTo([1]))
  t.equal(await mailCheckpoint(office.house), 2)
  await addPerson(office.house, 'cho@example.com', yesTo([1]))
  t.equal(await mailCheckpoint(office.house), 0, 'not twice a day, however often it is asked for')
  await moveClock(office.house.database.url, '24 hours')
  t.same(await office.aDay(), { laidOut: 2, sent: 2 }, 'one that waited longer than a day is of no use')
})

t.test('of many processes that do it at once one lays the mails out', async (t) => {
  const office = await openOffice(t)
  await addPerson(office.house, 'ada@example.com', yesTo([1]))
  const laidOut = await Promise.all(Array.from({ length: 6 }, () => mailCheckpoint(office.house)))
  t.same(
    laidOut.toSorted((a, b) => a - b),
    [0, 0, 0, 0, 0, 2],
  )
  const sent = await Promise.all(Array.from({ length: 6 }, () => sendStaffMails(office.house)))
  t.equal(
    sent.reduce((sum, each) => sum + each),
    2,
  )
})

t.test(
  'what stands in the mail proves that a later ledger continues it, and that a rewritten one does not',
  async (t) => {
    const office = await openOffice(t)
    await addPerson(office.house, 'ada@example.com', yesTo([1]))
    await office.aDay()
    await addPerson(office.house, 'ben@example.com', yesTo([1]))
    const file = join(temporaryFolder(t), 'proof.zip')
    await exportLedger(office.house, file)
    const key = await ledgerKey(office.house)
    const saved = await savedFrom(office.parcels[0])
    t.match(await verifyLedger(file, key, saved), { verdict: 'verified' })
    const other = await openOffice(t)
    await addPerson(other.house, 'eve@example.com', yesTo([2]))
    await other.aDay()
    t.match(await verifyLedger(file, key, await savedFrom(other.parcels[0])), { verdict: 'not verified' })
    const { text = '' } = await PostalMime.parse(Buffer.from(office.parcels[0]?.mime ?? '', 'latin1'))
    t.match(text, `key ${key.split('+')[1]}`)
    t.match(text, '--since checkpoint.txt')
  },
)

t.test('what was mailed to the staff last is said where every kind of mail is listed', async (t) => {
  const office = await openOffice(t)
  const unsent = async () =>
    parsePage((await office.server.inject('/about-these-emails')).body).text.match(/Not sent so far\./g)?.length ?? 0
  const before = await unsent()
  await addPerson(office.house, 'ada@example.com', yesTo([1]))
  await office.aDay()
  t.equal(await unsent(), before - 1)
})
