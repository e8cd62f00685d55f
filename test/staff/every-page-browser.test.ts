// Each page that the staff has, in a real Chromium: for everybody's eyes, at every width, by keyboard, in both directions.
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { openApp } from '../support/app.ts'
import { arrived, fitsSideways, newPage, openState, phone, refusals, violationsOn } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { deskStates } from '../support/desk-states.ts'
import { marketerStates } from '../support/marketer-states.ts'
import { inTurn } from '../support/in-turn.ts'
import { firstStepsState, halfSetUp, officeStates } from '../support/office-states.ts'
import { recordStates } from '../support/record-states.ts'
import { takingCourier } from '../support/sending.ts'

const screen = { width: 1280, height: 800 }

/** What answers to GET and is no page: why, so that nothing is left out by mistake. */
const noPages: Readonly<Record<string, string>> = {
  '/staff/sign-out': 'leads to the start',
  '/staff/sign-in/:link': 'is the sign-in, once more',
  '/admin/campaigns/:slug/mail': 'is the mail itself, inside a page',
  '/admin/campaigns/:slug/why': 'leads to the campaign: an address is looked up by a press',
  '/admin/campaigns/:slug/report/live': 'is the numbers of the report as they come',
  '/audit/person/:id/proof': 'leads to the person',
  '/audit/export/:entry/file': 'is a file',
  '/audit/wording/:hash/as-stored': 'is the text that was shown, which is no page of ours any more',
}

/** Pages with numbers that come by themselves where there is script, and by a link where there is none. */
const live = new Set(['desk-scheduled'])

/** Every address under which the staff's server answers to GET. */
function staffRoutes(server: FastifyInstance): string[] {
  const parents: string[] = []
  return server
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', part = '', methods = ''] = /^(.*?[├└]── )(\S+) \((.*)\)$/.exec(line) ?? []
      const depth = indent.length / 4
      parents[depth] = `${parents[depth - 1] ?? ''}${part}`
      const route = `/${parents[depth] ?? ''}`.replace('//', '/')
      return /\bGET\b/.test(methods) && /^\/(?:admin|audit|staff)(?:\/|$)/.test(route) ? [route] : []
    })
}

function isOf(route: string, path: string): boolean {
  return new RegExp(`^${route.replaceAll(/:\w+/g, '[^/]+')}$`).test(path.split('?')[0] ?? '')
}

async function allStates(t: Parameters<typeof openApp>[0]) {
  const { courier } = takingCourier()
  const app = await openApp(t, { desk: { senders: halfSetUp } }, { courier })
  await recordStates(app)
  const audit = await deskStates(app)
  const states = [...audit, ...(await marketerStates(app)), ...(await officeStates(app))]
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  const bare = await openApp(t, {}, { brand: null })
  const first = { ...(await firstStepsState(bare)), origin: await bare.server.listen({ host: '127.0.0.1', port: 0 }) }
  const staffs = states.filter(({ path }) => !path.startsWith('/verify'))
  return { app, states: [...staffs.map((state) => ({ ...state, origin })), first] }
}

/** What on a page cannot be reached or seen by keyboard, or not be sent by Enter. */
const keyboardFaults = `(() => {
  for (const each of document.querySelectorAll('details')) each.open = true
  const all = [...document.querySelectorAll('a[href], button, summary, input:not([type=hidden]), select, textarea, [tabindex="0"]')]
  const faults = [...document.querySelectorAll('[tabindex]')].filter((each) => each.tabIndex > 0).map((each) => 'out of order: ' + each.outerHTML)
  if (!all[0]?.matches('.skip')) faults.push('the first is not the way past the frame')
  for (const each of all) {
    each.focus()
    const { outlineStyle, outlineWidth } = getComputedStyle(each)
    if (document.activeElement !== each) faults.push('cannot be reached: ' + each.outerHTML)
    else if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2) faults.push('focus cannot be seen: ' + each.outerHTML)
  }
  for (const form of document.forms) if (form.querySelectorAll('button:not([type=button])').length !== 1) faults.push('no one button: ' + form.action)
  return faults
})()`

