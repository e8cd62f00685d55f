// From an empty database to a sent campaign in a real Chromium without script, on the very pages, worker and mailbox that
// `courtesy serve` opens. Only the first of the staff is named on the command line: whoever may do that owns the machine.
import type { Page } from 'playwright-core'
import t from 'tap'
import { arrived, newPage, phone, refusals } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { until } from '../support/bundled-server.ts'
import { moveClock } from '../support/database.ts'
import { openShop } from '../support/shop.ts'

/** Somebody at a browser, who presses what a page calls so. */
function at(page: Page) {
  const press = (role: 'link' | 'button') => async (name: string | RegExp) =>
    arrived(page, page.getByRole(role, { name }).first().click())
  return {
    page,
    follow: press('link'),
    press: press('button'),
    write: async (fields: Record<string, string>) => {
      for (const [label, words] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(words)
    },
    heading: () => page.getByRole('heading', { level: 1 }).textContent(),
    main: () => page.textContent('main'),
  }
}

/** Waits until a mail with that subject lies in the mailbox, and opens it. */
async function openMail(page: Page, origin: string, subject: string | RegExp): Promise<void> {
  const mail = page.getByRole('link', { name: subject })
  await until(async () => {
    await page.goto(`${origin}/mailbox`)
    return (await mail.count()) > 0
  })
  await arrived(page, mail.first().click())
}

t.test('from nothing to a campaign in a mailbox, in the browser alone', async (t) => {
  const { origin, url } = await openShop(t, 'ines@fern.example')
  const browser = await openBrowser(t)
  const ines = at(await newPage(browser, { viewport: { width: 1280, height: 800 } }))
  const ada = at(await newPage(browser, { viewport: phone }))
  const refused = refusals(ines.page)
  const todo = () => ines.page.locator('.steps li:not(.good)').count()

  await ines.page.goto(`${origin}/admin`)
  await ines.write({ 'Email address': 'ines@fern.example' })
  await ines.press('Email me a link')
  await openMail(ines.page, origin, /sign-in link/)
  await ines.follow(/\/staff\/sign-in\//)
  await ines.press('Sign in')
  t.equal(await ines.heading(), 'Four steps to a first campaign', 'signed in, where they wanted to go')
  t.equal(await todo(), 4)

  await ines.follow('Your brand')
  await ines.write({
    Name: 'Fern',
    'Postal address': '1 Mill Lane, Leeds LS1 1AA',
    'Reply address': 'hello@fern.example',
  })
  await ines.press('Save')
  t.match(await ines.page.getByRole('status').textContent(), 'Saved')
  await ines.follow('Today')
  t.equal(await todo(), 3)

  await ines.follow('One topic')
  await ines.write({ 'Short name': 'repairs', Name: 'Repairs', Promise: 'How to mend what you have.' })
  await ines.press('Add it')
  await ines.follow('Today')
  t.equal(await todo(), 1, 'with a brand and a topic there is a sign-up page')

  await ines.follow('One sign-up page')
  t.equal(ines.page.url(), `${origin}/start`)
  await ada.page.goto(`${origin}/start`)
  await ada.page.getByRole('checkbox', { name: 'Repairs' }).check()
  await ada.page.getByRole('radio', { name: 'As it happens' }).check()
  await ada.write({ 'Your email address': 'ada@example.com' })
  await ada.press('Email me to confirm')
  await openMail(ada.page, origin, /confirm/i)
  await ada.follow(/\/start\//)
  await ada.press('Yes, start')
  t.equal(await ada.heading(), 'You’re in.')

  await ines.page.goto(`${origin}/admin`)
  await ines.follow('A test to yourself')
  await ines.follow('Write a campaign')
  await ines.page.getByLabel('Topic').selectOption('repairs')
  await ines.write({
    Subject: 'Five ways to darn',
    'In short': 'Two minutes each.',
    Message: '# Five ways\n\nHello {{name|there}}.',
  })
  await ines.press('Save and see it')
  await ines.press('Send a test to hello@fern.example')
  t.match(await ines.page.getByRole('status').textContent(), 'test')
  await openMail(ada.page, origin, '[Test] Five ways to darn')
  await ines.follow('Today')
  t.equal(await ines.heading(), 'Today', 'all four steps are done')

  await ines.follow('Campaigns')
  await ines.follow('Five ways to darn')
  await ines.follow('Check who would get it')
  t.equal(await ines.page.locator('.figures .now dd').textContent(), '1')
  await ines.follow('Continue to send')
  await ines.write({ 'Type 1 to send': '1' })
  await ines.press('Send')
  t.match(await ines.main(), 'Held: ')
  await moveClock(url, '61 seconds')
  await openMail(ada.page, origin, /^Five ways to darn/)
  t.match(await ada.main(), 'Hello there.')
  await until(async () => {
    await ines.page.reload()
    return /1 handed over/.test((await ines.main()) ?? '')
  })
  t.match(await ines.main(), '1 handed over')
  t.same(refused(), [], 'the policy refused nothing of ours')
})
