import t from 'tap'
import { addStaff } from '../../src/actions/staff.ts'
import { openApp, visitor } from '../support/app.ts'
import { parsePage } from '../support/html.ts'
import { openProvider, signInThere } from '../support/identity-provider.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const accounts = {
  ines: { email: 'Ines@Fern.example', verified: true },
  unverified: { email: 'ines@fern.example', verified: false },
  stranger: { email: 'stranger@fern.example', verified: true },
}

/** An app whose staff sign in at a real provider. */
async function openOffice(
  t: Parameters<typeof openProvider>[0],
  { publicUrl = 'http://127.0.0.1:3000', claimsIn }: { publicUrl?: string; claimsIn?: 'userinfo' } = {},
) {
  const { identity, close } = await openProvider(t, `${publicUrl}/staff/sign-in/answer`, accounts, claimsIn)
  const app = await openApp(t, { identity }, { publicUrl })
  await addStaff(app.house, 'ines@fern.example', { role: 'auditor' })
  const begin = async (to = '/audit') => {
    const visit = visitor(app.server)
    await visit.open(to)
    const url = visit.page.links.find(({ label }) => label === 'Go on to the sign-in')?.href ?? ''
    return { visit, url }
  }
  /** Brings the provider's answer, as a browser does: from its site, with the cookie it got before. */
  const bring = async (cookies: Map<string, string>, answer: URLSearchParams) =>
    app.server.inject({
      method: 'POST',
      url: '/staff/sign-in/answer',
      headers: {
        ...form,
        'sec-fetch-site': 'cross-site',
        origin: 'null',
        cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
      },
      payload: answer.toString(),
    })
  return { ...app, begin, bring, close }
}

const cookiesIn = (answer: { headers: Record<string, unknown> }) =>
  [answer.headers['set-cookie'] ?? []].flat() as string[]
const sessionIn = (answer: Parameters<typeof cookiesIn>[0]) =>
  cookiesIn(answer).find((each) => /^courtesy-staff=./.test(each))

for (const claimsIn of [undefined, 'userinfo'] as const) {
  t.test(
    `who is on the staff list signs in at the provider, its claims in the ${claimsIn ?? 'id token'}`,
    async (t) => {
      const office = await openOffice(t, claimsIn ? { claimsIn } : {})
      const { visit, url } = await office.begin('/audit?at=2026-03-03')
      const asked = new URL(url).searchParams
      t.match(Object.fromEntries(asked), {
        response_mode: 'form_post',
        response_type: 'code',
        code_challenge_method: 'S256',
        scope: 'openid email',
      })
      t.ok(asked.get('state') && asked.get('nonce') && asked.get('code_challenge'))
      const answer = await office.bring(visit.cookies, await signInThere(url, 'ines'))
      t.equal(answer.statusCode, 303)
      t.equal(answer.headers.location, '/audit?at=2026-03-03')
      const [session = ''] = /^[^;]+/.exec(sessionIn(answer) ?? '') ?? []
      const page = await office.server.inject({ url: '/audit', headers: { cookie: session } })
      t.match(parsePage(page.body).text, 'auditor')
    },
  )
}

t.test('no other account gets in, and the log names nobody', async (t) => {
  const office = await openOffice(t)
  for (const account of ['unverified', 'stranger', 'unheard-of']) {
    const { visit, url } = await office.begin()
    const answer = await office.bring(visit.cookies, await signInThere(url, account))
    t.equal(answer.statusCode, 403, account)
    t.equal(sessionIn(answer), undefined)
    t.equal(parsePage(answer.body).headings[0], 'You are not signed in.')
  }
  const lines = office.log.filter((line) => line.includes('sign-in refused'))
  t.equal(lines.length, 3)
  t.notMatch(office.log.join('\n'), /@fern|unheard|code=/i)
})

