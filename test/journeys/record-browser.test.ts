import t from 'tap'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import { allLanguages } from '../../src/domain/language.ts'
import { renderWording } from '../../src/render.ts'
import { openApp } from '../support/app.ts'
import { phone, violationsOn } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { fern } from '../support/house.ts'
import { recordStates } from '../support/record-states.ts'
import { takingCourier } from '../support/sending.ts'

async function open(t: Parameters<typeof openApp>[0]) {
  const brand = { ...fern, languages: [...allLanguages] }
  const app = await openApp(t, {}, { brand, courier: takingCourier().courier })
  await publishWordings(app.house, renderWording)
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  const states = await recordStates(app)
  return { states, origin, browser: await openBrowser(t) }
}

t.test('no page of her record breaks WCAG 2.2 AA, opened up, on a phone, in light and in dark', async (t) => {
  const { states, origin, browser } = await open(t)
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport: phone, colorScheme })
    const page = await context.newPage()
    for (const { name, path, cookie } of states) {
      await page.setExtraHTTPHeaders(cookie === undefined ? {} : { cookie })
      const answer = await page.goto(`${origin}${path}`)
      t.equal(answer?.status(), 200, name)
      await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
      t.same(await violationsOn(page, colorScheme === 'light' ? 'whole' : 'colours'), [], `${name}, ${colorScheme}`)
      t.ok(await page.evaluate(fits), `${name} needs no sideways scroll`)
      await page.setViewportSize({ width: 320, height: 256 })
      t.ok(await page.evaluate(fits), `${name} at 400 %`)
      await page.evaluate("document.documentElement.dir = 'rtl'")
      t.ok(await page.evaluate(fits), `${name} from right to left`)
      await page.setViewportSize(phone)
    }
    await context.close()
  }
})

t.test(
  'her record stands on a phone in every language as it does in English, and in Arabic for everybody',
  async (t) => {
    const { states, origin, browser } = await open(t)
    const context = await browser.newContext({ viewport: phone })
    const page = await context.newPage()
    for (const language of allLanguages.filter((each) => each !== 'en')) {
      for (const { name, path, cookie } of states) {
        await page.setExtraHTTPHeaders(cookie === undefined ? {} : { cookie })
        await page.goto(`${origin}${path}?lang=${language}`)
        await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        t.equal(await page.evaluate('document.documentElement.lang'), language)
        t.ok(await page.evaluate(fits), `${name}, ${language}: no sideways scroll`)
        await page.setViewportSize({ width: 320, height: 256 })
        t.ok(await page.evaluate(fits), `${name}, ${language}, at 400 %`)
        await page.setViewportSize(phone)
        if (language !== 'ar') continue
        t.same(await violationsOn(page, 'but colours'), [], `${name}, ${language}`)
      }
    }
  },
)

t.test('without script she opens what is behind a press, and on paper a receipt is whole', async (t) => {
  const { states, origin, browser } = await open(t)
  const context = await browser.newContext({ viewport: phone, javaScriptEnabled: false })
  const page = await context.newPage()
  const at = async (name: string) => {
    const state = states.find((each) => each.name === name)
    await page.setExtraHTTPHeaders(state?.cookie === undefined ? {} : { cookie: state.cookie })
    await page.goto(`${origin}${state?.path}`)
  }
  await at('sent')
  const missed = page.getByText('Against moths')
  t.notOk(await missed.isVisible())
  await page.getByText('Show their subjects').click()
  t.ok(await missed.isVisible())
  const printer = await browser.newPage({ viewport: phone })
  await printer.goto(`${origin}${states.find(({ name }) => name === 'receipt')?.path}`)
  await printer.emulateMedia({ media: 'print' })
  t.ok(await printer.locator('.sentence').isVisible())
  t.equal(await printer.locator('.steps li').count(), 4)
  t.ok(await printer.locator('.steps pre').last().isVisible())
  const cut = await printer.evaluate(
    "[...document.querySelectorAll('pre')].some((each) => each.scrollWidth > each.clientWidth)",
  )
  t.notOk(cut, 'no line of the proof is cut')
})

const fits = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth'
