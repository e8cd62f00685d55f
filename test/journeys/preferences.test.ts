import t from 'tap'
import { choicesOf, entriesIn, forget, newestEntry, openApp, tokenFor, visitor, type App } from '../support/app.ts'
import { entryOf } from '../../src/store/ledger.ts'
import { insertTopic } from '../../src/store/topics.ts'
import { addPerson, castWording, yesTo } from '../support/cast.ts'
import { parsePage } from '../support/html.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

const day = 86_400_000

/** One person who gets repairs and new patterns as they happen, her link, her browser, and the number of her first entry. */
async function ada(t: Parameters<typeof openApp>[0], link: Parameters<typeof tokenFor>[2] = {}, more = {}) {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2], 'as-it-happens', more))
  const first = await newestEntry(app.house)
  const token = tokenFor(app.house, id, link)
  const visit = visitor(app.server)
  await visit.open(`/p/${token}`)
  const [choices, entries] = [() => choicesOf(app.house, id), () => entriesIn(app.house)]
  return { ...app, id, first, token, visit, choices, entries }
}

/** What a state of her page must always be: read without a fault, and not a dead end. */
function isSound(t: Tap, visit: Pick<ReturnType<typeof visitor>, 'page'>): void {
  t.strictSame(visit.page.faults, [], 'it is read without a fault')
  t.match(visit.page.title, / – Fern$/)
  t.match(visit.page.text, '1 Mill Lane, Leeds LS1 1AA')
  t.ok(visit.page.links.some(({ href }) => href === 'mailto:hello@fern.example'))
}
type Tap = Pick<typeof t, 'match' | 'ok' | 'strictSame'>

t.test('her page says her choices in one sentence and offers less in one row', async (t) => {
  const { visit, token } = await ada(t)
  t.equal(visit.status, 200)
  isSound(t, visit)
  t.equal(visit.page.headings[0], 'Your choices for a•••@example.com')
  t.match(visit.page.text, 'You’ll get emails about repairs and new patterns as they happen.')
  t.match(visit.page.text, /You last changed this on \d+ \w+ \d{4}\. In force now\./)
  t.notMatch(visit.html, 'ada@example.com')
  t.strictSame(
    visit.page.forms.slice(0, 3).map(({ action, buttons }) => [action, buttons[0]]),
    [
      [`/p/${token}/slower`, 'One digest a month'],
      [`/p/${token}/pause`, 'Pause 30 days'],
      [`/p/${token}/stop`, 'Stop everything'],
    ],
  )
  t.ok(visit.page.links.some(({ href, label }) => href === `/p/${token}/stop` && label === 'Stop'))
})

t.test('only what she chose is ticked', async (t) => {
  const { visit } = await ada(t)
  const ticked = visit.page.forms.at(-1)?.inputs.filter(({ checked, kind }) => checked && kind !== 'select')
  t.strictSame(
    ticked?.map(({ name, value }) => [name, value]),
    [
      ['topic', '1'],
      ['topic', '2'],
      ['pace', 'as-it-happens'],
      ['channel', 'email'],
    ],
  )
})

t.test('saving a slower pace takes three presses, is in force at once, and Undo puts it back', async (t) => {
  const { house, visit, choices, entries } = await ada(t)
  visit.tick('pace', 'digest-weekly', true)
  await visit.press('Save my choices')
  t.equal(visit.presses, 3)
  isSound(t, visit)
  t.equal(visit.page.headings[0], 'Saved.')
  t.match(visit.page.text, 'You’ll get one digest a week, on Fridays, about repairs and new patterns.')
  t.match(visit.page.text, 'Before: You’ll get emails about repairs and new patterns as they happen.')
  t.match(visit.page.text, 'In force now.')
  t.notMatch(visit.page.text, 'may still arrive')
  t.equal((await choices()).pace, 'digest-weekly')
  t.equal(await entries(), 2)
  visit.presses = 0
  await visit.press('Undo')
  t.equal(visit.presses, 1)
  t.equal(visit.page.headings[0], 'Put back.')
  t.match(visit.page.text, 'You’ll get emails about repairs and new patterns as they happen.')
  t.equal((await choices()).pace, 'as-it-happens')
  t.equal(await entries(), 3)
  await verifyWholeLedger(t, house)
})

