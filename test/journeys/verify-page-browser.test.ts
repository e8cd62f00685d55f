import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { exportLedger } from '../../src/actions/export-ledger.ts'
import { currentCheckpoint, ledgerKey } from '../../src/actions/sign-checkpoint.ts'
import { verifyPage } from '../../src/actions/verify-page.ts'
import { openApp, tokenFor } from '../support/app.ts'
import { openBrowser } from '../support/browser.ts'
import { violationsOn, fitsSideways, newPage, phone, refusals } from '../support/browser-page.ts'
import { mutated, mutations } from '../support/bundle-mutations.ts'
import { bundles, ownersKey, zipOf } from '../support/bundles.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { ask } from '../support/verify-page.ts'

const browser = await openBrowser(t)

/** The page as a file on somebody's desk, open; and all that it asked for, complained of, or was refused. */
async function openFile(t: Test, more = {}, javaScript = true): Promise<{ page: Page; asked: string[] }> {
  const file = join(temporaryFolder(t), 'verify.html')
  writeFileSync(file, verifyPage().html)
  const page = await newPage(browser, more, javaScript)
  t.teardown(() => page.context().close())
  const asked: string[] = []
  page.on('console', (message) => void asked.push(message.text()))
  page.on('pageerror', (error) => void asked.push(error.message))
  page.on('request', (request) => void (request.isNavigationRequest() || asked.push(request.url())))
  await page.goto(pathToFileURL(file).href)
  return { page, asked }
}

t.test('the page, from a file and without network, says of every tampered bundle what the command says', async (t) => {
  const { page, asked } = await openFile(t)
  for (const row of mutations) {
    const { name, trusts = { key: ownersKey }, verdict, reason } = row
    const { answer, sentence } = await ask(page, await mutated(row), trusts)
    t.equal(answer, verdict, `${name}: ${sentence}`)
    if (reason === null) t.match(sentence, /^Verified\. /, name)
    else t.match(sentence, reason, name)
  }
  t.same(asked, [], 'nothing was asked for and nothing refused')
})

t.test('from our site: what we export, a receipt and a checkpoint, and what is made of them', async (t) => {
  const { house, server } = await openApp(t)
  const id = await addPerson(house, 'ada@example.com', yesTo([1]))
  const { note } = await currentCheckpoint(house)
  const file = join(temporaryFolder(t), 'ledger.zip')
  await exportLedger(house, file, { withPayloads: true })
  const key = await ledgerKey(house)
  const [entry] = await house.database.sql<{ number: string }[]>`select number from payloads where person = ${id}`
  const token = tokenFor(house, id, { purpose: 'receipt', entry: Number(entry?.number) })
  const receipt = (await server.inject(`/receipt/${token}`)).body
  t.match(receipt, `href="${house.publicUrl}/verify"`, 'the receipt leads there')

  const page = await newPage(browser, {}, true)
  t.teardown(() => page.context().close())
  const refused = refusals(page)
  await page.goto(`${await server.listen({ host: '127.0.0.1', port: 0 })}/verify`)
  const said = (given: string | Buffer, trusted: Partial<Parameters<typeof ask>[2]> = {}) =>
    ask(page, Buffer.from(given), { key, ...trusted })
  t.match(await said(await readFile(file)), { answer: 'verified', sentence: /^Verified\. All [\d,]+ entries/ })
  t.match(await said(await readFile(file), { since: note }), { answer: 'verified' })

  t.match(await said(receipt), { answer: 'verified', sentence: `Verified. Entry ${entry?.number} is one of the` })
  t.match(await page.textContent('#rows'), id, 'what the entry was made for is shown')
  t.match(await said(receipt, { key: null }), { answer: 'could not check', sentence: /came in the same file/ })
  t.match(await said(receipt, { key: ownersKey }), { answer: 'not verified', sentence: /not signed by the given key/ })
  for (const [what, found, put, reason] of [
    ['the payload', '&quot;yes&quot;', '&quot;no&quot;', /payload of entry \d+, or its salt/],
    ['the salt', /(Salt: )[0-9a-f]{2}/, '$1zz', /not all there/],
    ['the salt', /(Salt: [0-9a-f]{62})[0-9a-f]{2}/, '$100', /payload of entry \d+, or its salt/],
    ['the entry', '&quot;v&quot;:1', '&quot;v&quot;:2', /not the one canonical line/],
    ['the time', '{&quot;at&quot;:&quot;20', '{&quot;at&quot;:&quot;19', /entry \d+ is not proven/],
    ['the place', /\nindex (\d+)/, '\nindex 1$1', /in place 1\d+ calls itself \d+/],
    ['the path', /\nindex \d+/, `$&\n${Buffer.alloc(32).toString('base64')}`, /entry \d+ is not proven/],
    ['the size', /\/ledger\n\d+\n/, '/ledger\n99\n', /signature by .* is wrong/],
    ['the proof', 'tlog-proof@v1', 'tlog-proof@v2', /not laid out/],
  ] as const) {
    const changed = receipt.replace(found, put)
    t.not(changed, receipt, what)
    const { answer, sentence } = await said(changed)
    t.match(sentence, reason, what)
    t.not(answer, 'verified', what)
  }

  t.match(await said(note), { answer: 'verified', sentence: /^Verified\. This state of [\d,]+ entries was signed/ })
  t.match(await said(note, { since: note }), { answer: 'verified' })
  t.match(await said((await currentCheckpoint(house)).note, { since: note }), { answer: 'could not check' })
  t.match(await said(note.replace(/\n\d+\n/, '\n99\n')), { answer: 'not verified', sentence: /is wrong/ })
  t.match(await said(note, { key: null }), { answer: 'could not check', sentence: /no key was given/ })
  t.same(refused(), [])
})

