import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { contrastOf } from '../../src/domain/contrast.ts'
import { piecesOf } from '../../src/http/mailbox.ts'
import { openApp, visitor } from '../support/app.ts'
import { fern } from '../support/house.ts'
import { parsePage } from '../support/html.ts'

t.test('in production the first page says how to find one’s link, and nothing of the machine', async (t) => {
  const { server } = await openApp(t)
  const visit = visitor(server)
  await visit.open('/')
  t.equal(visit.status, 200)
  t.strictSame(visit.page.faults, [])
  t.equal(visit.page.headings[0], 'Find your choices')
  t.strictSame(
    visit.page.forms.map(({ action, buttons }) => [action, buttons]),
    [['/find', ['Email me my link']]],
  )
  t.notMatch(visit.page.text, /courtesy/i)
})

t.test('in development it says what this is, with its doors', async (t) => {
  const { server } = await openApp(t, { development: true, mailbox: t.testdir(), doors: { herPage: '/p/abc' } })
  const visit = visitor(server)
  await visit.open('/')
  t.strictSame(visit.page.faults, [])
  t.equal(visit.page.headings[0], 'Courtesy is running.')
  t.ok(visit.page.links.some(({ href }) => href === '/p/abc'))
  t.ok(visit.page.links.some(({ href }) => href === '/mailbox'))
  t.match(visit.page.text, 'npx courtesy campaign check SLUG')
})

const letter = (subject: string, text: string) =>
  [
    'From: Fern <news@fern.example>',
    'To: <ada@example.com>',
    `Subject: ${subject}`,
    'Date: Sat, 21 Nov 2026 09:30:00 +0000',
    'MIME-Version: 1.0',
    'Content-Type: multipart/alternative; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    text,
    '--b',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>the html part</p><script>alert(1)</script>',
    '--b--',
    '',
  ].join('\r\n')

t.test('the mailbox lists what would have been sent and shows its text, never its HTML', async (t) => {
  const folder = t.testdir()
  await mkdir(join(folder, 'new'))
  await mkdir(join(folder, 'cur'))
  const text =
    'Hello <b>Ada</b>\r\nChange what you get: http://127.0.0.1:3000/p/1abc\r\nElsewhere: https://evil.example/ javascript:alert(1)'
  await writeFile(join(folder, 'new', '1700000002.b.courtesy'), letter('Five <i>ways</i>', text))
  await writeFile(join(folder, 'cur', '1700000001.a.courtesy:2,S'), letter('Older', 'Hello'))
  const { server } = await openApp(t, { mailbox: folder })
  const visit = visitor(server)
  await visit.open('/mailbox')
  t.strictSame(visit.page.faults, [])
  t.strictSame(
    visit.page.links.filter(({ href }) => href.startsWith('/mailbox/')).map(({ label }) => label),
    ['Five <i>ways</i>', 'Older'],
  )
  await visit.follow('Five <i>ways</i>')
  t.equal(visit.status, 200)
  t.strictSame(visit.page.faults, [])
  t.match(visit.page.text, 'Hello <b>Ada</b>')
  t.match(visit.page.text, 'ada@example.com')
  t.notMatch(visit.page.text, 'the html part')
  t.notMatch(visit.html, '<script')
  t.ok(visit.page.links.some(({ href }) => href === 'http://127.0.0.1:3000/p/1abc'))
  t.notOk(visit.page.links.some(({ href }) => /evil|javascript/.test(href)))
  await visit.follow('All mail')
  await visit.follow('Older')
  t.equal(visit.status, 200)
})

t.test('an empty or missing mailbox is an empty page, and a name leads nowhere else', async (t) => {
  const { server } = await openApp(t, { mailbox: join(t.testdir({ 'secret.txt': 'secret' }), 'not-there') })
  const visit = visitor(server)
  await visit.open('/mailbox')
  t.match(visit.page.text, 'No mail yet.')
  for (const name of ['..%2Fsecret.txt', '..%2f..%2fsecret.txt', 'a', '%00']) {
    await visit.open(`/mailbox/${name}`)
    t.equal(visit.status, 404)
  }
})

