// The attack list (reliability.md C4), row by row, as far as it speaks of links, sessions, /find and sign-up. What other
// files hold to in detail stands here once more, so that the list can be read in one place.
import { randomBytes } from 'node:crypto'
import PostalMime from 'postal-mime'
import t from 'tap'
import { askNewAddress } from '../../src/actions/change-address.ts'
import { sendFreshLink } from '../../src/actions/send-own-link.ts'
import { answerDoors } from '../../src/actions/answer-doors.ts'
import { parseAddress } from '../../src/domain/address.ts'
import { linkKeys, makeLink, minuteOf, readLink, type Link, type LinkPurpose } from '../../src/domain/link-token.ts'
import { formToken, makeSession } from '../../src/domain/session-cookie.ts'
import { personByAddress } from '../../src/store/people.ts'
import { currentWordings } from '../../src/store/wordings.ts'
import { choicesOf, entriesIn, forget, newestEntry, tokenFor } from '../support/app.ts'
import { addPerson, bounce, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { parsePage } from '../support/html.ts'
import { inTurn, naughtyStrings } from '../support/in-turn.ts'
import { openMailroom } from '../support/mailroom.ts'

type World = Awaited<ReturnType<typeof world>>
type Test = Pick<typeof t, 'equal' | 'match' | 'notMatch' | 'notOk' | 'ok' | 'same' | 'strictSame'>
type Row = { rows: string; attack: string; run(t: Test, w: World): Promise<unknown> }

const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
const scanner = { 'user-agent': 'Mozilla/5.0 (compatible; LinkScanner/2.0)' }
const prefixes: Record<LinkPurpose, string> = {
  preferences: '/p/',
  unsubscribe: '/u/',
  undo: '/undo/',
  session: '/s/',
  confirm: '/start/',
  receipt: '/receipt/',
}
const mailDelivery = '0f8fad5b-d9cb-469f-a165-70867728950e'

/** Ada and Ben, a link of each kind to Ada, and an open session of Ben. */
async function world(t: Parameters<typeof openMailroom>[0]) {
  const app = await openMailroom(t)
  const ada = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
  const ben = await addPerson(app.house, 'ben@example.com', yesTo([1, 2]), 'Ben')
  const wording = (await currentWordings(app.house.database.sql, 'sign-up')).get('en') ?? ''
  await start(app, wording, 'ada@example.com', { topic: '3', shown: '3' })
  await app.work()
  const confirm = (await app.newestLink()).replace('/start/', '')
  await app.server.inject({ method: 'POST', url: `/p/${tokenFor(app.house, ada)}/slower` })
  const entry = await newestEntry(app.house)
  const fresh = () =>
    tokenFor(app.house, ada, { purpose: 'session', ...minuteOf(new Date()), delivery: crypto.randomUUID() })
  const tokens: Record<LinkPurpose, string> = {
    preferences: tokenFor(app.house, ada, { topics: [1] }),
    unsubscribe: tokenFor(app.house, ada, { purpose: 'unsubscribe', topics: [1], delivery: mailDelivery }),
    undo: tokenFor(app.house, ada, { purpose: 'undo', entry }),
    session: fresh(),
    confirm,
    receipt: tokenFor(app.house, ada, { purpose: 'receipt', entry }),
  }
  const session = { person: ben, since: new Date(), id: randomBytes(16).toString('hex') }
  const cookie = `courtesy=${makeSession(app.house.keys.sessions, session)}`
  const seal = formToken(app.house.keys.sessions, session)
  const urls = Object.entries(prefixes).map(([purpose, prefix]) => `${prefix}${tokens[purpose as LinkPurpose]}`)
  return { ...app, ada, ben, tokens, fresh, cookie, seal, wording, urls }
}

async function start(
  { server }: Pick<World, 'server'>,
  wording: string,
  address: string,
  more: Record<string, string> = {},
  headers: Record<string, string> = {},
) {
  const form = { wording, seed: '0123456789abcdef', language: 'en', shown: '1', topic: '1', pace: 'digest-weekly' }
  const payload = new URLSearchParams({ ...form, address, ...more }).toString()
  return server.inject({ method: 'POST', url: '/start', headers: { ...urlencoded, ...headers }, payload })
}

async function find({ server }: Pick<World, 'server'>, address: string, headers: Record<string, string> = {}) {
  const payload = new URLSearchParams({ address }).toString()
  return server.inject({ method: 'POST', url: '/find', headers: { ...urlencoded, ...headers }, payload })
}

/** All that a link could change: choices, entries, links used, mail laid out, what is asked for. */
async function state({ house, ada, ben }: World): Promise<unknown> {
  const { sql } = house.database
  const [row] =
    await sql`select (select count(*)::int from used_links) as used, (select count(*)::int from deliveries) as mails,
    (select count(*)::int from door_requests) as asked, (select count(*)::int from people) as people`
  return [await choicesOf(house, ada), await choicesOf(house, ben), await entriesIn(house), { ...row }]
}

const table: Row[] = [
  {
    rows: '1-3',
    attack: 'GET, HEAD and OPTIONS on every link, by a scanner, from fifty addresses at once',
    async run(t, w) {
      const before = await state(w)
      const all = [...w.urls, '/find', '/start', '/me', '/']
      for (const method of ['GET', 'HEAD', 'OPTIONS'] as const) {
        for (const url of all) {
          const answers = await Promise.all(
            Array.from({ length: 50 }, (_, n) =>
              w.server.inject({ method, url, headers: scanner, remoteAddress: `198.51.100.${n}` }),
            ),
          )
          const statuses = new Set(answers.map(({ statusCode }) => statusCode))
          t.same(statuses, new Set([url === '/me' && method !== 'OPTIONS' ? 403 : method === 'OPTIONS' ? 204 : 200]))
          t.ok(answers.every(({ headers }) => headers['set-cookie'] === undefined))
        }
      }
      t.strictSame(await state(w), before)
      t.equal(
        (await w.server.inject({ method: 'POST', url: `/s/${w.tokens.session}` })).statusCode,
        303,
        'it still works',
      )
      t.equal((await w.server.inject({ method: 'POST', url: `/start/${w.tokens.confirm}` })).statusCode, 303)
    },
  },
  {
    rows: '5',
    attack: 'a scanner submits every form of her page, of a fresh link and of the sign-up page, as they stand',
    async run(t, w) {
      const before = await choicesOf(w.house, w.ada)
      for (const url of [
        `/p/${w.tokens.preferences}`,
        `/s/${w.tokens.session}`,
        `/u/${w.tokens.unsubscribe}`,
        '/start',
        '/find',
      ]) {
        const page = parsePage((await w.server.inject(url)).body)
        for (const { action, fields } of page.forms) {
          const payload = new URLSearchParams(fields).toString()
          await w.server.inject({ method: 'POST', url: action, headers: { ...urlencoded, ...scanner }, payload })
          const after = await choicesOf(w.house, w.ada)
          const yes = (choices: typeof before) =>
            Object.keys(choices.topics).filter((id) => choices.topics[id]?.answer === 'yes')
          t.ok(
            yes(after).every((id) => yes(before).includes(id)),
            `${action.slice(0, 8)} gives no consent`,
          )
        }
      }
      t.ok((await choicesOf(w.house, w.ada)).stopped, 'the worst that comes of it is less mail')
      t.equal(await answerDoors(w.house), 0)
    },
  },
  {
    rows: '5',
    attack:
      'a scanner submits the form of a confirmation: it grants what was asked for and nothing else, and any link of hers ends it',
    async run(t, w) {
      const before = await choicesOf(w.house, w.ada)
      const url = `/start/${w.tokens.confirm}`
      const { forms } = parsePage((await w.server.inject({ url, headers: scanner })).body)
      t.same(
        forms.map(({ action }) => action),
        [url],
        'one form, and nothing in it to tell a program from a person',
      )
      for (const { action, fields } of [...forms, ...forms]) {
        const payload = new URLSearchParams(fields).toString()
        await w.server.inject({ method: 'POST', url: action, headers: { ...urlencoded, ...scanner }, payload })
      }
      const after = await choicesOf(w.house, w.ada)
      const { 3: granted, ...others } = after.topics
      t.match(granted, { answer: 'yes' })
      t.strictSame(others, before.topics)
      await w.server.inject({ method: 'POST', url: `/p/${w.tokens.preferences}/stop` })
      await w.server.inject({ method: 'POST', url })
      t.ok((await choicesOf(w.house, w.ada)).stopped, 'and the same link starts nothing again')
    },
  },
  {
    rows: '6',
    attack: 'a GET that says it is a POST; a one-click without its body',
    async run(t, w) {
      const before = await state(w)
      for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
        for (const url of [...w.urls, `/p/${w.tokens.preferences}/stop`, `/s/${w.tokens.session}?_method=POST`]) {
          await w.server.inject({ url, headers: { [name]: 'POST' } })
        }
      }
      for (const payload of ['', 'List-Unsubscribe=No', 'x=1']) {
        const answer = await w.server.inject({
          method: 'POST',
          url: `/u/${w.tokens.unsubscribe}`,
          headers: urlencoded,
          payload,
        })
        t.equal(answer.statusCode, 400)
      }
      t.strictSame(await state(w), before)
    },
  },
  {
    rows: '7-9',
    attack: 'one-click from another site, a hundred times; every cookie page from another site',
    async run(t, w) {
      const headers = { ...urlencoded, 'sec-fetch-site': 'cross-site', origin: 'https://mail.example' }
      const payload = 'List-Unsubscribe=One-Click'
      const entries = await entriesIn(w.house)
      for (let times = 0; times < 100; times++) {
        const answer = await w.server.inject({ method: 'POST', url: `/u/${w.tokens.unsubscribe}`, headers, payload })
        t.equal(answer.statusCode, 200)
      }
      t.equal(await entriesIn(w.house), entries + 1)
      const forged = { ...headers, cookie: w.cookie }
      for (const path of ['', '/stop', '/pause', '/slower', '/resume', '/stop-topic', '/sign-out']) {
        const answer = await w.server.inject({
          method: 'POST',
          url: `/me${path}`,
          headers: forged,
          payload: `seal=${w.seal}`,
        })
        t.equal(answer.statusCode, 403)
      }
      t.equal((await w.server.inject({ method: 'POST', url: `/s/${w.tokens.session}`, headers })).statusCode, 403)
      t.equal(await entriesIn(w.house), entries + 1)
    },
  },
  {
    rows: '10, 22',
    attack: 'a token with a bit turned, cut, of another key or purpose, or guessed',
    async run(t, w) {
      const before = await state(w)
      const otherKeys = linkKeys('1', { 1: '0'.repeat(64) })
      for (const [purpose, prefix] of Object.entries(prefixes) as [LinkPurpose, string][]) {
        const token = w.tokens[purpose]
        const link = {
          purpose,
          person: w.ada,
          ...minuteOf(new Date()),
          topics: [],
          delivery: mailDelivery,
          entry: null,
        }
        if (purpose !== 'session' && purpose !== 'confirm') Reflect.deleteProperty(link, 'minute')
        const others = Object.entries(w.tokens).flatMap(([name, other]) => (name === purpose ? [] : [other]))
        const turned = [5, 20, 40, 60].map(
          (at) => `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`,
        )
        const bad = [
          ...others,
          ...turned,
          token.slice(0, -1),
          token.slice(0, 30),
          `${token}x`,
          makeLink(otherKeys, link),
          '1',
          '2',
          w.ada,
        ]
        const pages = new Set<string>()
        for (const wrong of bad) {
          for (const method of ['GET', 'POST'] as const) {
            const answer = await w.server.inject({ method, url: `${prefix}${wrong}`, headers: urlencoded, payload: '' })
            t.equal(answer.headers['set-cookie'], undefined)
            // A receipt is only looked at: whatever the token, a press is the wrong method.
            const noPress = purpose === 'receipt' && method === 'POST'
            t.equal(answer.statusCode, noPress ? 405 : 404, `${method} ${prefix}`)
            if (!noPress) pages.add(answer.body)
          }
        }
        t.equal(pages.size, 1, 'and all meet the same page')
      }
      t.strictSame(await state(w), before)
    },
  },
  {
    rows: '11-12',
    attack: 'somebody else named beside the token, and a session of somebody else',
    async run(t, w) {
      const ben = await choicesOf(w.house, w.ben)
      const about = `email=ben@example.com&id=${w.ben}&person=${w.ben}&address=ben@example.com`
      for (const url of w.urls) {
        const { body } = await w.server.inject({ url: `${url}?${about}`, headers: { cookie: w.cookie } })
        t.notMatch(body, /ben@|b•••@/i)
        await w.server.inject({
          method: 'POST',
          url: `${url}?${about}`,
          headers: { ...urlencoded, cookie: w.cookie },
          payload: `${about}&seal=${w.seal}&List-Unsubscribe=One-Click`,
        })
      }
      t.strictSame(await choicesOf(w.house, w.ben), ben)
      const me = await w.server.inject({ url: `/me?person=${w.ada}&id=${w.ada}`, headers: { cookie: w.cookie } })
      t.match(me.body, 'ben@example.com')
      t.notMatch(me.body, /ada@|a•••@/)
    },
  },
  {
    rows: '13',
    attack: 'a forwarded mail: whoever has it asks for more',
    async run(t, w) {
      const old = tokenFor(w.house, w.ada, { daysAgo: 100 })
      t.notMatch((await w.server.inject(`/p/${old}`)).body, /ada@|You’ll get/)
      t.notMatch((await w.server.inject(`/p/${w.tokens.preferences}`)).body, 'ada@')
      await w.server.inject({ method: 'POST', url: `/p/${old}/fresh` })
      t.equal(w.parcels.at(-1)?.to, 'ada@example.com', 'what shows more goes to her mailbox alone')
      t.notMatch((await w.server.inject(`/start/${w.tokens.confirm}`)).body, /repairs|new patterns|ada@/i)
    },
  },
  {
    rows: '14',
    attack: 'a confirm link twice, and after she was erased',
    async run(t, w) {
      const url = `/start/${w.tokens.confirm}`
      const post = () => w.server.inject({ method: 'POST', url })
      const statuses = await Promise.all([post(), post(), post()])
      t.equal(statuses.filter(({ statusCode }) => statusCode === 303).length, 1)
      await start(w, w.wording, 'new@example.com')
      await w.work()
      const link = await w.newestLink()
      const her = await personByAddress(w.house.database.sql, 'new@example.com')
      await w.house.database.sql`delete from deliveries where person = ${her?.id ?? ''}`
      await forget(w.house, her?.id ?? '')
      for (const method of ['GET', 'POST'] as const)
        t.equal((await w.server.inject({ method, url: link })).statusCode, 404)
      t.equal(await personByAddress(w.house.database.sql, 'new@example.com'), null)
    },
  },
  {
    rows: '15',
    attack: 'an unsubscribe link of three years ago, of a key that is not the current one any more',
    async run(t, w) {
      const masters = { 1: 'a'.repeat(64), 2: 'b'.repeat(64) }
      const [before, now] = [linkKeys('1', masters), linkKeys('2', masters)]
      const link = {
        person: w.ada,
        topics: [1],
        delivery: mailDelivery,
        entry: null,
        day: minuteOf(new Date()).day - 1_100,
      }
      const token = makeLink(before, { ...link, purpose: 'unsubscribe' })
      Object.assign(w.house.keys, { links: now })
      const answer = await w.server.inject({
        method: 'POST',
        url: `/u/${token}`,
        headers: urlencoded,
        payload: 'List-Unsubscribe=One-Click',
      })
      t.equal(answer.statusCode, 200)
      t.match(await choicesOf(w.house, w.ada), { topics: { 1: { answer: 'no' } } })
    },
  },
  {
    rows: '16, 18, 20',
    attack: 'what a page tells another site, an index, a cache or a frame',
    async run(t, w) {
      for (const url of [...w.urls, '/find', '/find?sent', '/start', '/me']) {
        const { headers, body } = await w.server.inject({ url, headers: { cookie: w.cookie } })
        t.match(headers, {
          'referrer-policy': 'no-referrer',
          'cache-control': 'no-store',
          'x-robots-tag': /noindex/,
          'x-frame-options': 'DENY',
          'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
        })
        t.notMatch(body, /<script|<img|<iframe|src="http|href="http:\/\/(?!fern)/)
      }
    },
  },
  {
    rows: '17, 82',
    attack: 'tokens, cookies and addresses in the log; what is inside in a page about a failure',
    async run(t, w) {
      const secrets = [...Object.values(w.tokens), w.cookie, w.seal].map((secret) => secret.slice(12, 40))
      for (const url of [...w.urls, '/me', '/me/stop', '/find', '/start']) {
        for (const method of ['GET', 'POST', 'PUT'] as const) {
          const payload = method === 'POST' ? `address=ada@example.com&seal=${w.seal}` : ''
          await w.server.inject({ method, url, headers: { ...urlencoded, cookie: w.cookie }, payload })
        }
      }
      await w.house.database.sql.unsafe('alter table used_links rename to used_links_gone')
      for (const url of [`/s/${w.tokens.session}`, '/me']) {
        const { statusCode, body } = await w.server.inject({ url, headers: { cookie: w.cookie } })
        t.equal(statusCode, 500)
        t.notMatch(body, /used_links|relation|postgres|\.ts|node_modules/)
      }
      const log = w.log.join('')
      t.match(log, '"route":"/s/:link"')
      for (const secret of secrets) t.notOk(log.includes(secret))
      t.notMatch(log, /ada@|ben@/)
    },
  },
  {
    rows: '19',
    attack: 'another host is named while a mail is made',
    async run(t, w) {
      const evil = { host: 'evil.test', 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https' }
      await find(w, 'ada@example.com', evil)
      await start(w, w.wording, 'new@example.com', {}, evil)
      await w.server.inject({ method: 'POST', url: `/p/${w.tokens.preferences}/fresh`, headers: evil })
      await w.work()
      t.ok(w.parcels.length >= 4)
      for (const { mime } of w.parcels) t.notMatch(mime, 'evil.test')
      const opened = await w.server.inject({ method: 'POST', url: `/s/${w.tokens.session}`, headers: evil })
      t.equal(opened.headers.location, '/me')
    },
  },
  {
    rows: '21',
    attack: 'trying addresses at /find and at sign-up',
    async run(t, w) {
      const seen = new Set<string>()
      for (const address of ['ada@example.com', 'zoe@example.com']) {
        const [one, two] = [await find(w, address), await start(w, w.wording, address)]
        const own = new RegExp(`${address}|${address[0]}•••@example.com`, 'g')
        seen.add(JSON.stringify([one.statusCode, one.headers.location, two.statusCode, two.body.replaceAll(own, '')]))
      }
      t.equal(seen.size, 1)
    },
  },
  {
    rows: '23-24',
    attack: 'many sign-ups for one victim, in many spellings, from many networks',
    async run(t, w) {
      const before = w.parcels.length
      let taken = 0
      for (let n = 0; n < 60; n++) {
        const address = ['victim@gmail.com', 'v.ictim@gmail.com', `victim+${n}@gmail.com`][n % 3] ?? ''
        const form = {
          wording: w.wording,
          seed: '0123456789abcdef',
          language: 'en',
          shown: '1',
          topic: '1',
          pace: 'digest-weekly',
          address,
        }
        const answer = await w.server.inject({
          method: 'POST',
          url: '/start',
          headers: urlencoded,
          payload: new URLSearchParams(form).toString(),
          remoteAddress: `198.51.${n}.1`,
        })
        if (answer.statusCode === 200) taken += 1
        else t.equal(answer.statusCode, 429)
      }
      await w.work()
      t.equal(taken, 4)
      t.equal(w.parcels.length - before, 2)
    },
  },
  {
    rows: '25-27, 53',
    attack: 'free text and fields that the form does not have, in the name of a mail to somebody else',
    async run(t, w) {
      const noise = {
        name: 'Your account is hacked http://evil.test',
        subject: 'x\r\nBcc: x@evil.test',
        __proto__: 'x',
        'constructor[prototype][admin]': '1',
      }
      t.equal((await start(w, w.wording, 'new@example.com', noise)).statusCode, 200)
      await w.work()
      const mail = w.parcels.at(-1)?.mime ?? ''
      t.equal(w.parcels.at(-1)?.to, 'new@example.com')
      const { text } = await PostalMime.parse(Buffer.from(mail, 'latin1'))
      t.notMatch(`${mail}${text}`, /hacked|evil/)
      t.match(await personByAddress(w.house.database.sql, 'new@example.com'), { name: '' })
      for (const address of [
        'a@x.test\r\nBcc: x@evil.test',
        'a@x.test\nb',
        'a@x.test\u2028b',
        'a@x.test%0d%0aBcc:b@y.test',
      ]) {
        t.equal((await find(w, address)).statusCode, 422)
        t.equal((await start(w, w.wording, address)).statusCode, 422)
      }
    },
  },
  {
    rows: '29, 31, 32',
    attack: 'what looks like an address and is none, or several',
    async run(t, w) {
      const nested = `${'a:'.repeat(3_000)}a@x.test${';'.repeat(3_000)}`
      const wrong = [
        '"x@gmail.com y"@internal.test',
        'a@x.test,b@y.test',
        'a@x.test;b@y.test',
        'g:a@x.test;',
        'a@[127.0.0.1]',
        'a@localhost',
        'a(c)@x.test',
        `${'a'.repeat(250)}@x.test`,
        'a\u0000@x.test',
        'a@127.0.0.1',
        nested,
      ]
      for (const address of wrong) {
        t.equal((await find(w, address)).statusCode, 422)
        t.equal((await start(w, w.wording, address)).statusCode, 422)
      }
      t.equal((await find(w, 'a'.repeat(1_000_000))).statusCode, 413)
      t.equal(await answerDoors(w.house), 0)
    },
  },
  {
    rows: '30',
    attack: 'other spellings of an address that must not be written to',
    async run(t, w) {
      await bounce(w.house, 'dov@bücher.test')
      const before = w.parcels.length
      for (const address of ['DOV@bücher.test', 'dov@xn--bcher-kva.test', 'ｄov@bücher.test', 'dov@bücher。test']) {
        t.equal((await start(w, w.wording, address)).statusCode, 200)
      }
      await w.work()
      t.equal(w.parcels.length, before)
    },
  },
  {
    rows: '79-80',
    attack: 'the naughty strings in every field of /find and of sign-up, and in every token and cookie',
    async run(t, w) {
      const more = ['👩‍👩‍👧', '\u202eada@example.com', 'a\u200bb@x.test', '\ud800', '𠜎@x.test']
      const strings = [...inTurn(naughtyStrings, 0), ...more]
      const faults: string[] = []
      const look = (answer: { statusCode: number; body: string }, what: string) => {
        const isPage = answer.body.startsWith('<!doctype')
        if (answer.statusCode >= 500 || (isPage && parsePage(answer.body).faults.length > 0)) faults.push(what)
      }
      for (const [n, string] of strings.entries()) {
        const text = string.toWellFormed()
        const asked = await find(w, text)
        look(asked, `find ${string}`)
        if (asked.statusCode === 422) {
          const form = parsePage(asked.body).forms[0]
          const kept = form?.inputs.find(({ name }) => name === 'address')?.value ?? ''
          if (kept.replaceAll(/\s/g, '') !== text.replaceAll(/\s/g, '')) faults.push(`not kept: ${string}`)
        }
        look(await start(w, w.wording, text, { pace: text }), `all that is typed: ${string}`)
        const field = ['wording', 'seed', 'language', 'shown', 'topic'][n % 5] ?? ''
        look(await start(w, w.wording, 'new@example.com', { [field]: text }), `${field} ${string}`)
        for (const prefix of ['/s/', '/start/']) {
          look(await w.server.inject(`${prefix}${encodeURIComponent(text)}`), `${prefix} ${string}`)
        }
        const cookie = `courtesy=${encodeURIComponent(text)}`
        look(await w.server.inject({ url: '/me', headers: { cookie } }), `cookie ${string}`)
      }
      t.same(faults, [])
      await answerDoors(w.house)
      const stored = await w.house.database.sql<{ spelling: string }[]>`select spelling from addresses`
      t.ok(stored.every(({ spelling }) => parseAddress(spelling).kind === 'address'))
    },
  },
]

for (const { rows, attack, run } of table) {
  t.test(`attack ${rows}: ${attack}`, async (t) => {
    await run(t, await world(t))
  })
}

/** She asks for another address. @returns the links that are mailed: to the new one, to make it hers, and to the present one, to keep it. */
async function askAddress(w: World, to: string) {
  const address = parseAddress(to)
  if (address.kind !== 'address') throw new Error(to)
  await askNewAddress(w.house, w.ada, address, null)
  const links = await Promise.all(
    w.parcels.slice(-2).map(async ({ mime }) => {
      const { text = '' } = await PostalMime.parse(Buffer.from(mime, 'latin1'))
      return /\/address\/[\w-]+/.exec(text)?.[0] ?? ''
    }),
  )
  return { keep: links[0] ?? '', confirm: links[1] ?? '' }
}

t.test('attack 76: what is under way to an address that is hers no longer opens and confirms nothing', async (t) => {
  const w = await world(t)
  const post = (url: string, headers = {}) => w.server.inject({ method: 'POST', url, headers })
  const fresh = async () => {
    await sendFreshLink(w.house, theLink(w.tokens.session, w), null)
    return w.newestLink()
  }
  const toOld = await fresh()
  const opened = await post(await fresh())
  t.equal(opened.statusCode, 303)
  const cookie = String(opened.headers['set-cookie']).split(';')[0] ?? ''
  t.equal((await w.server.inject({ url: '/me', headers: { cookie } })).statusCode, 200)
  const first = await askAddress(w, 'ada@new.example')
  const second = await askAddress(w, 'ada@newer.example')
  t.equal((await post(first.confirm)).statusCode, 410, 'of two that she asks for only the last may be confirmed')
  await moveClock(w.house.database.url, '1 second')
  t.equal((await post(second.confirm)).statusCode, 200)

  t.equal((await post(toOld)).statusCode, 410, 'a fresh link to the old address')
  t.equal((await w.server.inject(toOld)).statusCode, 410)
  t.equal((await post(`/start/${w.tokens.confirm}`)).statusCode, 410, 'a sign-up that the old address would confirm')
  t.equal((await w.server.inject({ url: '/me', headers: { cookie } })).statusCode, 403, 'a session that it opened')
  t.equal((await choicesOf(w.house, w.ada)).topics[3]?.answer, undefined)
  t.equal((await post(await fresh())).statusCode, 303, 'one to the new address works')

  const toNewer = await fresh()
  const third = await askAddress(w, 'ada@third.example')
  t.equal((await post(second.keep)).statusCode, 200, 'the first address puts itself back')
  t.equal((await post(toNewer)).statusCode, 410)
  t.equal((await post(third.confirm)).statusCode, 410, 'and what was asked for meanwhile takes it away no more')
  t.equal((await post(third.keep)).statusCode, 410)
  t.match(await personByAddress(w.house.database.sql, 'ada@example.com'), { id: w.ada })
  t.equal((await post(await fresh())).statusCode, 303)
})

t.test('attack 76: of a fresh link and a change of address at once, the link opens nothing afterwards', async (t) => {
  const w = await world(t)
  const { confirm } = await askAddress(w, 'ada@new.example')
  await sendFreshLink(w.house, theLink(w.tokens.session, w), null)
  const link = await w.newestLink()
  const [pressed] = await Promise.all([link, confirm].map((url) => w.server.inject({ method: 'POST', url })))
  const cookie = String(pressed?.headers['set-cookie']).split(';')[0] ?? ''
  t.equal((await w.server.inject({ url: '/me', headers: { cookie } })).statusCode, 403)
  t.equal((await w.server.inject({ method: 'POST', url: link })).statusCode, 410)
})

function theLink(token: string, { house }: World): Link {
  const link = readLink(house.keys.links, token)
  if (!link) throw new Error('this is no link of ours')
  return link
}

t.test('attack 77: a grant and a withdrawal posted together end in the withdrawal', async (t) => {
  const w = await world(t)
  const posts = [`/start/${w.tokens.confirm}`, `/p/${w.tokens.preferences}/stop`]
  await Promise.all(posts.map((url) => w.server.inject({ method: 'POST', url })))
  t.ok((await choicesOf(w.house, w.ada)).stopped)
})