t.test('saving what stands there already changes nothing and makes no entry', async (t) => {
  const { visit, token, entries } = await ada(t)
  visit.tick('channel', 'email', true)
  await visit.press('Save my choices')
  const before = await entries()
  await visit.open(`/p/${token}`)
  await visit.press('Save my choices')
  t.equal(visit.page.headings[0], 'Nothing to save.')
  isSound(t, visit)
  t.equal(await entries(), before)
})

t.test('a ticked topic becomes a yes under the words she saw, and an unticked one a no', async (t) => {
  const { visit, wording, first, choices } = await ada(t)
  visit.tick('topic', '3', true)
  visit.tick('topic', '1', false)
  await visit.press('Save my choices')
  const { topics } = await choices()
  t.match(topics[3], { answer: 'yes', basis: { evidence: 'seen', wording } })
  t.match(topics[1], { answer: 'no', basis: null })
  t.match(topics[2], { answer: 'yes', entry: first })
})

t.test('unticking everything is an answer: nothing comes, and the sentence says so', async (t) => {
  const { visit } = await ada(t)
  visit.tick('topic', '1', false)
  visit.tick('topic', '2', false)
  await visit.press('Save my choices')
  t.equal(visit.status, 200)
  t.match(visit.page.text, 'You’ll get nothing, because no topic is ticked.')
})

t.test('Stop everything takes two presses, is one entry, and Undo brings back what was', async (t) => {
  const { house, visit, choices, entries } = await ada(t)
  await visit.press('Stop everything')
  t.equal(visit.presses, 2)
  isSound(t, visit)
  t.equal(visit.page.headings[0], 'Stopped. You’ll get nothing more from us.')
  t.match((await choices()).stopped, { by: 'herself' })
  t.equal(await entries(), 2)
  await visit.press('Undo')
  t.equal((await choices()).stopped, null)
  await verifyWholeLedger(t, house)
})

t.test(
  'after a stop her page says so, offers no way to start again by this link, and a second stop makes no entry',
  async (t) => {
    const { visit, token, server, choices, entries } = await ada(t)
    await visit.press('Stop everything')
    await visit.open(`/p/${token}`)
    t.equal(visit.page.headings[0], 'You’d already stopped.')
    isSound(t, visit)
    t.strictSame(
      visit.page.forms.map(({ action }) => action),
      [`/p/${token}/fresh`],
      'but to have a link mailed to her own address',
    )
    await visit.open(`/p/${token}/stop`)
    await visit.press('Stop everything')
    t.equal(visit.page.headings[0], 'You’d already stopped.')
    t.equal(await entries(), 2)
    const form = { wording: '', shown: '1', topic: '1', pace: 'as-it-happens', channel: 'email' }
    const again = await save({ server }, token, { ...form, wording: await currentWording(server, token) })
    t.equal(again.statusCode, 422)
    t.ok((await choices()).stopped)
  },
)

t.test('a stop cannot be undone by saving the form that was open in another window', async (t) => {
  const { visit, token, server, wording, choices, entries } = await ada(t)
  await visit.press('Stop everything')
  const form = { wording, shown: '1', topic: '1', pace: 'as-it-happens', channel: 'email' }
  const response = await save({ server }, token, form)
  t.equal(response.statusCode, 403)
  t.match(response.body, 'You stopped everything, and this link can’t start it again.')
  t.match(response.body, 'hello@fern.example')
  t.ok((await choices()).stopped)
  t.equal(await entries(), 2)
})

t.test('the stop page has one button that ends everything, and no field that could be wrong', async (t) => {
  const { visit, token } = await ada(t, { topics: [1], delivery: '0f8fad5b-d9cb-469f-a165-70867728950e' })
  await visit.open(`/p/${token}/stop`)
  isSound(t, visit)
  t.equal(visit.page.headings[0], 'Stop emails from Fern')
  t.strictSame(
    visit.page.forms.map(({ buttons }) => buttons[0]),
    ['Stop everything', 'Only stop “Repairs”', 'This wasn’t about “Repairs”'],
    'what is no choice comes after every way to stop',
  )
  t.ok(visit.page.forms.every(({ inputs }) => inputs.every(({ kind }) => kind === 'hidden')))
  await visit.press('Only stop “Repairs”')
  t.equal(visit.page.headings[0], 'Stopped. You’ll get no more emails about repairs.')
  t.match(visit.page.text, 'You’ll get emails about new patterns as they happen.')
})

