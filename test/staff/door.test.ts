import t from 'tap'
import { addStaff, removeStaff } from '../../src/actions/staff.ts'
import { rolesFor } from '../../src/domain/staff-role.ts'
import { sendStaff, staffPage } from '../../src/http/staff-door.ts'
import { openApp, type App } from '../support/app.ts'
import { moveClock } from '../support/database.ts'
import { parsePage } from '../support/html.ts'
import { anotherSession, signedIn, type SignedIn } from '../support/staff.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const cookieOf = ({ cookie }: Pick<SignedIn, 'cookie'>) => `${cookie.name}=${cookie.value}`

/** An app with one more page, that only who writes campaigns may open and press; `presses` counts what was done. */
async function openDesk(t: Parameters<typeof openApp>[0], houseOptions: Parameters<typeof openApp>[2] = {}) {
  const app = await openApp(t, {}, houseOptions)
  const done = { presses: 0 }
  staffPage(app.server, { house: app.house, now: () => new Date() }, '/admin/try', {
    roles: rolesFor.campaigns,
    get: (look, _request, reply) => sendStaff(reply, look, 'Try', []),
    post: (_look, _request, reply) => {
      done.presses++
      return reply.redirect('/admin/try', 303)
    },
  })
  const press = async (who: Pick<SignedIn, 'cookie'>, seal: string, headers: Record<string, string> = {}) =>
    app.server.inject({
      method: 'POST',
      url: '/admin/try',
      headers: { cookie: cookieOf(who), ...form, ...headers },
      payload: new URLSearchParams({ seal }).toString(),
    })
  const look = async (who: Pick<SignedIn, 'cookie'>, url: string) =>
    app.server.inject({ url, headers: { cookie: cookieOf(who) } })
  return { ...app, done, press, look }
}

/** The lines of refused tries. */
const refusals = ({ log }: App) =>
  log.map((line) => JSON.parse(line) as Record<string, unknown>).filter(({ msg }) => msg === 'refused')

t.test('who is not signed in is sent to the sign-in, and is told where they wanted to go', async (t) => {
  const app = await openDesk(t)
  for (const [url, to] of [
    ['/audit', '/audit'],
    ['/audit?at=2026-03-03&x=%2F%2Fevil', '/audit?at=2026-03-03&x=%2F%2Fevil'],
    ['/staff', '/staff'],
    ['/admin/try', '/admin/try'],
  ] as const) {
    const answer = await app.server.inject(url)
    t.equal(answer.statusCode, 303)
    t.equal(answer.headers.location, `/staff/sign-in?${new URLSearchParams({ to }).toString()}`)
  }
  const press = await app.server.inject({ method: 'POST', url: '/admin/try', headers: form, payload: 'seal=x' })
  t.equal(press.statusCode, 403)
  t.equal(parsePage(press.body).headings[0], 'You are signed out.')
  t.equal(app.done.presses, 0)
})

t.test(
  'each role opens its desks and no other, and each refused try is logged and counted without a name',
  async (t) => {
    const app = await openDesk(t)
    const people = {
      auditor: await signedIn(app, 'auditor'),
      marketer: await signedIn(app, 'marketer'),
      admin: await signedIn(app, 'admin'),
    }
    const opened = async (role: keyof typeof people) => ({
      audit: (await app.look(people[role], '/audit')).statusCode,
      campaigns: (await app.look(people[role], '/admin/try')).statusCode,
      write: (await app.press(people[role], people[role].seal)).statusCode,
    })
    t.same(await opened('auditor'), { audit: 200, campaigns: 403, write: 403 })
    t.same(await opened('marketer'), { audit: 403, campaigns: 200, write: 303 })
    t.same(await opened('admin'), { audit: 200, campaigns: 200, write: 303 })
    t.equal(app.done.presses, 2)
    const { auditor, marketer } = people
    t.match(refusals(app), [
      { staff: auditor.staff.id, role: 'auditor', method: 'GET', route: '/admin/try', times: 1 },
      { staff: auditor.staff.id, role: 'auditor', method: 'POST', route: '/admin/try', times: 2 },
      { staff: marketer.staff.id, role: 'marketer', method: 'GET', route: '/audit', times: 1 },
    ])
    t.equal(refusals(app).length, 3)
    t.notMatch(app.log.join('\n'), /@fern\.example/)
    const page = parsePage((await app.look(marketer, '/audit')).body)
    t.strictSame(page.faults, [])
    t.equal(page.headings[0], 'This page is not open to you.')
    t.notOk(
      page.links.some(({ href }) => href === '/audit'),
      'the way there is not shown to whom it is closed',
    )
  },
)

