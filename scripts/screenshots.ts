// `npm run screenshots -- [NAME…] [--lang=CODE,…]`: every page in every state, as PNG files in screenshots/: a phone and
// a desk, light and dark, in English or the languages named. `office-*` names all that begin so. To be looked at before a
// page is called done.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publishWordings } from '../src/actions/publish-wordings.ts'
import { setTopic } from '../src/actions/set-topic.ts'
import { allLanguages, parseLanguages, type Language } from '../src/domain/language.ts'
import { staffLanguages } from '../src/domain/staff-catalogue.ts'
import { renderWording } from '../src/render.ts'
import { joinBundledServer } from '../src/store/bundled-postgres.ts'
import { openApp, type App } from '../test/support/app.ts'
import { openState } from '../test/support/browser-page.ts'
import { openBrowser } from '../test/support/browser.ts'
import { throwawaySettings } from '../test/support/database.ts'
import { deskStates } from '../test/support/desk-states.ts'
import { marketerStates } from '../test/support/marketer-states.ts'
import { insightsStates } from '../test/support/insights-states.ts'
import { fern } from '../test/support/house.ts'
import { firstStepsState, halfSetUp, officeStates } from '../test/support/office-states.ts'
import { recordStates } from '../test/support/record-states.ts'
import { takingCourier } from '../test/support/sending.ts'
import { doorStates, pageStates, type State } from '../test/support/states.ts'

const folder = fileURLToPath(new URL('../screenshots', import.meta.url))
const phone = { width: 360, height: 640 }
const desk = { width: 1280, height: 800 }
const variants = [
  { suffix: 'phone-light', viewport: phone, colorScheme: 'light' },
  { suffix: 'phone-dark', viewport: phone, colorScheme: 'dark' },
  { suffix: 'desk-light', viewport: desk, colorScheme: 'light' },
  { suffix: 'desk-dark', viewport: desk, colorScheme: 'dark' },
] as const

const closers: (() => Promise<void>)[] = []
const run = { teardown: (close: () => Promise<void>) => closers.unshift(close) }
try {
  const given = process.argv.slice(2)
  const codes = given.find((each) => each.startsWith('--lang='))?.slice('--lang='.length) ?? 'en'
  await takeAll(
    given.filter((each) => !each.startsWith('--')),
    parseLanguages(codes),
  )
} finally {
  for (const close of closers) await close()
}

async function takeAll(names: readonly string[], languages: readonly Language[]): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'courtesy-screenshots-'))
  run.teardown(() => rm(dataDir, { recursive: true, force: true }))
  const database = await joinBundledServer({ dataDir, settings: throwawaySettings })
  run.teardown(() => database.leave())
  process.env['COURTESY_TEST_SERVER'] = database.url
  const mailbox = join(dataDir, 'mailbox')
  await putMail(mailbox)
  const offered = allLanguages.filter((each) => each === 'en' || languages.includes(each))
  const brand = { ...fern, languages: offered }
  const { courier } = takingCourier()
  const quiet = { logger: { level: 'silent' }, development: true }
  const app = await openApp(run, { ...quiet, mailbox, desk: { senders: halfSetUp } }, { brand, courier })
  await translate(app)
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  const bare = await openApp(run, quiet, { brand: null })
  const bareOrigin = await bare.server.listen({ host: '127.0.0.1', port: 0 })
  const states: State[] = [
    ...(await pageStates(app)),
    ...(await recordStates(app)),
    ...(await deskStates(app)),
    ...(await doorStates(app)),
    ...(await marketerStates(app)),
    ...(await officeStates(app)),
    { ...(await firstStepsState(bare)), origin: bareOrigin },
    ...(await insightsStates(run, brand)),
    { name: 'mailbox', path: '/mailbox' },
    { name: 'mail', path: '/mailbox/1.a.courtesy' },
  ]
  const browser = await openBrowser(run)
  await mkdir(folder, { recursive: true })
  for (const { suffix, viewport, colorScheme } of variants) {
    const page = await browser.newPage({ viewport, colorScheme, javaScriptEnabled: false })
    for (const { origin: own = origin, ...state } of states) {
      const { name, path } = state
      if (names.length > 0 && !names.some((each) => isMeant(each, name))) continue
      const spoken = /^\/(?:admin|audit|staff)/.test(path) ? languages.filter(isStaffs) : languages
      for (const language of spoken) {
        await openState(page, own, state, language)
        if (/^(?:sent|me|her-page)/.test(name))
          await page.evaluate("document.querySelector('details')?.setAttribute('open', '')")
        const place = language === 'en' ? suffix : `${language}-${suffix}`
        await page.screenshot({ path: join(folder, `${name}-${place}.png`), fullPage: true })
      }
    }
    await page.close()
  }
  console.log(`${folder}: ${states.length} pages, ${variants.length * languages.length} variants each`)
}

function isStaffs(language: Language): boolean {
  return staffLanguages.some((each) => each === language)
}

function isMeant(given: string, name: string): boolean {
  return given.endsWith('*') ? name.startsWith(given.slice(0, -1)) : name === given
}

/** Topics that have words of their own in every language, as a brand would have them that offers it. */
async function translate({ house }: App): Promise<void> {
  const words: [slug: string, language: Language, name: string, promise: string][] = [
    ['repairs', 'de', 'Reparaturen', 'Wie man flickt, was man hat.'],
    ['repairs', 'fr', 'Réparations', 'Comment réparer ce que vous avez.'],
    ['repairs', 'es', 'Reparaciones', 'Cómo arreglar lo que tiene.'],
    ['repairs', 'ar', 'الإصلاحات', 'كيف تُصلح ما لديك.'],
    ['new-patterns', 'de', 'Neue Muster', 'Was wir gerade gezeichnet haben.'],
    ['new-patterns', 'fr', 'Nouveaux patrons', 'Ce que nous venons de dessiner.'],
    ['new-patterns', 'es', 'Patrones nuevos', 'Lo que acabamos de dibujar.'],
    ['new-patterns', 'ar', 'الأنماط الجديدة', 'ما رسمناه للتو.'],
  ]
  for (const [slug, language, name, promise] of words) await setTopic(house, slug, language, { name, promise })
  await publishWordings(house, renderWording)
}

async function putMail(mailbox: string): Promise<void> {
  await mkdir(join(mailbox, 'new'), { recursive: true })
  for (const [index, subject] of ['Five ways to darn', 'Your choices are saved'].entries()) {
    const lines = [
      'From: Fern <news@fern.example>',
      'To: ada@example.com',
      `Subject: ${subject}`,
      `Date: Sat, 21 Nov 2026 09:3${index}:00 +0000`,
      '',
      'Hello Ada,\n\nfive ways to darn, two minutes each.\n\nChange what you get: http://127.0.0.1:3000/p/1abc',
    ]
    await writeFile(join(mailbox, 'new', `${1 + index}.${'ab'[index]}.courtesy`), lines.join('\r\n'))
  }
}
