import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { viewsFolder } from '../src/render.ts'
import { openApp } from './support/app.ts'
import { parsePage } from './support/html.ts'
import { doorStates, pageStates } from './support/states.ts'

const pages = readdirSync(viewsFolder, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.eta') && !name.startsWith('mail/'),
)
const source = (name: string) => readFileSync(join(viewsFolder, name), 'utf8')

t.test(
  'every page in every state is whole: one h1, one title of its own, a language, and labels for all that can be filled in',
  async (t) => {
    const app = await openApp(t, { development: true })
    const titles = new Map<string, string>()
    for (const { name, path } of [...(await pageStates(app)), ...(await doorStates(app))]) {
      const { body } = await app.server.inject(path)
      const page = parsePage(body)
      t.strictSame(page.faults, [], name)
      t.match(body, '<html lang="en" dir="ltr">')
      t.match(
        page.title,
        page.headings[0]?.startsWith('Your choices') ? 'Your choices – Fern' : `${page.headings[0]} – Fern`,
      )
      titles.set(name, page.title)
      const inputs = page.forms.flatMap((form) => form.inputs).filter(({ kind }) => kind !== 'hidden')
      t.equal(body.match(/<label/g)?.length ?? 0, inputs.length, `${name}: a label for each`)
      t.ok(
        page.forms.every(({ method, buttons }) => method === 'post' && buttons.length === 1),
        `${name}: one button a form`,
      )
      t.notMatch(page.text, /undefined|null|NaN|\[object|\{\w+\}/, name)
      t.notMatch(body, /\s(?:style|on\w+)=|<(?:script|style|img|iframe)/, name)
    }
    t.ok(new Set(titles.values()).size >= 12, 'titles differ by state')
  },
)

t.test('on the way to less there is nothing to fill in, and no plea', async (t) => {
  const app = await openApp(t)
  for (const { name, path } of await pageStates(app)) {
    if (!/^(?:stop|pause$|one-click|result|undo|her-page-old)/.test(name)) continue
    const page = parsePage((await app.server.inject(path)).body)
    t.ok(
      page.forms.every(({ inputs }) => inputs.every(({ kind }) => kind === 'hidden')),
      name,
    )
    t.notMatch(page.text, /are you sure|sorry to|miss (?:you|out)|before you go|please (?:stay|tell)|don’t go/i, name)
  }
})

t.test('templates say nothing themselves: every word comes from the catalogue, escaped', async (t) => {
  for (const name of pages) {
    const text = source(name)
    const raw = [...text.matchAll(/<%~\s*(.*?)\s*%>/g)].map(([, code = '']) => code)
    t.ok(
      raw.every((code) => code.startsWith('include(') || code === 'it.body'),
      `${name}: only parts of pages are put in as they are`,
    )
    const words = text
      .replaceAll(/<%[\s\S]*?%>/g, '')
      .replaceAll(/<[^>]*>/g, ' ')
      .match(/\p{L}{2,}/gu)
    t.same(words, null, `${name} has no words of its own`)
    t.notMatch(text, /\bawait\b|new Date|Intl\.|process/, name)
    t.ok(text.split('\n').length <= 61, `${name} is short`)
  }
})
