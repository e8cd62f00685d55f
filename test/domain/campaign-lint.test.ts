import t from 'tap'
import { readBody } from '../../src/domain/campaign-body.ts'
import { lintCampaign } from '../../src/domain/campaign-lint.ts'
import { narrowed, notChosen } from '../../src/domain/narrowing.ts'
import { effectOf } from '../../src/domain/relationship.ts'
import { shortName } from '../../src/domain/short-name.ts'
import { instantOfWall, wallOf } from '../../src/domain/wall-time.ts'
import { yesTo } from '../support/cast.ts'

const lint = (source: string, more: Partial<Parameters<typeof lintCampaign>[0]> = {}) =>
  findingsIn(source, 'markdown', more).map(({ code }) => code)
function findingsIn(
  source: string,
  format: 'markdown' | 'html',
  more: Partial<Parameters<typeof lintCampaign>[0]> = {},
) {
  return lintCampaign({
    source,
    body: readBody(source, format),
    language: 'en',
    offered: ['en'],
    bytes: 5_000,
    ...more,
  })
}
const picture = `/picture/${'0'.repeat(64)}.png`

t.test('what is worth a second look is found, and nothing else', async (t) => {
  t.same(
    lint('# Hi\n\nHello {{name|there}}, [five ways to darn](https://fern.example). ![A sock](' + picture + ')'),
    [],
  )
  t.same(lint(`![](${picture})`), ['no-alt'])
  for (const words of ['click here', 'Click here!', 'here', 'Read more…', 'hier', 'En savoir plus', 'اضغط هنا']) {
    t.same(lint(`[${words}](https://fern.example)`), ['vague-link'], words)
  }
  t.same(lint('![A sock](https://elsewhere.example/a.png)'), ['foreign-picture'])
  t.same(lint('[all of it](javascript:alert(1))'), ['left-out'])
  t.same(lint('Words <b>and</b> more'), ['left-out'])
  t.same(lint('Write to <hello@fern.example> or <https://fern.example>'), [])
  t.same(lint('[our shop](/shop)'), ['own-link'])
  t.same(lint('Hello {{name}},'), ['bare-field'])
  t.same(lint('Hi', { bytes: 100_001 }), ['heavy'])
  t.same(lint('Hi', { language: null, offered: ['en', 'de'] }), ['no-language'])
  t.same(lint('Hi', { language: null }), [])
})

t.test('the same is found in a design, and what is left out of it is told by name', async (t) => {
  const codes = (source: string, more = {}) => findingsIn(source, 'html', more).map(({ code }) => code)
  const what = (source: string) => findingsIn(source, 'html').map((found) => found.what)
  const own = `<img src="${picture}" alt="A sock" width="40">`
  t.same(
    codes(`<h1>Hi</h1><p>Hello {{name|there}}, <a href="https://fern.example">five ways to darn</a>.</p>${own}`),
    [],
  )
  t.same(codes(`<p>Words</p><img src="${picture}">`), ['no-alt'])
  t.same(codes('<a href="https://fern.example"><b>Click</b> here!</a>'), ['vague-link'])
  t.same(codes(`<a href="https://fern.example">${own}</a>`), [], 'a picture says where its link leads')
  t.same(codes('<a href="/shop">our shop</a>'), ['own-link'])
  t.same(codes('<p>Hello {{name}},</p>'), ['bare-field'])
  t.same(codes('<p>Hi</p>', { bytes: 100_001 }), ['heavy'])
  t.same(codes('<p>Hi</p>', { language: null, offered: ['en', 'de'] }), ['no-language'])
  t.same(codes(`<p>${'Notwithstanding aforementioned administrative responsibilities, '.repeat(8)}</p>`), [
    'hard-to-read',
  ])
  t.same(findingsIn('<p>Hi</p><img src="https://elsewhere.example/a.png" alt="A sock">', 'html'), [
    { code: 'foreign-picture', what: 'https://elsewhere.example/a.png' },
  ])
  t.same(findingsIn('<style>p{color:red}</style><p>Hi</p>', 'html'), [{ code: 'style-sheet', what: '1' }])
  t.same(
    what(
      '<script>1</script><p onclick="x" style="position:fixed">Hi</p><script>2</script><form><input></form><!-- x -->',
    ),
    ['1 × <!-- -->, 2 × <script>, 1 × onclick, 1 × position, 1 × <form>, 1 × <input>'],
  )
  t.same(what('<a href="javascript:alert(1)">all of it</a>'), ['javascript:alert(1)'])
})