t.test('every page of the staff', async (t) => {
  const { app, states } = await allStates(t)
  t.test('is one that is looked at here', async (t) => {
    const routes = staffRoutes(app.server)
    t.ok(routes.length > 45, 'the routes were found')
    const missing = routes.filter(
      (route) => noPages[route] === undefined && !states.some(({ path }) => isOf(route, path)),
    )
    t.same(missing, [], 'add a state of it to test/support/office-states.ts or its neighbours')
    t.same(
      Object.keys(noPages).filter((route) => !routes.includes(route)),
      [],
    )
  })
  const page = await newPage(await openBrowser(t), { viewport: screen }, true)
  const refused = refusals(page)
  t.test('is for all eyes, fits, and needs neither mouse nor script', async (t) => {
    // The colours are of one stylesheet, and those of the dark are named once.
    const turns = new Set(inTurn(states, 1).map(({ name }) => name))
    for (const { name, origin, ...state } of states) {
      await page.emulateMedia({ colorScheme: 'light' })
      await page.setViewportSize(screen)
      t.ok(await openState(page, origin, { name, ...state }, 'en'), name)
      t.same(await violationsOn(page), [], name)
      t.ok(await fitsSideways(page), `${name} fits a desk`)
      t.same(await page.evaluate(keyboardFaults), [], name)
      t.equal(await page.locator('script').count(), live.has(name) ? 1 : 0, `${name} runs nothing`)
      await page.emulateMedia({ colorScheme: 'dark' })
      await page.setViewportSize(phone)
      t.ok(await fitsSideways(page), `${name} fits a phone`)
      if (turns.has(name)) t.same(await violationsOn(page, 'colours'), [], `${name}, dark`)
    }
  })
  t.test('is as good from right to left', async (t) => {
    const turns = new Set(inTurn(states, 0).map(({ name }) => name))
    for (const { name, origin, ...state } of states) {
      t.ok(await openState(page, origin, { name, ...state }, 'ar'), name)
      t.same(await page.evaluate('[document.documentElement.lang, document.documentElement.dir]'), ['ar', 'rtl'])
      t.ok(await fitsSideways(page), `${name} fits a phone`)
      // The rules are the same in every language; what differs is what fits.
      if (turns.has(name)) t.same(await violationsOn(page, 'but colours'), [], name)
      await page.setViewportSize(screen)
      t.ok(await fitsSideways(page), `${name} fits a desk`)
      await page.setViewportSize(phone)
    }
  })
  t.test('lets a keyboard past its frame, and goes on from field to field', async (t) => {
    const compose = states.find(({ name }) => name === 'desk-compose')
    if (compose === undefined) throw new Error('there is no page to write a campaign')
    await page.setViewportSize(screen)
    await openState(page, compose.origin, compose, 'en')
    await page.keyboard.press('Tab')
    t.match(await page.evaluate('document.activeElement.className'), 'skip')
    t.ok(((await page.locator('a.skip').boundingBox())?.width ?? 0) > 40, 'it shows once it is reached')
    await page.keyboard.press('Enter')
    const reached: string[] = []
    for (let tabs = 0; tabs < 16; tabs++) {
      await page.keyboard.press('Tab')
      const id = await page.evaluate<string>('document.activeElement.id || document.activeElement.textContent')
      if (reached.at(-1) !== id) reached.push(id)
    }
    const fields = ['topic', 'subject', 'inShort', 'body', 'sender', 'language', 'usefulUntil']
    t.same(
      reached.filter((id) => fields.includes(id)),
      fields,
      'in the order in which they are read',
    )
  })
  t.test('speaks the language that was chosen, until another one is', async (t) => {
    const today = states.find(({ name }) => name === 'office-today')
    if (today === undefined) throw new Error('there is no desk')
    const { origin } = today
    await openState(page, origin, today, 'en')
    await page.goto(`${origin}/admin/people?from=here`)
    await arrived(page, page.getByRole('link', { name: 'العربية' }).click())
    t.match(page.url(), '/admin/people?from=here&lang=ar')
    await arrived(page, page.getByRole('link', { name: 'الحملات' }).click())
    t.equal(await page.getAttribute('html', 'dir'), 'rtl', 'the browser keeps it')
    await arrived(page, page.getByRole('link', { name: 'English' }).click())
    t.equal(await page.getAttribute('html', 'dir'), 'ltr')
  })
  t.test('asks nobody but us', async (t) => {
    t.same(
      refused().filter((what) => !what.includes('/report/live')),
      [],
    )
  })
})
