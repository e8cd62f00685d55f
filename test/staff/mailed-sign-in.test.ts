import t from 'tap'
import PostalMime from 'postal-mime'
import { answerDoors } from '../../src/actions/answer-doors.ts'
import { sendStaffMails } from '../../src/actions/send-staff-mails.ts'
import { addStaff, removeStaff } from '../../src/actions/staff.ts'
import { workInHand } from '../../src/actions/work-in-hand.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import type { Outcome, Parcel } from '../../src/mail/courier.ts'
import { openApp, visitor, type Visitor } from '../support/app.ts'
import { moveClock } from '../support/database.ts'
import { parsePage } from '../support/html.ts'
import { takingCourier } from '../support/sending.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** An app with one auditor, whose mail is taken and kept, and what a worker does for the staff's sign-in. */
async function openOffice(
  t: Parameters<typeof openApp>[0],
  {
    publicUrl = 'http://127.0.0.1:3000',
    answer,
  }: { publicUrl?: string; answer?: (parcel: Parcel) => Omit<Outcome, 'delivery'> } = {},
) {
  const { courier, parcels } = takingCourier(answer)
  const app = await openApp(t, {}, { courier, publicUrl })
  const ines = await addStaff(app.house, 'Ines@fern.example', { role: 'auditor', name: 'Ines' })
  const work = async () => {
    await answerDoors(app.house)
    return sendStaffMails(app.house)
  }
  const newestLink = async () => {
    const { text = '' } = await PostalMime.parse(Buffer.from(parcels.at(-1)?.mime ?? '', 'latin1'))
    return /https?:\/\/[^/\s]+(\/staff\/sign-in\/[\w-]{43}\S*)/.exec(text)?.[1] ?? ''
  }
  const askFor = async (address: string, to = '') =>
    app.server.inject({
      method: 'POST',
      url: '/staff/sign-in',
      headers: form,
      payload: new URLSearchParams({ address, to }).toString(),
    })
  const press = async (link: string, headers: Record<string, string> = {}) =>
    app.server.inject({
      method: 'POST',
      url: link.split('?', 1)[0] ?? '',
      headers: { ...form, ...headers },
      payload: '',
    })
  return { ...app, parcels, ines, work, newestLink, askFor, press }
}

async function signIn(office: Awaited<ReturnType<typeof openOffice>>, visit: Visitor): Promise<void> {
  await visit.open('/audit?at=2026-03-03')
  visit.type('address', 'ines@FERN.example')
  await visit.press('Email me a link')
  await office.work()
  await visit.open(await office.newestLink())
  await visit.press('Sign in')
}

t.test('a mailed link signs in, and leads to the page that was wanted', async (t) => {
  const office = await openOffice(t)
  const visit = visitor(office.server)
  await signIn(office, visit)
  t.equal(visit.url, '/audit?at=2026-03-03')
  t.match(visit.page.text, 'Ines, auditor')
  t.equal(office.parcels.length, 1)
  t.match(office.parcels[0], {
    from: 'hello@fern.example',
    to: 'Ines@fern.example',
    mime: /^Auto-Submitted: auto-generated\r$/m,
  })
  await visit.open('/staff/sign-in?to=/audit')
  t.equal(visit.url, '/audit', 'who is signed in needs no sign-in')
})

t.test(
  'the cookie goes to this host alone, over TLS alone, no script reads it, and no stored value is it',
  async (t) => {
    const office = await openOffice(t, { publicUrl: 'https://fern.example' })
    await office.askFor('ines@fern.example')
    await office.work()
    const answer = await office.press(await office.newestLink())
    t.equal(answer.statusCode, 303)
    t.match(
      answer.headers['set-cookie'],
      /^__Host-courtesy-staff=[\w-]{43}\.[\da-z]+\.[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    )
    t.equal(answer.headers['cache-control'], 'no-store')
  },
)

t.test('every address gets the same answer, and only one on the staff list a mail', async (t) => {
  const office = await openOffice(t)
  const answers = []
  for (const address of ['ines@fern.example', 'nobody@fern.example', 'INES@elsewhere.example']) {
    const { statusCode, headers, body } = await office.askFor(address, '/audit')
    const { date: _date, ...kept } = headers
    answers.push({ statusCode, kept, body })
  }
  t.same(answers[1], answers[0])
  t.same(answers[2], answers[0])
  t.equal(answers[0]?.kept.location, '/staff/sign-in?to=%2Faudit&sent')
  t.equal(await office.work(), 1)
  t.same(
    office.parcels.map(({ to }) => to),
    ['Ines@fern.example'],
  )
  t.notMatch(office.log.join('\n'), /@fern\.example|elsewhere/)
  t.equal((await office.askFor('no address')).statusCode, 422)
})

t.test('of many presses at once one signs in, and the link works no more', async (t) => {
  const office = await openOffice(t)
  await office.askFor('ines@fern.example')
  await office.work()
  const link = await office.newestLink()
  for (const method of ['GET', 'HEAD'] as const) {
    t.equal((await office.server.inject({ method, url: link })).statusCode, 200, 'opening it uses nothing up')
  }
  const answers = await Promise.all(Array.from({ length: 12 }, () => office.press(link)))
  t.equal(answers.filter(({ statusCode }) => statusCode === 303).length, 1)
  t.equal(
    answers.filter(({ statusCode, headers }) => statusCode === 410 && headers['set-cookie'] === undefined).length,
    11,
  )
  t.equal(parsePage((await office.server.inject(link)).body).headings[0], 'This link works no more.')
  t.equal((await office.house.database.sql`select from staff_sessions`).length, 1)
})

t.test('a link works for ten minutes, not after a change of role or a removal, and is not stored', async (t) => {
  const office = await openOffice(t)
  const { sql, url } = office.house.database
  const another = async () => {
    await office.askFor('ines@fern.example')
    await office.work()
    return office.newestLink()
  }
  const late = await another()
  const token = late.split('/').at(-1) ?? ''
  t.notMatch(
    JSON.stringify([
      await sql`select * from staff_links`,
      await sql`select * from staff_mails`,
      await sql`select * from messages`,
    ]),
    token,
  )
  await moveClock(url, '10 minutes')
  t.equal((await office.press(late)).statusCode, 410)
  const demoted = await another()
  await addStaff(office.house, 'ines@fern.example', { role: 'marketer' })
  t.equal((await office.press(demoted)).statusCode, 410)
  const removed = await another()
  await removeStaff(office.house, 'ines@fern.example')
  t.equal((await office.press(removed)).statusCode, 410)
  for (const other of [`${removed}A`, removed.slice(0, -1), `/staff/sign-in/${'A'.repeat(43)}`]) {
    t.equal((await office.press(other)).statusCode, 410)
  }
  t.equal((await sql`select from staff_sessions`).length, 0)
})

t.test('attack 71: nobody can give a browser a session beforehand, or lead it into another one', async (t) => {
  const office = await openOffice(t)
  const visit = visitor(office.server)
  await signIn(office, visit)
  const before = visit.cookies.get('courtesy-staff') ?? ''
  await office.askFor('ines@fern.example')
  await office.work()
  const link = await office.newestLink()
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }] as Record<
    string,
    string
  >[]) {
    t.equal((await office.press(link, headers)).statusCode, 403)
  }
  const answer = await office.press(link, { cookie: `courtesy-staff=${before}` })
  const [, after = ''] = /^courtesy-staff=([^;]+)/.exec(String(answer.headers['set-cookie'])) ?? []
  t.not(after.split('.', 1)[0], before.split('.', 1)[0], 'a new id')
  const status = async (value: string) =>
    (await office.server.inject({ url: '/audit', headers: { cookie: `courtesy-staff=${value}` } })).statusCode
  t.equal(await status(before), 303, 'the session before is over')
  t.equal(await status(after), 200)
})

