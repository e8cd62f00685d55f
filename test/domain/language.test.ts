import fc from 'fast-check'
import t from 'tap'
import {
  allLanguages,
  languageFor,
  languageOf,
  mailLanguage,
  negotiated,
  offeredOne,
  parseLanguages,
  type Language,
} from '../../src/domain/language.ts'
import { Problem } from '../../src/domain/problem.ts'

const some = ['en', 'de', 'ar'] as const

t.test('a tag means a language by its first part', async (t) => {
  t.strictSame(['de', 'de-AT', 'DE', 'de_AT', 'cy', '', 'x-de', null].map(languageOf), [
    'de',
    'de',
    'de',
    null,
    null,
    null,
    null,
    null,
  ])
})

t.test('hers holds where the brand offers it, else the brand’s own', async (t) => {
  t.equal(languageFor('de-CH', some), 'de')
  t.equal(languageFor('fr', some), 'en')
  t.equal(languageFor(null, ['ar', 'en']), 'ar')
  t.equal(offeredOne('fr', some), null)
})

t.test('what a browser likes best of what is offered', async (t) => {
  const table: [string | undefined, Language | null][] = [
    [undefined, null],
    ['', null],
    ['de', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['en;q=0.5, ar', 'ar'],
    ['fr-FR, fr;q=0.9, de;q=0.7, en;q=0.3', 'de'],
    ['cy', null],
    ['cy, *;q=0.1', 'en'],
    ['*', 'en'],
    ['en;q=0, *', 'de'],
    ['de;q=0', null],
    ['de;q=0.001', 'de'],
    ['de ; q = 0.5 , en ;q=0.4', 'de'],
    ['de;q=1.000,en', 'de'],
    ['en,de', 'en'],
    ['de;q=2, ar', 'ar'],
    ['de;q=-1, ar;q=0.1', 'ar'],
    ['de;q=abc, en', 'en'],
    ['de;level=1;q=0.9, en;q=0.1', 'en'],
    [',;,q=1,,de', 'de'],
    ['ARABIC', null],
    ['AR-EG', 'ar'],
  ]
  for (const [header, language] of table) t.equal(negotiated(header, some), language, String(header))
})

t.test('any header whatever gives a language that is offered, or none', async () => {
  const header = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom('en', 'de', ',', ';q=', '0', '.5', '*', '-', ' ')).map((parts) => parts.join('')),
  )
  const offered = fc.subarray([...allLanguages], { minLength: 1 })
  fc.assert(
    fc.property(header, offered, (given, languages) => {
      const found = negotiated(given, languages)
      return found === null || languages.includes(found)
    }),
  )
})

t.test('a header of any length is read in no time that grows with it', async (t) => {
  t.equal(negotiated(`${'xx;q=0.1,'.repeat(100_000)}de`, some), null)
})

t.test('the languages of a brand are some of ours, each once, in the order given', async (t) => {
  t.same(parseLanguages('de, en'), ['de', 'en'])
  for (const given of ['', 'en,', 'en,cy', 'en,en', 'EN', 'en-GB', 'en;de']) {
    t.throws(
      () => parseLanguages(given),
      new Problem(
        'invalid-input',
        `--languages must be one or more of en, de, fr, es, ar, each once, your own first (given: "${given}")`,
      ),
    )
  }
})

t.test(
  'a mail speaks as it is written, else as she reads; its links say so only where her page would not know',
  async (t) => {
    const table: [(string | null)[], string | null, { language: string; linked: boolean }][] = [
      [[null], null, { language: 'en', linked: false }],
      [[null], 'de', { language: 'de', linked: false }],
      [[null], 'fr', { language: 'en', linked: false }],
      [['de'], null, { language: 'de', linked: true }],
      [['de'], 'de-AT', { language: 'de', linked: false }],
      [['de'], 'fr', { language: 'de', linked: true }],
      [['fr'], null, { language: 'fr', linked: false }],
      [['de', 'de'], null, { language: 'de', linked: true }],
      [['de', 'ar'], null, { language: 'en', linked: false }],
      [['de', null], 'ar', { language: 'ar', linked: false }],
      [[], 'ar', { language: 'ar', linked: false }],
    ]
    for (const [written, saved, spoken] of table) {
      t.same(mailLanguage(written, saved, some), spoken, `${written.join()} to ${saved}`)
    }
    t.same(mailLanguage(['en'], null, ['en']), { language: 'en', linked: false })
  },
)
