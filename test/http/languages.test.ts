import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import t from 'tap'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import { setTopic } from '../../src/actions/set-topic.ts'
import { allLanguages, writingOf } from '../../src/domain/language.ts'
import { Problem } from '../../src/domain/problem.ts'
import { renderWording } from '../../src/render.ts'
import { entryOf } from '../../src/store/ledger.ts'
import { personById } from '../../src/store/people.ts'
import { currentWordings, wordingText } from '../../src/store/wordings.ts'
import { openApp, tokenFor, visitor, type App } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { fern } from '../support/house.ts'
import { parsePage } from '../support/html.ts'
import { pageStates } from '../support/states.ts'

type Test = Parameters<typeof openApp>[0]

/** Pages that are offered in all languages, the first being `first`. */
async function inAll(t: Test, first: (typeof allLanguages)[number] = 'en'): Promise<App> {
  const languages = [first, ...allLanguages.filter((each) => each !== first)]
  const app = await openApp(t, { development: true }, { brand: { ...fern, languages } })
  await setTopic(app.house, 'repairs', 'de', { name: 'Reparaturen', promise: 'Wie man flickt, was man hat.' })
  await setTopic(app.house, 'repairs', 'ar', { name: 'الإصلاحات', promise: 'كيف تُصلح ما لديك.' })
  await publishWordings(app.house, renderWording)
  return app
}

/** What stands at an address that is sent as it is: a client that tidies it up would not ask for it. */
async function bodyOf(origin: string, path: string): Promise<string> {
  const { port } = new URL(origin)
  const asked = request({ host: '127.0.0.1', port, path })
  asked.end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return (await answer.setEncoding('utf8').toArray()).join('')
}

const languageOf = (html: string) => /<html lang="(\w+)" dir="(\w+)">/.exec(html)?.slice(1).join(' ')

t.test(
  'what the address asks for wins, then what she saved, then what her browser likes, then the brand’s own',
  async (t) => {
    const app = await inAll(t, 'fr')
    const table: [saved: string | null, asked: string, accepts: string | undefined, language: string][] = [
      [null, '', undefined, 'fr ltr'],
      [null, '', 'de-AT, en;q=0.5', 'de ltr'],
      [null, '', 'cy', 'fr ltr'],
      ['es', '', 'de', 'es ltr'],
      ['es-MX', '', 'de', 'es ltr'],
      ['cy', '', 'ar', 'ar rtl'],
      ['es', '?lang=de', 'ar', 'de ltr'],
      ['es', '?lang=ar', undefined, 'ar rtl'],
      ['es', '?lang=cy', 'de', 'es ltr'],
      ['es', '?lang=', 'de', 'es ltr'],
      ['es', '?lang=de&lang=ar', undefined, 'es ltr'],
      ['es', '?lang=constructor', undefined, 'es ltr'],
    ]
    for (const [index, [saved, asked, accepts, language]] of table.entries()) {
      const id = await addPerson(app.house, `p${index}@example.com`, yesTo([1], 'as-it-happens', { language: saved }))
      const headers = accepts === undefined ? {} : { 'accept-language': accepts }
      const { body } = await app.server.inject({ url: `/p/${tokenFor(app.house, id)}${asked}`, headers })
      t.equal(languageOf(body), language, `${saved} ${asked} ${accepts}`)
    }
    const home = await app.server.inject({ url: '/', headers: { 'accept-language': 'de' } })
    t.equal(languageOf(home.body), 'de ltr', 'a page about nobody too')
  },
)

t.test('a brand that offers one language speaks it, whatever is asked for, and names none', async (t) => {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1], 'as-it-happens', { language: 'de' }))
  const url = `/p/${tokenFor(app.house, id)}?lang=de`
  const { body } = await app.server.inject({ url, headers: { 'accept-language': 'ar' } })
  t.equal(languageOf(body), 'en ltr')
  t.notMatch(body, /[?&]lang=|hreflang/, 'no way to a language that is not there')
})

