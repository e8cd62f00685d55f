// Every journey of hers in a real Chromium, on a phone and a desk, by presses and fields: never more than they may cost.
import type { Page } from 'playwright-core'
import t from 'tap'
import { openQuestion } from '../../src/actions/questions.ts'
import { choicesOf, tokenFor } from '../support/app.ts'
import { arrived } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { openMailroom, type Mailroom } from '../support/mailroom.ts'

const screens = { phone: { width: 360, height: 640 }, desk: { width: 1280, height: 800 } }

/** Her hands: each link, button, box and radio is one press, each field one typing; a link in a mail is the mail's. */
type Hands = {
  page: Page
  presses: number
  fields: number
  openMail(path: string): Promise<void>
  link(name: string | RegExp): Promise<void>
  button(name: string | RegExp): Promise<void>
  choose(role: 'checkbox' | 'radio', name: string): Promise<void>
  type(label: string, words: string): Promise<void>
}

function handsOn(page: Page, origin: string): Hands {
  const hands: Hands = {
    page,
    presses: 0,
    fields: 0,
    openMail: async (path) => void (await page.goto(`${origin}${path}`)),
    link: async (name) => {
      hands.presses += 1
      await arrived(page, page.getByRole('link', { name }).first().click())
    },
    button: async (name) => {
      hands.presses += 1
      await arrived(page, page.getByRole('button', { name }).first().click())
    },
    choose: async (role, name) => {
      hands.presses += 1
      await page.getByRole(role, { name }).check()
    },
    type: async (label, words) => {
      hands.fields += 1
      await page.getByLabel(label).fill(words)
    },
  }
  return hands
}

/** What somebody with a mail about repairs in front of her has: her id, and paths of the links in it. */
type Her = { id: string; mail: (rest?: string, daysAgo?: number) => string; app: Mailroom }

/**
 * A journey, what it may cost, and the heading it must end at. A link in a mail counts as a press of its own only where the
 * journey begins with it (`first`); one that comes by mail on the way does not.
 */
type Journey = {
  name: string
  first: 0 | 1
  presses: number
  fields: number
  ends: string | RegExp
  walk(hands: Hands, her: Her): Promise<void>
}

const journeys: Journey[] = [
  {
    name: 'stop everything, by the link in the footer',
    first: 1,
    presses: 2,
    fields: 0,
    ends: 'Stopped. You’ll get nothing more from us.',
    walk: async (hands, { mail }) => {
      await hands.openMail(mail('/stop'))
      await hands.button('Stop everything')
    },
  },
  {
    name: 'stop just this topic',
    first: 1,
    presses: 2,
    fields: 0,
    ends: /repairs/i,
    walk: async (hands, { mail }) => {
      await hands.openMail(mail())
      await hands.button(/“Repairs”/)
    },
  },
  {
    name: 'pause',
    first: 1,
    presses: 2,
    fields: 0,
    ends: /^Paused until/,
    walk: async (hands, { mail }) => {
      await hands.openMail(mail())
      await hands.button('Pause 30 days')
    },
  },
  {
    name: 'fewer emails',
    first: 1,
    presses: 3,
    fields: 0,
    ends: 'Saved.',
    walk: async (hands, { mail }) => {
      await hands.openMail(mail())
      await hands.choose('radio', 'One digest a month')
      await hands.button('Save my choices')
    },
  },
  {
    name: 'why did I get this?',
    first: 1,
    presses: 1,
    fields: 0,
    ends: /./,
    walk: (hands, { mail }) => hands.openMail(mail('/why')),
  },
  {
    name: 'undo',
    first: 1,
    presses: 3,
    fields: 0,
    ends: 'Put back.',
    walk: async (hands, { mail }) => {
      await hands.openMail(mail('/stop'))
      await hands.button('Stop everything')
      await hands.button('Undo')
    },
  },
  {
    name: 'from an old link to a page that works',
    first: 1,
    presses: 3,
    fields: 0,
    ends: /^Your choices for/,
    walk: async (hands, { mail, app }) => {
      await hands.openMail(mail('', 400))
      await hands.button('Send me a fresh link')
      await hands.openMail(await app.newestLink())
      await hands.button('Open my page')
    },
  },
  {
    name: 'every email lost',
    first: 0,
    presses: 2,
    fields: 1,
    ends: /^Your choices for/,
    walk: async (hands, { app }) => {
      await hands.openMail('/find')
      await hands.type('Your email address', 'ada@example.com')
      await hands.button('Email me my link')
      await app.work()
      await hands.openMail(await app.newestLink())
      await hands.button('Open my page')
    },
  },
  {
    name: 'start',
    first: 0,
    presses: 4,
    fields: 1,
    ends: 'You’re in.',
    walk: async (hands, { app }) => {
      await hands.openMail('/start')
      await hands.choose('checkbox', 'Repairs')
      await hands.choose('radio', 'One digest a week')
      await hands.type('Your email address', 'new@example.com')
      await hands.button('Email me to confirm')
      await app.work()
      await hands.openMail(await app.newestLink())
      await hands.button('Yes, start')
    },
  },
  {
    name: 'answer one question',
    first: 1,
    presses: 2,
    fields: 1,
    ends: 'Thank you. Read by people, not scored.',
    walk: async (hands, { mail }) => {
      await hands.openMail(mail('/talk'))
      await hands.type('How do you use our patterns?', 'For my grandson.')
      await hands.button('Send')
    },
  },
  // Two of the five are the mail's: opening it, and the press that keeps scanners from using the link up.
  ...(['Download', 'Erase'] as const).map((what): Journey => ({
    name: what === 'Download' ? 'take her data' : 'erase',
    first: 1,
    presses: 5,
    fields: 0,
    ends: what === 'Download' ? 'Your download is ready.' : /erased/i,
    walk: async (hands, { mail, app }) => {
      await hands.openMail(mail())
      await hands.link(what === 'Download' ? /^Download/ : /^Erase/)
      await hands.button('Send me a fresh link')
      await hands.openMail(await app.newestLink())
      await hands.button('Open my page')
      await hands.button(what === 'Download' ? 'Make my download' : /^Erase/)
    },
  })),
]

