import t from 'tap'
import { callOff } from '../../src/actions/control-campaign.ts'
import { erasePerson } from '../../src/actions/erase.ts'
import { openCampaign } from '../../src/actions/list-campaigns.ts'
import { startCampaign } from '../../src/actions/send-campaign.ts'
import { currentCheckpoint } from '../../src/actions/sign-checkpoint.ts'
import { buildServer } from '../../src/http/server.ts'
import { liveEvents } from '../../src/http/campaign-live.ts'
import { tokenFor, visitor } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { addCrowd, composeAt, openDesk, workOn, type Desk } from '../support/campaign-desk.ts'
import { moveClock } from '../support/database.ts'
import { parsePage } from '../support/html.ts'
import { sendNow, standAt, takingCourier, writeCampaign } from '../support/sending.ts'
import { signedIn, type SignedIn } from '../support/staff.ts'

const darn = '/admin/campaigns/five-ways-to-darn'
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const cookieOf = ({ cookie }: Pick<SignedIn, 'cookie'>) => `${cookie.name}=${cookie.value}`

/** A press without a page: what somebody sends who writes requests by hand. */
const press = ({ server, marketer }: Desk, url: string, fields: Record<string, string>, who: SignedIn = marketer) =>
  server.inject({
    method: 'POST',
    url,
    headers: { cookie: cookieOf(who), ...form },
    payload: new URLSearchParams({ seal: who.seal, ...fields }).toString(),
  })

/** Addresses in a list, as they stand in its cells. */
const listed = ({ html }: { html: string }) =>
  [...html.matchAll(/>([^\s<>]+@example\.com)</g)].map(([, address = '']) => address)

const stateOf = async ({ house }: Desk, slug = 'five-ways-to-darn') => (await openCampaign(house, slug)).state

t.test(
  'from an idea to sent takes seven presses, and the numbers of check, send and report are the same',
  async (t) => {
    const desk = await openDesk(t)
    const { house, parcels, marketer } = desk
    const { visit } = marketer
    await addCrowd(house)
    await composeAt(desk)
    t.match(visit.page.text, 'Written. Nothing has been sent.')
    await visit.follow('Check who would get it')
    t.match(visit.page.text, /Of 20 people: get it now7 get it later5 not at all8/)
    t.match(visit.page.text, /never asked for Repairs3 stopped everything2/)
    t.match(visit.page.text, 'There is no “send anyway”')
    await visit.follow('Continue to send')
    visit.write('confirm', '7')
    await visit.press('Send')
    t.ok(visit.presses <= 9, `${visit.presses} presses`)
    t.match(visit.page.text, /Scheduled\. It starts at .*, if at most 7 people would get it then/)
    t.match(visit.page.text, /Held: (?:60|59) seconds left/)
    t.notOk(await workOn(house, 'five-ways-to-darn'), 'the hold holds')
    t.equal(parcels.length, 0)
    await moveClock(house.database.url, '61 seconds')
    t.ok(await workOn(house, 'five-ways-to-darn'), 'any worker starts it then')
    t.equal(parcels.length, 7)
    await visit.open(`${darn}/report`)
    t.same(visit.page.faults, [])
    t.match(visit.page.text, /Of 20 people 8 were left out\. 7 now \+ 5 later = 7 handed over \+ 5 waiting/)
    t.match(visit.page.text, /stopped everything2/)
  },
)

t.test(
  '"Don’t send" within the hold sends nothing, also after a restart and at a worker that is just starting it',
  async (t) => {
    const desk = await openDesk(t)
    const { house, parcels, marketer } = desk
    const { visit } = marketer
    await addPerson(house, 'ada@example.com', yesTo([1]))
    await composeAt(desk)
    await visit.open(`${darn}/send`)
    visit.write('confirm', '1')
    await visit.press('Send')
    const laidUp = await openCampaign(house, 'five-ways-to-darn')
    // Another process answers from now on.
    const again = await buildServer(house, { logger: { level: 'silent' }, development: false, mailbox: null })
    t.teardown(() => again.close())
    const elsewhere = visitor(again)
    elsewhere.cookies.set(marketer.cookie.name, marketer.cookie.value)
    await elsewhere.open(`${darn}/report`)
    await elsewhere.press('Don’t send')
    t.match(elsewhere.page.text, 'Called off. Nothing was sent; it is a draft again.')
    await startCampaign(house, laidUp)
    t.equal(await stateOf(desk), 'draft', 'a worker that had read it as due starts nothing')
    await moveClock(house.database.url, '2 minutes')
    t.notOk(await workOn(house, 'five-ways-to-darn'))
    t.equal(parcels.length, 0)
    await callOff(house, 'five-ways-to-darn')
    await sendNow(house, 'five-ways-to-darn')
    t.equal(
      (await press(desk, `${darn}/report`, { do: 'call-off' })).statusCode,
      409,
      'what has gone cannot be called off',
    )
  },
)