t.test('each page leads to itself in every language, by name, and keeps the rest of its address', async (t) => {
  const app = await inAll(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const path = `/p/${tokenFor(app.house, id)}`
  const { body } = await app.server.inject(`${path}?unchanged&lang=de`)
  const { links } = parsePage(body)
  const ways = allLanguages.filter((each) => each !== 'de').map((each) => writingOf(each).name)
  t.same(
    ways.map((name) => links.find(({ label }) => label === name)?.href.replaceAll('&amp;', '&')),
    ['en', 'fr', 'es', 'ar'].map((each) => `${path}?unchanged=&lang=${each}`),
  )
  t.match(body, '<li lang="de" dir="ltr"><b aria-current="true">Deutsch</b></li>')
  t.match(body, '<li lang="ar" dir="rtl"><a ')
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  for (const url of ['//evil.example/x', '/\\evil.example', '/nowhere?lang=fr', '/%ff']) {
    const hrefs = parsePage(await bodyOf(origin, url)).links.map(({ href }) => href)
    t.ok(hrefs.includes('/?lang=de'), url)
    t.notOk(
      hrefs.some((href) => /evil|nowhere|ff/.test(href)),
      'an address that is none of ours is in no link',
    )
  }
})

t.test('the language she asked for stays through every press and every link of hers', async (t) => {
  const app = await inAll(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
  const token = tokenFor(app.house, id, { topics: [1] })
  const visit = visitor(app.server)
  const isGerman = (what: string) => {
    t.match(visit.html, '<html lang="de" dir="ltr">', what)
    const ours = [...visit.page.links.map(({ href }) => href), ...visit.page.forms.map(({ action }) => action)]
    const without = ours.filter((url) => url.startsWith('/') && !/[?&](?:amp;)?lang=/.test(url))
    t.same(without, [], `${what}: every way on is German`)
  }
  await visit.open(`/p/${token}?lang=de`)
  isGerman('her page')
  t.match(visit.page.text, 'Sie bekommen E-Mails über Reparaturen und New patterns, sobald es etwas gibt.')
  visit.tick('pace', 'digest-weekly', true)
  await visit.press('Meine Wahl speichern')
  isGerman('the result')
  t.match(visit.page.text, 'Gespeichert. Sie bekommen eine Sammelmail in der Woche, jeden Freitag,')
  await visit.press('Rückgängig machen')
  isGerman('after Undo')
  t.equal(visit.page.headings[0], 'Rückgängig gemacht.')
  await visit.follow('Ihre ganze Wahl ansehen')
  await visit.press('30 Tage Pause')
  isGerman('paused')
  await visit.press('Auf 3 Monate verlängern')
  await visit.follow('Ihre ganze Wahl ansehen')
  await visit.press('Jetzt weitermachen')
  await visit.follow('Abbestellen')
  isGerman('the stop page')
  await visit.press('Nur „Reparaturen“ beenden')
  t.equal(visit.page.headings[0], 'Beendet. Sie bekommen keine E-Mails mehr über Reparaturen.')
  await visit.open(`/p/${token}/keep?lang=de`)
  isGerman('keep')
  await visit.open(`/p/${token}/why?lang=de`)
  isGerman('why')
  await visit.open(`/u/${tokenFor(app.house, id, { purpose: 'unsubscribe', topics: [2], delivery: id })}?lang=de`)
  isGerman('one-click')
  await visit.press('„New patterns“ beenden')
  isGerman('after one-click')
  await visit.open(`/p/${token}/slower?lang=de`)
  isGerman('an address that only takes presses leads to her page')
})

t.test('a failure is told in the language of the page that failed', async (t) => {
  const app = await inAll(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1], 'as-it-happens', { language: 'ar' }))
  const sent = { method: 'POST', url: `/p/${tokenFor(app.house, id)}`, payload: 'pace=x' } as const
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'de' }
  const answer = await app.server.inject({ ...sent, headers })
  t.equal(answer.statusCode, 422)
  t.equal(languageOf(answer.body), 'ar rtl')
  const nobody = await app.server.inject({ url: '/p/1abc', headers: { 'accept-language': 'de' } })
  t.match(parsePage(nobody.body).text, 'Diesen Link kennen wir nicht.')
})

t.test('each language has a wording of its own, and her yes rests on the one she saw', async (t) => {
  const app = await inAll(t)
  const { sql } = app.house.database
  const current = await currentWordings(sql, 'preferences')
  t.same([...current.keys()].toSorted(), [...allLanguages].toSorted())
  t.equal(new Set(current.values()).size, allLanguages.length)
  const arabic = (await wordingText(sql, 'preferences', current.get('ar') ?? '')) ?? ''
  t.match(arabic, '<html lang="ar" dir="rtl">')
  t.match(arabic, '<li data-topic="1">الإصلاحات: كيف تُصلح ما لديك.</li>')
  t.match(arabic, '<li data-topic="2">New patterns: What we have just drawn.</li>', 'the topic’s own words stand in')
  const id = await addPerson(app.house, 'ada@example.com', yesTo([2]))
  const visit = visitor(app.server)
  await visit.open(`/p/${tokenFor(app.house, id)}?lang=ar`)
  t.match(visit.html, `name="wording" value="${current.get('ar')}"`)
  visit.tick('topic', '1', true)
  await visit.press('حفظ خياراتي')
  const person = await personById(sql, id)
  t.equal(person?.choices.topics[1]?.basis?.wording, current.get('ar'))
  t.equal((await entryOf(sql, id, person?.entry ?? 0))?.body.includes(current.get('ar') ?? 'no'), true)
  t.equal(person?.choices.language, 'en', 'to look at a page in a language is not to choose one')
})

