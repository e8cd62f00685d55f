// An export of an audience brought in by the browser, without script, beside the same by the command line.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { ImportSummary } from '../../src/actions/import-people.ts'
import { listStaff } from '../../src/actions/staff.ts'
import { arrived, newPage } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { addTopics } from '../support/cast.ts'
import { mailchimpFiles } from '../support/office-states.ts'
import { openShop } from '../support/shop.ts'
import { giveSession, newSession } from '../support/staff.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** The whole export of 12,400 people where it lies beside the checkout, else the excerpt of it that comes along. */
const beside = ['subscribed', 'unsubscribed', 'cleaned'].map((status) =>
  fileURLToPath(new URL(`../../../shared/data/mailchimp/${status}_members_export.csv`, import.meta.url)),
)
const files = beside.every((file) => existsSync(file)) ? beside : mailchimpFiles
const words = 'Yes, write to me about what I tick.'

/** The numbers of the command line as the page shows them. */
function asShown(summary: ImportSummary): string[] {
  const { usable, notAsked, stopped, suppressed, merged, unusable } = summary
  const english = new Intl.NumberFormat('en-GB')
  return [usable, notAsked, stopped, suppressed, merged, unusable].map((n) => english.format(n))
}

t.test('an import in the browser tells the same as the command line, before and after', async (t) => {
  const { origin, house, command } = await openShop(t, 'ines@fern.example', { worker: false })
  await addTopics(house)
  const wording = join(temporaryFolder(t), 'words.txt')
  writeFileSync(wording, words)
  const terms = [
    '--format',
    'mailchimp',
    '--topics-column',
    'About what?',
    '--wording',
    wording,
    '--attested-by',
    'ines@fern.example',
  ]
  const told = async () =>
    JSON.parse(await command('people', 'import', ...files, ...terms, '--dry-run', '--json')) as ImportSummary
  const expected = await told()
  const [ines] = await listStaff(house)
  const page = await newPage(await openBrowser(t), { viewport: { width: 1280, height: 800 } })
  await giveSession(page.context(), origin, { cookie: await newSession(house, ines?.id ?? '') })
  const numbers = async () => page.locator('main table').first().locator('tbody td.number').allTextContents()

  await page.goto(`${origin}/admin/people/import`)
  await page.getByLabel('Files').setInputFiles(files)
  await page.getByLabel('The column that says it').fill('About what?')
  await page.getByLabel('The words they said yes to').fill(words)
  await arrived(page, page.getByRole('button', { name: 'Show what it would do' }).click())
  t.same((await numbers()).slice(0, 6), asShown(expected))
  t.match(await page.textContent('main'), `${asShown(expected)[0]} usable, ${asShown(expected)[1]} not asked.`)
  for (const value of Object.keys(expected.unknownTopics)) t.match(await page.textContent('main'), value)

  await arrived(page, page.getByRole('button', { name: 'Import them' }).click())
  t.equal(await page.textContent('h1'), 'Imported')
  t.same((await numbers()).slice(0, 6), asShown(expected))
  t.match(await told(), { ...expected, changed: 0 }, 'the command line finds nothing left to do')
})
