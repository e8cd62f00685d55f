import { randomBytes } from 'node:crypto'
import t from 'tap'
import { formToken, makeSession, readSession } from '../../src/domain/session-cookie.ts'
import { choicesOf, entriesIn, forget, openApp, tokenFor, visitor, type App } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { openMailroom } from '../support/mailroom.ts'
import { parsePage } from '../support/html.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** A session of a person, as the press on her fresh link would open it now, with the seal of its forms. */
function sessionFor({ house }: App, person: string, since = new Date()) {
  const session = { person, since, id: randomBytes(16).toString('hex') }
  const value = makeSession(house.keys.sessions, session)
  return { cookie: `courtesy=${value}`, value, seal: formToken(house.keys.sessions, session) }
}

t.test('the cookie goes to this host alone, over TLS alone, and no script reads it', async (t) => {
  const app = await openMailroom(t, {}, { publicUrl: 'https://fern.example' })
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const visit = visitor(app.server)
  await visit.open(`/p/${tokenFor(app.house, id, { daysAgo: 400 })}`)
  await visit.press('Send me a fresh link')
  const answer = await app.server.inject({ method: 'POST', url: await app.newestLink() })
  t.match(
    answer.headers['set-cookie'],
    /^__Host-courtesy=[\w-]{73}; Path=\/; Max-Age=1800; HttpOnly; SameSite=Strict; Secure$/,
  )
  t.equal(answer.headers.location, '/me')
  t.equal(answer.headers['cache-control'], 'no-store')
})

