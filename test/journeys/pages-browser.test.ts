import type { Page } from 'playwright-core'
import t from 'tap'
import { choicesOf, openApp, tokenFor } from '../support/app.ts'
import { openBrowser } from '../support/browser.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { arrived, fitsSideways, newPage, phone, refusals, violationsOn } from '../support/browser-page.ts'
import { inTurn } from '../support/in-turn.ts'
import { pageStates } from '../support/states.ts'

/** Pages that really listen, a real Chromium, and one person with her link. */
async function open(t: Parameters<typeof openApp>[0]) {
  const app = await openApp(t, { development: true, mailbox: null })
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  const browser = await openBrowser(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
  return { ...app, origin, browser, id, url: `${origin}/p/${tokenFor(app.house, id, { topics: [1] })}` }
}

// Looking at a page changes nothing, so all that only look share one set of states.
const { browser, origin, url: herUrl, ...app } = await open(t)
const states = await pageStates(app)

t.test('no page in any state breaks WCAG 2.2 AA, in light and in dark, on a phone', async (t) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await newPage(browser, { colorScheme }, true)
    const refused = refusals(page)
    // What differs in the dark are the colours, which are named once in one stylesheet.
    for (const { name, path } of colorScheme === 'light' ? states : inTurn(states, 0)) {
      await page.goto(`${origin}${path}`)
      t.same(await violationsOn(page, colorScheme === 'light' ? 'whole' : 'colours'), [], `${name}, ${colorScheme}`)
      t.ok(await fitsSideways(page), `${name} needs no sideways scroll`)
    }
    t.same(refused(), [], 'the policy refused nothing of ours, and nothing was asked of anybody else')
    await page.context().close()
  }
})

t.test('a press on each of the three is seen without scrolling, and all have the same size', async (t) => {
  const hers = states.filter(({ name }) => /^her-page|^paused/.test(name))
  const page = await newPage(browser)
  for (const address of [herUrl, ...hers.map(({ path }) => `${origin}${path}`)]) {
    await page.goto(address)
    const boxes = await Promise.all(
      (await page.locator('.row button').all()).slice(-3).map((button) => button.boundingBox()),
    )
    t.equal(boxes.length, 3)
    t.ok(
      boxes.every((box) => box !== null && box.y + box.height <= phone.height),
      `seen at once: ${JSON.stringify(boxes)}`,
    )
    t.equal(new Set(boxes.map((box) => `${Math.round(box?.width ?? 0)}x${Math.round(box?.height ?? 0)}`)).size, 1)
    t.ok(boxes.every((box) => (box?.height ?? 0) >= 44))
  }
})

t.test('every button is large enough for a thumb', async (t) => {
  const page = await newPage(browser)
  for (const { name, path } of states) {
    await page.goto(`${origin}${path}`)
    const boxes = await Promise.all(
      (await page.locator('button:visible, label.choice:visible, .button:visible').all()).map((each) =>
        each.boundingBox(),
      ),
    )
    t.ok(
      boxes.every((box) => (box?.height ?? 0) >= 44 && (box?.width ?? 0) >= 44),
      name,
    )
  }
})

t.test('magnified four times, with wider spacing or with text twice as large, nothing scrolls sideways', async (t) => {
  const page = await newPage(browser, { viewport: { width: 320, height: 256 } }, true)
  for (const { name, path } of states) {
    await page.goto(`${origin}${path}`)
    t.ok(await fitsSideways(page), name)
    // WCAG 2.2, 1.4.12 and 1.4.4, set through the object model, which the policy for styles does not govern.
    await page.evaluate(`for (const each of document.querySelectorAll('*')) Object.assign(each.style, {
      lineHeight: '1.5', letterSpacing: '0.12em', wordSpacing: '0.16em' })`)
    t.ok(await fitsSideways(page), `${name} with wider spacing`)
  }
  await page.setViewportSize({ width: 640, height: 512 })
  for (const { name, path } of states) {
    await page.goto(`${origin}${path}`)
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    t.ok(await fitsSideways(page), `${name} with text twice as large`)
  }
})

t.test('from right to left nothing is cut either', async (t) => {
  const page = await newPage(browser, {}, true)
  for (const { name, path } of states) {
    await page.goto(`${origin}${path}`)
    await page.evaluate("document.documentElement.dir = 'rtl'")
    t.ok(await fitsSideways(page), name)
  }
})

t.test('without JavaScript she saves, undoes and stops, in as few presses as promised', async (t) => {
  const { browser, house, id, url } = await open(t)
  const page = await newPage(browser)
  await page.goto(url)
  await page.getByLabel('One digest a week').check()
  await arrived(page, page.getByRole('button', { name: 'Save my choices' }).click())
  t.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Saved.')
  t.equal((await choicesOf(house, id)).pace, 'digest-weekly')
  await arrived(page, page.getByRole('button', { name: 'Undo' }).click())
  t.equal((await choicesOf(house, id)).pace, 'as-it-happens')
  t.match(await page.getByRole('status').textContent(), 'Put back.')
  await page.goto(`${url}/stop`)
  await arrived(page, page.getByRole('button', { name: 'Stop everything' }).click())
  t.match(await page.title(), 'Stopped. You’ll get nothing more from us. – Fern')
  t.ok((await choicesOf(house, id)).stopped)
  await page.reload()
  await page.goBack()
  await page.goForward()
  t.ok((await choicesOf(house, id)).stopped, 'reloading and going back and forth does no harm')
  t.same(await page.context().cookies(), [])
})

