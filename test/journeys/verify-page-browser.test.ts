import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { verifyPage } from '../../src/actions/verify-page.ts'
import { openBrowser } from '../support/browser.ts'
import { fitsSideways, newPage, standards } from '../support/browser-page.ts'
import { mutated, mutations } from '../support/bundle-mutations.ts'
import { bundles, ownersKey, zipOf } from '../support/bundles.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { ask } from '../support/verify-page.ts'

/** The page as a file on somebody's desk, open, and all that it asked for or that its policy refused. */
async function openFile(t: Test, browser: Browser, more = {}): Promise<{ page: Page; asked: string[] }> {
  const file = join(temporaryFolder(t), 'verify.html')
  writeFileSync(file, verifyPage().html)
  const page = await newPage(browser, more, true)
  const asked: string[] = []
  page.on('console', (message) => void asked.push(message.text()))
  page.on('pageerror', (error) => void asked.push(error.message))
  page.on('request', (request) => void (request.isNavigationRequest() || asked.push(request.url())))
  await page.goto(pathToFileURL(file).href)
  return { page, asked }
}

t.test('the page, from a file and without network, says of every tampered bundle what the command says', async (t) => {
  const { page, asked } = await openFile(t, await openBrowser(t))
  for (const row of mutations) {
    const { name, trusts = { key: ownersKey }, verdict, reason } = row
    const { answer, sentence } = await ask(page, await mutated(row), trusts)
    t.equal(answer, verdict, `${name}: ${sentence}`)
    if (reason === null) t.match(sentence, /^Verified\. /, name)
    else t.match(sentence, reason, name)
  }
  t.same(asked, [], 'nothing was asked for and nothing refused')
})