t.test('a letter of officials is told from one to a friend', async (t) => {
  const easy = 'We mend socks. It takes two minutes. You need wool and a needle. Put the sock over a glass. '.repeat(3)
  const hard = 'Notwithstanding aforementioned considerations regarding administrative responsibilities, '.repeat(6)
  t.same(lint(easy), [])
  t.same(lint(hard), ['hard-to-read'])
  t.same(lint(hard, { language: 'ar' }), [])
  t.same(lint('Notwithstanding considerations'), [], 'a few words have no level')
})

t.test('a narrowing takes away and never gives, and hides no reason of theirs', async (t) => {
  const listed = { listed: true, languages: null }
  const never = { kind: 'never', reason: 'stopped' } as const
  const later = { kind: 'later', reason: 'digest', until: new Date(0) } as const
  t.same(narrowed({ kind: 'now' }, { language: 'en' }, null, false), { kind: 'now' })
  t.same(narrowed({ kind: 'now' }, { language: 'en' }, listed, true), { kind: 'now' })
  t.same(narrowed(later, { language: 'en' }, listed, false), { kind: 'never', reason: notChosen })
  t.same(narrowed(never, { language: 'en' }, listed, false), never)
  t.same(narrowed(never, { language: 'en' }, listed, true), never)
  const german = { listed: false, languages: ['de'] }
  t.same(narrowed({ kind: 'now' }, { language: 'de' }, german, false), { kind: 'now' })
  for (const language of ['en', null]) {
    t.same(narrowed({ kind: 'now' }, { language }, german, false), { kind: 'never', reason: notChosen })
  }
})

t.test('a change counts once, as the gravest that it is', async (t) => {
  const before = yesTo([1, 2], 'digest-weekly')
  const stopped = { at: '2026-01-01T00:00:00.000Z', by: 'herself', reason: null } as const
  t.equal(effectOf(before, { ...before, stopped }, 1), 'stoppedAll')
  t.equal(effectOf(before, yesTo([2], 'digest-weekly'), 1), 'stoppedTopic')
  t.equal(effectOf(before, yesTo([1], 'digest-weekly'), 1), 'less')
  t.equal(effectOf(before, yesTo([1, 2], 'digest-monthly'), 1), 'less')
  t.equal(effectOf(before, yesTo([1, 2], 'as-it-happens'), 1), 'more')
  t.equal(effectOf(before, { ...before, language: 'de' }, 1), null)
})

t.test('a short name comes from the subject and is nobody else’s', async (t) => {
  t.equal(shortName('Five ways to darn!', new Set()), 'five-ways-to-darn')
  t.equal(shortName('Fünf Wege, É', new Set(['funf-wege-e'])), 'funf-wege-e-2')
  t.equal(shortName('خمس طرق', new Set(['campaign', 'campaign-2'])), 'campaign-3')
  t.equal(shortName('New', new Set()), 'new-2', 'where a campaign is written is no campaign')
  t.match(shortName('a '.repeat(200), new Set()), /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])$/)
})

t.test('a wall time is an instant in its zone, and back', async (t) => {
  t.equal(instantOfWall('2026-07-01T09:00', 'Europe/Berlin')?.toISOString(), '2026-07-01T07:00:00.000Z')
  t.equal(wallOf(new Date('2026-07-01T07:00:00Z'), 'Europe/Berlin'), '2026-07-01T09:00')
  t.equal(instantOfWall('2026-03-29T02:30', 'Europe/Berlin')?.toISOString(), '2026-03-29T01:30:00.000Z')
  for (const text of ['', '2026-02-30T09:00', '2026-07-01', '2026-07-01T25:00', 'tomorrow']) {
    t.equal(instantOfWall(text, 'UTC'), null, text)
  }
})