t.test('on this machine without TLS it has another name, so that trying out works', async (t) => {
  const app = await openMailroom(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const visit = visitor(app.server)
  await visit.open(`/p/${tokenFor(app.house, id, { daysAgo: 400 })}`)
  await visit.press('Send me a fresh link')
  await visit.open(await app.newestLink())
  await visit.press('Open my page')
  t.same([...visit.cookies.keys()], ['courtesy'])
  t.match(visit.page.text, 'ada@example.com')
})

t.test('no other answer sets a cookie', async (t) => {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const { cookie } = sessionFor(app, id)
  for (const url of ['/', '/find', '/me', '/me/stop', `/p/${tokenFor(app.house, id)}`]) {
    t.equal((await app.server.inject({ url, headers: { cookie } })).headers['set-cookie'], undefined)
  }
})

t.test('a session lasts thirty minutes', async (t) => {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const { cookie, seal } = sessionFor(app, id)
  await moveClock(app.house.database.url, '29 minutes')
  t.equal((await app.server.inject({ url: '/me', headers: { cookie } })).statusCode, 200)
  await moveClock(app.house.database.url, '1 minute')
  const entries = await entriesIn(app.house)
  for (const method of ['GET', 'POST'] as const) {
    for (const url of ['/me', '/me/stop', '/me/pause', '/me/slower', '/me/resume', '/me/stop-topic', '/me/sign-out']) {
      const payload = method === 'POST' ? `seal=${seal}` : ''
      const answer = await app.server.inject({ method, url, headers: { cookie, ...form }, payload })
      if (method === 'GET' && url === '/me/sign-out') continue
      t.equal(answer.statusCode, 403, `${method} ${url}`)
      const page = parsePage(answer.body)
      t.strictSame(page.faults, [])
      t.equal(page.headings[0], 'Your page is closed.')
      t.ok(page.links.some(({ href, label }) => href === '/find' && label === 'Email me my link'))
    }
  }
  t.equal(await entriesIn(app.house), entries)
})

t.test('what is no cookie of ours opens nothing', async (t) => {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const { value } = sessionFor(app, id)
  const changed = Array.from(
    value,
    (letter, at) => `${value.slice(0, at)}${letter === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`,
  )
  const link = tokenFor(app.house, id, { purpose: 'session', minute: 1 })
  const future = sessionFor(app, id, new Date(Date.now() + 600_000)).value
  for (const other of [...changed, value.slice(1), `${value}A`, link, '', future, '1'.repeat(73)]) {
    const answer = await app.server.inject({ url: '/me', headers: { cookie: `courtesy=${other}` } })
    t.equal(answer.statusCode, 403)
  }
  const twice = { cookie: `courtesy=${value}; courtesy=${sessionFor(app, id).value}` }
  t.equal((await app.server.inject({ url: '/me', headers: twice })).statusCode, 403, 'of two, one is not ours')
  t.equal((await app.server.inject({ url: '/me', headers: { cookie: `a=b; courtesy=${value}; c` } })).statusCode, 200)
})

t.test('a press needs the seal of its own session, and to come from this site', async (t) => {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
  const [mine, another] = [sessionFor(app, id), sessionFor(app, id)]
  const entries = await entriesIn(app.house)
  const paths = ['', '/stop', '/pause', '/slower', '/resume', '/stop-topic', '/sign-out']
  const presses = (seal: string, more: Record<string, string> = {}) =>
    Promise.all(
      paths.map(async (path) => {
        const headers = { cookie: mine.cookie, ...form, ...more }
        const payload = new URLSearchParams({ seal, topic: '1', for: '30-days' }).toString()
        return (await app.server.inject({ method: 'POST', url: `/me${path}`, headers, payload })).statusCode
      }),
    )
  for (const seal of ['', another.seal, mine.seal.slice(1), `${mine.seal}A`]) {
    t.same(new Set(await presses(seal)), new Set([403]), 'without its seal')
  }
  for (const site of ['cross-site', 'same-site']) {
    t.same(new Set(await presses(mine.seal, { 'sec-fetch-site': site })), new Set([403]), site)
  }
  t.equal(await entriesIn(app.house), entries)
  const answer = await app.server.inject({
    method: 'POST',
    url: '/me/stop',
    headers: { cookie: mine.cookie, ...form, 'sec-fetch-site': 'same-origin' },
    payload: `seal=${mine.seal}`,
  })
  t.equal(answer.statusCode, 303)
  t.ok((await choicesOf(app.house, id)).stopped)
})

t.test('nobody is led into somebody else’s session: a fresh link is opened from its own page only', async (t) => {
  const app = await openMailroom(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const visit = visitor(app.server)
  await visit.open(`/p/${tokenFor(app.house, id, { daysAgo: 400 })}`)
  await visit.press('Send me a fresh link')
  const url = await app.newestLink()
  const foreign = await app.server.inject({ method: 'POST', url, headers: { 'sec-fetch-site': 'cross-site' } })
  t.equal(foreign.statusCode, 403)
  t.equal(foreign.headers['set-cookie'], undefined)
  const own = await app.server.inject({ method: 'POST', url, headers: { 'sec-fetch-site': 'same-origin' } })
  t.equal(own.statusCode, 303, 'and it is not used up by that')
})

t.test('closing it ends the session everywhere, also for whoever copied the cookie', async (t) => {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const { value } = sessionFor(app, id)
  const visit = visitor(app.server)
  visit.cookies.set('courtesy', value)
  await visit.open('/me')
  await visit.press('Close this page')
  t.equal(visit.page.headings[0], 'Your page is closed.')
  t.equal(visit.cookies.size, 0)
  visit.cookies.set('courtesy', value)
  await visit.open('/me')
  t.equal(visit.status, 403)
  const [row] = await app.house.database.sql<{ key: string }[]>`select key from used_links`
  t.match(row?.key, /^[\da-f]{64}$/)
  t.notOk(value.includes(row?.key ?? ''))
})

t.test('every form of her page in a session carries the seal, and no other page has one', async (t) => {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
  const { value, seal } = sessionFor(app, id)
  const visit = visitor(app.server)
  visit.cookies.set('courtesy', value)
  for (const url of ['/me', '/me/stop', '/me/pause', '/me?unchanged']) {
    const page = await visit.open(url)
    t.strictSame(page.faults, [], url)
    const forms = page.forms.filter(({ action }) => action.startsWith('/me'))
    t.ok(url.includes('unchanged') || forms.length > 0)
    t.ok(
      forms.every(({ fields }) => fields.some(([name, given]) => name === 'seal' && given === seal)),
      url,
    )
  }
  for (const url of ['/', '/find', `/p/${tokenFor(app.house, id)}`]) {
    await visit.open(url)
    t.notMatch(visit.html, seal, url)
  }
})

t.test('a link of A in a browser with a session of B shows and changes A alone, for all pairs (I-17)', async (t) => {
  const app = await openApp(t)
  const people = await Promise.all(
    ['ada', 'ben', 'cyn'].map(async (name) => ({
      name,
      id: await addPerson(app.house, `${name}@${name}.example.com`, yesTo([1, 2]), name),
    })),
  )
  for (const owner of people) {
    for (const visitor of people) {
      const { cookie, seal } = sessionFor(app, visitor.id)
      const token = tokenFor(app.house, owner.id, { topics: [1] })
      const others = new RegExp(
        people
          .filter((each) => each !== owner)
          .map(({ name }) => `@${name}\\.`)
          .join('|'),
      )
      for (const path of ['', '/stop', '/pause', '/why', '/fresh', '?unchanged']) {
        const { body, statusCode } = await app.server.inject({ url: `/p/${token}${path}`, headers: { cookie } })
        t.equal(statusCode, 200)
        t.notMatch(body, others, `the link of ${owner.name} with a session of ${visitor.name}`)
        t.notMatch(body, seal)
        t.notMatch(body, `${owner.name}@${owner.name}.example.com`, 'nor the whole address of anybody')
      }
      const before = await Promise.all(people.map(({ id }) => choicesOf(app.house, id)))
      const pressed = await app.server.inject({
        method: 'POST',
        url: `/p/${token}/pause?person=${visitor.id}&id=${visitor.id}&email=x`,
        headers: { cookie, ...form },
        payload: `for=30-days&seal=${seal}&person=${visitor.id}`,
      })
      t.match(pressed.headers.location, new RegExp(`^/p/${token}\\?`))
      const after = await Promise.all(people.map(({ id }) => choicesOf(app.house, id)))
      for (const [index, each] of people.entries()) {
        if (each !== owner) t.strictSame(after[index], before[index], `${each.name} is as before`)
      }
      const mine = await app.server.inject({ url: '/me', headers: { cookie } })
      t.match(mine.body, `${visitor.name}@${visitor.name}.example.com`, 'and the session is still whose it was')
    }
  }
})

t.test('an erased person has no page any more', async (t) => {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const { cookie } = sessionFor(app, id)
  await forget(app.house, id)
  t.equal((await app.server.inject({ url: '/me', headers: { cookie } })).statusCode, 404)
})

t.test('a new link key ends the sessions that are open', async (t) => {
  const [one, other] = [await openApp(t), await openApp(t)]
  const id = await addPerson(one.house, 'ada@example.com', yesTo([1]))
  const { value } = sessionFor(one, id)
  t.ok(readSession(one.house.keys.sessions, value))
  t.equal(readSession(other.house.keys.sessions, value), null)
})

t.test('in a session she undoes a change of hers and is back on her page', async (t) => {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
  const visit = visitor(app.server)
  visit.cookies.set('courtesy', sessionFor(app, id).value)
  await visit.open('/me/stop')
  await visit.press('Stop everything')
  t.equal(visit.page.headings[0], 'Stopped. You’ll get nothing more from us.')
  await visit.press('Undo')
  t.equal(visit.page.headings[0], 'Put back.')
  t.match(visit.url, /^\/me\?undone=/)
  t.equal((await choicesOf(app.house, id)).stopped, null)
})
