import t from 'tap'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import { preferencesWording } from '../../src/domain/preferences-wording.ts'
import { frozen } from '../../src/domain/wording.ts'
import { renderWording } from '../../src/render.ts'
import { theBrand } from '../../src/store/brand.ts'
import { insertTopic } from '../../src/store/topics.ts'
import { allWordings, currentWording } from '../../src/store/wordings.ts'
import { openApp, tokenFor, visitor } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'

t.test('every word that her form says stands in the frozen wording, and nothing about her', async (t) => {
  const { house, server, wording } = await openApp(t)
  const paused = { from: '2026-01-01T00:00:00.000Z', until: '2030-01-01T00:00:00.000Z' }
  const id = await addPerson(house, 'ada@example.com', yesTo([1, 2], 'as-it-happens', { paused }))
  const { html } = await visited(server, `/p/${tokenFor(house, id)}`)
  const form = html.slice(html.indexOf('<form class="choices"'))
  const body = (await allWordings(house.database.sql)).find(({ hash }) => hash === wording)?.body ?? ''
  const words = texts(form.slice(0, form.indexOf('</form>'))).filter(
    (text) => !['Repairs', 'New patterns'].includes(text),
  )
  t.ok(words.length > 20)
  for (const text of words) t.ok(body.includes(text), text)
  t.match(form, `name="wording" value="${wording}"`)
  t.equal(frozen(body).hash, wording)
  t.notMatch(body, /ada@|a•••|ticked|2030/)
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
  t.equal(await currentWording(sql, 'preferences', 'en'), hash)
  t.same(
    (await allWordings(sql)).filter((each) => each.hash !== hash),
    before,
  )
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
