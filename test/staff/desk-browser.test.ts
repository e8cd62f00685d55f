import t from 'tap'
import { notAsked } from '../../src/domain/choices.ts'
import { choicesOf, openApp } from '../support/app.ts'
import { addPerson } from '../support/cast.ts'
import { arrived, newPage } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { mailchimpFiles } from '../support/office-states.ts'
import { giveSession, signedIn } from '../support/staff.ts'

async function open(t: Parameters<typeof openApp>[0]) {
  const app = await openApp(t)
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  return { ...app, origin, browser: await openBrowser(t), admin: await signedIn(app, 'admin', { name: 'Ines' }) }
}

t.test('an import, a record and a setting need a keyboard and no script', async (t) => {
  const { house, browser, origin, admin } = await open(t)
  const cyn = await addPerson(house, 'cyn@example.com', notAsked(), 'Cyn')
  const page = await newPage(browser, { viewport: { width: 1280, height: 800 } })
  await giveSession(page.context(), origin, admin)
  const enter = async (name: string) => {
    await page.focus(`main button:text-is("${name}")`)
    await arrived(page, page.keyboard.press('Enter'))
  }
  await page.goto(`${origin}/admin/people/import`)
  await page.setInputFiles('#files', mailchimpFiles)
  await page.focus('#topicsColumn')
  await page.keyboard.type('About what?')
  await page.focus('#words')
  await page.keyboard.type('Yes, write to me about what I tick.')
  await enter('Show what it would do')
  t.equal(await page.textContent('h1'), 'What the import would do')
  t.match(await page.textContent('main'), /\d+ usable, \d+ not asked\./)
  await enter('Import them')
  t.equal(await page.textContent('h1'), 'Imported')

  await page.goto(`${origin}/admin/people`)
  await page.focus('#address')
  await page.keyboard.type('cyn@example.com')
  await arrived(page, page.keyboard.press('Enter'))
  t.equal(page.url(), `${origin}/admin/people/${cyn}`)
  await page.focus('text=Record what they told us')
  await arrived(page, page.keyboard.press('Enter'))
  await page.focus('#what')
  await page.keyboard.press('S')
  await enter('Record less')
  t.match(await page.textContent('[role=status]'), 'in force now')
  t.equal((await choicesOf(house, cyn)).stopped?.by, 'staff')

  await page.goto(`${origin}/admin/settings`)
  await page.fill('#colour', '#ffe27a')
  await page.focus('#name')
  await arrived(page, page.keyboard.press('Enter'))
  t.match(await page.textContent('[role=status]'), 'Saved')
})
