import t from 'tap'
import { keepInsights } from '../../src/actions/keep-insights.ts'
import { setBrand } from '../../src/actions/set-brand.ts'
import { openApp } from '../support/app.ts'
import { fitsSideways, newPage, phone, refusals, violationsOn } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { addCrowdedYear, yearEnd } from '../support/crowded-year.ts'
import { giveSession, signedIn } from '../support/staff.ts'

t.test(
  'the page of insights and the public one can be read by everybody, on phone and desk, light and dark',
  async (t) => {
    const app = await openApp(t)
    await setBrand(app.house, { promises: true, seenDays: 400, attestedDays: 380, languages: ['en', 'ar'] })
    await addCrowdedYear(app.house, 1_000, Math.floor((Date.now() - Date.parse(yearEnd)) / (7 * 86_400_000)))
    await keepInsights(app.house)
    const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
    const [browser, marketer] = [await openBrowser(t), await signedIn(app, 'marketer')]
    for (const look of [
      { colorScheme: 'light', viewport: phone },
      { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
    ] as const) {
      const page = await newPage(browser, look, true)
      const refused = refusals(page)
      await giveSession(page.context(), origin, marketer)
      for (const path of ['/admin/insights?lang=ar', '/admin/insights?lang=en', '/promises', '/promises?lang=ar']) {
        await page.goto(`${origin}${path}`)
        await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
        t.same(await violationsOn(page), [], `${path}, ${look.colorScheme}`)
        t.ok(await fitsSideways(page), `${path} needs no sideways scroll at ${look.viewport.width}`)
      }
      await page.goto(`${origin}/admin/insights`)
      t.equal(await page.locator('svg[role=img] > title').count(), 8, 'each chart says what it is')
      t.equal(await page.locator('svg + details table').count(), 8, 'and has a table behind it')
      const fill = "getComputedStyle(document.querySelector('rect.asked')).fill"
      t.equal(await page.evaluate(fill), look.colorScheme === 'light' ? 'rgb(11, 87, 164)' : 'rgb(125, 183, 255)')
      t.same(refused(), [], 'the policy refused nothing of ours')
      await page.context().close()
    }
  },
)