t.test('a campaign whose form is pressed twice is written once', async (t) => {
  const desk = await openDesk(t)
  const { visit } = desk.marketer
  await visit.open('/admin/campaigns/new')
  const id = visit.page.forms.flatMap(({ fields }) => fields).find(([name]) => name === 'form')?.[1] ?? ''
  const sender = 'Fern <a@fern.example>'
  const typed = {
    topic: 'repairs',
    subject: 'Darn',
    inShort: 'Short',
    sender,
    body: 'Words',
    language: '',
    format: 'markdown',
  }
  const write = (fields: Record<string, string>) =>
    press(desk, '/admin/campaigns/new', { ...typed, form: id, ...fields })
  const slugs = async () =>
    (await desk.house.database.sql<{ slug: string }[]>`select slug from campaigns order by slug`).map(
      ({ slug }) => slug,
    )
  const answers = await Promise.all(Array.from({ length: 8 }, () => write({})))
  t.same(
    answers.map(({ headers }) => headers.location),
    Array.from({ length: 8 }, () => '/admin/campaigns/darn?done=written'),
  )
  t.same(await slugs(), ['darn'])
  await write({ body: 'Other words' })
  t.same(await slugs(), ['darn', 'darn-2'], 'other words after a way back are another one')
  await Promise.all([1, 2, 3].map(() => write({ form: '' })))
  t.equal((await slugs()).length, 5, 'and so are those of other forms, whatever they are called')
})

t.test('a double press is one send', async (t) => {
  const desk = await openDesk(t)
  await addPerson(desk.house, 'ada@example.com', yesTo([1]))
  await composeAt(desk)
  const { message: version } = await openCampaign(desk.house, 'five-ways-to-darn')
  const fields = { confirm: '1', asked: '1', version, at: '' }
  const answers = await Promise.all([1, 2, 3].map(() => press(desk, `${darn}/send`, fields)))
  t.ok(answers.some(({ statusCode }) => statusCode === 303))
  const { sendAt } = await openCampaign(desk.house, 'five-ways-to-darn')
  await moveClock(desk.house.database.url, '30 seconds')
  t.equal((await press(desk, `${darn}/send`, fields)).statusCode, 303)
  t.equal((await openCampaign(desk.house, 'five-ways-to-darn')).sendAt, sendAt, 'a late one does not put it off')
  await moveClock(desk.house.database.url, '31 seconds')
  await workOn(desk.house, 'five-ways-to-darn')
  t.equal((await press(desk, `${darn}/send`, fields)).statusCode, 303)
  await workOn(desk.house, 'five-ways-to-darn')
  t.equal(desk.parcels.length, 1)
})

t.test('only the number that the page showed sends, and never to more people than that', async (t) => {
  const desk = await openDesk(t)
  await addPerson(desk.house, 'ada@example.com', yesTo([1]))
  await composeAt(desk)
  const { message: version } = await openCampaign(desk.house, 'five-ways-to-darn')
  for (const confirm of ['', '2', '0', '-1', '1.5', 'one', '1e0', '999999999999']) {
    const answer = await press(desk, `${darn}/send`, { confirm, asked: '1', version, at: '' })
    t.equal(answer.statusCode, 422, confirm)
    t.match(parsePage(answer.body).title, /^Error: /)
  }
  await addPerson(desk.house, 'eve@example.com', yesTo([1]))
  const stale = await press(desk, `${darn}/send`, { confirm: '1', asked: '1', version, at: '' })
  t.equal(stale.statusCode, 409)
  t.match(stale.body, '2 people would get it now and you confirmed 1')
  t.equal(await stateOf(desk), 'draft')
  const { visit } = desk.marketer
  await visit.open(`${darn}/send`)
  visit.write('confirm', '2')
  visit.type('at', '2020-01-01T09:00')
  await visit.press('Send')
  t.equal(visit.status, 422, 'not at a time that is past')
  visit.type('at', '2099-12-24T09:00')
  await visit.press('Send')
  t.match(visit.page.text, 'It starts at Thu 24 Dec 2099, 09:00:00 (UTC)')
})