t.test('going back after Stop and Undo shows what holds, not what was', async (t) => {
  const { browser, url } = await open(t)
  const page = await newPage(browser)
  await page.goto(url)
  await arrived(page, page.getByRole('button', { name: 'Stop everything' }).click())
  await arrived(page, page.getByRole('button', { name: 'Undo' }).click())
  await page.goBack()
  t.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Your choices for a•••@example.com')
  t.notMatch(await page.title(), 'Stopped')
})

t.test('of two windows neither wins silently, and the page that says so breaks WCAG 2.2 AA in nothing', async (t) => {
  const { browser, house, id, url } = await open(t)
  const [one, other] = [await newPage(browser, {}, true), await newPage(browser)]
  await one.goto(url)
  await other.goto(url)
  await arrived(other, other.getByRole('button', { name: 'Stop “Repairs”' }).click())
  await one.getByLabel('One digest a week').check()
  await arrived(one, one.getByRole('button', { name: 'Save my choices' }).click())
  t.equal(await one.getByRole('heading', { level: 1 }).textContent(), 'Your choices changed meanwhile.')
  t.same(await violationsOn(one), [])
  t.ok(await fitsSideways(one))
  t.notOk(await one.getByRole('checkbox', { name: 'Repairs' }).isChecked())
  t.match(await choicesOf(house, id), { pace: 'as-it-happens', topics: { 1: { answer: 'no' } } })
})

t.test('with the keyboard alone she skips to the page, chooses and saves, and always sees where she is', async (t) => {
  const { browser, house, id, url } = await open(t)
  const page = await newPage(browser, {}, true)
  await page.goto(url)
  await page.keyboard.press('Tab')
  t.equal(await focused(page), 'Skip to the page')
  await page.keyboard.press('Enter')
  const seen: string[] = []
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press('Tab')
    const name = await focused(page)
    if (name === '') break
    seen.push(name)
    t.ok(await isMarked(page), `${name} shows that it is focused`)
    if (name === 'New patterns') await page.keyboard.press('Space')
    if (name === 'As it happens') await page.keyboard.press('ArrowDown')
    if (name === 'Save my choices') {
      await arrived(page, page.keyboard.press('Enter'))
      break
    }
  }
  t.match(seen, ['Stop “Repairs”', 'One digest a month', 'Pause 30 days', 'Stop everything'])
  await page.getByRole('heading', { name: 'Saved.' }).waitFor()
  const { pace, topics } = await choicesOf(house, id)
  t.match({ pace, topics }, { pace: 'digest-weekly', topics: { 1: { answer: 'yes' }, 2: { answer: 'no' } } })
})

t.test('an open page does nothing by itself, whatever a scanner’s browser runs', async (t) => {
  const { browser, house, id, url } = await open(t)
  const page = await newPage(browser, {}, true)
  const posts: string[] = []
  page.on('request', (request) => void (request.method() === 'GET' || posts.push(request.url())))
  await page.clock.install()
  await page.goto(`${url}/stop`)
  await page.clock.runFor(60_000)
  t.same(posts, [])
  t.same((await choicesOf(house, id)).stopped, null)
  t.equal(await page.locator('script').count(), 0)
})

t.test('on paper her sentence stays, and buttons do not', async (t) => {
  const { browser, url } = await open(t)
  const page = await newPage(browser)
  await page.goto(url)
  await page.emulateMedia({ media: 'print' })
  t.ok(await page.locator('.sentence').isVisible())
  t.notOk(await page.getByRole('button', { name: 'Save my choices' }).isVisible())
})

t.test('with forced colours what is chosen is still marked', async (t) => {
  const { browser, url } = await open(t)
  const page = await newPage(browser, { forcedColors: 'active' }, true)
  await page.goto(url)
  const width = await page.evaluate("getComputedStyle(document.querySelector('.choice:has(:checked)')).outlineWidth")
  t.equal(width, '2px')
})

/** The accessible name of what has the focus, near enough: its label's or its own first line. */
async function focused(page: Page): Promise<string> {
  return page.evaluate(`(() => {
    const each = document.activeElement
    if (!each || each === document.body) return ''
    const named = each.labels?.[0]?.querySelector('b') ?? each.labels?.[0] ?? each
    return named.textContent.trim()
  })()`)
}

/** Whether it, or the row it stands in, is outlined. */
async function isMarked(page: Page): Promise<boolean> {
  return page.evaluate(`[document.activeElement, document.activeElement.closest('label')].some(
    (each) => each && getComputedStyle(each).outlineStyle === 'solid')`)
}