t.test('the mailbox is not there unless it was asked for, nor under a name from elsewhere', async (t) => {
  const closed = await openApp(t)
  t.equal((await closed.server.inject('/mailbox')).statusCode, 404)
  const open = await openApp(t, { mailbox: t.testdir() })
  t.equal((await open.server.inject({ url: '/mailbox', headers: { host: 'localhost:3000' } })).statusCode, 200)
  for (const host of ['rebound.example', 'localhost.evil.example', '127.0.0.1.evil.example:3000']) {
    t.equal((await open.server.inject({ url: '/mailbox', headers: { host } })).statusCode, 404, host)
  }
})

t.test('only links that begin with our own address can be pressed in a mail', async (t) => {
  const pieces = piecesOf('a http://h/p/1 b http://h.evil/x c http://hx/ d http://h e', 'http://h')
  t.strictSame(
    pieces.filter(({ url }) => url).map(({ url }) => url),
    ['http://h/p/1'],
  )
  t.equal(pieces.map(({ text }) => text).join(''), 'a http://h/p/1 b http://h.evil/x c http://hx/ d http://h e')
})

t.test('stylesheets may be kept for a year under their version, and the brand’s colour can be read', async (t) => {
  const { server } = await openApp(t, {}, { brand: { ...fern, colour: '#ffd800' } })
  const { body } = await server.inject('/')
  const styles = [...body.matchAll(/<link rel="stylesheet" href="([^"]+)">/g)].map(([, href = '']) => href)
  t.equal(styles.length, 2)
  for (const url of styles) {
    const { headers, statusCode } = await server.inject(url)
    t.equal(statusCode, 200)
    t.match(headers['content-type'], 'text/css')
    t.match(headers['cache-control'], 'immutable')
    t.notMatch((await server.inject(url.replace(/v=.*/, 'v=other'))).headers['cache-control'], 'immutable')
  }
  const brand = (await server.inject('/brand.css')).body
  const [light = '', dark = ''] = [...brand.matchAll(/--brand:(#[\da-f]{6})/g)].map(([, colour]) => colour)
  t.ok(contrastOf(light, '#f4f5f7') >= 4.5)
  t.ok(contrastOf(dark, '#1e2127') >= 4.5)
  for (const [url, limit] of [
    ['/style.css', 12_000],
    ['/staff.css', 8_000],
  ] as const) {
    const { body: sheet } = await server.inject(url)
    t.ok(Buffer.byteLength(sheet) < limit, `${url} is small`)
    t.notMatch(sheet, /[^-](?:left|right)\b/, 'and knows no left and right')
  }
})

t.test('the icon is the brand’s initial, whatever its name', async (t) => {
  const { server } = await openApp(t, {}, { brand: { ...fern, name: '<script>' } })
  const { headers, body } = await server.inject('/favicon.ico')
  t.equal(headers['content-type'], 'image/svg+xml')
  t.notMatch(body, '<script')
  t.strictSame(parsePage((await server.inject('/')).body).faults, [])
})

t.test('an address that is none of the web is no link', async (t) => {
  const { server } = await openApp(
    t,
    {},
    { brand: { ...fern, privacyUrl: 'javascript:alert(1)', replyTo: 'Fern <hello@fern.example>' } },
  )
  const visit = visitor(server)
  await visit.open('/')
  t.notMatch(visit.html, 'javascript:')
  t.ok(visit.page.links.some(({ href }) => href === 'mailto:hello@fern.example'))
})

t.test('nobody may index us', async (t) => {
  const { server } = await openApp(t)
  t.equal((await server.inject('/robots.txt')).body, 'User-agent: *\nDisallow: /\n')
})