t.test('the page by keyboard alone: a file, a key, a verdict, and none that outlives a change', async (t) => {
  const { page, asked } = await openFile(t)
  const { keyboard } = page
  // Waited for before the press: the browser has to be told first that nobody will look at its dialog.
  const chooser = page.waitForEvent('filechooser')
  for (const name of ['Tab', 'Enter']) await keyboard.press(name)
  await (await chooser).setFiles({ name: 'proof.zip', mimeType: 'application/zip', buffer: await zipOf(bundles.proof) })
  await keyboard.press('Tab')
  await keyboard.type(ownersKey.trim())
  for (const name of ['Tab', 'Tab', 'Enter', 'Tab', 'Tab', 'Tab', 'Enter']) await keyboard.press(name)
  await page.waitForSelector('#verdict[data-answer]')
  t.match(await page.textContent('#verdict'), /^Verified\. Each of the 3 entries is one of the 7/)
  t.equal(await page.title(), 'Verified – Check a proof')
  t.match(await page.textContent('#facts'), /Log\s*ledger\.example\.com\/consent/)
  t.match(await page.textContent('#facts'), /key e1d7685c, which you gave/)
  t.equal(await page.locator('#rows tr').count(), 6)
  t.match(await page.textContent('#rows'), '"note":"Größe, “é”"', 'payloads are shown as text')
  await page.focus('#key')
  await keyboard.type('x')
  t.equal(await page.textContent('#verdict'), '')
  t.notOk(await page.isVisible('#found'))
  await keyboard.press('Backspace')
  await page.click('button')
  await page.waitForSelector('#verdict[data-answer]')
  await page.setInputFiles('#key-file', { name: 'key', mimeType: 'text/plain', buffer: Buffer.from('no key') })
  t.equal(await page.textContent('#verdict'), '')
  t.equal(await page.inputValue('#key'), 'no key')
  t.same(asked, [])
})

t.test('a file that is dropped is checked at once where there is a key', async (t) => {
  const { page } = await openFile(t)
  const drop = (base64: string) =>
    page.evaluate(`(() => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([Uint8Array.from(atob('${base64}'), (one) => one.charCodeAt(0))], 'proof.zip'))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
    })()`)
  const zip = (await zipOf(bundles.whole)).toString('base64')
  await drop(zip)
  t.equal(await page.evaluate('document.activeElement.id'), 'key')
  t.equal(await page.textContent('#verdict'), '')
  await page.fill('#key', ownersKey)
  await drop(zip)
  await page.waitForSelector('#verdict[data-answer="verified"]')
})

t.test('what somebody wrote into a payload stays text', async (t) => {
  const { page, asked } = await openFile(t)
  const wording = '<img src=x onerror=alert(1)><script>alert(1)</script>'
  const files = new Map([...bundles.proof, ['checkpoint.txt', Buffer.from(wording)]])
  t.match(await ask(page, await zipOf(files), { key: wording }), { answer: 'could not check' })
  t.match(await ask(page, await zipOf([[wording, Buffer.from('')], ...files]), { key: ownersKey }), {
    answer: 'not verified',
  })
  t.match(
    await ask(
      page,
      await zipOf([
        [wording, Buffer.from('')],
        [wording, Buffer.from('')],
      ]),
      { key: ownersKey },
    ),
    {
      answer: 'could not check',
      sentence: wording,
    },
  )
  t.equal(await page.locator('img, body script:not([type])').count(), 0)
  await t.rejects(
    page.evaluate(`document.body.innerHTML = '<b>x</b>'`),
    /TrustedHTML/,
    'and nothing could make it more',
  )
  t.same(
    asked.filter((text) => !text.includes('TrustedHTML')),
    [],
  )
})

t.test(
  'in every state, light and dark, on a phone and a desk: no violation of WCAG 2.2 AA, nothing cut off',
  async (t) => {
    const { page } = await openFile(t)
    const wrong = new Map([...bundles.proof, ['entries.jsonl', Buffer.from('x\n')]])
    const states: Record<string, () => Promise<unknown>> = {
      empty: async () => undefined,
      verified: async () => ask(page, await zipOf(bundles.proof), { key: ownersKey }),
      'not verified': async () => ask(page, await zipOf(wrong), { key: ownersKey }),
      'could not check': async () => ask(page, await zipOf(bundles.proof), { key: null }),
    }
    for (const [name, enter] of Object.entries(states)) {
      await enter()
      await page.evaluate("document.querySelector('details').open = true")
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const viewport of [phone, { width: 1280, height: 800 }]) {
          await page.emulateMedia({ colorScheme })
          await page.setViewportSize(viewport)
          const where = `${name}, ${colorScheme}, ${viewport.width}`
          t.same(await violationsOn(page), [], where)
          t.ok(await fitsSideways(page), `${where}: needs no sideways scroll`)
        }
      }
    }
  },
)

t.test('without script the page says how to check otherwise', async (t) => {
  const { page } = await openFile(t, {}, false)
  const text = await page.innerText('body')
  t.match(text, 'needs JavaScript')
  t.match(text, 'courtesy ledger verify FILE --key KEY')
  t.notMatch(text, 'The file that holds it')
  t.notOk(await page.isVisible('form'))
})
