import { randomUUID } from 'node:crypto'
import PostalMime from 'postal-mime'
import t from 'tap'
import { minuteOf } from '../../src/domain/link-token.ts'
import { choicesOf, entriesIn, tokenFor, visitor } from '../support/app.ts'
import { addPerson, bounce, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { openMailroom } from '../support/mailroom.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

/** Somebody with a link from a mail that many days ago, in front of her page. */
async function ada(t: Parameters<typeof openMailroom>[0], daysAgo: number, more = {}) {
  const app = await openMailroom(t)
  const id = await addPerson(app.house, 'Ada@example.com', yesTo([1, 2], 'as-it-happens', more))
  const visit = visitor(app.server)
  await visit.open(`/p/${tokenFor(app.house, id, { daysAgo })}`)
  return { ...app, id, visit }
}

t.test('an old link becomes a working page by one press, a mail and one press more', async (t) => {
  const { house, visit, parcels, newestLink, id } = await ada(t, 400)
  t.notMatch(visit.page.text, /You’ll get/)
  await visit.press('Send me a fresh link')
  t.equal(visit.presses, 2)
  t.equal(visit.page.headings[0], 'A fresh link is on its way.')
  t.strictSame(visit.page.faults, [])
  t.equal(parcels.length, 1)
  t.equal(parcels[0]?.to, 'Ada@example.com')
  await visit.open(await newestLink())
  t.equal(visit.page.headings[0], 'Open your page')
  await visit.press('Open my page')
  t.equal(visit.url, '/me')
  t.equal(visit.page.headings[0], 'Your choices for Ada@example.com')
  t.match(visit.page.text, 'You’ll get emails about repairs and new patterns as they happen.')
  t.strictSame(visit.page.faults, [])
  visit.tick('pace', 'digest-weekly', true)
  await visit.press('Save my choices')
  t.equal(visit.page.headings[0], 'Saved.')
  t.equal((await choicesOf(house, id)).pace, 'digest-weekly')
  await visit.press('Undo')
  t.equal(visit.page.headings[0], 'Put back.')
  t.equal(visit.url.split('?')[0], '/me')
  await verifyWholeLedger(t, house)
})

t.test('the mail with the link says what it is, once, and nothing about her choices', async (t) => {
  const { visit, parcels } = await ada(t, 10)
  await visit.follow('Get a private link')
  t.equal(parcels.length, 0, 'looking sends nothing')
  await visit.press('Send me a fresh link')
  const mail = await PostalMime.parse(Buffer.from(parcels[0]?.mime ?? '', 'latin1'))
  t.equal(mail.subject, 'Your link to your choices at Fern')
  t.equal(mail.text?.match(/http:\/\/127\.0\.0\.1:3000\/s\/[\w-]+/g)?.length, 1)
  t.equal(mail.html?.match(/href="http:\/\/127\.0\.0\.1:3000\/s\/[\w-]+"/g)?.length, 1)
  t.match(mail.text, 'It works once, within 60 minutes, and keeps your page open for 30 minutes after that.')
  t.match(mail.text, '1 Mill Lane, Leeds LS1 1AA')
  t.notMatch(`${mail.text}${mail.html}`, /You’ll get|repairs|undefined|\{/i)
  t.notMatch(parcels[0]?.mime, /List-Unsubscribe/i)
  t.match(parcels[0]?.mime, 'Auto-Submitted: auto-generated')
})

t.test('after a stop a fresh link, and nothing less, starts again', async (t) => {
  const { house, visit, newestLink, id } = await ada(t, 0)
  await visit.press('Stop everything')
  await visit.open(visit.url.split('?')[0] ?? '')
  t.equal(visit.page.headings[0], 'You’d already stopped.')
  await visit.press('Send me a fresh link')
  await visit.open(await newestLink())
  await visit.press('Open my page')
  t.match(visit.page.text, 'You stopped everything. Saving with a topic ticked starts again.')
  t.ok((await choicesOf(house, id)).stopped, 'opening it starts nothing')
  await visit.press('Save my choices')
  t.equal(visit.page.headings[0], 'Saved.')
  t.equal((await choicesOf(house, id)).stopped, null)
  await verifyWholeLedger(t, house)
})

t.test('opening the link any number of times uses nothing up; of many presses at once one opens it', async (t) => {
  const { server, visit, newestLink } = await ada(t, 400)
  await visit.press('Send me a fresh link')
  const link = await newestLink()
  for (let times = 0; times < 20; times++) t.equal((await server.inject(link)).statusCode, 200)
  t.equal((await server.inject({ method: 'HEAD', url: link })).statusCode, 200)
  const answers = await Promise.all(Array.from({ length: 12 }, () => server.inject({ method: 'POST', url: link })))
  t.equal(answers.filter(({ statusCode }) => statusCode === 303).length, 1)
  t.equal(answers.filter(({ headers }) => headers['set-cookie']).length, 1)
  t.ok(answers.every(({ statusCode }) => statusCode === 303 || statusCode === 410))
  await visit.open(link)
  t.equal(visit.status, 410)
  t.equal(visit.page.headings[0], 'This link was already used.')
})

t.test('a link that is used or over mails the next one by one press', async (t) => {
  const { house, server, visit, newestLink, parcels } = await ada(t, 400)
  await visit.press('Send me a fresh link')
  const first = await newestLink()
  await moveClock(house.database.url, '61 minutes')
  const late = await server.inject({ method: 'POST', url: first })
  t.equal(late.statusCode, 410, 'whoever kept its page open presses in vain')
  t.equal(late.headers['set-cookie'], undefined)
  await visit.open(first)
  t.equal(visit.status, 410)
  t.equal(visit.page.headings[0], 'This link has had its time.')
  t.strictSame(visit.page.faults, [])
  await visit.press('Send me a fresh link')
  t.equal(visit.page.headings[0], 'A fresh link is on its way.')
  t.equal(parcels.length, 2)
  const second = await newestLink()
  t.not(second, first)
  await visit.open(second)
  await visit.press('Open my page')
  t.equal(visit.url, '/me')
  await visit.open(second)
  t.equal(visit.page.headings[0], 'This link was already used.')
})

t.test('a link opens where she asked to go, says so before, and goes nowhere else', async (t) => {
  const { house, server, visit, newestLink, id } = await ada(t, 10)
  await visit.follow('Download what you know about me')
  t.match(visit.page.text, 'It opens at “Download what we know about you”.')
  t.strictSame(visit.page.faults, [])
  await visit.press('Send me a fresh link')
  const first = await newestLink()
  t.match(first, /^\/s\/[\w-]+\?for=download$/)
  t.equal((await server.inject(first)).headers['set-cookie'], undefined)
  const entries = await entriesIn(house)
  await visit.open(first)
  await visit.press('Open my page')
  t.equal(visit.url, '/me/download')
  t.equal(visit.page.headings[0], 'Download what we know about you')
  t.equal(await entriesIn(house), entries, 'opening makes none')
  await visit.open(first)
  t.equal(visit.page.headings[0], 'This link was already used.')
  await visit.press('Send me a fresh link')
  t.match(await newestLink(), /\?for=download$/, 'the next one goes there too')
  for (const elsewhere of ['details', '//evil.test', '/me/erase', 'erase&for=download', '__proto__']) {
    const token = tokenFor(house, id, { purpose: 'session', ...minuteOf(new Date()), delivery: randomUUID() })
    const opened = await server.inject({ method: 'POST', url: `/s/${token}?for=${elsewhere}` })
    t.equal(opened.headers.location, '/me', elsewhere)
  }
})

t.test('two links of the same minute are two', async (t) => {
  const { visit, newestLink } = await ada(t, 400)
  await visit.press('Send me a fresh link')
  const one = await newestLink()
  const her = visit.url
  await visit.open(her.replace(/\/fresh.*/, ''))
  await visit.press('Send me a fresh link')
  const other = await newestLink()
  t.not(one, other)
  for (const link of [other, one]) {
    await visit.open(link)
    await visit.press('Open my page')
    t.equal(visit.url, '/me', 'each works, once')
  }
})

t.test('whose mailbox refused our mail gets none, and the page is no dead end', async (t) => {
  const { house, visit, parcels } = await ada(t, 400)
  await bounce(house, 'ada@example.com')
  await visit.press('Send me a fresh link')
  t.equal(visit.page.headings[0], 'A fresh link is on its way.')
  t.match(visit.page.text, 'Or write to hello@fern.example.')
  t.equal(parcels.length, 0)
})

t.test('a link that only stops, or one cut short, opens no session', async (t) => {
  const { house, server, id } = await ada(t, 0)
  const entries = await entriesIn(house)
  for (const purpose of ['preferences', 'unsubscribe', 'undo'] as const) {
    const token = tokenFor(house, id, { purpose })
    for (const method of ['GET', 'POST'] as const) {
      const answer = await server.inject({ method, url: `/s/${token}` })
      t.equal(answer.statusCode, 404)
      t.equal(answer.headers['set-cookie'], undefined)
    }
  }
  t.equal(await entriesIn(house), entries)
})
