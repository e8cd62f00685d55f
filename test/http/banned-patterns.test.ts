// The deceptive patterns of EDPB Guidelines 03/2022, each with what keeps it out of her pages. Those on the way to a stop are
// held in test/views.test.ts and test/journeys/presses-browser.test.ts.
import t from 'tap'
import { contrastOf } from '../../src/domain/contrast.ts'
import { openApp } from '../support/app.ts'
import { parsePage } from '../support/html.ts'
import { doorStates, pageStates } from '../support/states.ts'

const allStates = async (app: Awaited<ReturnType<typeof openApp>>) => [
  ...(await pageStates(app)),
  ...(await doorStates(app)),
]

t.test('skipping: nothing is chosen for whom has not chosen', async (t) => {
  const app = await openApp(t)
  const { body } = await app.server.inject('/start')
  t.notMatch(body, / checked| selected/)
  t.ok(parsePage(body).forms.some(({ inputs }) => inputs.some(({ kind }) => kind === 'checkbox')))
})

t.test('stirring: Stop is a button like its neighbours, and can be read in light and dark', async (t) => {
  const app = await openApp(t)
  const { body: sheet } = await app.server.inject('/style.css')
  const tokens = (name: string) =>
    [...sheet.matchAll(new RegExp(`--${name}: (#[\\da-f]{3,6});`, 'g'))].map(([, hex = '']) => hex)
  const [stops, pages] = [tokens('stop'), tokens('page').map((hex) => (hex === '#fff' ? '#ffffff' : hex))]
  t.equal(stops.length, 2)
  for (const [mode, stop] of stops.entries())
    t.ok(contrastOf(stop, pages[mode] ?? '') >= 4.5, `${stop} on ${pages[mode]}`)
  let seen = 0
  for (const { name, path } of await allStates(app)) {
    const { body } = await app.server.inject(path)
    for (const [button] of body.matchAll(/<button[^>]*>Stop everything<\/button>/g)) {
      seen += 1
      t.match(button, 'class="stop"', name)
    }
  }
  t.ok(seen > 5)
})

t.test('obstructing: no page asks for a password, a puzzle or the same address twice', async (t) => {
  const app = await openApp(t)
  for (const { name, path } of await allStates(app)) {
    const { body } = await app.server.inject(path)
    t.notMatch(body, /type="password"|captcha|autocomplete="off"/i, name)
    t.ok((body.match(/type="email"/g)?.length ?? 0) <= 1, name)
  }
})

t.test(
  'left in the dark: no choice is worded as a no to a no, and nobody is told that something “may” be sent',
  async (t) => {
    const app = await openApp(t)
    for (const { name, path } of await allStates(app)) {
      const { text } = parsePage((await app.server.inject(path)).body)
      t.notMatch(
        text,
        /opt out of not|do not stop|uncheck to|we may (?:send|contact|share|email)|from time to time/i,
        name,
      )
    }
  },
)