t.test('a press needs the seal of its own session, and to come from this site', async (t) => {
  const app = await openDesk(t)
  const mine = await signedIn(app, 'marketer')
  const other = await anotherSession(app, mine.staff.id)
  for (const seal of ['', other.seal, mine.seal.slice(1), `${mine.seal}A`]) {
    t.equal((await app.press(mine, seal)).statusCode, 403, 'without its seal')
  }
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'http://127.0.0.1:3001' },
  ]) {
    t.equal((await app.press(mine, mine.seal, headers)).statusCode, 403, JSON.stringify(headers))
  }
  t.equal(app.done.presses, 0)
  for (const headers of [
    {},
    { 'sec-fetch-site': 'same-origin', origin: 'null' },
    { origin: 'http://127.0.0.1:3000' },
  ]) {
    t.equal((await app.press(mine, mine.seal, headers)).statusCode, 303)
  }
  t.equal(app.done.presses, 3)
})

t.test('attack 71: a role that changes ends every session at once, and so does being removed', async (t) => {
  const app = await openDesk(t)
  const mine = await signedIn(app, 'marketer')
  const other = await anotherSession(app, mine.staff.id)
  const colleague = await signedIn(app, 'marketer')
  await addStaff(app.house, mine.staff.address, { role: 'marketer', name: 'Max' })
  t.equal((await app.look(mine, '/admin/try')).statusCode, 200, 'a new name ends nothing')
  await addStaff(app.house, mine.staff.address, { role: 'auditor' })
  for (const one of [mine, other]) {
    t.equal((await app.look(one, '/admin/try')).statusCode, 303)
    t.equal((await app.look(one, '/audit')).statusCode, 303)
    t.equal((await app.press(one, mine.seal)).statusCode, 403)
  }
  await removeStaff(app.house, colleague.staff.address)
  t.equal((await app.look(colleague, '/admin/try')).statusCode, 303)
  t.equal((await app.press(colleague, colleague.seal)).statusCode, 403)
  t.equal(app.done.presses, 0)
})

t.test(
  'signing out ends this session alone, signing out everywhere all of them, also for who copied the cookie',
  async (t) => {
    const app = await openDesk(t)
    const [one, other] = [await signedIn(app, 'auditor'), await signedIn(app, 'auditor')]
    const second = await anotherSession(app, one.staff.id)
    const third = await anotherSession(app, one.staff.id)
    await one.visit.open('/staff')
    await one.visit.press('Sign out')
    t.equal(one.visit.cookies.size, 0)
    t.equal((await app.look(one, '/staff')).statusCode, 303, 'the copied cookie opens nothing')
    t.equal((await app.look(second, '/staff')).statusCode, 200)
    await second.visit.open('/staff')
    await second.visit.press('Sign out everywhere')
    for (const ended of [second, third]) t.equal((await app.look(ended, '/staff')).statusCode, 303)
    t.equal((await app.look(other, '/staff')).statusCode, 200, 'nobody else’s')
  },
)

