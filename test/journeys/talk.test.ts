import { randomUUID } from 'node:crypto'
import t from 'tap'
import { listAnswers, listChanges, publishChange } from '../../src/actions/conversation.ts'
import { closeQuestion, listQuestions, openQuestion } from '../../src/actions/questions.ts'
import { replyToAnswer } from '../../src/actions/reply-to-answer.ts'
import { Problem } from '../../src/domain/problem.ts'
import { suppress } from '../../src/store/suppressions.ts'
import { choicesOf, entriesIn, openApp, tokenFor, visitor } from '../support/app.ts'
import { addPerson, bounce, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { sessionOfHers } from '../support/life.ts'
import { takingCourier, wakeDue } from '../support/sending.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

const use = { slug: 'use', text: 'How do you use our patterns?', why: 'It decides what we draw next.' }
const later = { slug: 'later', text: 'What would you tell a friend?', why: 'We want to say it as you do.' }
const all = { question: null, waiting: false, limit: 50 }

/** Ada with her link and her browser, one open question, and a courier that remembers what left. */
async function ada(t: Parameters<typeof openApp>[0], link: Parameters<typeof tokenFor>[2] = {}) {
  const { courier, parcels } = takingCourier()
  const app = await openApp(t, {}, { courier })
  await openQuestion(app.house, use)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
  const token = tokenFor(app.house, id, link)
  const visit = visitor(app.server)
  const { sql } = app.house.database
  const answers = () => sql`select * from answers where person = ${id} order by created_at`
  const tell = async (words: string, button = 'Send') => {
    await visit.open(`/p/${token}/talk`)
    visit.write('words', words, button)
    await visit.press(button)
  }
  /** All that she told us, as it shows in a session of hers. */
  const openHers = async () => {
    visit.headers['cookie'] = await sessionOfHers(app.house, id)
    await visit.open('/me/talk')
  }
  return { ...app, sql, id, token, visit, answers, tell, openHers, parcels }
}

const idIn = (url: string) => url.split(/[/?]/)[4] ?? ''
const words = (page: ReturnType<typeof visitor>['page']) =>
  page.forms.flatMap(({ fields }) => fields.filter(([name]) => name === 'words'))

t.test('a question is answered in two presses from her page; nothing chosen is no reply and no quote', async (t) => {
  const { visit, token, answers, house } = await ada(t)
  await visit.open(`/p/${token}`)
  t.match(
    visit.page.text,
    'Tell us (only if you like) How do you use our patterns? Why we ask: It decides what we draw next.',
  )
  visit.write('words', 'For my grandson.')
  await visit.press('Send')
  t.equal(visit.presses, 2)
  t.equal(visit.page.headings[0], 'Thank you. Read by people, not scored.')
  t.match(visit.page.text, 'For my grandson.')
  t.notMatch(visit.html, / checked/, 'nothing is chosen for her')
  t.match(await answers(), [{ question: 'use', text: 'For my grandson.', wants_reply: false, may_quote: 'none' }])
  await visit.press('Save about a reply')
  await visit.press('Save about quoting')
  t.match(await answers(), [{ wants_reply: false, reply_said_at: null, may_quote: 'none', quote_said_at: null }])
  t.match(await listAnswers(house, all), [
    { text: 'For my grandson.', wantsReply: false, mayQuote: 'none', firstName: null },
  ])
})

t.test('her choices are not changed by what she tells us, and the ledger says nothing of it', async (t) => {
  const { house, id, tell, visit, sql } = await ada(t)
  const [before, entries] = [await choicesOf(house, id), await entriesIn(house)]
  await tell('Stop sending me emails about repairs, and call me on 0113 496 0000')
  visit.tick('reply', 'yes', true)
  await visit.press('Save about a reply')
  t.same(await choicesOf(house, id), before)
  t.equal(await entriesIn(house), entries)
  const leaves = await sql<
    { text: string }[]
  >`select body || coalesce((select string_agg(payload, '') from payloads), '') as text from entries`
  t.notMatch(leaves.map(({ text }) => text).join(''), /0113 496|Stop sending|grandson/)
  await verifyWholeLedger(t, house)
})

t.test('consents are hers one by one, kept with time and wording, and may be taken back', async (t) => {
  const { tell, visit, answers, house, sql } = await ada(t)
  await tell('I mend socks.')
  visit.tick('quote', 'first_name', true)
  await visit.press('Save about quoting')
  t.equal(visit.page.headings[0], 'Saved.')
  t.match(visit.page.text, 'We may quote this with your first name.')
  const [answer] = await answers()
  t.match(answer, { may_quote: 'first_name', wants_reply: false, reply_said_at: null })
  const [wording] = await sql`select kind, body from wordings where hash = ${answer?.['quote_wording']}`
  t.match(wording, { kind: 'talk', body: /May we quote you\?\n\( \) No\n/ })
  t.match(await listAnswers(house, all), [{ mayQuote: 'first_name', firstName: 'Ada' }])
  visit.tick('quote', 'none', true)
  await visit.press('Save about quoting')
  t.match(await answers(), [{ may_quote: 'none' }])
  t.match(await listAnswers(house, all), [{ mayQuote: 'none', firstName: null }])
})

t.test('a consent under a wording that was never published is not kept', async (t) => {
  const { tell, visit, answers, server, token } = await ada(t)
  await tell('I mend socks.')
  const url = `/p/${token}/talk/${idIn(visit.url)}/consent`
  for (const wording of ['', 'f'.repeat(64)]) {
    const { statusCode } = await post(server, url, { quote: 'no_name', wording })
    t.equal(statusCode, 422)
  }
  t.match(await answers(), [{ may_quote: 'none' }])
})

t.test('every answer can be changed, which ends the leave to quote the old words, and deleted', async (t) => {
  const { tell, visit, answers, house, sql, openHers } = await ada(t)
  await tell('I mend socks.')
  const answer = idIn(visit.url)
  visit.tick('quote', 'no_name', true)
  await visit.press('Save about quoting')
  await publishChange(house, { text: 'Wool in more colours.', answers: [answer] })
  await visit.follow('Tell us more, and see what we changed')
  t.notMatch(visit.page.text, /I mend socks|part of it/, 'a mail may be forwarded')
  t.match(visit.page.text, 'Wool in more colours.')
  await openHers()
  t.match(visit.page.text, 'What we changed because people told us')
  t.match(visit.page.text, 'Wool in more colours. What you told us was part of it.')
  await visit.follow('Change or delete')
  t.same(words(visit.page), [['words', 'I mend socks.']])
  visit.write('words', 'I mend socks and gloves.')
  await visit.press('Save my words')
  t.equal(visit.page.headings[0], 'Saved.')
  t.match(await answers(), [{ text: 'I mend socks and gloves.', may_quote: 'none', quote_wording: null }])
  await visit.press('Delete this')
  t.match(visit.page.text, 'Deleted. We don’t have it any more.')
  t.same(await answers(), [])
  t.same(await sql`select * from change_answers`, [])
  t.match(await listChanges(house, 5), [{ text: 'Wool in more colours.', answers: 0 }])
})

t.test('pressed twice it is one answer, and a second answer to a question takes the place of the first', async (t) => {
  const { server, token, answers } = await ada(t)
  const form = { id: randomUUID(), question: 'use', words: 'Once.' }
  const sent = await Promise.all(Array.from({ length: 5 }, () => post(server, `/p/${token}/talk`, form)))
  t.same(new Set(sent.map(({ statusCode }) => statusCode)), new Set([303]))
  t.match(await answers(), [{ text: 'Once.' }])
  await post(server, `/p/${token}/talk`, { ...form, id: randomUUID(), words: 'Twice.' })
  t.match(await answers(), [{ text: 'Twice.', id: form.id }])
  const free = { id: randomUUID(), words: 'Of my own accord.' }
  await Promise.all([1, 2, 3].map(() => post(server, `/p/${token}/talk`, free)))
  t.equal((await answers()).length, 2)
})

t.test('what she tells us waits for whatever else is being written about her', async (t) => {
  const { server, token, id, sql, answers } = await ada(t)
  const form = { id: randomUUID(), words: 'Once.' }
  let sent: ReturnType<typeof post> | null = null
  await sql.begin(async (tx) => {
    await tx`select id from people where id = ${id} for no key update`
    let ended = false
    sent = post(server, `/p/${token}/talk`, form).finally(() => (ended = true))
    let waiting = 0
    while (!ended && waiting === 0) {
      const [row] = await sql`
        select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      waiting = Number(row?.['n'])
    }
    t.ok(waiting > 0, 'it waits for her row')
    t.same(await answers(), [])
  })
  t.equal((await (sent as ReturnType<typeof post> | null))?.statusCode, 303)
  t.match(await answers(), [{ text: 'Once.' }])
})

t.test('after 2,000 characters her words come back to her, whole, with what to do', async (t) => {
  const { tell, visit, answers, token, server } = await ada(t)
  const long = `First line\n"quoted" & <b>bold</b>\n${'ж'.repeat(2000)}`
  await tell(long)
  t.equal(visit.status, 422)
  t.match(visit.page.title, 'Error: Tell us (only if you like) – Fern')
  t.match(visit.page.text, 'Make it 2,000 characters or fewer; it has 2,034.')
  t.equal(words(visit.page)[0]?.[1], long)
  t.ok(visit.page.links.some(({ href }) => href === '#answer'))
  t.same(await answers(), [])
  const much = await post(server, `/p/${token}/talk`, { id: randomUUID(), words: '🧵'.repeat(15_000) })
  t.equal(much.statusCode, 422)
  await tell('   \n ')
  t.equal(visit.status, 422)
  t.match(visit.page.text, 'Write something first, or leave this page: nothing is needed.')
  await tell('Kept.')
  await visit.open(`/p/${token}/talk/${idIn(visit.url)}`)
  visit.write('words', long)
  await visit.press('Save my words')
  t.equal(visit.status, 422)
  t.equal(words(visit.page)[0]?.[1], long)
  t.match(await answers(), [{ text: 'Kept.' }])
})

t.test('nobody is asked twice within 90 days, whatever the question, also after deleting the answer', async (t) => {
  const { house, tell, visit, token, id } = await ada(t)
  await tell('I mend socks.')
  await visit.press('Delete this')
  const fresh = () => `/p/${tokenFor(house, id, { daysAgo: -91 })}`
  await visit.open(`/p/${token}`)
  t.notMatch(visit.page.text, use.text, 'not beside her choices')
  t.match((await visit.open(`/p/${token}/talk`)).text, use.text, 'only where she went to talk')
  await closeQuestion(house, 'use')
  await openQuestion(house, later)
  t.notMatch((await visit.open(`/p/${token}`)).text, later.text)
  await moveClock(house.database.url, '89 days 23 hours')
  t.notMatch((await visit.open(`/p/${token}`)).text, later.text)
  await moveClock(house.database.url, '2 hours')
  t.match((await visit.open(fresh())).text, later.text)
  await visit.press('Not this one')
  t.match(visit.page.text, 'We won’t ask you that again here.')
  t.notMatch((await visit.open(fresh())).text, later.text)
})

t.test('one question is open at a time, whoever opens which at once; it never changes what it asked', async (t) => {
  const { house, sql } = await ada(t)
  await closeQuestion(house, 'use')
  const opened = await Promise.allSettled(
    ['a', 'b', 'c', 'd', 'e'].map((slug) => openQuestion(house, { ...later, slug })),
  )
  t.equal(opened.filter(({ status }) => status === 'fulfilled').length, 1)
  for (const each of opened) if (each.status === 'rejected') t.match(each.reason, { code: 'already-exists' })
  t.equal((await listQuestions(house)).filter(({ closedAt }) => closedAt === null).length, 1)
  await t.rejects(openQuestion(house, use), { code: 'already-exists' }, 'a short name is never used twice')
  await t.rejects(sql`update questions set text = 'Something else?'`, /append-only/)
  await t.rejects(sql`insert into questions (slug, text, why) values ('x', 'x', 'x')`, /questions_one_open/)
  await t.rejects(closeQuestion(house, 'nothing'), { code: 'not-found' })
  t.equal(await closeQuestion(house, 'use'), false)
})

t.test('a reply leaves as mail only where she asked for one, once, and stands beside her words', async (t) => {
  const { openHers, house, tell, visit, parcels, id } = await ada(t)
  await tell('Do you have <patterns> for left-handed people?')
  const answer = idIn(visit.url)
  const reply = { text: 'Yes & no:\nsince June.', by: 'Cyn' }
  await t.rejects(replyToAnswer(house, answer, reply), { code: 'refused-by-gate', message: /no reply was asked for/ })
  visit.tick('reply', 'yes', true)
  await visit.press('Save about a reply')
  t.match(await listAnswers(house, { ...all, waiting: true }), [{ id: answer, wantsReply: true }])
  await replyToAnswer(house, answer, reply)
  t.equal(parcels.length, 1)
  const mail = (parcels[0]?.mime ?? '').replaceAll('=\r\n', '')
  t.match(mail, 'Yes & no:')
  t.match(mail, 'Yes &amp; no:')
  t.match(mail, '&lt;patterns&gt;')
  t.match(mail, /\/p\/1[\w-]+\/talk\//)
  t.notMatch(mail, /List-|Cyn/)
  t.match(
    await house.database.sql`select m.service_kind, d.state from deliveries d join messages m on m.id = d.message`,
    [{ service_kind: 'receipt', state: 'sent' }],
  )
  await t.rejects(replyToAnswer(house, answer, reply), { code: 'already-exists' })
  t.equal(parcels.length, 1)
  t.same(await listAnswers(house, { ...all, waiting: true }), [])
  await openHers()
  t.match(visit.page.text, /We replied on \d+ \w+ \d{4}: Yes & no: since June\./)
  t.equal((await choicesOf(house, id)).stopped, null)
})

t.test('no reply leaves to whom must not be written to, or who stopped since', async (t) => {
  const { house, sql, server } = await ada(t)
  const asked = async (name: string) => {
    const person = await addPerson(house, `${name}@example.com`, yesTo([1]))
    const visit = visitor(server)
    const token = tokenFor(house, person)
    await visit.open(`/p/${token}/talk`)
    visit.write('words', 'Hello?', 'Send')
    await visit.press('Send')
    visit.tick('reply', 'yes', true)
    await visit.press('Save about a reply')
    return { person, visit, token, answer: idIn(visit.url) }
  }
  const refused = (answer: string) =>
    t.rejects(replyToAnswer(house, answer, { text: 'Hi.' }), { code: 'refused-by-gate' })
  const [bounced, erased, stopped] = [await asked('bo'), await asked('er'), await asked('st')]
  await bounce(house, 'bo@example.com')
  await refused(bounced.answer)
  const [row] = await sql`select fingerprint from addresses where person = ${erased.person}`
  const gone = [{ fingerprint: String(row?.['fingerprint']), at: new Date().toISOString() }]
  await sql.begin((tx) => suppress(tx, 'email', 'erased', 'test', gone))
  await refused(erased.answer)
  await stopped.visit.open(`/p/${stopped.token}/stop`)
  await stopped.visit.press('Stop everything')
  await refused(stopped.answer)
  await stopped.visit.open(`/p/${stopped.token}/talk/${stopped.answer}`)
  stopped.visit.tick('reply', 'yes', true)
  await stopped.visit.press('Save about a reply')
  await replyToAnswer(house, stopped.answer, { text: 'Hi.' })
  await t.rejects(replyToAnswer(house, randomUUID(), { text: 'Hi.' }), { code: 'not-found' })
  t.same(await sql`select person from deliveries`, [{ person: stopped.person }])
})

t.test('a reply that has not left does not leave once she has deleted what it answers', async (t) => {
  const { courier, parcels } = takingCourier(() => ({ kind: 'deferred', reply: '451 later', reached: true }) as never)
  const app = await openApp(t, {}, { courier })
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const visit = visitor(app.server)
  await visit.open(`/p/${tokenFor(app.house, id)}/talk`)
  visit.write('words', 'Hello?')
  await visit.press('Send')
  visit.tick('reply', 'yes', true)
  await visit.press('Save about a reply')
  await replyToAnswer(app.house, idIn(visit.url), { text: 'Hi.' })
  const { sql } = app.house.database
  t.match(await sql`select state from deliveries`, [{ state: 'deferred' }])
  await visit.press('Delete this')
  t.match(await sql`select d.state, m.body from deliveries d join messages m on m.id = d.message`, [
    { state: 'cancelled', body: '' },
  ])
  await moveClock(app.house.database.url, '1 day')
  await wakeDue(app.house)
  t.equal(parcels.length, 1)
})

t.test('an old link takes words and shows, changes and asks nothing', async (t) => {
  const { house, id, tell, visit, server, answers } = await ada(t)
  await tell('From a young link.')
  const young = idIn(visit.url)
  const old = tokenFor(house, id, { daysAgo: 120 })
  await visit.open(`/p/${old}/talk`)
  t.notMatch(visit.page.text, /From a young link|How do you use/)
  visit.write('words', 'From an old link.')
  await visit.press('Send')
  t.equal(visit.page.headings[0], 'Thank you. Read by people, not scored.')
  t.same(visit.page.forms, [])
  t.match(await answers(), [{ text: 'From a young link.' }, { text: 'From an old link.', question: null }])
  await post(server, `/p/${old}/talk`, { id: young, words: 'Rewritten.' })
  await post(server, `/p/${old}/talk`, { id: randomUUID(), question: 'use', words: 'To the question.' })
  t.equal((await post(server, `/p/${old}/talk/${young}`, { id: young, words: 'Rewritten.' })).statusCode, 403)
  t.equal((await post(server, `/p/${old}/talk/${young}/delete`, {})).statusCode, 403)
  t.equal((await post(server, `/p/${old}/talk/decline`, { question: 'use' })).statusCode, 403)
  t.match(await answers(), [{ text: 'From a young link.' }, { text: 'From an old link.' }, { question: null }])
  t.equal((await server.inject(`/p/${old}/talk/${young}`)).statusCode, 303)
})

t.test('nobody reads, changes or deletes what somebody else told us', async (t) => {
  const { house, tell, visit, server, answers } = await ada(t)
  await tell('Mine.')
  const hers = idIn(visit.url)
  const token = tokenFor(house, await addPerson(house, 'ben@example.com', yesTo([1]), 'Ben'))
  t.notMatch((await server.inject(`/p/${token}/talk`)).body, 'Mine.')
  t.equal((await server.inject(`/p/${token}/talk/${hers}`)).statusCode, 303)
  t.equal((await post(server, `/p/${token}/talk`, { id: hers, words: 'His.' })).statusCode, 422)
  t.equal((await post(server, `/p/${token}/talk/${hers}`, { id: hers, words: 'His.' })).statusCode, 404)
  t.equal((await post(server, `/p/${token}/talk/${hers}/delete`, {})).statusCode, 404)
  t.match(await answers(), [{ text: 'Mine.' }])
})

t.test('ten answers an hour are hers, more are refused without harm', async (t) => {
  const { server, token, answers, house } = await ada(t)
  for (let n = 0; n < 10; n++) await post(server, `/p/${token}/talk`, { id: randomUUID(), words: `No. ${n}` })
  t.equal((await post(server, `/p/${token}/talk`, { id: randomUUID(), words: 'No. 10' })).statusCode, 429)
  t.equal((await answers()).length, 10)
  await moveClock(house.database.url, '61 minutes')
  t.equal((await post(server, `/p/${token}/talk`, { id: randomUUID(), words: 'Later.' })).statusCode, 303)
})

t.test('after a stop she may say why, by any link, and nothing hangs on it', async (t) => {
  for (const daysAgo of [0, 200]) {
    const { house, visit, token, id, answers, sql } = await ada(t, { daysAgo, topics: [1] })
    await visit.open(`/p/${token}/stop`)
    await visit.press('Stop everything')
    t.ok((await choicesOf(house, id)).stopped, 'the stop waits for no reason')
    t.same(await answers(), [])
    visit.tick('reason', 'not_as_promised', true)
    visit.write('words', 'It was all adverts.')
    await visit.press('Send')
    t.equal(visit.page.headings[0], 'Stopped. You’ll get nothing more from us.')
    t.match(visit.page.text, 'Thank you. Read by people, not scored.')
    const [person] = await sql`select entry from people where id = ${id}`
    t.match(await answers(), [
      { reason: 'not_as_promised', text: 'It was all adverts.', topic: 1, entry: person?.['entry'], question: null },
    ])
    t.notOk(
      visit.page.links.some(({ href }) => href.includes('/talk')),
      'after a stop nobody is asked for more',
    )
    await visit.press('Undo')
    t.equal((await choicesOf(house, id)).stopped, null, 'a reason does not stand in the way of Undo')
  }
})

t.test('after a stop nobody is asked anything, anywhere; she may still tell us something', async (t) => {
  const { visit, token, tell, answers } = await ada(t, { topics: [1] })
  await visit.open(`/p/${token}/stop`)
  t.notMatch(visit.page.text, use.text)
  await visit.press('Stop everything')
  t.notMatch(visit.page.text, use.text)
  for (const path of ['', '?unchanged', '/talk', '/stop', '/pause', '/why']) {
    t.notMatch((await visit.open(`/p/${token}${path}`)).text, use.text, path)
  }
  await tell('Nothing is wrong, I just need nothing more.')
  t.match(await answers(), [{ question: null, wants_reply: false }])
})

t.test('a reason may be one press without a word, is kept once a stop, and too many words come back', async (t) => {
  const { openHers, visit, token, answers, house } = await ada(t, { topics: [1] })
  await visit.open(`/p/${token}/stop`)
  await visit.press('Only stop “Repairs”')
  const result = visit.url
  await visit.press('Send')
  t.equal(visit.page.headings[0], 'Stopped. You’ll get no more emails about repairs.')
  t.same(await answers(), [], 'nothing chosen is nothing said')
  visit.write('words', 'x'.repeat(2001))
  visit.tick('reason', 'too_many', true)
  await visit.press('Send')
  t.equal(visit.status, 422)
  t.equal(words(visit.page)[0]?.[1].length, 2001)
  t.match(visit.page.forms.at(-1)?.fields, [['id'], ['stop'], ['reason', 'too_many'], ['words']])
  visit.write('words', '')
  await visit.press('Send')
  t.match(await answers(), [{ reason: 'too_many', text: '', topic: 1 }])
  await visit.open(result)
  visit.tick('reason', 'not_for_me', true)
  await visit.press('Send')
  t.match(await answers(), [{ reason: 'not_for_me', text: '', topic: 1 }])
  t.match(await listAnswers(house, all), [{ reason: 'not_for_me', topic: 'repairs' }])
  await openHers()
  t.match(visit.page.text, /You said on \d+ \w+ \d{4} why you stopped ?Not what interests me/)
  await visit.follow('Change or delete')
  await visit.press('Delete this')
  t.same(await answers(), [])
})

t.test('a reason needs a stop of hers: no other change, and nobody else’s', async (t) => {
  const { server, house, id, token, visit, answers } = await ada(t)
  const reason = { id: randomUUID(), reason: 'too_many', words: '' }
  await visit.open(`/p/${token}`)
  await visit.press('Pause 30 days')
  const paused = visit.page.forms.find(({ buttons }) => buttons[0] === 'Undo')?.action.split('/')[2] ?? ''
  const ben = tokenFor(house, await addPerson(house, 'ben@example.com', yesTo([1]), 'Ben'))
  await visit.open(`/p/${ben}/stop`)
  await visit.press('Stop everything')
  const other = visit.url.split('saved=')[1] ?? ''
  t.ok(other)
  for (const stop of ['', 'x', other, paused, tokenFor(house, id, { purpose: 'undo', entry: 99 })]) {
    const { statusCode } = await post(server, `/p/${token}/reason`, { ...reason, stop })
    t.ok(statusCode === 422 || statusCode === 404, `${statusCode}`)
  }
  t.same(await answers(), [])
})

t.test('what people write reaches no log', async (t) => {
  const { visit, tell, server, token, log, sql } = await ada(t)
  await tell('grandson-secret-words')
  const id = idIn(visit.url)
  await post(server, `/p/${token}/talk/${id}`, { id, words: `grandson-secret-words ${'x'.repeat(2000)}` })
  await sql`alter table answers rename to answers_gone`
  t.equal((await post(server, `/p/${token}/talk`, { id, words: 'grandson-secret-words' })).statusCode, 500)
  t.match(log.join(''), '"route":"/p/:link/talk"')
  t.notMatch(log.join(''), 'grandson')
  t.notMatch(log.join(''), id)
})

t.test('staff are told what is wrong, in words', async (t) => {
  const { house } = await ada(t)
  const invalid = (wrong: Promise<unknown>) => t.rejects(wrong, { code: 'invalid-input' })
  await invalid(openQuestion(house, { ...later, slug: 'No Spaces' }))
  await invalid(openQuestion(house, { ...later, text: '' }))
  await invalid(openQuestion(house, { ...later, why: 'two\nlines' }))
  await invalid(publishChange(house, { text: 'x'.repeat(301), answers: [] }))
  await invalid(publishChange(house, { text: 'New wool.', answers: [randomUUID()] }))
  await invalid(publishChange(house, { text: 'New wool.', answers: ['not an id'] }))
  await invalid(replyToAnswer(house, randomUUID(), { text: ' ' }))
  await invalid(replyToAnswer(house, 'not an id', { text: 'Hi.' }))
  await t.rejects(listAnswers(house, { ...all, question: 'nothing' }), Problem)
  t.same(await listChanges(house, 5), [])
})

async function post(server: Parameters<typeof visitor>[0], url: string, fields: Record<string, string>) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return server.inject({ method: 'POST', url, headers, payload: new URLSearchParams(fields).toString() })
}
