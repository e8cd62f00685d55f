import { randomBytes } from 'node:crypto'
import PostalMime from 'postal-mime'
import t from 'tap'
import { erasePerson } from '../../src/actions/erase.ts'
import type { Parcel } from '../../src/mail/courier.ts'
import { showPerson } from '../../src/actions/people.ts'
import { suppress } from '../../src/store/suppressions.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import { makeSession } from '../../src/domain/session-cookie.ts'
import { choicesOf, entriesIn, tokenFor, visitor, type Visitor } from '../support/app.ts'
import { addPerson, bounce, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { fern } from '../support/house.ts'
import { sessionOfHers } from '../support/life.ts'
import { openMailroom, type Mailroom } from '../support/mailroom.ts'
import { sendNow, writeCampaign } from '../support/sending.ts'
import { tracesOf } from '../support/traces.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

const [oldAddress, newAddress] = ['vera@example.com', 'vera.quince@example.org'] as const

/** Somebody on her own page, in a session. */
async function atHome(app: Mailroom, person: string): Promise<Visitor> {
  const her = visitor(app.server)
  await her.open(`/p/${tokenFor(app.house, person)}/fresh`)
  await her.press('Send me a fresh link')
  await her.open(await app.newestLink())
  await her.press('Open my page')
  return her
}

/** The path of the link to `/address` in the newest mail to somebody. */
async function addressLinkIn(parcels: readonly Parcel[], to: string): Promise<string> {
  const mail = parcels.findLast((parcel) => parcel.to === to)
  const { text = '' } = await PostalMime.parse(Buffer.from(mail?.mime ?? '', 'latin1'))
  const [, path = ''] = /https?:\/\/[^/\s]+(\/address\/[\w-]+)/.exec(text) ?? []
  return path
}

async function askToChange(app: Mailroom, her: Visitor, address: string): Promise<void> {
  await her.open('/me/details')
  her.type('address', address)
  await her.press('Change my address')
}

async function corrections(app: Mailroom): Promise<{ way: string; corrected: Record<string, unknown> }[]> {
  const rows = await app.house.database.sql<{ payload: string }[]>`
    select p.payload from entries e join payloads p using (number) where e.body like '%"kind":"corrected"%' order by e.number`
  return rows.map(({ payload }) => {
    const { evidence, corrected } = JSON.parse(payload)
    return { way: evidence.way, corrected }
  })
}

t.test('she corrects her name, language and zone: one entry, and what she chose stays', async (t) => {
  const app = await openMailroom(t, {}, { brand: { ...fern, languages: ['en', 'de'] } })
  const { house } = app
  const vera = await addPerson(house, oldAddress, yesTo([1]), 'Wera')
  const before = await choicesOf(house, vera)
  const her = await atHome(app, vera)
  await her.follow('Correct your details')
  t.strictSame(her.page.faults, [])
  t.match(her.page.text, 'An email that is written in another language only does not come then.')
  t.match(her.html, '>Deutsch</option>')
  t.notMatch(her.html, '>Français</option>', 'the brand offers two')
  her.type('name', '  Véra\u202e ')
  her.type('familyName', 'Quincefield')
  her.tick('language', 'de', true)
  her.tick('timeZone', 'Asia/Kolkata', true)
  await her.press('Save my details')
  t.equal(her.page.headings[0], 'Saved.')
  t.match(await showPerson(house, oldAddress), { name: 'Véra', familyName: 'Quincefield' })
  t.same(await choicesOf(house, vera), { ...before, language: 'de', timeZone: 'Asia/Kolkata' })
  t.match(await corrections(app), [{ way: 'page', corrected: { name: { before: 'Wera', after: 'Véra' } } }])
  const entries = await entriesIn(house)
  await her.open('/me/details?lang=en')
  await her.press('Save my details')
  t.equal(her.page.headings[0], 'Nothing to save.')
  t.equal(await entriesIn(house), entries)
  await verifyWholeLedger(t, house)
})

t.test('what the form did not offer is refused, and it needs a session and its seal', async (t) => {
  const app = await openMailroom(t)
  const vera = await addPerson(app.house, oldAddress, yesTo([1]))
  const her = await atHome(app, vera)
  const entries = await entriesIn(app.house)
  const [[name = '', value = ''] = []] = her.cookies
  await her.open('/me/details')
  const seal = her.page.forms[0]?.fields.find(([field]) => field === 'seal')?.[1] ?? ''
  const headers = { 'content-type': 'application/x-www-form-urlencoded', cookie: `${name}=${value}` }
  const post = async (url: string, fields: Record<string, string>, more = {}) =>
    (
      await app.server.inject({
        method: 'POST',
        url,
        headers: { ...headers, ...more },
        payload: new URLSearchParams(fields).toString(),
      })
    ).statusCode
  for (const language of ['xx', 'de']) t.equal(await post('/me/details', { seal, language }), 422)
  t.equal(await post('/me/details', { seal, timeZone: 'Mars/Olympus' }), 422)
  t.equal(await post('/me/details/address', { seal, address: 'vera at example' }), 422)
  for (const url of ['/me/details', '/me/details/address']) {
    t.equal(await post(url, { seal: 'x', address: newAddress }), 403)
    t.equal(await post(url, { seal, address: newAddress }, { cookie: '' }), 403)
  }
  t.equal(await entriesIn(app.house), entries)
  t.same(await app.house.database.sql`select * from address_changes`, [])
})

t.test('a new address says yes first; the old one is told, and can put itself back for 7 days', async (t) => {
  const app = await openMailroom(t)
  const { house, parcels } = app
  const vera = await addPerson(house, oldAddress, yesTo([1]))
  const her = await atHome(app, vera)
  await askToChange(app, her, newAddress)
  t.equal(her.page.headings[0], 'Check the new inbox.')
  t.match(
    parcels.slice(-2).map(({ to }) => to),
    [oldAddress, newAddress],
  )
  t.match(await showPerson(house, oldAddress), { address: oldAddress }, 'nothing has changed yet')
  const [yes, keep] = [await addressLinkIn(parcels, newAddress), await addressLinkIn(parcels, oldAddress)]
  const mail = parcels.findLast(({ to }) => to === newAddress)?.mime ?? ''
  t.notMatch(mail, /vera@example\.com|Repairs/, 'the mail to an address that is nobody’s says nothing about her')
  const other = visitor(app.server)
  await other.open(yes)
  t.strictSame(other.page.faults, [])
  t.match(await showPerson(house, oldAddress), { address: oldAddress }, 'opening it changes nothing')
  await other.press('Yes, write to me here')
  t.equal(other.page.headings[0], 'Done. We write to your new address now.')
  t.match(await showPerson(house, newAddress), { address: newAddress })
  await t.rejects(showPerson(house, oldAddress), { code: 'not-found' })
  await writeCampaign(house, 'darn')
  await sendNow(house, 'darn')
  t.equal(parcels.at(-1)?.to, newAddress)
  t.equal((await app.server.inject(yes)).statusCode, 410, 'once')
  t.equal((await app.server.inject({ method: 'POST', url: yes })).statusCode, 410)
  await moveClock(house.database.url, '6 days')
  await other.open(keep)
  await other.press('Put it back')
  t.equal(other.page.headings[0], 'Put back.')
  t.match(await showPerson(house, oldAddress), { address: oldAddress })
  t.equal((await app.server.inject(keep)).statusCode, 410)
  t.match(await corrections(app), [
    { way: 'page', corrected: { address: { before: oldAddress, after: newAddress } } },
    { way: 'undo', corrected: { address: { before: newAddress, after: oldAddress } } },
  ])
  t.same(
    (await tracesOf(house, { address: newAddress })).map(({ table }) => table),
    ['public.payloads.payload'],
    'nothing but the proof tells of it',
  )
  await verifyWholeLedger(t, house)
})

t.test('the old address calls it off before, and the link of the new one has had its time', async (t) => {
  const app = await openMailroom(t)
  const vera = await addPerson(app.house, oldAddress, yesTo([1]))
  const her = await atHome(app, vera)
  await askToChange(app, her, newAddress)
  const other = visitor(app.server)
  await other.open(await addressLinkIn(app.parcels, oldAddress))
  await other.press('Keep this address')
  t.equal(other.page.headings[0], 'Kept. Nothing was changed.')
  await other.open(await addressLinkIn(app.parcels, newAddress))
  t.equal(other.status, 410)
  t.strictSame(other.page.faults, [])
  t.match(other.page.text, 'Nothing was changed.')
  t.same(await tracesOf(app.house, { address: newAddress }), [])
})

t.test('after seven days neither link does anything', async (t) => {
  const app = await openMailroom(t)
  const vera = await addPerson(app.house, oldAddress, yesTo([1]))
  await askToChange(app, await atHome(app, vera), newAddress)
  await moveClock(app.house.database.url, '8 days')
  for (const to of [oldAddress, newAddress]) {
    const url = await addressLinkIn(app.parcels, to)
    t.equal((await app.server.inject({ method: 'POST', url })).statusCode, 410, to)
  }
  t.match(await showPerson(app.house, oldAddress), { address: oldAddress })
})

t.test(
  'whatever is known of the new address, the answer is the same; what must not be written to gets nothing',
  async (t) => {
    const app = await openMailroom(t)
    const { house, parcels } = app
    const vera = await addPerson(house, oldAddress, yesTo([1]))
    await addPerson(house, 'taken@example.com', yesTo([1]))
    await bounce(house, 'gone@example.com')
    const row = {
      fingerprint: fingerprintOf(house.keys, 'email', 'erased@example.com'),
      at: '2026-01-01T00:00:00.000Z',
    }
    await house.database.sql.begin((tx) => suppress(tx, 'email', 'erased', 'test', [row]))
    const her = await atHome(app, vera)
    for (const address of ['taken@example.com', 'gone@example.com', 'erased@example.com']) {
      await askToChange(app, her, address)
      t.equal(her.status, 200)
      t.match(her.page.text, `If ${address} can be written to, one email is on its way to it.`)
    }
    t.same(
      parcels.filter(({ to }) => !to.startsWith('vera')).map(({ to }) => to),
      ['taken@example.com'],
    )
  },
)

t.test('an address that somebody else has by then is not taken from them', async (t) => {
  const app = await openMailroom(t)
  const { house } = app
  const vera = await addPerson(house, oldAddress, yesTo([1]))
  await askToChange(app, await atHome(app, vera), newAddress)
  await addPerson(house, newAddress, yesTo([2]))
  const url = await addressLinkIn(app.parcels, newAddress)
  const answer = await app.server.inject({ method: 'POST', url })
  t.equal(answer.statusCode, 409)
  t.match(answer.body, 'Nothing was changed.')
  t.match(await showPerson(house, oldAddress), { address: oldAddress })
})

t.test('pressed twice at once it changes once; erased in between it says so, and is forgotten', async (t) => {
  const app = await openMailroom(t)
  const { house } = app
  const vera = await addPerson(house, oldAddress, yesTo([1]))
  await askToChange(app, await atHome(app, vera), newAddress)
  const url = await addressLinkIn(app.parcels, newAddress)
  const press = () => app.server.inject({ method: 'POST', url })
  const answers = await Promise.all([press(), press(), press()])
  t.same(
    answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b),
    [200, 410, 410],
  )
  t.equal((await corrections(app)).length, 1)
  await erasePerson(house, vera, { way: 'page', by: null })
  t.equal((await press()).statusCode, 410)
  t.match((await app.server.inject(url)).body, 'We’ve erased what we knew about this address.')
  t.same(await tracesOf(house, { old: oldAddress, new: newAddress }), [])
})