t.test('no page in any state says anything in English to whom reads another language', async (t) => {
  const app = await inAll(t)
  const states = await pageStates(app)
  const texts = (language: string) => {
    const folder = new URL(`../../src/domain/text/${language}/`, import.meta.url)
    return Object.fromEntries(
      readdirSync(folder).flatMap((file) =>
        Object.entries<string>(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))),
      ),
    )
  }
  const english = texts('en')
  for (const language of allLanguages.filter((each) => each !== 'en')) {
    const own = texts(language)
    const foreign = Object.keys(english).filter(
      (key) => english[key] !== own[key] && !/[{]/.test(english[key] ?? '') && (english[key] ?? '').length > 5,
    )
    for (const { name, path } of states) {
      const { body } = await app.server.inject(`${path}${path.includes('?') ? '&' : '?'}lang=${language}`)
      const page = parsePage(body)
      t.strictSame(page.faults, [], `${name} ${language}`)
      t.equal(languageOf(body), `${language} ${writingOf(language).direction}`, `${name} ${language}`)
      t.same(
        foreign.filter((key) => page.text.includes(english[key] ?? '')),
        [],
        `${name} ${language}`,
      )
      t.notMatch(page.text, /\b(?:undefined|null|NaN)\b|\{\w+\}/, `${name} ${language}`)
    }
  }
})

t.test('a hosted copy speaks as the message is written; what stands around it as it is asked for', async (t) => {
  const app = await inAll(t)
  const { sql } = app.house.database
  const id = '0f8fad5b-d9cb-469f-a165-70867728950e'
  await sql`
    insert into messages (id, topic, subject, in_short, sender, body, language)
    values (${id}, 1, 'خمس طرق', 'خمس طرق.', 'Fern <news@fern.example>', 'مرحبًا', 'ar')`
  await sql`insert into campaigns (message, slug, state, started_at) values (${id}, 'five', 'sent', instant())`
  const own = await app.server.inject(`/m/${id}`)
  t.equal(languageOf(own.body), 'ar rtl')
  t.match(own.body, 'عن الإصلاحات: كيف تُصلح ما لديك.')
  const german = await app.server.inject(`/m/${id}?lang=de`)
  t.equal(languageOf(german.body), 'de ltr')
  t.match(german.body, '<h1 lang="ar" dir="rtl"><bdi>خمس طرق</bdi></h1>')
  t.match(german.body, 'Über Reparaturen: Wie man flickt, was man hat.')
})

t.test('a topic’s words are set in one language at a time, whole, and never two topics under one name', async (t) => {
  const { house } = await openApp(t)
  const wrong: [() => Promise<unknown>, Problem][] = [
    [
      () => setTopic(house, 'nothing', null, { name: 'X' }),
      new Problem('not-found', 'there is no topic "nothing"; known: repairs, new-patterns, events'),
    ],
    [
      () => setTopic(house, 'repairs', 'cy', { name: 'Trwsio', promise: 'x' }),
      new Problem('invalid-input', '--language must be one of en, de, fr, es, ar (given: "cy")'),
    ],
    [
      () => setTopic(house, 'repairs', 'de', { name: 'Reparaturen' }),
      new Problem(
        'invalid-input',
        'repairs has no words in "de" yet, so give both --name and --promise; nothing was changed',
      ),
    ],
    [
      () => setTopic(house, 'repairs', null, {}),
      new Problem('invalid-input', 'give --name, --promise or both; nothing was changed'),
    ],
    [
      () => setTopic(house, 'repairs', null, { name: 'new patterns' }),
      new Problem('already-exists', 'the topic new-patterns is called “New patterns” already; nothing was changed'),
    ],
  ]
  for (const [act, problem] of wrong) await t.rejects(act(), problem)
  await setTopic(house, 'repairs', 'de', { name: 'Reparaturen', promise: 'Wie man flickt.' })
  const changed = await setTopic(house, 'repairs', 'de', { promise: 'Wie man flickt, was man hat.' })
  t.match(changed, {
    name: 'Repairs',
    translations: { de: { name: 'Reparaturen', promise: 'Wie man flickt, was man hat.' } },
  })
  t.match(await setTopic(house, 'repairs', null, { name: 'Mending' }), {
    name: 'Mending',
    translations: changed.translations,
  })
})
