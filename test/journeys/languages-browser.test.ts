import type { Page } from 'playwright-core'
import t from 'tap'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import { setTopic } from '../../src/actions/set-topic.ts'
import { allLanguages } from '../../src/domain/language.ts'
import { renderWording } from '../../src/render.ts'
import { openApp } from '../support/app.ts'
import { arrived, fitsSideways, newPage, phone, refusals, violationsOn } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { fern } from '../support/house.ts'
import { inTurn } from '../support/in-turn.ts'
import { pageStates } from '../support/states.ts'

/** Pages in every language that really listen, and a real Chromium. */
async function open(t: Parameters<typeof openApp>[0]) {
  const app = await openApp(t, { development: true }, { brand: { ...fern, languages: allLanguages } })
  await setTopic(app.house, 'repairs', 'ar', { name: 'الإصلاحات', promise: 'كيف تُصلح ما لديك.' })
  await setTopic(app.house, 'new-patterns', 'ar', { name: 'الأنماط الجديدة', promise: 'ما رسمناه للتو.' })
  await publishWordings(app.house, renderWording)
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  const browser = await openBrowser(t)
  const states = (await pageStates(app)).map(({ name, path }) => ({
    name,
    urlIn: (language: string) => `${origin}${path}${path.includes('?') ? '&' : '?'}lang=${language}`,
  }))
  return { browser, states }
}

// Looking at a page changes nothing, so all tests share one set of states.
const { browser, states } = await open(t)

t.test(
  'in every language each page stands on a phone; Arabic, and hers in all, break WCAG 2.2 AA in nothing',
  async (t) => {
    const page = await newPage(browser, {}, true)
    const refused = refusals(page)
    for (const [turn, language] of allLanguages.entries()) {
      // A page is made of the same parts in every language: from left to right each is looked at in one or two of them.
      const looked = language === 'ar' ? states : inTurn(states, turn)
      const whole = new Set(inTurn(states, turn).map(({ name }) => name))
      for (const { name, urlIn } of looked) {
        const here = `${name}, ${language}`
        await page.goto(urlIn(language))
        t.ok(await fitsSideways(page), `${here}: no sideways scroll`)
        const said = await page.evaluate('[document.documentElement.lang, getComputedStyle(document.body).direction]')
        t.same(said, [language, language === 'ar' ? 'rtl' : 'ltr'])
        if (/^her-page|^paused/.test(name)) await seenAtOnce(t, page, here)
        // Its colours are those of the English page, which is looked at whole.
        const asked = (language === 'ar' && whole.has(name)) || name === 'her-page-from-a-mail'
        if (asked) t.same(await violationsOn(page, 'but colours'), [], here)
      }
    }
    t.same(refused(), [], 'the policy refused nothing of ours')
  },
)

t.test('Arabic begins on the right; another language is one press away', async (t) => {
  const page = await newPage(browser, {}, true)
  await page.goto(states[0]?.urlIn('ar') ?? '')
  const side = (name: string) =>
    page.evaluate(`getComputedStyle(document.querySelector('.sentence')).border${name}Width`)
  t.same([await side('Right'), await side('Left')], ['4px', '0px'], 'the bar stands where her sentence begins')
  const heading = await page.getByRole('heading', { level: 1 }).boundingBox()
  t.ok((heading?.x ?? 0) + (heading?.width ?? 0) > phone.width / 2)
  await arrived(page, page.getByRole('link', { name: 'Deutsch' }).click())
  t.equal(await page.evaluate('document.documentElement.lang'), 'de')
  t.match(await page.getByRole('heading', { level: 1 }).textContent(), 'Ihre Wahl für')
})

/** The three buttons of her row: all in sight on a phone, of one size, large enough for a thumb. */
async function seenAtOnce(t: Pick<Tap, 'ok' | 'equal'>, page: Page, here: string): Promise<void> {
  const row = await page.locator('.row button').all()
  const boxes = await Promise.all(row.slice(-3).map((button) => button.boundingBox()))
  t.equal(boxes.length, 3, here)
  t.ok(
    boxes.every((box) => box !== null && box.height >= 44 && box.y + box.height <= phone.height),
    `${here}: seen at once: ${JSON.stringify(boxes)}`,
  )
  t.equal(new Set(boxes.map((box) => `${Math.round(box?.width ?? 0)}x${Math.round(box?.height ?? 0)}`)).size, 1, here)
}
type Tap = typeof t