t.test(
  'from a specific email, its topic can be stopped first; a topic she stopped already is not offered',
  async (t) => {
    const { visit, token, choices } = await ada(t, { topics: [1, 3] })
    t.equal(visit.page.forms[0]?.buttons[0], 'Stop “Repairs”')
    t.notOk(visit.page.forms.some(({ buttons }) => buttons[0] === 'Stop “Events near you”'))
    await visit.press('Stop “Repairs”')
    t.equal(visit.presses, 2)
    t.equal((await choices()).topics[1]?.answer, 'no')
    t.equal((await choices()).topics[2]?.answer, 'yes')
    await visit.open(`/p/${token}`)
    t.equal(visit.page.forms[0]?.buttons[0], 'One digest a month')
  },
)

t.test('Pause takes two presses, can be lengthened, and starts again by a press', async (t) => {
  const { house, visit, token, choices, entries } = await ada(t)
  await visit.press('Pause 30 days')
  t.equal(visit.presses, 2)
  isSound(t, visit)
  t.match(visit.page.headings[0], /^Paused until \d+ \w+ \d{4}\.$/)
  const until = Date.parse((await choices()).paused?.until ?? '')
  t.ok(Math.abs(until - Date.now() - 30 * day) < day)
  await visit.press('Make it 3 months')
  t.ok(Date.parse((await choices()).paused?.until ?? '') > until + 50 * day)
  t.equal(await entries(), 3)
  await visit.open(`/p/${token}`)
  t.match(visit.page.text, 'You’ll get nothing until')
  await visit.press('Start again now')
  t.equal(visit.page.headings[0], 'Started again.')
  t.equal((await choices()).paused, null)
  await verifyWholeLedger(t, house)
})

t.test('the pause page offers three lengths, and the same one twice on a day makes one entry', async (t) => {
  const { visit, token, entries } = await ada(t)
  await visit.follow('Pause for longer')
  isSound(t, visit)
  t.strictSame(
    visit.page.forms.map(({ buttons }) => buttons[0]),
    ['30 days', '3 months', '6 months'],
  )
  await visit.press('6 months')
  await visit.open(`/p/${token}/pause`)
  await visit.press('6 months')
  t.equal(visit.page.headings[0], 'Nothing to save.')
  t.equal(await entries(), 2)
})

t.test('One digest a month is one press', async (t) => {
  const { visit, choices } = await ada(t)
  await visit.press('One digest a month')
  t.equal(visit.presses, 2)
  t.match(visit.page.text, 'You’ll get one digest a month, on the first Friday, about repairs and new patterns.')
  t.match(await choices(), { pace: 'digest-monthly', paceChosen: true })
})

t.test('a pace that the page does not offer stays hers until she picks another', async (t) => {
  const { visit, choices } = await ada(t, {}, { pace: '3-per-week' })
  const paces = visit.page.forms.at(-1)?.inputs.filter(({ name }) => name === 'pace')
  t.strictSame(
    paces?.map(({ value, checked }) => [value, checked]),
    [
      ['as-it-happens', false],
      ['digest-weekly', false],
      ['digest-monthly', false],
      ['3-per-week', true],
    ],
  )
  t.match(visit.page.text, 'At most 3 emails a week')
  visit.tick('topic', '2', false)
  await visit.press('Save my choices')
  t.equal((await choices()).pace, '3-per-week')
})

t.test('a pace that a company promised is named as such until she chooses', async (t) => {
  const { visit, token, choices } = await ada(t, {}, { paceChosen: false, choseAt: null })
  t.match(visit.page.text, 'How often? You haven’t chosen a pace; we said as it happens.')
  t.match(visit.page.text, 'You haven’t said this here yet. It rests on what you signed up for.')
  await visit.press('Save my choices')
  t.equal((await choices()).paceChosen, true)
  await visit.open(`/p/${token}`)
  t.notMatch(visit.page.text, 'You haven’t')
})

