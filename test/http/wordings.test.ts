import t from 'tap'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import { notAsked, type Choices } from '../../src/domain/choices.ts'
import { preferencesWording, topicsShownIn } from '../../src/domain/preferences-wording.ts'
import { frozen } from '../../src/domain/wording.ts'
import { renderWording } from '../../src/render.ts'
import { theBrand } from '../../src/store/brand.ts'
import { insertTopic } from '../../src/store/topics.ts'
import { allWordings, currentWordings, wordingText } from '../../src/store/wordings.ts'
import { openApp, tokenFor, visitor } from '../support/app.ts'
import { addPerson, castWording, yesTo } from '../support/cast.ts'

t.test('every word that her form says stands in the frozen wording, but for what she has now', async (t) => {
  const { house, server, wording } = await openApp(t)
  const paused = { from: '2026-01-01T00:00:00.000Z', until: '2030-01-01T00:00:00.000Z' }
  const body = (await allWordings(house.database.sql)).find(({ hash }) => hash === wording)?.body ?? ''
  const daily = yesTo([1, 2], 'digest-daily')
  const own = Object.fromEntries(Object.entries(daily.topics).map(([id, yes]) => [id, { ...yes, pace: '2-per-day' }]))
  /** Whom the form is drawn for, and what on it is about her: a pace that is not offered to everybody, and who chose it. */
  const people: [Choices, string[]][] = [
    [yesTo([1, 2], 'as-it-happens', { paused }), []],
    [yesTo([1, 2], 'digest-weekly', { paceChosen: false }), ['You haven’t chosen a pace; we said one digest a week.']],
    [yesTo([1, 2], '3-per-week'), ['At most 3 emails a week']],
    [
      { ...daily, paceChosen: false, topics: own } as Choices,
      ['You haven’t chosen a pace; we said one digest a day.', 'One digest a day', 'At most 2 emails a day'],
    ],
    [notAsked(), []],
  ]
  for (const [index, [choices, hers]] of people.entries()) {
    const id = await addPerson(house, `person${index}@example.com`, choices)
    const { html } = await visited(server, `/p/${tokenFor(house, id)}`)
    const form = html.slice(html.indexOf('<form class="choices"'))
    const words = texts(form.slice(0, form.indexOf('</form>')))
    t.ok(words.length > 20)
    // How much a topic brings is counted when the page is drawn.
    t.strictSame(
      [...new Set(words)].filter((text) => text !== 'new' && !body.includes(text)).toSorted(),
      hers.toSorted(),
    )
    t.match(form, `name="wording" value="${wording}"`)
  }
  t.equal(frozen(body).hash, wording)
  t.notMatch(body, /person\d@|p•••|ticked|2030/)
})

t.test('the topics that a wording shows are read from its own bytes, whatever their names say', async (t) => {
  const { house, wording } = await openApp(t)
  const text = await wordingText(house.database.sql, 'preferences', wording)
  t.same(topicsShownIn(text ?? ''), [1, 2, 3])
  t.equal(await wordingText(house.database.sql, 'preferences', castWording), null)
  const name = '<li data-topic="9">Repairs</li>'
  const brand = await theBrand(house.database.sql)
  const topics = [{ id: 4, slug: 'repairs', name, promise: name }]
  t.same(topicsShownIn(renderWording(preferencesWording(brand, topics, 'en'))), [4])
})

t.test('publishing again changes nothing; a new topic makes a new wording and the old one stays', async (t) => {
  const { house, wording } = await openApp(t)
  const { sql } = house.database
  t.same(await publishWordings(house, renderWording), { hash: wording, isNew: false })
  const before = await allWordings(sql)
  await sql.begin((tx) => insertTopic(tx, { slug: 'offers', name: 'Offers', promise: 'When something costs less.' }))
  const { hash, isNew } = await publishWordings(house, renderWording)
  t.equal(isNew, true)
  t.not(hash, wording)
  t.strictSame([...(await currentWordings(sql, 'preferences'))], [['en', hash]])
  const start = (await currentWordings(sql, 'sign-up')).get('en')
  t.notOk(
    before.some((each) => each.hash === start),
    'of the sign-up page too',
  )
  const old = before.map((each) => each.hash)
  t.same(
    (await allWordings(sql)).filter((each) => old.includes(each.hash)).map(({ hash, body }) => ({ hash, body })),
    before.map(({ hash, body }) => ({ hash, body })),
  )
  t.equal((await allWordings(sql)).filter(({ kind }) => kind === 'preferences').length, 2)
})

t.test('several processes that start at once publish one wording', async (t) => {
  const { house } = await openApp(t)
  const { sql } = house.database
  await sql.begin((tx) => insertTopic(tx, { slug: 'offers', name: 'Offers', promise: 'When something costs less.' }))
  const results = await Promise.all(Array.from({ length: 6 }, () => publishWordings(house, renderWording)))
  t.equal(new Set(results.map(({ hash }) => hash)).size, 1)
  t.equal(results.filter(({ isNew }) => isNew).length, 1)
})

t.test('the wording names no day, so it is the same tomorrow; it changes with the slot', async (t) => {
  const { house } = await openApp(t)
  const brand = await theBrand(house.database.sql)
  const one = renderWording(preferencesWording(brand, [], 'en'))
  t.equal(renderWording(preferencesWording(brand, [], 'en')), one)
  t.match(one, 'every Friday at 09:00')
  t.match(
    renderWording(preferencesWording({ ...brand, weeklySlot: { weekday: 1, time: '18:30' } }, [], 'en')),
    'every Monday at 18:30',
  )
})

async function visited(server: Parameters<typeof visitor>[0], url: string): Promise<ReturnType<typeof visitor>> {
  const visit = visitor(server)
  await visit.open(url)
  return visit
}

/** The pieces of text between tags. */
function texts(html: string): string[] {
  return html
    .split(/<[^>]*>/)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
}