t.test('after a sign-in nobody is led to another site', async (t) => {
  const office = await openOffice(t)
  const elsewhere = [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/audit/../..//evil.example',
    '/audit\n',
    '/audit#x',
    'javascript:alert(1)',
    '/p/token',
    '/audit/%0d%0aset-cookie:x',
    '/auditor',
    `/audit?${'a'.repeat(600)}`,
  ]
  for (const to of elsewhere) {
    const page = parsePage(
      (await office.server.inject(`/staff/sign-in?${new URLSearchParams({ to }).toString()}`)).body,
    )
    const hidden = page.forms[0]?.fields.find(([name]) => name === 'to')?.[1] ?? ''
    t.ok(hidden === '' || (hidden === to && to.startsWith('/audit/%')), to)
  }
  await office.house.database.sql`delete from tries`
  await office.askFor('ines@fern.example', 'https://evil.example')
  await office.work()
  const link = await office.newestLink()
  t.notMatch(link, 'evil')
  const answer = await office.server.inject({
    method: 'POST',
    url: link,
    headers: form,
    payload: new URLSearchParams({ to: '//evil.example' }).toString(),
  })
  t.equal(answer.headers.location, '/staff')
})

t.test('a mailbox is asked about four times an hour, by whoever', async (t) => {
  const office = await openOffice(t)
  for (let n = 0; n < 4; n++) t.equal((await office.askFor('ines@fern.example')).statusCode, 303)
  const refused = await office.askFor('ines+desk@fern.example')
  t.equal(refused.statusCode, 429)
  t.ok(Number(refused.headers['retry-after']) > 0)
  t.strictSame(parsePage(refused.body).faults, [])
  t.equal((await office.askFor('nobody@fern.example')).statusCode, 303)
})

t.test('a link that could not leave is written anew a minute later, and given up once it is of no use', async (t) => {
  let answers = 0
  const office = await openOffice(t, {
    answer: () =>
      ++answers === 2
        ? { kind: 'sent', reply: null, reached: true }
        : { kind: 'deferred', reply: '451', reached: true },
  })
  const waits = async () => (await workInHand(office.house)).service
  await office.askFor('ines@fern.example')
  t.ok(await waits(), 'a worker is called for whoever asks')
  await answerDoors(office.house)
  t.ok(await waits(), 'and for the mail')
  await office.work()
  t.notOk(await waits())
  const first = await office.newestLink()
  t.equal(await office.work(), 0, 'not at once')
  await moveClock(office.house.database.url, '61 seconds')
  t.equal(await office.work(), 1)
  t.not(await office.newestLink(), first)
  await moveClock(office.house.database.url, '5 minutes')
  t.equal(await office.work(), 0, 'it has left')
  await office.askFor('ines@fern.example')
  await office.work()
  await moveClock(office.house.database.url, '11 minutes')
  t.equal(await office.work(), 0, 'nobody waits for it any more')
})

t.test('an address that bounced is not mailed, and the log says whose without saying it', async (t) => {
  const office = await openOffice(t)
  const { sql } = office.house.database
  const fingerprint = fingerprintOf(office.house.keys, 'email', 'ines@fern.example')
  await sql`insert into suppressions (channel, fingerprint, reason, source) values ('email', ${fingerprint}, 'bounced', 'test')`
  await office.askFor('ines@fern.example')
  t.equal(await office.work(), 0)
  t.match(office.house.warnings.join('\n'), office.ines.id)
  t.notMatch(office.house.warnings.join('\n'), '@')
})
