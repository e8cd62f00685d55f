import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import { setBrand } from '../../src/actions/set-brand.ts'
import { ledgerKey, signGrown } from '../../src/actions/sign-checkpoint.ts'
import { verifyLedger } from '../../src/actions/verify-ledger.ts'
import { renderWording } from '../../src/render.ts'
import { audited } from '../support/audited.ts'
import { arrived, fitsSideways, newPage, phone, refusals, violationsOn } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { giveSession } from '../support/staff.ts'

const desk = { width: 1280, height: 800 }

/** The page as it stands, without loading it again: whole on a desk in light, its colours in dark, all else on a phone. */
async function requireClean(t: Test, page: Page): Promise<void> {
  const where = await page.title()
  const views = [
    { viewport: desk, colorScheme: 'light', part: 'whole' },
    { viewport: desk, colorScheme: 'dark', part: 'colours' },
    { viewport: phone, colorScheme: 'dark', part: 'but colours' },
  ] as const
  for (const { viewport, colorScheme, part } of views) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme })
    t.ok(await fitsSideways(page), `${where} needs no sideways scroll at ${viewport.width}`)
    t.same(await violationsOn(page, part), [], `${where}, ${colorScheme}, ${viewport.width}`)
  }
}

t.test(
  'the auditor’s five journeys take the presses that were promised, on pages that pass in both schemes and sizes',
  async (t) => {
    const app = await audited(t)
    const { house, server, auditor } = app
    const [kept] = await house.database.sql<{ note: string; size: string }[]>`
    select note, size from checkpoints order by size limit 1`
    await setBrand(house, { name: 'Fern & Sons' })
    await publishWordings(house, renderWording)
    await signGrown(house)
    const [change] = await house.database.sql<{ day: string }[]>`
    select left(body::jsonb ->> 'at', 10) as day from entries where number = 11`
    const origin = await server.listen({ host: '127.0.0.1', port: 0 })
    const page = await newPage(await openBrowser(t), { viewport: desk, acceptDownloads: true }, true)
    await giveSession(page.context(), origin, auditor)
    const refused = refusals(page)
    let presses = 0
    const press = async (role: 'button' | 'link', name: string) => {
      presses++
      await arrived(page, page.getByRole(role, { name, exact: true }).click())
    }
    const begin = async () => {
      await page.goto(`${origin}/audit`)
      presses = 0
    }
    const download = async (name: RegExp) => {
      presses++
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()])
      return file.path()
    }

    // What had she agreed to on that day, and what did she see?
    await begin()
    await requireClean(t, page)
    await page.getByLabel('Address, entry, person, wording or campaign').fill('ada@example.com')
    await page.getByLabel('Why you look, where it is a person').fill('complaint 118')
    await press('button', 'Search')
    await page.getByLabel('As of', { exact: true }).fill(change?.day ?? '')
    await page.getByLabel('Time', { exact: true }).fill('23:59')
    await press('button', 'Show')
    t.match(await page.locator('.sentence').innerText(), 'one digest a week')
    await requireClean(t, page)
    const person = page.url()
    await press('link', 'See exactly what they saw')
    t.match(await page.locator('pre.words').innerText(), 'How often?')
    t.equal(presses, 3)
    await press('link', 'The next version')
    t.match(await page.locator('.difference ins').innerText(), 'Fern & Sons keeps your answer')
    await requireClean(t, page)

    // Prove it to someone who does not trust us.
    await page.goto(person)
    presses = 0
    await press('button', 'Download proof')
    const proof = await download(/^Download ledger-\d+\.zip$/)
    t.equal(presses, 2)
    t.match(await verifyLedger(proof, await ledgerKey(house)), { verdict: 'verified' })
    await requireClean(t, page)

    // Was anything altered since then?
    await begin()
    await press('link', 'Checkpoints')
    await page.getByLabel('A checkpoint you kept').fill(kept?.note ?? '')
    await press('button', 'Check')
    t.equal(presses, 2)
    t.match(
      await page.getByRole('status').innerText(),
      `Verified. The log of then, ${kept?.size} entries, is the beginning`,
    )
    await requireClean(t, page)

    // Did any message break a preference?
    await begin()
    await press('link', 'Sends')
    t.equal(presses, 1)
    t.match(await page.locator('.sentence').innerText(), /^0 of \d+ messages/)
    await requireClean(t, page)

    // Give me all of a period.
    await begin()
    await press('link', 'Export')
    await requireClean(t, page)
    await page.getByLabel('From (UTC)').fill('2026-01-01')
    await page.getByLabel('Up to and with (UTC)').fill('2099-03-31')
    await press('button', 'Make the export')
    const period = await download(/^Download ledger-\d+\.zip$/)
    t.equal(presses, 3)
    t.match(await verifyLedger(period, await ledgerKey(house)), { verdict: 'verified' })

    await page.goto(`${origin}/audit/entry/5`)
    await requireClean(t, page)
    await page.goto(`${origin}/audit/entries?from=2026-31-01`)
    await requireClean(t, page)
    t.same(
      refused().filter((url) => !url.endsWith('/file')),
      [],
      'nothing was asked of anybody else, and the policy refused nothing of ours',
    )
  },
)
