import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { text, textDate, textList, textName, textTime, textWeekday } from '../../src/domain/catalogue.ts'
import type { TextKey } from '../../src/domain/catalogue.ts'
import { allLanguages } from '../../src/domain/language.ts'
import { Problem } from '../../src/domain/problem.ts'

const folder = new URL('../../src/domain/text/en/', import.meta.url)
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
const read = (name: string): Record<string, string> => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
const all = files.flatMap((name) => Object.entries(read(name)))

t.test('every text of every file is in the catalogue, once', async (t) => {
  t.ok(all.length > 60)
  t.equal(new Set(all.map(([key]) => key)).size, all.length, 'no key stands in two files')
  const values = new Proxy(
    {},
    {
      get: () => 1,
      has: () => true,
      getOwnPropertyDescriptor: () => ({ configurable: true, enumerable: true, value: 1 }),
    },
  )
  for (const [key] of all) t.type(text('en', key as TextKey, values), 'string', key)
})

t.test('every language says its own texts', async (t) => {
  for (const language of allLanguages) {
    const own = new URL(`../${language}/`, folder)
    const texts = files.flatMap((name) =>
      Object.entries<string>(JSON.parse(readFileSync(new URL(name, own), 'utf8')) as Record<string, string>),
    )
    const plain = texts.filter(([, message]) => !message.includes('{'))
    t.ok(plain.length > 150)
    for (const [key, message] of plain) t.equal(text(language, key as TextKey), message, `${language} ${key}`)
  }
})

t.test('an unknown key is refused, also one that every object has', async (t) => {
  for (const key of ['nothing.like.this', 'constructor', '__proto__']) {
    const problem = new Problem('not-found', `no text is called "${key}"; texts are kept in src/domain/text`)
    t.throws(() => text('en', key as TextKey), problem)
  }
})

t.test('a missing value is refused, not printed as a hole', async (t) => {
  t.throws(() => text('en', 'sentence.paused'))
})

t.test('numbers follow the plural rules, values are put in as they are', async (t) => {
  t.equal(text('en', 'sentence.other-topics', { count: 1 }), 'one other topic')
  t.equal(text('en', 'sentence.other-topics', { count: 12 }), '12 other topics')
  t.equal(text('en', 'sentence.paused', { date: '<{x}> & ’' }), 'You’ll get nothing until <{x}> & ’.')
})

t.test('a language that the catalogue lacks is served in English, text and dates alike', async (t) => {
  for (const locale of ['en', 'en-US', 'EN-gb', 'xx', 'cy', '', 'not a locale']) {
    t.equal(text(locale, 'sentence.topics', { count: 2 }), '2 topics', locale)
    t.equal(textDate(locale, new Date('2026-03-03T23:30:00Z'), 'UTC'), '3 March 2026')
  }
})

t.test('lists, dates and weekdays are written out', async (t) => {
  t.equal(textList('en', ['a', 'b', 'c']), 'a, b and c')
  t.equal(textList('en', ['a', 'b', 'c'], 'disjunction'), 'a, b or c')
  t.equal(textDate('en', new Date('2026-03-03T23:30:00Z'), 'Asia/Tokyo'), '4 March 2026')
  t.same(
    [1, 2, 3, 4, 5, 6, 7].map((day) => textWeekday('en', day).slice(0, 3)),
    ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  )
})

t.test('each language counts, lists and dates in its own way', async (t) => {
  const at = new Date('2026-03-03T23:30:00Z')
  const ways = {
    de: ['2 Themen', 'a, b und c', 'a, b oder c', '4. März 2026', '08:30', 'Freitag'],
    fr: ['2 thèmes', 'a, b et c', 'a, b ou c', '4 mars 2026', '08:30', 'vendredi'],
    es: ['2 temas', 'a, b y c', 'a, b o c', '4 de marzo de 2026', '08:30', 'viernes'],
    ar: ['موضوعين', 'a وb وc', 'a أو b أو c', '4 مارس 2026', '08:30', 'الجمعة'],
  }
  for (const [language, way] of Object.entries(ways)) {
    const said = [
      text(language, 'sentence.topics', { count: 2 }),
      textList(language, ['a', 'b', 'c']),
      textList(language, ['a', 'b', 'c'], 'disjunction'),
      textDate(language, at, 'Asia/Tokyo'),
      textTime(language, at, 'Asia/Tokyo'),
      textWeekday(language, 5),
    ]
    t.same(said, way, language)
  }
  const arabic = [0, 1, 2, 3, 11, 100].map((count) => text('ar', 'sentence.other-topics', { count }))
  t.equal(new Set(arabic).size, 6, arabic.join(', '))
})

t.test('Latin words inside an Arabic text keep together; nothing is put around others', async (t) => {
  t.equal(text('ar', 'page.stop.heading', { brand: 'Fern (UK)' }), 'إيقاف رسائل \u2068Fern (UK)\u2069')
  t.equal(text('ar', 'page.stop.heading', { brand: 'سرخس' }), 'إيقاف رسائل سرخس')
  t.equal(text('de', 'page.stop.heading', { brand: 'Fern' }), 'E-Mails von Fern beenden')
})

t.test('a topic is written small inside an English sentence, an abbreviation is not', async (t) => {
  t.equal(textName('en', 'New patterns'), 'new patterns')
  t.equal(textName('en', 'Éclairs'), 'éclairs')
  t.equal(textName('en', 'DIY'), 'DIY')
  t.equal(textName('en', 'iPhone tips'), 'iPhone tips')
  t.equal(textName('en', '修理'), '修理')
  t.equal(textName('de', 'Neue Muster'), 'Neue Muster')
  t.equal(textName('fr', 'Nouveaux patrons'), 'nouveaux patrons')
  t.equal(textName('es', 'Reparaciones'), 'reparaciones')
  t.equal(textName('en', ''), '')
})