t.test('one topic can have a pace of its own', async (t) => {
  const { visit, choices } = await ada(t)
  visit.tick('pace-2', 'digest-monthly', true)
  await visit.press('Save my choices')
  t.equal((await choices()).topics[2]?.pace, 'digest-monthly')
  t.equal((await choices()).topics[1]?.pace, null)
  t.match(visit.page.text, 'You’ll also get one digest a month')
})

t.test('an old link shows no choices, and still stops, pauses and slows down', async (t) => {
  const { house, visit, token, choices } = await ada(t, { daysAgo: 90, topics: [2] })
  isSound(t, visit)
  t.notMatch(visit.page.text, 'You’ll get')
  t.notMatch(visit.html, 'checked')
  t.match(visit.page.text, /This link is from \d+ \w+ \d{4}\. You can still stop, pause or slow down with it\./)
  t.strictSame(
    visit.page.forms.map(({ buttons }) => buttons[0]),
    [
      'Stop “New patterns”',
      'One digest a month',
      'Pause 30 days',
      'Stop everything',
      'Send me a fresh link',
      'Stop “Repairs”',
      'Stop “Events near you”',
    ],
  )
  for (const [button, heading] of [
    ['Stop “Repairs”', 'Stopped. You’ll get no more emails about repairs.'],
    ['One digest a month', 'Saved.'],
    ['Pause 30 days', /^Paused until/],
    ['Stop everything', 'Stopped. You’ll get nothing more from us.'],
  ] as const) {
    await visit.open(`/p/${token}`)
    await visit.press(button)
    t.match(visit.page.headings[0], heading)
    t.notMatch(visit.page.text, 'Before:')
    t.notMatch(visit.html, 'class="sentence"')
  }
  t.match(await choices(), { pace: 'digest-monthly', topics: { 1: { answer: 'no' }, 2: { answer: 'yes' } } })
  t.ok((await choices()).stopped)
  await visit.open(`/p/${token}`)
  t.notMatch(visit.page.text, 'already stopped')
  await verifyWholeLedger(t, house)
})

t.test('an old link cannot bring more mail, and says whom to ask', async (t) => {
  const { visit, token, server, wording, choices, entries } = await ada(t, { daysAgo: 120 })
  const form = { wording, shown: ['1', '2', '3'], topic: ['1', '2', '3'], pace: 'as-it-happens', channel: 'email' }
  const response = await save({ server }, token, form)
  t.equal(response.statusCode, 403)
  t.match(response.body, 'This link can’t bring you more mail.')
  t.match(response.body, 'hello@fern.example')
  t.equal((await choices()).topics[3], undefined)
  await visit.press('Pause 30 days')
  const before = await entries()
  const resumed = await server.inject({ method: 'POST', url: `/p/${token}/resume` })
  t.equal(resumed.statusCode, 403)
  t.ok((await choices()).paused)
  t.equal(await entries(), before)
})

t.test('the Undo of a change made by an old link shows nothing about her either', async (t) => {
  const { visit, choices } = await ada(t, { daysAgo: 200 })
  await visit.press('One digest a month')
  const undo = visit.page.forms.find(({ buttons }) => buttons[0] === 'Undo')?.action ?? ''
  await visit.open(undo)
  t.notMatch(visit.page.text, 'You’ll get')
  await visit.press('Undo')
  t.equal(visit.page.headings[0], 'Put back.')
  t.notMatch(visit.page.text, 'You’ll get')
  t.notOk(visit.page.links.some(({ href }) => href.startsWith('/p/')))
  t.equal((await choices()).pace, 'as-it-happens')
})

t.test('an Undo link shows one button, puts back by POST, and has nothing to do the second time', async (t) => {
  const { house, visit, entries } = await ada(t)
  await visit.press('Stop everything')
  const undo = visit.page.forms.find(({ buttons }) => buttons[0] === 'Undo')?.action ?? ''
  await visit.open(undo)
  isSound(t, visit)
  t.match(visit.page.text, /This puts back what you changed on \d+ \w+ \d{4} at \d\d:\d\d\./)
  t.equal(await entries(), 2)
  await visit.press('Undo')
  t.equal(visit.page.headings[0], 'Put back.')
  t.equal(await entries(), 3)
  await visit.open(undo)
  t.equal(visit.page.headings[0], 'Nothing to put back.')
  await verifyWholeLedger(t, house)
})