t.test('an answer works once, in the browser that asked for it, for what it asked', async (t) => {
  const office = await openOffice(t)
  const [mine, other] = [await office.begin(), await office.begin()]
  const answer = await signInThere(mine.url, 'ines')
  const refused = async (what: string, cookies: Map<string, string>, fields: URLSearchParams) => {
    const got = await office.bring(cookies, fields)
    t.equal(got.statusCode, 403, what)
    t.equal(sessionIn(got), undefined, what)
  }
  const changed = (name: string, value: string) => {
    const fields = new URLSearchParams(answer)
    fields.set(name, value)
    return fields
  }
  await refused('in a browser that asked nothing', new Map(), answer)
  await refused('in another one', other.visit.cookies, answer)
  await refused(
    'with the other one’s state',
    other.visit.cookies,
    changed('state', new URL(other.url).searchParams.get('state') ?? ''),
  )
  await refused('with a code of ours', mine.visit.cookies, changed('code', 'x'.repeat(43)))
  await refused('from another issuer', mine.visit.cookies, changed('iss', 'https://evil.example'))
  const denied = new URLSearchParams({
    error: 'access_denied',
    state: answer.get('state') ?? '',
    iss: answer.get('iss') ?? '',
  })
  await refused('denied', mine.visit.cookies, denied)
  t.match(office.log.at(-2), 'access_denied')
  denied.set('error', 'Ada lives at 1 High Street')
  await refused('with words for an error', mine.visit.cookies, denied)
  t.notMatch(office.log.join('\n'), 'High Street')
  t.equal((await office.bring(mine.visit.cookies, answer)).statusCode, 303)
  await refused('again', mine.visit.cookies, answer)
})

t.test('a network brings so many answers an hour, and the provider is asked about no more', async (t) => {
  let asked = 0
  const identity = {
    signInUrl: async ({ state }: { state: string }) => `https://id.example/?state=${state}`,
    answered: async () => ({ kind: 'refused' as const, code: `${++asked}` }),
  }
  const app = await openApp(t, { identity })
  const visit = visitor(app.server)
  await visit.open('/staff/sign-in')
  const { href = '' } = visit.page.links.find(({ label }) => label === 'Go on to the sign-in') ?? {}
  const bring = (remoteAddress: string) =>
    app.server.inject({
      method: 'POST',
      url: '/staff/sign-in/answer',
      remoteAddress,
      headers: { ...form, cookie: [...visit.cookies].map((pair) => pair.join('=')).join('; ') },
      payload: new URL(href).searchParams.toString(),
    })
  for (let n = 0; n < 60; n++) await bring('203.0.113.7')
  t.equal(asked, 60)
  const refused = await bring('203.0.113.7')
  t.equal(refused.statusCode, 429)
  t.ok(Number(refused.headers['retry-after']) > 0)
  t.strictSame(parsePage(refused.body).faults, [])
  t.equal(asked, 60)
  t.equal((await bring('203.0.113.8')).statusCode, 403, 'another network may')
})

t.test('an answer after ten minutes does nothing', async (t) => {
  let now = new Date()
  const { identity } = await openProvider(t, 'http://127.0.0.1:3000/staff/sign-in/answer', accounts)
  const app = await openApp(t, { identity, now: () => now })
  await addStaff(app.house, 'ines@fern.example', { role: 'auditor' })
  const visit = visitor(app.server)
  await visit.open('/audit')
  const answer = await signInThere(
    visit.page.links.find(({ label }) => label === 'Go on to the sign-in')?.href ?? '',
    'ines',
  )
  now = new Date(now.getTime() + 600_000)
  const late = await app.server.inject({
    method: 'POST',
    url: '/staff/sign-in/answer',
    payload: answer.toString(),
    headers: { ...form, cookie: [...visit.cookies].map((pair) => pair.join('=')).join('; ') },
  })
  t.equal(late.statusCode, 403)
  t.match(parsePage(late.body).text, 'longer than 10 minutes')
})

t.test('the cookie of a sign-in comes back from the provider’s site, over TLS alone, for ten minutes', async (t) => {
  const office = await openOffice(t, { publicUrl: 'https://fern.example' })
  const { headers } = await office.server.inject('/staff/sign-in')
  t.match(
    headers['set-cookie'],
    /^__Host-courtesy-sign-in=[\w.-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=None; Secure$/,
  )
})

t.test('with a provider no link of ours signs anybody in, and without it nobody gets in at all', async (t) => {
  const office = await openOffice(t)
  const asked = await office.server.inject({
    method: 'POST',
    url: '/staff/sign-in',
    headers: form,
    payload: 'address=ines%40fern.example',
  })
  t.equal(asked.statusCode, 405)
  t.equal((await office.server.inject(`/staff/sign-in/${'A'.repeat(43)}`)).statusCode, 404)
  await office.close()
  const { identity } = await openProvider(t, 'http://127.0.0.1:3000/staff/sign-in/answer', accounts).then(
    async (provider) => {
      await provider.close()
      return provider
    },
  )
  const app = await openApp(t, { identity })
  const answer = await app.server.inject('/staff/sign-in')
  t.equal(answer.statusCode, 503)
  t.match(parsePage(answer.body).text, 'The identity provider does not answer')
  t.equal(answer.headers['set-cookie'], undefined)
})
