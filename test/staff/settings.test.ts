import t from 'tap'
import { examineSenders, type SenderSetup } from '../../src/actions/doctor.ts'
import { showBrand } from '../../src/actions/set-brand.ts'
import { listStaff } from '../../src/actions/staff.ts'
import { currentWordings } from '../../src/store/wordings.ts'
import { openApp } from '../support/app.ts'
import { openTestHouse } from '../support/house.ts'
import { pngOf, svgOf } from '../support/picture.ts'
import { signedIn } from '../support/staff.ts'
import { sendFiles } from '../support/upload.ts'

const urls = ['', '/logo', '/senders', '/service-mail', '/staff'].map((end) => `/admin/settings${end}`)

/** DNS as a table of names; any other name is not there. */
function dnsOf(records: Record<string, string[]>, dkim: SenderSetup['dkim'] = null): SenderSetup {
  const resolveTxt = async (name: string) => {
    const found = records[name]
    if (found) return found.map((record) => [record.slice(0, 5), record.slice(5)])
    throw Object.assign(new Error('none'), { code: 'ENOTFOUND' })
  }
  return { dkim, relaySigns: false, resolveTxt }
}

t.test('only an admin opens the settings, and every page of them is whole', async (t) => {
  const app = await openApp(t)
  const admin = await signedIn(app, 'admin')
  for (const role of ['marketer', 'auditor'] as const) {
    const { visit } = await signedIn(app, role)
    for (const url of urls) t.equal((await visit.open(url), visit.status), 403, `${role} ${url}`)
    t.notOk(visit.page.links.some(({ href }) => href === '/admin/settings'))
  }
  for (const url of urls) {
    await admin.visit.open(url)
    t.equal(admin.visit.status, 200, url)
    t.strictSame(admin.visit.page.faults, [], url)
    t.notMatch(admin.visit.page.text, /undefined|NaN|\[object|\{\w+\}/, url)
  }
})

t.test('a logo is given in the browser, one for the dark too, and taken away again', async (t) => {
  const app = await openApp(t)
  const admin = await signedIn(app, 'admin')
  const head = async () => /<strong>.*?<\/strong>/s.exec((await app.server.inject('/start')).body)?.[0] ?? ''
  const give = async (mode: string, content: string | Uint8Array | null) => {
    const files = content === null ? [] : [{ name: 'logo', content }]
    return sendFiles(app, admin, '/admin/settings/logo', { fields: { seal: admin.seal, mode }, files })
  }
  t.equal((await give('dark', pngOf(200, 100))).statusCode, 422, 'none for the dark alone')
  t.equal((await give('light', 'no picture')).statusCode, 422)
  t.equal((await give('light', svgOf('<script>alert(1)</script>'))).statusCode, 422)
  t.equal((await give('light', null)).statusCode, 422)
  t.equal((await give('sideways', pngOf(200, 100))).statusCode, 422)
  t.match(await head(), 'Fern', 'what is refused changes nothing')
  t.equal((await give('light', pngOf(300, 100))).statusCode, 303)
  t.equal((await give('dark', pngOf(200, 100))).statusCode, 303)
  t.match(await head(), /<picture>.*prefers-color-scheme: dark.*<img src="\/picture\//s)
  await admin.visit.open('/admin/settings/logo')
  await admin.visit.press('Show the name instead')
  t.match(admin.visit.page.text, 'Saved, and in force now.')
  t.notMatch(await head(), '<img')
})

t.test('the brand’s values are saved as they are written, and pages ask anew', async (t) => {
  const app = await openApp(t)
  const { visit } = await signedIn(app, 'admin')
  const before = await currentWordings(app.house.database.sql, 'preferences')
  await visit.open('/admin/settings')
  await visit.press('Save')
  t.equal((await showBrand(app.house)).replyTo, 'hello@fern.example', 'what is left as it stands stays')
  for (const [name, value] of Object.entries({
    name: 'Fern & Daughters',
    colour: '#ffe27a',
    quiet: '21:00-08:00',
    weeklySlot: 'monday 10:30',
    attestedDays: '730',
    timeZone: 'Europe/London',
  }))
    visit.write(name, value, 'Save')
  await visit.press('Save')
  t.match(visit.page.text, 'Saved, and in force now.')
  t.match(visit.page.text, /now#ffe27alight#[\da-f]{6}(?:4\.[5-9]|[5-9]\.\d|1\d\.\d) : 1/, 'and is made readable')
  t.match(visit.page.text, 'before#0b57a4')
  t.match(await showBrand(app.house), {
    name: 'Fern & Daughters',
    quiet: { from: '21:00', to: '08:00' },
    weeklySlot: { weekday: 1, time: '10:30' },
    attestedDays: 730,
  })
  t.not((await currentWordings(app.house.database.sql, 'preferences')).get('en'), before.get('en'))
  visit.write('weeklySlot', 'sometimes', 'Save')
  visit.write('name', 'Kept as typed', 'Save')
  await visit.press('Save')
  t.equal(visit.status, 422)
  t.match(visit.page.text, 'a slot is a weekday and a time')
  t.match(visit.html, 'Kept as typed')
  t.equal((await showBrand(app.house)).name, 'Fern & Daughters')
})

t.test('a value that is emptied is none: nothing is sent from nowhere', async (t) => {
  const app = await openApp(t)
  const { visit } = await signedIn(app, 'admin')
  await visit.open('/admin/settings')
  for (const name of ['postalAddress', 'replyTo', 'privacyUrl']) visit.write(name, ' ', 'Save')
  await visit.press('Save')
  t.match(visit.page.text, 'Saved')
  t.match(await showBrand(app.house), { postalAddress: null, replyTo: null, privacyUrl: null })
})

t.test('staff are added, given roles and removed, and nobody locks themselves out', async (t) => {
  const app = await openApp(t)
  const { visit, staff } = await signedIn(app, 'admin')
  const add = async (address: string, role: string) => {
    await visit.open('/admin/settings/staff')
    visit.write('address', address, 'Save')
    visit.tick('role', role, true)
    await visit.press('Save')
  }
  await add('max@fern.example', 'marketer')
  t.match(await listStaff(app.house), [{}, { address: 'max@fern.example', role: 'marketer' }])
  await add(staff.address, 'auditor')
  t.equal(visit.status, 409)
  t.match(visit.page.text, 'nobody takes their own role away')
  await visit.open('/admin/settings/staff')
  visit.tick('who', 'max@fern.example', true)
  await visit.press('Remove them')
  t.match(await listStaff(app.house), [{ id: staff.id, role: 'admin' }])
  t.equal((await listStaff(app.house)).length, 1)
  t.notMatch(app.log.join('\n'), /max@/)
})

t.test('a sender is looked at as a receiving server does', async (t) => {
  const house = await openTestHouse(t)
  const dkim = { domain: 'fern.example', selector: 'mail' }
  const says = async (setup: SenderSetup) =>
    (await examineSenders(house, setup)).flatMap(({ domain, findings }) => [domain, ...findings.map((one) => one.says)])
  const good = {
    'fern.example': ['v=spf1 include:relay.example -all', 'other=1'],
    'mail._domainkey.fern.example': ['v=DKIM1; k=rsa; p=MIIB'],
    '_dmarc.fern.example': ['v=DMARC1; p=reject'],
  }
  t.strictSame(await says(dnsOf(good, dkim)), [
    'fern.example',
    'spf.one',
    'dkim.key',
    'dmarc.enforced',
    'alignment.same',
  ])
  t.strictSame(await says(dnsOf({})), ['fern.example', 'spf.none', 'dkim.unset', 'dmarc.none'])
  const bad = {
    'fern.example': ['v=spf1 -all', 'v=spf1 +all'],
    'mail._domainkey.other.example': ['v=DKIM1; p='],
    '_dmarc.fern.example': ['v=DMARC1; p=none'],
  }
  const other = dnsOf(bad, { domain: 'other.example', selector: 'mail' })
  t.strictSame(await says(other), ['fern.example', 'spf.several', 'dkim.revoked', 'dmarc.watching', 'alignment.other'])
  const away: SenderSetup = { dkim, relaySigns: false, resolveTxt: () => Promise.reject(new Error('refused')) }
  t.strictSame(await says(away), ['fern.example', 'away', 'away', 'away', 'alignment.same'])
})

t.test('DNS that never answers keeps no page from being shown', async (t) => {
  const silent: SenderSetup = { dkim: null, relaySigns: true, resolveTxt: () => new Promise(() => undefined) }
  const app = await openApp(t, { desk: { senders: silent } })
  const { visit } = await signedIn(app, 'admin')
  const keep = setTimeout(() => undefined, 10_000)
  await visit.open('/admin/settings/senders')
  clearTimeout(keep)
  t.equal(visit.status, 200)
  t.match(visit.page.text, 'SPF: could not be looked at')
  t.match(visit.page.text, 'the relay signs')
})