t.test(
  'attack 78: what is sent is what was checked: an edit is another version, and none is made once it is on its way',
  async (t) => {
    const desk = await openDesk(t)
    const { house, marketer } = desk
    const { visit } = marketer
    await addPerson(house, 'ada@example.com', yesTo([1]))
    await composeAt(desk)
    const first = await openCampaign(house, 'five-ways-to-darn')
    await visit.follow('Edit')
    t.same(visit.page.faults, [])
    visit.type('subject', 'Six ways to darn')
    await visit.press('Save and see it')
    t.equal(visit.page.headings[0], 'Six ways to darn')
    const second = await openCampaign(house, 'five-ways-to-darn')
    t.not(second.message, first.message)
    const words = {
      topic: 'repairs',
      subject: 'Other',
      inShort: 'x',
      sender: 'Fern <a@fern.example>',
      body: 'Other',
      language: '',
    }
    const revise = (version: string) =>
      press(desk, `${darn}/edit`, { ...words, format: 'markdown', usefulUntil: '', version })
    t.equal((await revise(first.message)).statusCode, 409, 'somebody else had edited it')
    const send = (version: string) => press(desk, `${darn}/send`, { confirm: '1', asked: '1', version, at: '' })
    t.equal((await send(first.message)).statusCode, 409, 'the number was confirmed for another text')
    t.equal(await stateOf(desk), 'draft')
    t.equal((await send(second.message)).statusCode, 303)
    t.equal((await revise(second.message)).statusCode, 409, 'laid up')
    t.equal(
      (await press(desk, `${darn}/narrow`, { version: second.message, addresses: '', language: '' })).statusCode,
      409,
    )
    await moveClock(house.database.url, '61 seconds')
    await workOn(house, 'five-ways-to-darn')
    t.equal((await revise(second.message)).statusCode, 409, 'sent')
    t.match(desk.parcels[0]?.mime, 'Subject: Six ways to darn')
    const [{ n } = { n: 0 }] = await house.database.sql<{ n: number }[]>`select count(*)::int as n from messages`
    t.equal(n, 1, 'what was never sent is not kept')
  },
)

const pages = ['', '/new', '/x', '/x/edit', '/x/mail', '/x/check', '/x/people?verdict=now', '/x/send', '/x/narrow']
const more = ['/x/cancel', '/x/why', '/x/report', '/x/report/live']

t.test(
  'an auditor sees and does nothing here, and each try is logged; who is signed out is sent to the sign-in',
  async (t) => {
    const desk = await openDesk(t)
    await writeCampaign(desk.house, 'x')
    const auditor = await signedIn(desk, 'auditor')
    const { visit } = auditor
    let tries = 0
    for (const path of [...pages, ...more]) {
      await visit.open(`/admin/campaigns${path}`)
      t.equal(visit.status, 403, path)
      tries++
      t.equal((await desk.server.inject(`/admin/campaigns${path}`)).statusCode, 303)
    }
    for (const path of ['/new', '/x', '/x/edit', '/x/narrow', '/x/why', '/x/send', '/x/cancel', '/x/report']) {
      const fields = { do: 'csv', address: 'ada@example.com' }
      t.equal((await press(desk, `/admin/campaigns${path}`, fields, auditor)).statusCode, 403, path)
      tries++
    }
    const refused = desk.log
      .map((line) => JSON.parse(line) as { msg: string; staff?: string })
      .filter(({ msg }) => msg === 'refused')
    t.equal(refused.filter(({ staff }) => staff === auditor.staff.id).length, tries)
    t.equal(await stateOf(desk, 'x'), 'draft')
    await visit.open('/staff')
    t.notOk(visit.page.links.some(({ href }) => href === '/admin/campaigns'))
  },
)

t.test('looking writes nothing', async (t) => {
  const desk = await openDesk(t)
  const { sql } = desk.house.database
  await addCrowd(desk.house)
  await writeCampaign(desk.house, 'x')
  const rows = async () => [
    await sql`select * from campaigns`,
    await sql`select * from messages`,
    await sql`select * from deliveries`,
    await sql`select number from entries`,
  ]
  const before = await rows()
  for (const path of [...pages, ...more]) {
    await desk.marketer.visit.open(`/admin/campaigns${path}`)
    t.ok(desk.marketer.visit.status < 400, path)
  }
  t.same(await rows(), before)
})

t.test('what cannot be sent is told at its field with the words kept, and what is hostile stays words', async (t) => {
  const desk = await openDesk(t)
  const { visit } = desk.marketer
  const wrong: [part: string, value: string, says: RegExp][] = [
    ['subject', '', /the subject must have 1 to 200/],
    ['subject', 'Hello\r\nBcc: x@evil.example', /one line/],
    ['subject', 'Hello \u202Egnp.exe', /direction-changing/],
    ['sender', '"ceo@bank.test" <e@e.test>', /no "@"/],
    ['sender', 'Fern \u202E <e@e.test>', /direction-changing/],
    ['body', 'Hi {{constructor.constructor("return process")()}}', /unknown field/],
    ['body', 'Hi {{#each}} {{> /etc/passwd}}', /unknown field/],
    ['body', '{{name', /without its other half/],
    ['usefulUntil', 'tomorrow', /a day and a time that there are/],
    ['usefulUntil', '2026-02-30T10:00', /a day and a time that there are/],
    ['usefulUntil', '2026-12-24 09:00', /a day and a time that there are/],
  ]
  const topic = {
    topic: 'repairs',
    subject: 'Subject',
    inShort: 'Short',
    sender: 'Fern <a@fern.example>',
    language: '',
  }
  const good = { ...topic, body: 'Kept words', format: 'markdown', usefulUntil: '' }
  for (const [part, value, says] of wrong) {
    const answer = await press(desk, '/admin/campaigns/new', { ...good, [part]: value })
    const page = parsePage(answer.body)
    t.equal(answer.statusCode, 422, `${part}: ${value}`)
    t.match(page.text, says)
    t.ok(page.links.some(({ href }) => href === `#${part}`))
    if (part !== 'body') t.match(page.forms.at(-1)?.fields.find(([name]) => name === 'body')?.[1], 'Kept words')
  }
  for (const topic of ['', 'nope']) {
    t.ok((await press(desk, '/admin/campaigns/new', { ...good, topic })).statusCode >= 404, 'no topic, no message')
  }
  const hostile = '"><img src=x onerror=alert(1)> {{7*7}} <%= 7*7 %> ${7*7}'
  await press(desk, '/admin/campaigns/new', { ...good, subject: hostile, inShort: hostile })
  await visit.open('/admin/campaigns')
  t.same(visit.page.faults, [])
  t.match(visit.page.text, hostile)
  await visit.follow(hostile)
  t.equal(visit.page.headings[0], hostile)
  t.same(visit.page.faults, [])
})

