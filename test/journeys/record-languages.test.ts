import { readFileSync } from 'node:fs'
import t from 'tap'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import { setTopic } from '../../src/actions/set-topic.ts'
import { allLanguages, writingOf } from '../../src/domain/language.ts'
import { renderWording } from '../../src/render.ts'
import { openApp, visitor } from '../support/app.ts'
import { fern } from '../support/house.ts'
import { parsePage } from '../support/html.ts'
import { liveSomeWeeks, sessionOfHers } from '../support/life.ts'
import { recordStates } from '../support/record-states.ts'
import { takingCourier } from '../support/sending.ts'
import { unzipped } from '../support/zip.ts'

const languageOf = (html: string) => /<html lang="(\w+)" dir="(\w+)">/.exec(html)?.slice(1).join(' ')

/** Pages that are offered in all languages, with a topic that has German and Arabic words. */
async function inAll(t: Parameters<typeof openApp>[0]) {
  const brand = { ...fern, languages: [...allLanguages] }
  const app = await openApp(t, {}, { brand, courier: takingCourier().courier })
  await setTopic(app.house, 'repairs', 'de', { name: 'Reparaturen', promise: 'Wie man flickt, was man hat.' })
  await setTopic(app.house, 'repairs', 'ar', { name: 'الإصلاحات', promise: 'كيف تُصلح ما لديك.' })
  await publishWordings(app.house, renderWording)
  return app
}

/** Texts of a language that take no values, by key. */
function textsOf(language: string): Record<string, string> {
  const files = ['pages', 'record', 'history', 'receipt', 'download']
  const all = files.flatMap((file) => {
    const path = new URL(`../../src/domain/text/${language}/${file}.json`, import.meta.url)
    return Object.entries<string>(JSON.parse(readFileSync(path, 'utf8')))
  })
  return Object.fromEntries(all.filter(([, text]) => !text.includes('{') && text.length > 5))
}

t.test('no page of her record says anything in English to whom reads another language', async (t) => {
  const app = await inAll(t)
  const states = await recordStates(app)
  const english = textsOf('en')
  for (const language of allLanguages.filter((each) => each !== 'en')) {
    const own = textsOf(language)
    for (const { name, path, cookie } of states) {
      const here = `${name} ${language}`
      const headers = cookie === undefined ? {} : { cookie }
      const { body } = await app.server.inject({ url: `${path}?lang=${language}`, headers })
      const page = parsePage(body)
      t.strictSame(page.faults, [], here)
      t.equal(languageOf(body), `${language} ${writingOf(language).direction}`, here)
      // The frozen words of somebody's yes stand as she read them.
      const said = name === 'wording' ? '' : page.text
      const foreign = Object.keys(english).filter(
        (key) => english[key] !== own[key] && said.includes(english[key] ?? ''),
      )
      t.same(foreign, [], here)
      t.notMatch(said, /undefined|NaN|\{\w+\}/, here)
      if (name === 'receipt') t.notMatch(body, /<pre(?![^>]* dir="ltr")/, `${here}: proofs run as they are checked`)
      const ours = [...page.links.map(({ href }) => href), ...page.forms.map(({ action }) => action)]
      t.same(
        ours.filter((url) => url.startsWith('/') && !/[?&](?:amp;)?lang=/.test(url)),
        [],
        `${here}: every way on speaks it too`,
      )
    }
  }
})

t.test('a receipt and a download speak the language of the page that made them', async (t) => {
  const app = await inAll(t)
  const { id } = await liveSomeWeeks(app)
  const visit = visitor(app.server)
  visit.headers['cookie'] = await sessionOfHers(app.house, id)
  await visit.open('/me/history?lang=de')
  t.match(visit.page.text, 'Reparaturen')
  const receipt = visit.page.links.find(({ href }) => href.startsWith('/receipt/'))
  const alone = await app.server.inject({ url: (receipt?.href ?? '').replaceAll('&amp;', '&') })
  t.equal(languageOf(alone.body), 'de ltr', 'without her session too')
  await visit.open('/me/download?lang=ar')
  const [form] = visit.page.forms
  await visit.press(form?.buttons[0] ?? '')
  t.equal(languageOf(visit.html), 'ar rtl', 'ready')
  const file = visit.page.links.find(({ href }) => href.includes('.zip'))
  const url = (file?.href ?? '').replaceAll('&amp;', '&')
  const { rawPayload } = await app.server.inject({ url, headers: { cookie: visit.headers['cookie'] } })
  const files = await unzipped(rawPayload)
  const index = files.get('index.html') ?? ''
  t.equal(languageOf(index), 'ar rtl')
  t.match(index, 'الإصلاحات')
  const receipts = [...files].filter(([name]) => name.startsWith('receipts/'))
  t.ok(receipts.length > 0)
  t.ok(receipts.every(([, body]) => languageOf(body) === 'ar rtl'))
})