for (const [screen, viewport] of Object.entries(screens)) {
  t.test(`every journey, on a ${screen}`, async (t) => {
    const browser = await openBrowser(t)
    const cost = new Map<string, number>()
    for (const { name, first, presses, fields, ends, walk } of journeys) {
      const app = await openMailroom(t)
      await openQuestion(app.house, {
        slug: 'use',
        text: 'How do you use our patterns?',
        why: 'It decides what we draw.',
      })
      const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
      const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
      const mail = (rest = '', daysAgo = 0) => `/p/${tokenFor(app.house, id, { topics: [1], daysAgo })}${rest}`
      const context = await browser.newContext({ viewport, javaScriptEnabled: false })
      const hands = handsOn(await context.newPage(), origin)
      await walk(hands, { id, mail, app })
      const made = hands.presses + first
      cost.set(name, made)
      t.ok(made <= presses, `${name}: ${made} presses of ${presses}`)
      t.ok(hands.fields <= fields, `${name}: ${hands.fields} fields of ${fields}`)
      t.match(await hands.page.getByRole('heading', { level: 1 }).textContent(), ends, name)
      if (name.startsWith('stop everything')) t.ok((await choicesOf(app.house, id)).stopped)
      await context.close()
    }
    const start = cost.get('start') ?? 0
    for (const [name, made] of cost) if (/^(?:stop|pause|fewer)/.test(name)) t.ok(made <= start, `${name} ≤ start`)
  })
}

t.test('no way to stop has a field that could be filled in wrongly, or anything after the button', async (t) => {
  const app = await openMailroom(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  const page = await (await openBrowser(t)).newPage({ viewport: screens.phone })
  await page.goto(`${origin}/p/${tokenFor(app.house, id, { topics: [1] })}/stop`)
  t.equal(await page.locator('input:not([type=hidden]), textarea, select').count(), 0)
  const box = await page.getByRole('button', { name: 'Stop everything' }).boundingBox()
  t.ok((box?.y ?? 1_000) + (box?.height ?? 0) <= screens.phone.height, 'it is seen without scrolling')
  await page.goto(`${origin}/p/${tokenFor(app.house, id, { topics: [1] })}`)
  const hers = await page.getByRole('button', { name: 'Stop everything' }).boundingBox()
  t.ok((hers?.y ?? 1_000) + (hers?.height ?? 0) <= screens.phone.height, 'on her page too')
})