t.test('her details, an erasure and both letters speak her language, and an asked one goes along', async (t) => {
  const app = await openMailroom(t, {}, { brand: { ...fern, languages: ['en', 'de', 'ar'] } })
  const { house } = app
  const vera = await addPerson(house, oldAddress, { ...yesTo([1]), language: 'de' }, 'Vera')
  const her = visitor(app.server)
  const session = { person: vera, since: new Date(), id: randomBytes(16).toString('hex') }
  her.cookies.set('courtesy', makeSession(house.keys.sessions, session))
  await her.open('/me/details')
  t.strictSame(her.page.faults, [])
  t.equal(her.page.headings[0], 'Ihre Angaben')
  her.type('address', 'vera')
  await her.press('Meine Adresse ändern')
  t.equal(her.status, 422)
  t.match(her.html, '<html lang="de"')
  her.type('address', newAddress)
  await her.press('Meine Adresse ändern')
  t.equal(her.page.headings[0], 'Sehen Sie im neuen Postfach nach.')
  const subjects = await Promise.all(
    app.parcels.map(async ({ mime }) => (await PostalMime.parse(Buffer.from(mime, 'latin1'))).subject ?? ''),
  )
  t.same(
    subjects.toSorted((a, b) => a.localeCompare(b)),
    ['Ihre neue Adresse bei Fern', 'Ist das Ihre neue Adresse bei Fern?'],
  )
  await her.open(`${await addressLinkIn(app.parcels, newAddress)}?lang=ar`)
  t.match(her.html, '<html lang="ar" dir="rtl">')
  await her.press('نعم، اكتبوا إليّ هنا')
  t.match(her.html, '<html lang="ar" dir="rtl">')
  t.match(await showPerson(house, newAddress), { name: 'Vera' })
  await her.open('/me/erase?lang=ar')
  t.equal(her.status, 403, 'the session was of the old address')
  await moveClock(house.database.url, '1 second')
  her.cookies.set('courtesy', (await sessionOfHers(house, vera)).replace('courtesy=', ''))
  await her.open('/me/erase?lang=ar')
  t.match(her.html, '<html lang="ar" dir="rtl">')
  await her.press('محو كل شيء')
  t.equal(her.page.headings[0], 'محونا ما كنا نعرفه عن هذا العنوان.')
  t.strictSame(her.page.faults, [])
})
