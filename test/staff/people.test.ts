import t from 'tap'
import { addTopic } from '../../src/actions/add-topic.ts'
import { answerDoors } from '../../src/actions/answer-doors.ts'
import { sendHers } from '../../src/actions/acknowledge-raise.ts'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import { notAsked } from '../../src/domain/choices.ts'
import { renderWording } from '../../src/render.ts'
import { suppressionsOf } from '../../src/store/suppressions.ts'
import { personById } from '../../src/store/people.ts'
import { currentWordings } from '../../src/store/wordings.ts'
import { choicesOf, entriesIn, openApp, type App } from '../support/app.ts'
import { addPerson, castWording, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { takingCourier } from '../support/sending.ts'
import { signedIn } from '../support/staff.ts'

async function newestPayload({ house }: App): Promise<{ kind: string; payload: Record<string, unknown> }> {
  const [row] = await house.database.sql<{ kind: string; payload: string }[]>`
    select e.body::jsonb ->> 'kind' as kind, p.payload from entries e join payloads p using (number)
    order by number desc limit 1`
  return { kind: row?.kind ?? '', payload: JSON.parse(row?.payload ?? '{}') as Record<string, unknown> }
}

t.test('who is looked for by address is found, and the address stands in no URL and in no log', async (t) => {
  const app = await openApp(t)
  const { visit } = await signedIn(app, 'marketer')
  const id = await addPerson(app.house, 'ada.found@example.com', yesTo([1], 'digest-weekly'))
  await visit.open('/admin/people')
  visit.write('address', ' ADA.found@Example.com ', 'Find')
  await visit.press('Find')
  t.equal(visit.url, `/admin/people/${id}`)
  t.strictSame(visit.page.faults, [])
  t.match(visit.page.text, 'You’ll get one digest a week, on Fridays, about repairs.')
  t.match(visit.page.text, /Next digest\d+ \w+ \d{4}, 09:00/)
  t.match(visit.page.text, 'ada.found@example.com')
  t.notMatch(visit.page.title, '@')
  await visit.open('/admin/people')
  visit.write('address', 'nobody.known@example.com', 'Find')
  await visit.press('Find')
  t.equal(visit.status, 404)
  t.match(visit.page.title, /^Error: /)
  t.match(visit.page.text, 'Nobody is stored with that address.')
  visit.write('address', 'no address', 'Find')
  await visit.press('Find')
  t.match(visit.page.text, 'Write an address like')
  t.notMatch(app.log.join('\n'), /ada\.found|nobody\.known|%40/i)
})

t.test('an auditor is refused each page about people, and a look changes nothing', async (t) => {
  const app = await openApp(t)
  const [auditor, marketer] = [await signedIn(app, 'auditor'), await signedIn(app, 'marketer')]
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const before = await entriesIn(app.house)
  const urls = ['', `/${id}`, `/${id}/record`, '/do-not-contact'].map((end) => `/admin/people${end}`)
  for (const url of urls) {
    await auditor.visit.open(url)
    t.equal(auditor.visit.status, 403, url)
    await marketer.visit.open(url)
    t.equal(marketer.visit.status, 200, url)
    t.strictSame(marketer.visit.page.faults, [], url)
    t.notMatch(marketer.visit.page.text, /undefined|null|NaN|\[object|\{\w+\}/, url)
  }
  t.equal(app.log.filter((line) => line.includes('"refused"')).length, urls.length)
  t.equal(await entriesIn(app.house), before)
  for (const url of ['/admin/people/none', `/admin/people/${id.replace(/^.{8}/, '00000000')}`]) {
    await marketer.visit.open(url)
    t.equal(marketer.visit.status, 404, url)
  }
})

t.test('less that somebody told staff is in force at once, with who wrote it down', async (t) => {
  const app = await openApp(t)
  const { visit, staff } = await signedIn(app, 'marketer')
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
  const less = async (what: string, until = '') => {
    await visit.open(`/admin/people/${id}/record`)
    visit.tick('what', what, true)
    if (until) visit.write('until', until, 'Record less')
    visit.write('said', 'phoned the shop, too many', 'Record less')
    await visit.press('Record less')
  }
  const before = await choicesOf(app.house, id)
  for (const what of ['', 'topic-99']) {
    await visit.open(`/admin/people/${id}/record`)
    if (what !== '') visit.type('what', what)
    await visit.press('Record less')
    t.equal(visit.status, 422, 'nothing is chosen beforehand, and nothing but what there is')
    t.strictSame(await choicesOf(app.house, id), before)
  }
  await less('topic-2')
  t.match(visit.page.text, 'Recorded, and in force now.')
  t.equal((await choicesOf(app.house, id)).topics['2']?.answer, 'no')
  t.match(await newestPayload(app), {
    kind: 'withdrawn',
    payload: { person: id, evidence: { way: 'staff', by: staff.id, details: { reason: 'phoned the shop, too many' } } },
  })
  await less('digest-monthly')
  t.equal((await choicesOf(app.house, id)).pace, 'digest-monthly')
  await less('pause', '2099-03-01')
  t.match((await choicesOf(app.house, id)).paused?.until, '2099-0')
  await less('pause', 'soon')
  t.equal(visit.status, 422)
  t.match(visit.page.text, 'a pause ends on a day to come')
  await less('stop')
  t.match(await choicesOf(app.house, id), { stopped: { by: 'staff' } })
  t.equal(app.house.noes.length, 1, 'a restored backup cannot undo it')
  await less('stop')
  t.match(visit.page.text, 'Nothing to record')
  t.match(visit.page.text, 'You’ll get nothing from us.')
})

/** Fills in and presses the form for a yes with evidence; what is left out of `given` is as it should be. */
async function sayYes(who: Awaited<ReturnType<typeof signedIn>>, id: string, given: Record<string, string> = {}) {
  await who.visit.open(`/admin/people/${id}/record`)
  if (given['topic'] !== 'none') who.visit.tick('topic-2', 'yes', true)
  return fillYes(who, given)
}

async function fillYes({ visit }: Awaited<ReturnType<typeof signedIn>>, given: Record<string, string>) {
  const press = 'Record this yes'
  for (const [name, value] of Object.entries({
    where: 'The shop in Leeds',
    day: '2026-03-02',
    time: '10:30',
    words: 'Shall we write to you about new patterns?',
    ...given,
  })) {
    if (name === 'wording') visit.tick(name, value, true)
    else if (name !== 'topic') visit.write(name, value, press)
  }
  return visit.press(press)
}

t.test('more is recorded only with where, when and which words, and she is told by mail', async (t) => {
  const { courier, parcels } = takingCourier()
  const app = await openApp(t, {}, { courier })
  const who = await signedIn(app, 'marketer')
  const id = await addPerson(app.house, 'cyn@example.com', notAsked(), 'Cyn')
  const before = await entriesIn(app.house)
  for (const missing of [
    { where: ' ' },
    { day: '' },
    { time: '' },
    { words: '' },
    { topic: 'none' },
    { day: '2099-01-01' },
  ]) {
    const page = await sayYes(who, id, missing)
    t.ok([422, 409, 403, 400].includes(who.visit.status), `${JSON.stringify(missing)}: ${who.visit.status}`)
    t.match(page.text, 'nothing was recorded', JSON.stringify(missing))
  }
  t.match(await choicesOf(app.house, id), { topics: {}, channels: {} })
  t.equal(await entriesIn(app.house), before)
  await sayYes(who, id)
  t.match(who.visit.page.text, 'Recorded, and in force now.')
  const { choices } = (await personById(app.house.database.sql, id)) ?? {}
  const [attested] = await app.house.database.sql<{ hash: string }[]>`
    select hash from wordings where kind = 'attested' and body like 'Shall we%'`
  t.match(choices, {
    pace: 'digest-monthly',
    paceChosen: false,
    channels: { email: 'yes' },
    choseAt: null,
    topics: {
      2: {
        answer: 'yes',
        basis: { evidence: 'attested', wording: attested?.hash, confirmedAt: '2026-03-02T10:30:00.000Z' },
      },
    },
  })
  t.match(await newestPayload(app), {
    kind: 'given',
    payload: { evidence: { way: 'staff', by: who.staff.id, details: { where: 'The shop in Leeds' } } },
  })
  t.match(parcels[0]?.to, 'cyn@example.com')
  t.equal(parcels.length, 1)
})

t.test('a text of ours is evidence of what it asked, and only since it was there to be read', async (t) => {
  const app = await openApp(t)
  const { house } = app
  const who = await signedIn(app, 'marketer')
  const id = await addPerson(house, 'cyn@example.com', notAsked(), 'Cyn')
  const before = (await currentWordings(house.database.sql, 'sign-up')).get('en') ?? ''
  await addTopic(house, { slug: 'sales', name: 'Sales', promise: 'When it costs less.' })
  await publishWordings(house, renderWording)
  const saidAt = new Date(Date.now() + 300_000).toISOString()
  await moveClock(house.database.url, '10 minutes')
  const [day = '', time = ''] = saidAt.slice(0, 16).split('T')
  const said = { words: '', wording: before, topic: 'none' }
  const tick = async (topic: string, given: Record<string, string>) => {
    await who.visit.open(`/admin/people/${id}/record`)
    who.visit.tick(`topic-${topic}`, 'yes', true)
    return fillYes(who, given)
  }
  t.match((await tick('4', { ...said, day, time })).text, 'that text does not ask about each of these topics')
  t.match((await tick('2', said)).text, 'that text was published only after they said it')
  const own = (await currentWordings(house.database.sql, 'preferences')).get('en') ?? ''
  const { visit, seal, cookie } = who
  const payload = new URLSearchParams({ seal, kind: 'more', 'topic-2': 'yes', where: 'Leeds', day, time, wording: own })
  const headers = { cookie: `${cookie.name}=${cookie.value}`, 'content-type': 'application/x-www-form-urlencoded' }
  const url = `/admin/people/${id}/record`
  const crafted = await app.server.inject({ method: 'POST', url, headers, payload: payload.toString() })
  t.equal(crafted.statusCode, 422, 'their own page, which nobody showed them at the counter')
  t.match(await choicesOf(house, id), { topics: {} })
  await tick('2', { ...said, day, time })
  t.match(visit.page.text, 'Recorded, and in force now.')
  t.match((await choicesOf(house, id)).topics['2']?.basis, { evidence: 'attested', wording: before })
})

t.test('a yes that staff attest ends no stop and overrules nothing that she said since', async (t) => {
  const app = await openApp(t)
  const who = await signedIn(app, 'marketer')
  const stopped = { at: '2026-01-15T00:00:00.000Z', by: 'herself', reason: null } as const
  const people = [
    await addPerson(app.house, 'ben@example.com', yesTo([1], 'as-it-happens', { stopped }), 'Ben'),
    await addPerson(app.house, 'hana@example.com', yesTo([1], 'as-it-happens', { channels: { email: 'no' } }), 'Hana'),
    await addPerson(app.house, 'gus@example.com', yesTo([1], 'as-it-happens', { choseAt: '2026-03-02T10:30:01.000Z' })),
  ]
  for (const id of people) {
    const before = await choicesOf(app.house, id)
    await sayYes(who, id, { words: '', wording: castWording })
    t.match(who.visit.page.text, 'Mail them a confirmation instead')
    t.strictSame(await choicesOf(app.house, id), before)
  }
})

t.test('without evidence a confirmation asks her, and nothing changes until she answers it', async (t) => {
  const { courier, parcels } = takingCourier()
  const app = await openApp(t, {}, { courier })
  const { visit } = await signedIn(app, 'marketer')
  const id = await addPerson(app.house, 'cyn@example.com', notAsked(), 'Cyn')
  await visit.open(`/admin/people/${id}/record`)
  visit.tick('ask-1', 'yes', true)
  await visit.press('Email a confirmation')
  t.match(visit.page.text, 'Nothing changes until they press in it.')
  await answerDoors(app.house)
  await sendHers(app.house, id)
  t.equal(parcels.length, 1)
  t.match(parcels[0]?.to, 'cyn@example.com')
  t.strictSame((await choicesOf(app.house, id)).topics, {})
})

t.test('an address on the do-not-contact list gets nothing more, and the list shows no address', async (t) => {
  const app = await openApp(t)
  const { visit, staff } = await signedIn(app, 'marketer')
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  for (const address of ['Ada@example.com', 'never.met@example.org', 'ada@EXAMPLE.com']) {
    await visit.open('/admin/people/do-not-contact')
    visit.write('address', address, 'Never write to this address')
    await visit.press('Never write to this address')
    t.match(visit.page.text, address.startsWith('ada') ? 'already' : 'It is on the list.')
  }
  t.match(visit.page.text, '2 addresses are on the list.')
  t.notMatch(visit.html, /ada@|never\.met/i)
  t.notMatch(app.log.join('\n'), /never\.met/)
  const person = await personById(app.house.database.sql, id)
  t.strictSame(person?.suppressions, ['do_not_contact'])
  const listed = await suppressionsOf(app.house.database.sql, 'email', [person?.address?.fingerprint ?? ''])
  t.equal(listed.size, 1)
  const rows = await app.house.database.sql<{ payload: string }[]>`
    select payload from entries join payloads using (number) where body::jsonb ->> 'kind' = 'do-not-contact' order by number`
  t.match(
    rows.map(({ payload }) => JSON.parse(payload) as unknown),
    [{ person: id, evidence: { by: staff.id } }, { evidence: { by: staff.id } }],
  )
  t.equal(rows.length, 2)
  await visit.open(`/admin/people/${id}`)
  t.match(visit.page.text, 'on the do-not-contact list')
  t.match(visit.page.text, 'We put your address on the list of those that we never write to.')
})
