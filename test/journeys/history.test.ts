import { createHash, createHmac } from 'node:crypto'
import t from 'tap'
import { stopAll } from '../../src/actions/preferences.ts'
import { signGrown } from '../../src/actions/sign-checkpoint.ts'
import { leafHash, verifyInclusion } from '../../src/domain/merkle.ts'
import type { Link } from '../../src/domain/link-token.ts'
import { openNote, parseCheckpoint, parseVkey } from '../../src/domain/signed-note.ts'
import { appendEntries, lockHead } from '../../src/store/ledger.ts'
import { forget, newestEntry, openApp, tokenFor, visitor, type App } from '../support/app.ts'
import { addPerson, castWording, yesTo } from '../support/cast.ts'
import { liveSomeWeeks, sessionOfHers } from '../support/life.ts'
import { takingCourier } from '../support/sending.ts'

type Test = Parameters<typeof openApp>[0]

async function ada(t: Test) {
  let now = new Date().toISOString()
  const app = await openApp(t, { now: () => new Date(now) }, { courier: takingCourier().courier })
  const life = await liveSomeWeeks(app)
  now = life.now
  const visit = visitor(app.server)
  visit.headers['cookie'] = await sessionOfHers(app.house, life.id)
  return { ...app, visit, id: life.id, now: new Date(now), day: Math.floor(Date.parse(now) / 86_400_000) }
}

async function append(app: App, person: string, kind: 'looked-at' | 'bounced' | 'exported', payload: object) {
  await app.house.database.sql.begin(async (tx) =>
    appendEntries(tx, await lockHead(tx), [
      { kind, topics: [], wording: null, person, payload: { person, ...payload } },
    ]),
  )
}

t.test('she reads everything that happened, newest first, in sentences, with the words it rested on', async (t) => {
  const { visit, ...app } = await ada(t)
  await append(app, app.id, 'looked-at', { reason: 'complaint 118' })
  await append(app, app.id, 'bounced', { evidence: { way: 'refusal' } })
  await visit.open('/me/history')
  t.strictSame(visit.page.faults, [])
  t.match(visit.page.text, 'Somebody who checks our records looked at yours, because: “complaint 118”.')
  t.match(visit.page.text, 'Your mailbox refused our emails, so we stopped sending.')
  t.match(visit.page.text, /You said no to new patterns\.\s+From the link in “Five ways to darn”\./)
  t.match(visit.page.text, /You chose one digest a week \(before: as it happens\)\./)
  t.match(visit.page.text, /You asked for a pause until \d+ \w+ \d{4}\./)
  t.match(visit.page.text, 'You ended your pause.')
  t.match(visit.page.text, 'You said yes to repairs and new patterns.')
  const order = [
    'refused our emails',
    'Somebody who checks',
    'no to new patterns',
    'ended your pause',
    'one digest a week',
  ]
  t.same(
    order.map((text) => visit.page.text.indexOf(text)).toSorted((a, b) => a - b),
    order.map((text) => visit.page.text.indexOf(text)),
  )
  await visit.follow('The words it rests on')
  t.strictSame(visit.page.faults, [])
  t.match(visit.page.text, 'How often?')
})

t.test('a receipt is checked by others: fingerprint, commitment, proof and signature', async (t) => {
  const { visit, house, id, now } = await ada(t)
  const link = {
    purpose: 'preferences',
    person: id,
    day: Math.floor(now.getTime() / 86_400_000),
    topics: [],
    delivery: null,
    entry: null,
  } satisfies Link
  const visitPage = async () => {
    await visit.open('/me/history')
    await visit.follow(visit.page.links.find(({ label }) => label.startsWith('Receipt of entry'))?.label ?? '')
  }
  await stopAll(house, link, now)
  await visitPage()
  t.match(visit.page.text, 'The next signed state of the ledger')
  t.ok(await signGrown(house))
  t.notOk(await signGrown(house))
  await visitPage()
  t.strictSame(visit.page.faults, [])
  t.match(visit.page.text, /You stopped everything\./)
  t.match(visit.page.text, /Since then\s+You’ll get nothing from us\. You decided this on/)
  t.match(visit.page.text, /Before\s+You’ll get one digest a week, on Fridays, about repairs\./)
  const [body = '', payload = '', proof = '', key = ''] = [...visit.html.matchAll(/<pre[^>]*>([\s\S]*?)<\/pre>/g)].map(
    ([, text = '']) =>
      text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&'),
  )
  const salt = /Salt: ([0-9a-f]{64})/.exec(visit.html)?.[1] ?? ''
  t.equal(createHmac('sha256', Buffer.from(salt, 'hex')).update(payload).digest('hex'), JSON.parse(body).commitment)
  const [head, index, ...rest] = proof.split('\n')
  t.equal(head, 'c2sp.org/tlog-proof@v1')
  const end = rest.indexOf('')
  const path = rest.slice(0, end).map((hash) => Buffer.from(hash, 'base64').toString('hex'))
  const note = rest.slice(end + 1).join('\n')
  const vkey = parseVkey(key)
  if (vkey.kind === 'refused') return t.fail(vkey.reason)
  const opened = openNote(note, [vkey.vkey])
  if (opened.kind === 'refused') return t.fail(opened.reason)
  const read = parseCheckpoint(opened.text)
  if (read.kind === 'refused') return t.fail(read.reason)
  const { size, root } = read.checkpoint
  const claim = { index: Number(index?.slice(6)), size, root, leaf: leafHash(body), proof: path }
  t.ok(verifyInclusion(claim))
  t.notOk(verifyInclusion({ ...claim, leaf: leafHash(`${body} `) }))
})