t.test('what a mail may not hold is left out of it, and the page says so', async (t) => {
  const desk = await openDesk(t)
  const { visit } = desk.marketer
  const body = `# Hi

[a](javascript:alert(1)) [b](data:text/html,x) [click here](https://fern.example) ![](https://evil.example/pixel.gif)

<base href="https://evil.example"><form action="https://evil.example"><meta http-equiv=refresh><svg onload=alert(1)>`
  await writeCampaign(desk.house, 'x', { body })
  await visit.open('/admin/campaigns/x/mail')
  t.notMatch(visit.html, /<(?:base|form|svg|img|script|iframe)|href="(?:javascript|data):/i)
  await visit.open('/admin/campaigns/x')
  for (const words of ['javascript:alert', 'data:text/html,x', 'https://evil.example/pixel.gif', '“click here”']) {
    t.match(
      visit.page.text,
      new RegExp(`(?:left out of the mail|who opened the mail|A link says).*${words.replaceAll(/[.()]/g, '\\$&')}`),
    )
  }
})

t.test('a preview is the mail itself, its links belong to nobody, and only our own pages may frame it', async (t) => {
  const desk = await openDesk(t)
  const { server, house, marketer } = desk
  const { visit } = marketer
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]), '<b>Ada</b>')
  await composeAt(desk)
  visit.write('as', 'ADA@example.com', 'See it as them')
  await visit.press('See it as them')
  t.equal(visit.url, `${darn}?as=${ada}`, 'no address stands in an address')
  t.match(visit.page.text, 'As <b>Ada</b> gets it')
  const page = await server.inject({ url: visit.url, headers: { cookie: cookieOf(marketer) } })
  t.match(page.headers['content-security-policy'], /default-src 'none'.*frame-src 'self'/)
  t.notMatch(page.headers['content-security-policy'], 'script-src')
  const mail = await server.inject({ url: `${darn}/mail?as=${ada}`, headers: { cookie: cookieOf(marketer) } })
  t.match(mail.body, 'Hello &#60;b&#62;Ada&#60;/b&#62;,')
  t.match(mail.headers['content-security-policy'], /frame-ancestors 'self'; sandbox$/)
  t.equal(mail.headers['x-frame-options'], 'SAMEORIGIN')
  const stop = /http:\/\/127\.0\.0\.1:3000(\/p\/[\w-]+\/stop)/.exec(mail.body)?.[1] ?? ''
  const hers = visitor(server)
  await hers.open(stop)
  const [before] = await house.database.sql`select choices from people where id = ${ada}`
  await hers.press('Stop everything').catch(() => undefined)
  t.same((await house.database.sql`select choices from people where id = ${ada}`)[0], before)
  await writeCampaign(house, 'other', { subject: 'Mending night' })
  await visit.open(`${darn}/mail?in=digest`)
  t.match(visit.page.text, /Five ways to darn.*Mending night/)
  await visit.open(`${darn}?width=text`)
  t.match(visit.page.text, 'Hello there, here they are.')
  await visit.open(`${darn}?as=${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`)
  t.equal(visit.status, 404)
  await visit.open(`${darn}?as=1%20or%201=1`)
  t.equal(visit.status, 200, 'what is no number of anybody is nobody')
})

