import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import type { Language } from '../../src/domain/language.ts'
import type { State } from './states.ts'

export const phone = { width: 360, height: 640 }
/** Rules of axe for WCAG 2.2 AA. */
const standards = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']
/** Those of them whose answer lies in colours, and in nothing but colours. */
const ofColours = ['color-contrast', 'link-in-text-block']

/**
 * What breaks WCAG 2.2 AA on a page that runs scripts. Where it was looked at whole before, only what has changed since need
 * be asked: its `colours`, or all `but colours`. Our pages have no frames, which is what axe's legacy mode leaves out.
 */
export async function violationsOn(page: Page, part: 'whole' | 'colours' | 'but colours' = 'whole'): Promise<string[]> {
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
  if (part === 'colours') axe.withRules(ofColours)
  else axe.withTags(standards)
  if (part === 'but colours') axe.disableRules(ofColours)
  const { violations } = await axe.analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

/** A page on a phone, in a browser session of its own. */
export async function newPage(
  browser: Browser,
  more: Parameters<Browser['newPage']>[0] = {},
  javaScriptEnabled = false,
): Promise<Page> {
  const context = await browser.newContext({ viewport: phone, javaScriptEnabled, ...more })
  return context.newPage()
}

/** What the page's policy refused, and what was asked of anybody but us. */
export function refusals(page: Page): () => string[] {
  const refused: string[] = []
  page.on(
    'console',
    (message) => void (/Content.Security.Policy|Refused/i.test(message.text()) && refused.push(message.text())),
  )
  page.on('requestfailed', (request) => void refused.push(request.url()))
  page.on('request', (request) => void (request.url().startsWith('http://127.0.0.1:') || refused.push(request.url())))
  return () => refused
}

/** Opens a page in its state, in a language, with no cookie but that of its session. @returns whether it came, itself and no other. */
export async function openState(
  page: Page,
  origin: string,
  { path, cookie }: State,
  language: Language,
): Promise<boolean> {
  await page.context().clearCookies()
  const [name = '', value = ''] = cookie?.split('=', 2) ?? []
  if (name !== '') await page.context().addCookies([{ name, value, url: origin }])
  const url = `${origin}${path}${path.includes('?') ? '&' : '?'}lang=${language}`
  const answer = await page.goto(url)
  return answer?.status() === 200 && page.url() === url
}

/** Whether nothing of it is wider than the screen. */
export async function fitsSideways(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')
}

/** Waits until the page that a press leads to has come: the press itself is done before that. */
export async function arrived(page: Page, press: Promise<unknown>): Promise<void> {
  await Promise.all([page.waitForEvent('load'), press])
}
