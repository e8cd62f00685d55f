import type { Page } from 'playwright-core'
import t from 'tap'
import { openQuestion } from '../../src/actions/questions.ts'
import { choicesOf, openApp, tokenFor } from '../support/app.ts'
import { arrived, phone, violationsOn } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { addPerson, yesTo } from '../support/cast.ts'

const use = { slug: 'use', text: 'How do you use our patterns?', why: 'It decides what we draw next.' }

async function open(t: Parameters<typeof openApp>[0]) {
  const app = await openApp(t)
  await openQuestion(app.house, use)
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  const browser = await openBrowser(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
  const page = await (await browser.newContext({ viewport: phone })).newPage()
  return { ...app, id, page, browser, url: `${origin}/p/${tokenFor(app.house, id)}` }
}

/** WCAG 2.2 AA, no sideways scroll, and buttons as large as a thumb, with everything unfolded. */
async function isSound(
  t: { same(a: unknown, b: unknown, name: string): unknown; ok(a: unknown, name: string): unknown },
  page: Page,
) {
  const name = await page.title()
  await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    t.same(await violationsOn(page, colorScheme === 'light' ? 'whole' : 'colours'), [], `${name}, ${colorScheme}`)
  }
  t.ok(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'), name)
  const boxes = await Promise.all((await page.locator('button, label.choice').all()).map((each) => each.boundingBox()))
  t.ok(
    boxes.every((box) => box !== null && box.height >= 44),
    `${name}: large enough for a thumb`,
  )
}

t.test('she answers, is told what was too long with the field one press away, changes and deletes', async (t) => {
  const { page, url, house } = await open(t)
  await page.goto(url)
  await page.getByLabel(use.text).fill('W'.repeat(2001))
  await arrived(page, page.getByRole('button', { name: 'Send' }).click())
  t.match(await page.title(), 'Error: Tell us')
  await isSound(t, page)
  await page.getByRole('link', { name: 'Make it 2,000 characters or fewer; it has 2,001.' }).click()
  const field = page.getByLabel(use.text)
  t.equal(await page.evaluate('document.activeElement.id || location.hash.slice(1)'), await field.getAttribute('id'))
  t.equal((await field.inputValue()).length, 2001)
  await field.fill('\n  For my grandson.\n\nHe wears it out.')
  await arrived(page, page.getByRole('button', { name: 'Send' }).first().click())
  t.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Thank you. Read by people, not scored.')
  t.equal(await page.locator(':checked').count(), 0)
  await isSound(t, page)
  await page.getByRole('group', { name: 'May we quote you?' }).getByLabel('Yes, without my name').check()
  await arrived(page, page.getByRole('button', { name: 'Save about quoting' }).click())
  t.match(await house.database.sql`select text, may_quote, wants_reply from answers`, [
    { text: 'For my grandson.\n\nHe wears it out.', may_quote: 'no_name', wants_reply: false },
  ])
  await page.getByText('Change or delete').click()
  await arrived(page, page.getByRole('button', { name: 'Delete this' }).click())
  t.match(await page.getByRole('status').textContent(), 'Deleted.')
  t.same(await house.database.sql`select * from answers`, [])
})

t.test('by keyboard she stops first, and only then finds a place for why, which she may leave empty', async (t) => {
  const { page, url, id, house } = await open(t)
  await page.goto(`${url}/stop`)
  t.equal(await page.locator('textarea, input:not([type=hidden])').count(), 0)
  await arrived(page, page.getByRole('button', { name: 'Stop everything' }).press('Enter'))
  t.ok((await choicesOf(house, id)).stopped)
  const undo = await page.getByRole('button', { name: 'Undo' }).boundingBox()
  const why = await page.getByRole('group', { name: 'If you want to say why (optional)' }).boundingBox()
  t.ok((undo?.y ?? 0) < (why?.y ?? 0), 'it stands below the result')
  await isSound(t, page)
  await page.getByLabel('Too many emails').press('Space')
  await arrived(page, page.getByRole('button', { name: 'Send' }).press('Enter'))
  t.match(await page.getByRole('status').textContent(), 'Thank you. Read by people, not scored.')
  t.match(await house.database.sql`select reason, text from answers`, [{ reason: 'too_many', text: '' }])
  await isSound(t, page)
})
