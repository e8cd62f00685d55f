// The marketer's desk in a real Chromium without script: what it takes by presses, and that everybody can use it.
import type { Page } from 'playwright-core'
import t from 'tap'
import { arrived, newPage, refusals } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { addCrowd, openDesk, workOn } from '../support/campaign-desk.ts'
import { moveClock } from '../support/database.ts'
import { writeCampaign } from '../support/sending.ts'
import { giveSession } from '../support/staff.ts'

const screen = { width: 1280, height: 800 }

/** A desk that listens, and somebody at it who counts presses: each link, button and choice is one. */
async function sitDown(t: Parameters<typeof openDesk>[0], javaScript = false) {
  const desk = await openDesk(t)
  await addCrowd(desk.house)
  const origin = await desk.server.listen({ host: '127.0.0.1', port: 0 })
  const browser = await openBrowser(t)
  const open = async (more: Parameters<typeof newPage>[1] = {}, script = javaScript) => {
    const page = await newPage(browser, { viewport: screen, ...more }, script)
    await giveSession(page.context(), origin, desk.marketer)
    return page
  }
  return { ...desk, origin, open }
}

function handsOn(page: Page) {
  const hands = {
    presses: 0,
    link: async (name: string | RegExp) => {
      hands.presses += 1
      await arrived(page, page.getByRole('link', { name }).first().click())
    },
    button: async (name: string | RegExp) => {
      hands.presses += 1
      await arrived(page, page.getByRole('button', { name }).first().click())
    },
    choose: async (label: string, option: string) => {
      hands.presses += 1
      await page.getByLabel(label).selectOption(option)
    },
  }
  return hands
}

/** Writes, checks and sends a campaign by presses alone. */
async function ideaToSent(page: Page, origin: string): Promise<number> {
  const hands = handsOn(page)
  hands.presses += 1
  await page.goto(`${origin}/admin/campaigns`)
  await hands.link('Write a campaign')
  await hands.choose('Topic', 'repairs')
  await page.getByLabel('Subject').fill('Five ways to darn')
  await page.getByLabel('In short').fill('Two minutes each.')
  await page.getByLabel('Message').fill('# Five ways\n\nHello {{name|there}}, here they are.')
  await hands.button('Save and see it')
  await hands.link('Check who would get it')
  await hands.link('Continue to send')
  await page.getByLabel(/^Type 7 to send/).fill('7')
  await hands.button('Send')
  return hands.presses
}

t.test('an idea is sent in seven presses without script, and why somebody was not reached takes two', async (t) => {
  const { house, parcels, origin, open } = await sitDown(t)
  const page = await open()
  const refused = refusals(page)
  t.equal(await ideaToSent(page, origin), 7)
  t.match(await page.textContent('main'), 'Held: ')
  await moveClock(house.database.url, '61 seconds')
  await workOn(house, 'five-ways-to-darn')
  t.equal(parcels.length, 7)
  await arrived(page, page.getByRole('link', { name: /^Refresh/ }).click())
  t.match(await page.textContent('main'), '7 handed over + 5 waiting')
  await page.goto(`${origin}/admin/campaigns`)
  const hands = handsOn(page)
  await hands.link('Five ways to darn')
  await page.getByLabel('Their email address').fill('mo@example.com')
  await hands.button('Look up')
  t.equal(hands.presses, 2)
  t.match(await page.textContent('main'), 'They get it later: in their next digest.')
  t.same(refused(), [], 'the policy refused nothing of ours')
})

t.test('the mail stands in the page in its own frame, which runs nothing', async (t) => {
  const { house, origin, open } = await sitDown(t)
  await writeCampaign(house, 'x', { body: '# Hello there\n\nWords.' })
  const page = await open({}, true)
  const refused = refusals(page)
  await page.goto(`${origin}/admin/campaigns/x?width=phone`)
  const frame = page.frameLocator('iframe')
  t.equal(await frame.locator('h1').textContent(), 'Hello there')
  t.equal(await page.locator('iframe').getAttribute('sandbox'), '')
  t.ok(((await page.locator('iframe').boundingBox())?.width ?? 999) <= 362)
  t.same(refused(), [])
})

t.test('with script the report tells by itself how far it is, and everything is as it is without', async (t) => {
  const { house, origin, open } = await sitDown(t)
  const page = await open({}, true)
  const refused = refusals(page)
  await ideaToSent(page, origin)
  await moveClock(house.database.url, '61 seconds')
  await workOn(house, 'five-ways-to-darn')
  // It opens itself anew once all is over, which is then without a script.
  await page.locator('script').waitFor({ state: 'detached' })
  t.match(await page.textContent('main'), '7 handed over + 5 waiting')
  t.same(
    refused().filter((what) => !what.includes('/report/live')),
    [],
  )
})

t.test('a wrong number is told before the field, and leads to it by keyboard', async (t) => {
  const { house, origin, open } = await sitDown(t)
  await writeCampaign(house, 'x')
  const page = await open()
  await page.goto(`${origin}/admin/campaigns/x/send`)
  await page.getByLabel(/^Type 7 to send/).fill('70')
  await arrived(page, page.keyboard.press('Enter'))
  t.match(await page.title(), /^Error: /)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  t.match(await page.evaluate<string>('document.activeElement.id'), 'confirm')
  t.equal(await page.getByLabel(/^Type 7 to send/).inputValue(), '70')
})