t.test('after 24 hours a change can no longer be undone, and its result page is her page again', async (t) => {
  let now = new Date()
  const app = await openApp(t, { now: () => now })
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const visit = visitor(app.server)
  await visit.open(`/p/${tokenFor(app.house, id)}`)
  await visit.press('One digest a month')
  const { url } = visit
  const undo = visit.page.forms.find(({ buttons }) => buttons[0] === 'Undo')?.action ?? ''
  now = new Date(now.getTime() + day + 60_000)
  await visit.open(undo)
  t.equal(visit.status, 410)
  isSound(t, visit)
  await visit.open(url)
  t.equal(visit.page.headings[0], 'Your choices for a•••@example.com')
})

t.test('a result can be shown only by who made the change', async (t) => {
  const { visit, token, house, server } = await ada(t)
  await visit.press('One digest a month')
  const proof = new URL(visit.url, 'http://x').searchParams.get('saved') ?? ''
  const ben = await addPerson(house, 'ben@example.com', yesTo([2]))
  const hers = visitor(server)
  await hers.open(`/p/${tokenFor(house, ben)}?saved=${proof}`)
  t.equal(hers.page.headings[0], 'Your choices for b•••@example.com')
  await hers.open(`/p/${tokenFor(house, ben)}?saved=${token}`)
  t.equal(hers.page.headings[0], 'Your choices for b•••@example.com')
})