t.test('attack 52: every number opens its people, each once, and a list takes no filter but ours', async (t) => {
  const desk = await openDesk(t)
  const { visit } = desk.marketer
  await addCrowd(desk.house)
  for (let each = 0; each < 60; each++) await addPerson(desk.house, `many${each}@example.com`, yesTo([2]))
  await writeCampaign(desk.house, 'x')
  const seen: string[] = []
  for (const verdict of ['now', 'later', 'never']) {
    await visit.open(`/admin/campaigns/x/people?verdict=${verdict}`)
    for (;;) {
      t.same(visit.page.faults, [])
      seen.push(...listed(visit))
      if (!visit.page.links.some(({ label }) => label === 'Next')) break
      await visit.follow('Next')
    }
  }
  t.equal(seen.length, 80)
  t.equal(new Set(seen).size, 80)
  await visit.open('/admin/campaigns/x/people?verdict=never&reason=stopped')
  t.match(visit.page.text, 'They stopped everything. Only they can start again.')
  t.same(listed(visit).toSorted(), ['ben1@example.com', 'ben@example.com'])
  await visit.open('/admin/campaigns/x/people?rests=first-ever')
  t.equal(listed(visit).length, 12)
  for (const query of [
    'verdict=all',
    'verdict=now&verdict=never',
    'verdict=never&reason=digest',
    "verdict=never&reason=stopped'--",
    'reason=stopped',
    'verdict=now&sort=name;drop table people',
    'verdict=now&after=1 or 1=1',
    'state=constructor',
    'verdict=now&__proto__[x]=1',
    '',
  ]) {
    await visit.open(`/admin/campaigns/x/people?${query}`)
    t.equal(visit.status, 400, query)
  }
})

t.test(
  '“why wasn’t Mo reached?” takes two presses, and their address goes into no address bar and no log',
  async (t) => {
    const desk = await openDesk(t)
    const { visit } = desk.marketer
    await addCrowd(desk.house)
    await writeCampaign(desk.house, 'x', { subject: 'Darn' })
    await sendNow(desk.house, 'x')
    await visit.open('/admin/campaigns')
    visit.presses = 0
    await visit.follow('Darn')
    visit.write('address', ' Mo@Example.com ')
    await visit.press('Look up')
    t.equal(visit.presses, 2)
    t.match(visit.page.text, /They get it later: in their next digest\. .*You’ll get one digest a month/)
    t.match(visit.page.text, /Goes at.*Rests on ?ledger entry/)
    t.equal(visit.url, '/admin/campaigns/x/why')
    visit.write('address', 'ben@example.com')
    await visit.press('Look up')
    t.match(visit.page.text, /They don’t get it: stopped everything\. The campaign went without them\./)
    visit.write('address', 'nobody@example.com')
    await visit.press('Look up')
    t.equal(visit.status, 404)
    t.match(visit.page.title, /^Error: /)
    t.notMatch(desk.log.join('\n').toLowerCase(), /mo@example|nobody@example/)
  },
)

t.test(
  'an audience can be narrowed and never widened, and who is left out is counted as not chosen by us',
  async (t) => {
    const desk = await openDesk(t)
    const { house, marketer } = desk
    const { visit } = marketer
    const ids = await addCrowd(house)
    await composeAt(desk)
    const old = (await openCampaign(house, 'five-ways-to-darn')).message
    await visit.follow('Narrow the audience')
    t.same(visit.page.faults, [])
    visit.write(
      'addresses',
      'ADA@example.com\nada1@example.com\nben@example.com; eve@example.com\nstranger@example.com',
    )
    await visit.press('Save and check again')
    t.match(visit.page.text, /Of 20 people: get it now2 get it later1 not at all17/)
    t.match(visit.page.text, /not chosen by us9/)
    t.match(visit.page.text, /stopped everything2/, 'our choice hides no reason of theirs, and puts nobody in')
    t.not((await openCampaign(house, 'five-ways-to-darn')).message, old, 'a number confirmed before holds no longer')
    visit.write('address', 'ada2@example.com')
    await visit.press('Look up')
    t.match(visit.page.text, 'They don’t get it: not chosen by us')
    await erasePerson(house, ids.get('ada1') ?? '', { way: 'page', by: null })
    await visit.open(`${darn}/send`)
    visit.write('confirm', '1')
    await visit.press('Send')
    await moveClock(house.database.url, '61 seconds')
    await workOn(house, 'five-ways-to-darn')
    t.same(
      desk.parcels.map(({ to }) => to),
      ['ada@example.com'],
    )
    await visit.open(`${darn}/report`)
    t.match(visit.page.text, /not chosen by us9/)
    t.match(visit.page.text, 'Narrowed to a list, with 3 people of ours on it.')
  },
)

t.test('who changes the language of a narrowing keeps its list, unless they say otherwise', async (t) => {
  const desk = await openDesk(t)
  const { house, marketer } = desk
  const { visit } = marketer
  for (const name of ['ada', 'eve', 'mo'])
    await addPerson(house, `${name}@example.com`, yesTo([1], 'as-it-happens', { language: 'en' }))
  await writeCampaign(house, 'x')
  await visit.open('/admin/campaigns/x/narrow')
  visit.write('addresses', 'ada@example.com')
  await visit.press('Save and check again')
  await visit.open('/admin/campaigns/x/narrow')
  t.match(visit.page.text, 'Without new addresses, keep the list of 1 person')
  visit.tick('language', 'en', true)
  await visit.press('Save and check again')
  t.match(visit.page.text, /get it now1 /)
  t.match((await openCampaign(house, 'x')).narrowing, { listed: true, languages: ['en'] })
  await visit.open('/admin/campaigns/x/narrow')
  visit.tick('keep', 'yes', false)
  visit.tick('language', '', true)
  await visit.press('Save and check again')
  t.match(visit.page.text, /get it now3 /)
  t.equal((await openCampaign(house, 'x')).narrowing, null)
})

