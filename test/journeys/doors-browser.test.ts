// The doors by which she gets in, walked in a real Chromium on a phone, without JavaScript but for what looks at the page.
import type { Page } from 'playwright-core'
import t from 'tap'
import { personByAddress } from '../../src/store/people.ts'
import { choicesOf, tokenFor } from '../support/app.ts'
import { arrived, phone, violationsOn } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { openMailroom } from '../support/mailroom.ts'

type Test = Pick<typeof t, 'same' | 'ok'>

async function open(t: Parameters<typeof openMailroom>[0], colorScheme: 'light' | 'dark' = 'light') {
  const app = await openMailroom(t)
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  const browser = await openBrowser(t)
  // Axe needs scripts; the pages have none.
  const context = await browser.newContext({ viewport: phone, colorScheme })
  const page = await context.newPage()
  const refused: string[] = []
  page.on(
    'console',
    (message) => void (/Content.Security.Policy|Refused/i.test(message.text()) && refused.push(message.text())),
  )
  page.on('request', (request) => void (request.url().startsWith(origin) || refused.push(request.url())))
  return { ...app, origin, browser, context, page, refused }
}

/** What every page of the walk must be: no fault that axe finds, no sideways scroll, no script, thumb-sized buttons. */
async function isSound(t: Test, page: Page, name: string): Promise<void> {
  t.same(await violationsOn(page), [], name)
  t.ok(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'), name)
  const boxes = await Promise.all(
    (await page.locator('button, label.choice, .field input').all()).map((each) => each.boundingBox()),
  )
  t.ok(
    boxes.every((box) => (box?.height ?? 0) >= 44),
    `${name}: large enough for a thumb`,
  )
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent()

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`sign-up from the first page to her choices, in ${colorScheme}`, async (t) => {
    const { page, origin, house, work, newestLink, refused, context } = await open(t, colorScheme)
    await page.goto(`${origin}/start`)
    await isSound(t, page, 'start')
    t.equal(await page.locator(':checked').count(), 0, 'nothing is chosen for her')
    await arrived(page, page.getByRole('button', { name: 'Email me to confirm' }).click())
    t.match(await page.title(), /^Error: /)
    await isSound(t, page, 'what is missing')
    t.ok(
      await page.evaluate("document.activeElement.classList.contains('problems')"),
      'the list of errors has the focus',
    )
    await page.getByRole('link', { name: 'Choose how often' }).click()
    t.equal(await page.evaluate('document.activeElement.id'), 'pace-as-it-happens', 'and leads to the field')
    await page.getByRole('checkbox', { name: 'Repairs' }).check()
    await page.getByRole('radio', { name: 'One digest a week' }).check()
    await page.getByLabel('Your email address').fill('ada@example.com')
    await arrived(page, page.getByRole('button', { name: 'Email me to confirm' }).click())
    t.equal(await heading(page), 'Check your inbox.')
    await isSound(t, page, 'check your inbox')
    t.equal(await work(), 1)
    await page.goto(`${origin}${await newestLink()}`)
    t.equal(await heading(page), 'One last press.')
    await isSound(t, page, 'one last press')
    await arrived(page, page.getByRole('button', { name: 'Yes, start' }).click())
    t.equal(await heading(page), 'You’re in.')
    await isSound(t, page, 'you are in')
    await page.reload()
    t.equal(await heading(page), 'You’re in.', 'reloading does no harm')
    const her = await personByAddress(house.database.sql, 'ada@example.com')
    t.match(her?.choices, { topics: { 1: { answer: 'yes' } }, pace: 'digest-weekly' })
    await page.goto(`${origin}${await newestLink()}`)
    t.equal(await heading(page), 'This link was already used.')
    await isSound(t, page, 'used')
    t.same(refused, [])
    t.same(await context.cookies(), [])
  })

  t.test(`from an old link to a change that only a fresh one can make, in ${colorScheme}`, async (t) => {
    const { page, origin, house, newestLink, refused, context } = await open(t, colorScheme)
    const id = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
    await page.goto(`${origin}/p/${tokenFor(house, id, { daysAgo: 300 })}`)
    await isSound(t, page, 'old link')
    await arrived(page, page.getByRole('button', { name: 'Send me a fresh link' }).click())
    t.equal(await heading(page), 'A fresh link is on its way.')
    await isSound(t, page, 'on its way')
    await page.goto(`${origin}${await newestLink()}`)
    await isSound(t, page, 'fresh link')
    await arrived(page, page.getByRole('button', { name: 'Open my page' }).click())
    t.equal(page.url(), `${origin}/me`)
    t.equal(await heading(page), 'Your choices for ada@example.com')
    await isSound(t, page, 'her page')
    const [cookie] = await context.cookies()
    t.match(cookie, { name: 'courtesy', httpOnly: true, sameSite: 'Strict', path: '/' })
    await arrived(page, page.getByRole('button', { name: 'Stop everything' }).click())
    t.equal(await heading(page), 'Stopped. You’ll get nothing more from us.')
    await page.goto(`${origin}/me`)
    await isSound(t, page, 'her page after a stop')
    await page.getByRole('radio', { name: 'One digest a month' }).check()
    await arrived(page, page.getByRole('button', { name: 'Save my choices' }).click())
    t.equal(await heading(page), 'Saved.')
    t.match(await choicesOf(house, id), { stopped: null, pace: 'digest-monthly' })
    await page.goto(`${origin}/me`)
    await arrived(page, page.getByRole('button', { name: 'Close this page' }).click())
    t.equal(await heading(page), 'Your page is closed.')
    t.same(await context.cookies(), [])
    await page.goto(`${origin}/me`)
    t.equal(await heading(page), 'Your page is closed.')
    await isSound(t, page, 'closed')
    await arrived(page, page.getByRole('link', { name: 'Email me my link' }).click())
    await page.getByLabel('Your email address').fill('no address')
    await arrived(page, page.getByRole('button', { name: 'Email me my link' }).click())
    await isSound(t, page, 'no address')
    t.ok(await page.evaluate("document.activeElement.classList.contains('problems')"))
    t.same(refused, [])
  })
}