t.test('a link of one person never shows or changes another, whatever else the request says (I-17)', async (t) => {
  const { house, server, token, id } = await ada(t)
  const ben = await addPerson(house, 'ben@example.com', yesTo([3]))
  const before = JSON.stringify(await choicesOf(house, ben))
  const page = await server.inject({
    url: `/p/${token}?person=${ben}&id=${ben}&email=ben@example.com`,
    headers: { cookie: `person=${ben}; __Host-s=${tokenFor(house, ben)}` },
  })
  t.match(page.body, 'a•••@example.com')
  t.notMatch(page.body, 'b•••@example.com')
  await server.inject({
    method: 'POST',
    url: `/p/${token}/stop?person=${ben}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: `person=${ben}&link=${tokenFor(house, ben)}`,
  })
  t.equal(JSON.stringify(await choicesOf(house, ben)), before)
  t.ok((await choicesOf(house, id)).stopped)
})

t.test('Undo leads back only to her own page', async (t) => {
  const { house, server, visit } = await ada(t)
  const ben = await addPerson(house, 'ben@example.com', yesTo([3]))
  await visit.press('One digest a month')
  const undo = visit.page.forms.find(({ buttons }) => buttons[0] === 'Undo')?.action ?? ''
  for (const page of [tokenFor(house, ben), undo.slice(6), '//evil.example', '']) {
    const response = await server.inject({
      method: 'POST',
      url: undo,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ page }).toString(),
    })
    t.equal(response.statusCode, 303)
    t.ok(String(response.headers.location).startsWith(undo))
  }
})

t.test('somebody who was erased, and a token of another kind, meet the same page', async (t) => {
  const { house, server, id, token } = await ada(t)
  const other = tokenFor(house, id, { purpose: 'unsubscribe', delivery: id })
  await forget(house, id)
  for (const url of [
    `/p/${token}`,
    `/p/${other}`,
    `/p/${token.slice(0, -2)}`,
    `/u/${token}`,
    `/undo/${token}`,
    `/p/1`,
  ]) {
    const visit = visitor(server)
    await visit.open(url)
    t.equal(visit.status, 404)
    t.equal(visit.page.headings[0], 'We don’t recognise this link.')
    isSound(t, visit)
  }
})

t.test('mail on its way that she forbids is told with its number and time, and only then', async (t) => {
  const { house, visit, token, id } = await ada(t)
  const onItsWay = /In force now\. One email was handed over at \d\d:\d\d and may still arrive\./
  await handOver(house, id)
  const isTold = async (press: () => Promise<unknown>, what: string) => {
    await press()
    t.match(visit.page.text, onItsWay, what)
  }
  visit.tick('topic', '1', false)
  visit.tick('topic', '3', true)
  await isTold(() => visit.press('Save my choices'), 'less of one topic and more of another')
  await visit.press('Undo')
  t.notMatch(visit.page.text, 'may still arrive', 'put back, she wants it again')
  await visit.open(`/p/${token}`)
  await isTold(() => visit.press('Pause 30 days'), 'the result of a pause')
  await isTold(() => visit.open(`/p/${token}`), 'her page in a pause')
  await isTold(() => visit.press('Stop everything'), 'the result of a stop')
  const result = visit.url
  await isTold(() => visit.open(`/p/${token}`), 'her page after a stop')
  await house.database.sql`update deliveries set state = 'sent', settled_at = instant()`
  for (const url of [result, `/p/${token}`]) {
    await visit.open(url)
    t.match(visit.page.text, 'In force now.')
    t.notMatch(visit.page.text, 'may still arrive')
  }
})

t.test('a result is shown only while it is what holds', async (t) => {
  const { visit, token } = await ada(t)
  await visit.press('Stop everything')
  const stopped = visit.url
  await visit.press('Undo')
  const undone = visit.url
  await visit.open(stopped)
  t.equal(visit.page.headings[0], 'Your choices for a•••@example.com')
  await visit.open(undone)
  t.equal(visit.page.headings[0], 'Put back.')
  await visit.open(`/p/${token}`)
  await visit.press('Pause 30 days')
  await visit.open(undone)
  t.equal(visit.page.headings[0], 'Your choices for a•••@example.com')
  t.match(visit.page.text, 'You’ll get nothing until')
})

t.test('a yes whose words we cannot show is said to bring nothing, as the gate holds', async (t) => {
  const { house, server } = await ada(t)
  const choices = yesTo([1])
  const [yes] = Object.values(choices.topics)
  if (!yes?.basis) throw new Error('a yes is needed')
  const topics = { 1: { ...yes, basis: { ...yes.basis, wording: 'f'.repeat(64) } } }
  const visit = visitor(server)
  await visit.open(`/p/${tokenFor(house, await addPerson(house, 'ben@example.com', { ...choices, topics }))}`)
  t.match(visit.page.text, 'You’ll get nothing, because we can’t show the words you agreed to.')
})

t.test('a form that was open meanwhile cannot take back a no that she gave elsewhere', async (t) => {
  const { house, server, id, token, visit, choices, entries } = await ada(t)
  const elsewhere = visitor(server)
  await elsewhere.open(`/p/${tokenFor(house, id, { topics: [2] })}`)
  await elsewhere.press('Stop “New patterns”')
  const before = JSON.stringify(await choices())
  visit.tick('pace', 'digest-weekly', true)
  await visit.press('Save my choices')
  t.equal(visit.status, 409)
  isSound(t, visit)
  t.equal(visit.page.headings[0], 'Your choices changed meanwhile.')
  t.match(visit.page.title, 'Your choices changed meanwhile.')
  t.match(visit.page.text, /They changed on \d+ \w+ \d{4} at \d\d:\d\d, after you opened this form,/)
  t.match(visit.page.text, 'You’ll get emails about repairs as they happen.')
  t.match(visit.page.text, 'It would have said: You’ll get one digest a week, on Fridays, about repairs and new')
  t.equal(JSON.stringify(await choices()), before)
  t.equal(await entries(), 2)
  visit.tick('pace', 'digest-weekly', true)
  await visit.press('Save my choices')
  t.equal(visit.page.headings[0], 'Saved.')
  t.match(await choices(), { pace: 'digest-weekly', topics: { 1: { answer: 'yes' }, 2: { answer: 'no' } } })
  await visit.open(`/p/${token}`)
  t.equal(visit.status, 200)
})

t.test('what the open form said is hers by one press more, once she has seen both sentences', async (t) => {
  const { house, server, id, token, visit, choices } = await ada(t)
  const elsewhere = visitor(server)
  await elsewhere.open(`/p/${tokenFor(house, id, { topics: [2] })}`)
  await elsewhere.press('Stop “New patterns”')
  visit.tick('pace', 'digest-weekly', true)
  visit.tick('channel', 'post', true)
  await visit.press('Save my choices')
  await visit.follow('Keep what holds now')
  t.equal(visit.url, `/p/${token}`)
  t.match(await choices(), { pace: 'as-it-happens', topics: { 2: { answer: 'no' } } }, 'keeping it changes nothing')
  await visit.open(`/p/${token}`)
  visit.tick('topic', '2', true)
  visit.tick('pace', 'digest-weekly', true)
  visit.tick('channel', 'post', true)
  await elsewhere.open(`/p/${token}`)
  await elsewhere.press('Pause 30 days')
  await visit.press('Save my choices')
  t.equal(visit.status, 409)
  await visit.press('Use this one instead')
  t.equal(visit.page.headings[0], 'Saved.')
  const topics = { 1: { answer: 'yes' }, 2: { answer: 'yes' }, 3: { answer: 'no' } }
  t.match(await choices(), { pace: 'digest-weekly', topics, channels: { email: 'yes', post: 'yes' } })
  t.ok((await choices()).paused, 'what the form did not ask about stays')
})

t.test('a form that does not say from what it was drawn brings less, and never more', async (t) => {
  const { house, server, token, wording, first, choices, entries } = await ada(t)
  await addPerson(house, 'ben@example.com', yesTo([1]))
  const [hers, bens] = [String(first), String(first + 1)]
  const form = { wording, shown: ['1', '2', '3'], topic: ['1', '2', '3'], pace: 'as-it-happens', channel: 'email' }
  const versions = [
    {},
    { version: '' },
    { version: 'x' },
    { version: bens },
    { version: '99' },
    { version: [hers, hers] },
  ]
  for (const version of versions) {
    t.equal((await save({ server }, token, { ...form, ...version })).statusCode, 409, JSON.stringify(version))
  }
  t.equal(await entries(), 2)
  t.equal((await save({ server }, token, { ...form, topic: '1', version: bens })).statusCode, 303)
  t.match(await choices(), { topics: { 1: { answer: 'yes' }, 2: { answer: 'no' }, 3: { answer: 'no' } } })
})

t.test(
  'a pace that the open form offered is hers to lower to, and no reason to raise, once it has changed',
  async (t) => {
    const { server, token, visit, choices } = await ada(t, {}, { pace: '3-per-week' })
    const elsewhere = visitor(server)
    await elsewhere.open(`/p/${token}`)
    await elsewhere.press('One digest a month')
    await visit.press('Save my choices')
    t.equal(visit.status, 409)
    t.equal((await choices()).pace, 'digest-monthly')
    t.notOk(visit.page.forms.some(({ buttons }) => buttons.includes('Use this one instead')))
  },
)

t.test('a yes rests only on words that her page has shown', async (t) => {
  const { house, server, token, wording, first, choices, entries } = await ada(t)
  await house.database.sql.begin((tx) => insertTopic(tx, { slug: 'offers', name: 'Offers', promise: 'Less.' }))
  const form = { wording, version: String(first), shown: '1', topic: '1', pace: 'as-it-happens', channel: 'email' }
  for (const bad of [
    { wording: castWording, shown: '3', topic: '3' },
    { wording: castWording, shown: [], topic: [] },
    { shown: ['1', '4'], topic: ['1', '4'] },
    { topic: ['1', '3'] },
  ]) {
    t.equal((await save({ server }, token, { ...form, ...bad })).statusCode, 422, JSON.stringify(bad))
  }
  t.equal(await entries(), 1)
  const shown = { shown: ['1', '2', '3'], topic: ['1', '2', '3'] }
  t.equal((await save({ server }, token, { ...form, ...shown })).statusCode, 303)
  t.match((await choices()).topics[3], { answer: 'yes', basis: { evidence: 'seen', wording } })
})

t.test('what the form offered, what stood there already and what she ticked are in the entry', async (t) => {
  const { house, id, first, visit } = await ada(t, {}, { pace: '3-per-week' })
  visit.tick('topic', '1', false)
  visit.tick('pace', 'digest-weekly', true)
  await visit.press('Save my choices')
  const payload = (await entryOf(house.database.sql, id, first + 1))?.payload
  t.match(payload, {
    evidence: {
      details: {
        version: first,
        shown: '1,2,3',
        ticked: '2',
        preticked: '1,2',
        paces: 'as-it-happens,digest-weekly,digest-monthly,3-per-week',
        preselectedPace: '3-per-week',
        pretickedChannels: 'email',
      },
    },
  })
})

t.test('whoever had stopped already is told so, whatever she presses and however old the link is', async (t) => {
  for (const daysAgo of [0, 250]) {
    for (const by of ['herself', 'one-click'] as const) {
      const stopped = { at: '2026-03-03T10:00:00.000Z', by, reason: null }
      const { server, token, choices } = await ada(t, { daysAgo, topics: [1] }, { stopped })
      for (const [path, fields] of [
        ['/stop', {}],
        ['/stop', {}],
        ['/stop-topic', { topic: '1' }],
        ['/stop-topic', { topic: '1' }],
        ['/pause', { for: '3-months' }],
      ] as const) {
        const { page, html } = await press(server, `/p/${token}${path}`, fields)
        isSound(t, { page })
        t.equal(page.headings[0], 'You’d already stopped.', `${path}, ${daysAgo} days old, ${by}`)
        t.notMatch(page.text, /Nothing to save|Paused until|start again any time/)
        t.equal(html.includes('class="sentence"'), daysAgo === 0)
      }
      t.ok((await choices()).stopped)
      t.ok((await choices()).paused)
    }
  }
})

t.test('the form is not shown while its words are not published', async (t) => {
  const { house, token, visit } = await ada(t)
  await house.database.sql`update topics set promise = 'Something else.' where id = 1`
  await visit.open(`/p/${token}`)
  isSound(t, visit)
  t.notMatch(visit.page.text, 'Save my choices')
  t.match(visit.page.text, 'Stop everything')
})

t.test('a form that is not ours is refused with a way back, and changes nothing', async (t) => {
  const { server, token, wording, entries } = await ada(t)
  const good = { wording, shown: '1', topic: '1', pace: 'digest-weekly', channel: 'email' }
  for (const bad of [
    { ...good, wording: 'f'.repeat(64) },
    { ...good, wording: 'x' },
    { ...good, pace: '' },
    { ...good, pace: '31-per-day' },
    { ...good, shown: '999' },
    { ...good, shown: ['1', '1e3'] },
    { ...good, channel: 'pigeon' },
    { ...good, 'pace-1': 'now' },
    {},
  ]) {
    const response = await save({ server }, token, bad)
    t.equal(response.statusCode, 422, JSON.stringify(bad))
    t.match(response.body, `href="/p/${token}"`)
  }
  t.equal(await entries(), 1)
})

/** Puts one email of hers between release and dot. */
async function handOver({ database: { sql } }: App['house'], person: string): Promise<void> {
  const message = '0f8fad5b-d9cb-469f-a165-70867728950e'
  await sql`
    insert into messages (id, topic, subject, in_short, sender, body) values (${message}, 1, 's', 's', 'Fern <n@fern.example>', 'b')`
  await sql`
    insert into deliveries (id, message, person, state, verdict, version, attempt, lease_until)
    values (${message}, ${message}, ${person}, 'released', 'now', 1, ${message}, instant() + interval '30 seconds')`
}

/** One press on a button that her page may not show, and the page that it leads to. */
async function press(server: App['server'], url: string, fields: Record<string, string>) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const payload = new URLSearchParams(fields).toString()
  const answer = await server.inject({ method: 'POST', url, headers, payload })
  const { body } = answer.statusCode === 303 ? await server.inject(String(answer.headers.location)) : answer
  return { html: body, page: parsePage(body) }
}

/** Sends the form of her page as a browser would. */
async function save({ server }: Pick<App, 'server'>, token: string, form: Record<string, string | string[]>) {
  const fields = Object.entries(form).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value]),
  )
  return server.inject({
    method: 'POST',
    url: `/p/${token}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString(),
  })
}

async function currentWording(server: App['server'], token: string): Promise<string> {
  const { body } = await server.inject(`/p/${token}`)
  return /name="wording" value="([\da-f]{64})"/.exec(body)?.[1] ?? 'none'
}