t.test('another topic is another version, and the report says who changed it', async (t) => {
  const desk = await openDesk(t)
  const { visit } = desk.marketer
  for (const topic of [1, 2]) await addPerson(desk.house, `t${topic}@example.com`, yesTo([topic]))
  await composeAt(desk)
  const old = (await openCampaign(desk.house, 'five-ways-to-darn')).message
  await visit.follow('Edit')
  visit.tick('topic', 'new-patterns', true)
  await visit.press('Save and see it')
  const fields = { confirm: '1', asked: '1', version: old, at: '' }
  t.equal((await press(desk, `${darn}/send`, fields)).statusCode, 409, 'what was checked for the other topic is void')
  await visit.open(`${darn}/send`)
  visit.write('confirm', '1')
  await visit.press('Send')
  t.match(visit.page.text, /Topic changed from Repairs to New patterns by Ines, \w{3} \d/)
  t.match(desk.log.join('\n'), '"topicChanges":1,"msg":"edited a campaign"')
})

t.test('a list whose people are all gone is an empty list, and no list of everybody', async (t) => {
  const desk = await openDesk(t)
  await addPerson(desk.house, 'ada@example.com', yesTo([1]))
  await composeAt(desk)
  const { message: version } = await openCampaign(desk.house, 'five-ways-to-darn')
  const fields = { addresses: 'stranger@example.com', language: '', version }
  t.equal((await press(desk, `${darn}/narrow`, fields)).statusCode, 303)
  await desk.marketer.visit.open(`${darn}/check`)
  t.match(desk.marketer.visit.page.text, 'get it now0')
  const bad = await press(desk, `${darn}/narrow`, { ...fields, addresses: 'ada@example.com\nno address' })
  t.equal(bad.statusCode, 422)
  t.match(parsePage(bad.body).text, 'line 2')
})

t.test('narrowed to a language, who chose another one or none is left out', async (t) => {
  const desk = await openDesk(t)
  for (const [name, language] of [
    ['en', 'en'],
    ['de', 'de'],
    ['none', null],
  ] as const) {
    await addPerson(desk.house, `${name}@example.com`, yesTo([1], 'as-it-happens', { language }))
  }
  const { message: version } = (await writeCampaign(desk.house, 'x'), await openCampaign(desk.house, 'x'))
  await press(desk, '/admin/campaigns/x/narrow', { addresses: '', language: 'en', version })
  const { visit } = desk.marketer
  await visit.open('/admin/campaigns/x/people?verdict=now')
  t.same(listed(visit), ['en@example.com'])
})

t.test('who changed their mind between the confirming and the sending is left out and listed', async (t) => {
  const desk = await openDesk(t)
  const { house, server, marketer } = desk
  const { visit } = marketer
  const ids = await addCrowd(house)
  await composeAt(desk)
  await visit.open(`${darn}/send`)
  visit.write('confirm', '7')
  await visit.press('Send')
  const stop = async (name: string) => {
    const her = visitor(server)
    await her.open(`/p/${tokenFor(house, ids.get(name) ?? '')}/stop`)
    await her.press('Stop everything')
  }
  await stop('ada3')
  await stop('eve')
  await stop('gus')
  await moveClock(house.database.url, '61 seconds')
  await workOn(house, 'five-ways-to-darn')
  t.equal(desk.parcels.length, 6)
  await stop('ada')
  await visit.open(`${darn}/report`)
  t.match(visit.page.text, '6 now + 4 later = 6 handed over + 4 waiting')
  await visit.follow('Changed their mind before it reached them: 2')
  t.same(listed(visit).toSorted(), ['ada3@example.com', 'eve@example.com'])
  t.same(visit.page.faults, [])
})

