import t from 'tap'
import { readConfig } from '../../src/config.ts'
import { openApp, tokenFor } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { parsePage } from '../support/html.ts'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

t.test('a network that looks at too many pages is asked to wait; others look on, and it can still stop', async (t) => {
  const { house, server } = await openApp(t)
  const token = tokenFor(house, await addPerson(house, 'ada@example.com', yesTo([1])))
  const look = (remoteAddress: string, url = '/robots.txt') => server.inject({ url, remoteAddress })
  for (let n = 0; n < 1_200; n++) await look('203.0.113.7')
  const answer = await look('203.0.113.7', `/p/${token}`)
  t.equal(answer.statusCode, 429)
  t.ok(Number(answer.headers['retry-after']) > 0)
  const page = parsePage(answer.body)
  t.strictSame(page.faults, [])
  t.match(page.text, 'You can still stop with any email we sent you.')
  t.equal((await look('203.0.113.8', `/p/${token}`)).statusCode, 200)
  t.equal((await look('2001:db8:1:100::1')).statusCode, 200)
  t.equal(
    (await look('127.0.0.1')).statusCode,
    200,
    'who stands behind a proxy that nobody named is not counted as one',
  )
  const stop = await server.inject({ method: 'POST', url: `/p/${token}/stop`, remoteAddress: '203.0.113.7' })
  t.equal(stop.statusCode, 303)
})

t.test('whom a request comes from is what a named proxy says, and nobody else', async (t) => {
  const tries = async (trustedProxies: string[], remoteAddress: string) => {
    const { server } = await openApp(t, { trustedProxies })
    let last = 0
    for (let n = 0; n < 31; n++) {
      const headers = { ...form, 'x-forwarded-for': `198.51.100.${n}, 203.0.113.9` }
      const payload = `address=p${n}@example.com`
      last = (await server.inject({ method: 'POST', url: '/find', headers, payload, remoteAddress })).statusCode
    }
    return last
  }
  t.equal(await tries([], '203.0.113.7'), 429, 'a header from anybody hides nobody')
  t.equal(await tries(['10.0.0.0/8'], '203.0.113.7'), 429)
  t.equal(await tries(['10.0.0.0/8'], '10.0.0.2'), 429, 'the proxy saw one client, whatever that client says')
  t.equal(await tries(['10.0.0.0/8', '203.0.113.9'], '10.0.0.2'), 303, 'two proxies in a row: each client counts')
})

t.test('TRUSTED_PROXIES is read once, and what is no address is refused at the start', async (t) => {
  t.same(readConfig({ TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::/32,192.0.2.1' }).trustedProxies, [
    '10.0.0.0/8',
    '2001:db8::/32',
    '192.0.2.1',
  ])
  t.same(readConfig({}).trustedProxies, [])
  for (const wrong of ['proxy.example', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0', 'true', '*', '10.0.0.1;10.0.0.2']) {
    t.throws(() => readConfig({ TRUSTED_PROXIES: wrong }), { code: 'invalid-input' }, wrong)
  }
})