t.test('a session that is used stays open, one that is not ends after an hour, and each after twelve', async (t) => {
  const app = await openDesk(t)
  const { visit } = await signedIn(app, 'auditor')
  const { visit: idle } = await signedIn(app, 'auditor')
  await moveClock(app.house.database.url, '59 minutes')
  await idle.open('/audit')
  t.equal(idle.url, '/audit')
  await visit.open('/audit')
  await moveClock(app.house.database.url, '59 minutes')
  await visit.open('/audit')
  t.equal(visit.url, '/audit', 'the hour begins anew with each page')
  await moveClock(app.house.database.url, '1 minute')
  await idle.open('/audit')
  t.match(idle.url, '/staff/sign-in')
  for (let hours = 2; hours < 12; hours++) {
    await moveClock(app.house.database.url, '55 minutes')
    await visit.open('/audit')
  }
  t.equal(visit.url, '/audit')
  await moveClock(app.house.database.url, '56 minutes')
  await visit.open('/audit')
  t.match(visit.url, '/staff/sign-in', 'twelve hours after the sign-in')
})

t.test('what is no cookie of ours opens nothing', async (t) => {
  const app = await openDesk(t)
  const { cookie } = await signedIn(app, 'auditor')
  const { name, value } = cookie
  const changed = Array.from(
    value,
    (letter, at) => `${value.slice(0, at)}${letter === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`,
  )
  for (const each of [...changed, '', `${value}.x`, value.split('.', 2).join('.'), value.toUpperCase()]) {
    t.equal((await app.look({ cookie: { name, value: each } }, '/audit')).statusCode, 303)
  }
  const twice = await app.server.inject({ url: '/audit', headers: { cookie: `${name}=${value}; ${name}=${value}` } })
  t.equal(twice.statusCode, 303, 'of two, one is not ours')
})

t.test('looking writes nothing, and what is stored opens no session', async (t) => {
  const app = await openDesk(t)
  const { visit, cookie } = await signedIn(app, 'admin')
  const stored = async () => app.house.database.sql`select * from staff_sessions`
  const before = await stored()
  await moveClock(app.house.database.url, '5 minutes')
  for (const url of ['/staff', '/audit', '/admin/try']) await visit.open(url)
  t.not(visit.cookies.get(cookie.name), cookie.value, 'the cookie is new')
  t.same(await stored(), before)
  t.notMatch(JSON.stringify(before), cookie.value.split('.', 1)[0] ?? '')
})

t.test('a page speaks what was asked for, else what the browser kept, else what it likes, else English', async (t) => {
  const app = await openDesk(t, { publicUrl: 'https://fern.example' })
  const { cookie } = await signedIn(app, 'marketer')
  const language = async (url: string, headers: Record<string, string> = {}, kept = '') => {
    const answer = await app.server.inject({ url, headers: { ...headers, cookie: `${cookieOf({ cookie })}${kept}` } })
    return [answer, /<html lang="(\w+)" dir="(\w+)">/.exec(answer.body)?.slice(1, 3).join(' ')] as const
  }
  const likes = { 'accept-language': 'de, ar;q=0.8' }
  t.equal((await language('/admin/try'))[1], 'en ltr')
  t.equal((await language('/admin/try', { 'accept-language': 'de' }))[1], 'en ltr')
  t.equal((await language('/admin/try', likes))[1], 'ar rtl')
  t.equal((await language('/admin/try', likes, '; courtesy-staff-language=en'))[1], 'en ltr')
  t.equal((await language('/admin/try', {}, '; courtesy-staff-language=<b>'))[1], 'en ltr')
  t.equal((await language('/admin/try?lang=de', likes))[1], 'ar rtl', 'what is not spoken is not asked for')
  const [asked, spoken] = await language('/admin/try?at=now&lang=ar')
  t.equal(spoken, 'ar rtl')
  t.match(asked.body, 'href="/admin/try?at=now&amp;lang=en"', 'and the way back keeps the rest of the address')
  t.equal(
    asked.headers['set-cookie'],
    'courtesy-staff-language=ar; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure',
  )
})