t.test('the list of who changed their mind stays what it was when the sending ended', async (t) => {
  const desk = await openDesk(t, {}, '2026-12-01T12:00:00Z')
  const { house, server, marketer } = desk
  const { visit } = marketer
  const ids = await addCrowd(house)
  await composeAt(desk)
  await visit.follow('Edit')
  visit.type('usefulUntil', '2026-12-02T12:00')
  await visit.press('Save and see it')
  await visit.open(`${darn}/send`)
  visit.write('confirm', '7')
  await visit.press('Send')
  const pressed = async (name: string, path: string, button: string) => {
    const her = visitor(server)
    await her.open(`/p/${tokenFor(house, ids.get(name) ?? '')}${path}`)
    await her.press(button)
  }
  await pressed('ada3', '/stop', 'Stop everything')
  await pressed('ada4', '', 'Pause 30 days')
  await standAt(house, '2026-12-01T12:01:01Z')
  await workOn(house, 'five-ways-to-darn')
  await standAt(house, '2026-12-01T12:02:00Z')
  await currentCheckpoint(house)
  await standAt(house, '2026-12-01T12:03:00Z')
  await pressed('eve', '/stop', 'Stop everything')
  await pressed('finn', '/stop', 'Stop everything')
  await standAt(house, '2027-02-01T12:00:00Z')
  const { visit: later } = await signedIn(desk, 'marketer')
  await later.open(`${darn}/people?minds=changed`)
  t.same(listed(later).toSorted(), ['ada3@example.com', 'ada4@example.com'])
  await house.database.sql`delete from deliveries`
  await pressed('ada', '/stop', 'Stop everything')
  await later.open(`${darn}/people?minds=changed`)
  t.same(listed(later).toSorted(), ['ada3@example.com', 'ada4@example.com'], 'also once the record is past its time')
})

t.test('what is resumed after its time has passed is a draft for which no number is confirmed', async (t) => {
  const desk = await openDesk(t)
  const { house } = desk
  await addPerson(house, 'ada@example.com', yesTo([1]))
  await writeCampaign(house, 'x')
  const version = (await openCampaign(house, 'x')).message
  await press(desk, '/admin/campaigns/x/send', { confirm: '1', asked: '1', version, at: '' })
  await press(desk, '/admin/campaigns/x/report', { do: 'pause' })
  await moveClock(house.database.url, '2 minutes')
  await press(desk, '/admin/campaigns/x/report', { do: 'resume' })
  t.match(await openCampaign(house, 'x'), { state: 'draft', sendAt: null, confirmed: null, confirmedEntry: null })
})

t.test('the report counts what people did by its links on purpose, and no opening', async (t) => {
  const desk = await openDesk(t)
  const { house, server, parcels, marketer } = desk
  const { visit } = marketer
  await addCrowd(house)
  await writeCampaign(house, 'x')
  await sendNow(house, 'x')
  const linkIn = (to: string, rest: string) => {
    const mime = parcels.find((parcel) => parcel.to === to)?.mime.replaceAll(/=\r\n/g, '') ?? ''
    return `${/http:\/\/127\.0\.0\.1:3000(\/p\/[\w-]+)/.exec(mime)?.[1] ?? ''}${rest}`
  }
  const pressed = async (to: string, rest: string, button: string) => {
    const her = visitor(server)
    await her.open(linkIn(to, rest))
    await her.press(button)
  }
  await pressed('ada@example.com', '/stop', 'Stop everything')
  await pressed('ada1@example.com', '/stop', 'Only stop “Repairs”')
  await pressed('ada2@example.com', '', 'One digest a month')
  await visitor(server).open(linkIn('ada3@example.com', ''))
  await visit.open('/admin/campaigns/x/report')
  t.match(visit.page.text, /asked for more0 asked for less1 stopped this topic1 stopped everything1 answered0/)
  t.match(visit.page.text, 'no openings')
  t.notMatch(parcels.map(({ mime }) => mime).join(''), /<img/i)
})