t.test('a receipt shows one change and no other, is guessed by nobody, and ends with her record', async (t) => {
  const { house, server } = await openApp(t)
  const id = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
  const hers = await newestEntry(house)
  const ben = await addPerson(house, 'ben@example.com', yesTo([1]))
  const receipt = (person: string, entry: number) => tokenFor(house, person, { purpose: 'receipt', entry })
  const answer = await server.inject(`/receipt/${receipt(id, hers)}`)
  t.equal(answer.statusCode, 200)
  t.notMatch(answer.body, 'ada@example.com')
  t.equal((await server.inject(`/receipt/${receipt(ben, hers)}`)).statusCode, 404, 'of an entry about somebody else')
  for (const token of [
    '1',
    tokenFor(house, id),
    tokenFor(house, id, { purpose: 'undo', entry: hers }),
    receipt(id, 99),
  ]) {
    t.equal((await server.inject(`/receipt/${token}`)).statusCode, 404)
  }
  const old = tokenFor(house, id, { purpose: 'receipt', entry: hers, daysAgo: 3_000 })
  t.equal((await server.inject(`/receipt/${old}`)).statusCode, 200)
  await house.database.sql`delete from payloads where person = ${id}`
  await forget(house, id)
  t.equal((await server.inject(`/receipt/${receipt(id, hers)}`)).statusCode, 404)
})

t.test('the result of each change offers its receipt', async (t) => {
  const { house, server } = await openApp(t)
  const id = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
  const visit = visitor(server)
  for (const [path, button, said] of [
    ['', 'One digest a month', 'You chose one digest a month (before: as it happens).'],
    ['', 'Pause 30 days', 'You asked for a pause until'],
    ['/stop', 'Stop everything', 'You stopped everything.'],
  ] as const) {
    await visit.open(`/p/${tokenFor(house, id)}${path}`)
    await visit.press(button)
    await visit.follow('Keep a receipt')
    t.strictSame(visit.page.faults, [])
    t.match(visit.page.text, said)
  }
})

t.test('a link that may not show her choices gets no receipt of them', async (t) => {
  const { house, server } = await openApp(t)
  const id = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
  const visit = visitor(server)
  await visit.open(`/p/${tokenFor(house, id, { daysAgo: 120, topics: [1] })}`)
  await visit.press('Stop “Repairs”')
  t.notMatch(visit.html, '/receipt/')
  await visit.press('Undo')
  t.notMatch(visit.html, '/receipt/')
  await visit.open(`/u/${tokenFor(house, id, { purpose: 'unsubscribe', topics: [1], delivery: id })}`)
  await visit.press('Stop “Repairs”')
  t.match(visit.page.headings[0], 'Stopped.')
  t.notMatch(visit.html, '/receipt/')
  await visit.open(`/p/${tokenFor(house, id, { topics: [2] })}`)
  await visit.press('Stop “New patterns”')
  await visit.press('Undo')
  await visit.follow('Keep a receipt')
  t.match(visit.page.text, 'You put an earlier change back.')
})

t.test('a wording is shown as text and given as its bytes', async (t) => {
  const { server } = await openApp(t)
  const page = await server.inject(`/wording/${castWording}`)
  t.match(page.body, 'How, how often and about what.')
  const file = await server.inject(`/wording/${castWording}/file`)
  t.match(file.headers['content-disposition'], 'attachment')
  t.equal(createHash('sha256').update(file.rawPayload).digest('hex'), castWording)
  t.equal((await server.inject(`/wording/${'0'.repeat(64)}`)).statusCode, 404)
})