t.test(
  'the pages behind a fresh link and a confirmation do nothing by themselves, whatever a scanner’s browser runs',
  async (t) => {
    const { page, origin, house, work, newestLink } = await open(t)
    const id = await addPerson(house, 'ada@example.com', yesTo([1]))
    await page.goto(`${origin}/p/${tokenFor(house, id)}/fresh`)
    await arrived(page, page.getByRole('button', { name: 'Send me a fresh link' }).click())
    const fresh = await newestLink()
    await page.goto(`${origin}/start`)
    await page.getByRole('checkbox', { name: 'Events near you' }).check()
    await page.getByRole('radio', { name: 'One digest a week' }).check()
    await page.getByLabel('Your email address').fill('ada@example.com')
    await arrived(page, page.getByRole('button', { name: 'Email me to confirm' }).click())
    await work()
    const confirm = await newestLink()
    const posts: string[] = []
    page.on('request', (request) => void (request.method() === 'GET' || posts.push(request.url())))
    await page.clock.install()
    for (const path of [fresh, confirm]) {
      await page.goto(`${origin}${path}`)
      await page.clock.runFor(60_000)
      t.equal(await page.locator('script').count(), 0)
    }
    t.same(posts, [])
    t.notOk((await choicesOf(house, id)).topics[3])
    t.same(await page.context().cookies(), [])
  },
)

for (const colorScheme of ['light', 'dark'] as const) {
  t.test(`from a mail to correcting and erasing everything, in ${colorScheme}`, async (t) => {
    const { page, origin, house, newestLink, refused, context } = await open(t, colorScheme)
    const id = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
    await page.goto(`${origin}/p/${tokenFor(house, id)}/fresh`)
    await arrived(page, page.getByRole('button', { name: 'Send me a fresh link' }).click())
    await page.goto(`${origin}${await newestLink()}`)
    await arrived(page, page.getByRole('button', { name: 'Open my page' }).click())
    await arrived(page, page.getByRole('link', { name: 'Correct your details' }).click())
    await isSound(t, page, 'details')
    await page.getByLabel('Family name').fill('Quincefield')
    await page.getByLabel('Where your day begins').selectOption('Europe/Dublin')
    await arrived(page, page.getByRole('button', { name: 'Save my details' }).click())
    t.equal(await heading(page), 'Saved.')
    await isSound(t, page, 'details saved')
    await page.goto(`${origin}/me/details`)
    await page.getByLabel('New email address').fill('ada at example')
    await arrived(page, page.getByRole('button', { name: 'Change my address' }).click())
    t.match(await page.title(), /^Error: /)
    await isSound(t, page, 'no address')
    for (const path of ['/privacy', '/about-these-emails']) {
      await page.goto(`${origin}${path}`)
      await isSound(t, page, path)
    }
    await page.goto(`${origin}/me/erase`)
    await isSound(t, page, 'before an erasure')
    await arrived(page, page.getByRole('button', { name: 'Erase it all' }).click())
    t.equal(await heading(page), 'We’ve erased what we knew about this address.')
    await isSound(t, page, 'after it')
    t.same(await context.cookies(), [])
    t.equal(await personByAddress(house.database.sql, 'ada@example.com'), null)
    t.same(refused, [])
  })
}