t.test('a report is paused, resumed and cancelled, and downloaded as rows that no spreadsheet runs', async (t) => {
  const desk = await openDesk(t)
  const { house, marketer } = desk
  const { visit } = marketer
  await addCrowd(house)
  await addPerson(house, '=cmd@example.com', yesTo([1]))
  await writeCampaign(house, 'x')
  await sendNow(house, 'x')
  await visit.open('/admin/campaigns/x/report')
  await visit.press('Pause sending')
  t.match(visit.page.text, 'Paused.')
  await visit.press('Go on')
  t.match(visit.page.text, 'Sent.')
  const file = await press(desk, '/admin/campaigns/x/report', { do: 'csv' })
  t.match(file.headers, { 'content-type': /^text\/csv/, 'content-disposition': 'attachment; filename="x.csv"' })
  t.equal(file.body.trim().split('\r\n').length, 1 + 7 + 5 + 3 + 1, 'a row for each that was planned or held back')
  t.notMatch(file.body, /(?:^|,)"?=/m)
  t.match(desk.log.join('\n'), new RegExp(`"staff":"${marketer.staff.id}","campaign":"x","msg":"exported a report"`))
  t.match(desk.log.join('\n'), `"staff":"${marketer.staff.id}","campaign":"x","press":"pause"`)
  await visit.open('/admin/campaigns/x/report')
  await visit.follow('Cancel it for good')
  t.equal(await stateOf(desk, 'x'), 'sent', 'a link cancels nothing')
  await visit.press('Cancel it for good')
  t.match(visit.page.text, /8 now \+ 5 later = 8 handed over \+ 5 cancelled before they left/)
  t.equal((await press(desk, '/admin/campaigns/x/report', { do: 'send-anyway' })).statusCode, 422)
})

t.test('a test goes to ourselves alone and counts in no report', async (t) => {
  const desk = await openDesk(t)
  await addPerson(desk.house, 'ada@example.com', yesTo([1]))
  await composeAt(desk)
  await desk.marketer.visit.press('Send a test to hello@fern.example')
  t.match(desk.marketer.visit.page.text, 'The test is on its way to you.')
  t.same(
    desk.parcels.map(({ to }) => to),
    ['hello@fern.example'],
  )
  t.equal((await desk.house.database.sql`select from deliveries where verdict is not null`).length, 0)
  t.equal((await press(desk, darn, { do: 'send' })).statusCode, 422, 'no other press sends one')
  t.equal(desk.parcels.length, 1)
})

t.test('mails of which nobody knows are sent again once their number is typed, and not by looking', async (t) => {
  let answers = 0
  const { courier, parcels } = takingCourier(() =>
    answers++ < 2 ? { kind: 'unknown', reply: null, reached: true } : { kind: 'sent', reply: null, reached: true },
  )
  const desk = await openDesk(t, { courier })
  const { house, marketer } = desk
  const { visit } = marketer
  for (const name of ['ada', 'eve', 'mo']) await addPerson(house, `${name}@example.com`, yesTo([1]))
  await writeCampaign(house, 'x')
  await sendNow(house, 'x')
  t.equal(parcels.length, 3)
  await visit.open('/admin/campaigns/x/report')
  await visit.follow('Send the unknown ones again')
  t.same(visit.page.faults, [])
  t.match(visit.page.text, /2 mails were handed over without an answer.*Sent again, some people will have it twice/)
  for (const confirm of ['', '1', '3', '-2']) {
    visit.write('confirm', confirm)
    await visit.press('Send again')
    t.equal(visit.status, 422, confirm)
    t.match(visit.page.title, /^Error: /)
  }
  t.equal(parcels.length, 3)
  visit.write('confirm', '2')
  await visit.press('Send again')
  t.match(visit.page.text, 'Sent again: 2. As they were: 0.')
  t.equal(parcels.length, 5)
  await visit.open('/admin/campaigns/x/retry')
  t.equal(visit.url, '/admin/campaigns/x/report', 'nothing is left to send again')
  t.notOk(visit.page.links.some(({ label }) => label === 'Send the unknown ones again'))
})

t.test('a topic says how many asked for it, and a check of nobody says why', async (t) => {
  const desk = await openDesk(t)
  const { house, marketer } = desk
  const { visit } = marketer
  const paused = { from: '2026-01-14T10:22:07.000Z', until: '2099-01-01T00:00:00.000Z' }
  await addPerson(house, 'ada@example.com', yesTo([2], 'as-it-happens', { paused }))
  await visit.open('/admin/campaigns/new')
  t.match(visit.page.text, /Repairs: nobody asked for it\. Nothing sent yet\..*New patterns: 1 person asked for it\./)
  await writeCampaign(house, 'x')
  await visit.open('/admin/campaigns/x/check')
  t.match(visit.page.text, 'Nobody asked for this topic yet. 0 of 1. That is an answer too.')
  await writeCampaign(house, 'y', { topic: 'new-patterns' })
  await visit.open('/admin/campaigns/y/check')
  t.match(visit.page.text, 'Nobody may get it. 0 of 1. That is an answer too.')
  await addPerson(house, 'eve@example.com', yesTo([2]))
  await sendNow(house, 'y')
  await moveClock(house.database.url, '3 days')
  const { visit: later } = await signedIn(desk, 'marketer')
  await later.open('/admin/campaigns/new')
  t.match(later.page.text, 'New patterns: 2 people asked for it. Last sent 3 days ago.')
})

t.test('live progress tells each state once, says when it is over, and ends by itself', async (t) => {
  const answers = ['<p>1</p>', '<p>1</p>', '<p>2</p>', null]
  const told: string[] = []
  for await (const event of liveEvents(
    async () => answers.shift() ?? null,
    async () => undefined,
  ))
    told.push(event)
  t.same(told, ['retry: 500\n\n', 'data: "<p>1</p>"\n\n', 'data: "<p>2</p>"\n\n', 'event: over\ndata: {}\n\n'])
  let looks = 0
  for await (const _ of liveEvents(
    async () => String(looks++),
    async () => undefined,
  ))
    looks += 0
  t.equal(looks, 20)
  const desk = await openDesk(t)
  await writeCampaign(desk.house, 'x')
  const url = '/admin/campaigns/x/report/live'
  const answer = await desk.server.inject({ url, headers: { cookie: cookieOf(desk.marketer) } })
  t.match(answer.headers['content-type'], /^text\/event-stream/)
  t.match(answer.body, 'event: over')
})
