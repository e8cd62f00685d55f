import PostalMime from 'postal-mime'
import t from 'tap'
import { answerDoors } from '../../src/actions/answer-doors.ts'
import { sendStaffMails } from '../../src/actions/send-staff-mails.ts'
import { addStaff } from '../../src/actions/staff.ts'
import { rolesFor } from '../../src/domain/staff-role.ts'
import { sendStaff, staffPage } from '../../src/http/staff-door.ts'
import type { IdentityProvider } from '../../src/identity-provider.ts'
import type { StaffField, StaffPart } from '../../src/staff-views.ts'
import { openApp } from '../support/app.ts'
import { arrived, fitsSideways, newPage, phone, refusals, violationsOn } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { openProvider } from '../support/identity-provider.ts'
import { takingCourier } from '../support/sending.ts'
import { giveSession, signedIn } from '../support/staff.ts'

const base = { hint: '', error: '', value: '' }
const fields: StaffField[] = [
  {
    ...base,
    type: 'search',
    name: 'q',
    label: 'Address, pseudonym or entry',
    hint: 'For example 48213',
    error: 'Write one of them',
  },
  { ...base, type: 'area', name: 'why', label: 'Why you look' },
  { ...base, type: 'select', name: 'zone', label: 'Zone', options: [{ value: 'utc', label: 'UTC', chosen: true }] },
  { ...base, type: 'tick', name: 'with', label: 'With payloads', value: 'yes', ticked: false },
]

function theProvider({ identity }: { identity: IdentityProvider | null }): IdentityProvider {
  if (identity === null) throw new Error('the provider is not there yet')
  return identity
}

/** One of each part that a page of the staff can be made of. */
const everyPart: StaffPart[] = [
  { kind: 'text', lines: ['What she agreed to.'], look: 'lead' },
  { kind: 'sentence', text: 'They’d get one email a week, about repairs.', note: 'In force from 14 January.' },
  {
    kind: 'facts',
    facts: [
      {
        name: 'Rests on',
        values: [
          { text: 'entry 48,213', url: '/audit' },
          { text: 'a'.repeat(64), look: 'code' },
        ],
      },
    ],
  },
  {
    kind: 'verdicts',
    items: [
      { text: 'In the log.', look: 'good' },
      { text: 'Not verified.', look: 'bad' },
      { text: 'No witness yet.', look: 'open' },
    ],
  },
  { kind: 'heading', text: 'Entries', id: 'entries' },
  {
    kind: 'table',
    caption: 'Entries',
    columns: [{ label: 'Number', look: 'number' }, { label: 'When' }, { label: 'What' }, { label: 'Hash' }],
    rows: [
      [
        { text: '48,213', look: 'number', url: '/audit' },
        { text: '2026-01-14T10:22:08Z' },
        { text: 'changed' },
        { text: 'b'.repeat(64), look: 'code' },
      ],
    ],
    none: 'None.',
  },
  {
    kind: 'timeline',
    items: [
      {
        time: '14 Jan 2026',
        machine: '2026-01-14T10:22:08Z',
        text: 'changed',
        note: 'seen',
        link: { label: 'Open', url: '/audit' },
      },
    ],
    none: 'None.',
  },
  {
    kind: 'form',
    form: { method: 'post', action: '/audit/all', fields: [], inputs: fields, button: 'Look', look: 'primary' },
  },
  {
    kind: 'presses',
    buttons: [
      { action: '/audit/all', label: 'End it', look: 'final', fields: [] },
      { action: '/audit/all', label: 'Stop', look: 'stop', fields: [] },
    ],
  },
  {
    kind: 'pages',
    label: 'Pages',
    earlier: { label: 'Earlier', url: '/audit' },
    later: { label: 'Later', url: '/audit' },
  },
]

async function open(t: Parameters<typeof openApp>[0]) {
  const app = await openApp(t)
  staffPage(app.server, { house: app.house, now: () => new Date() }, '/audit/all', {
    roles: rolesFor.audit,
    get: (look, _request, reply) =>
      sendStaff(reply, look, 'Every part', everyPart, {
        notice: { kind: 'error', lines: ['Not verified: entry 48,213.'] },
        problems: { heading: 'Something is missing', items: [{ label: 'Write one of them', url: '#q' }] },
      }),
  })
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  return { ...app, origin, browser: await openBrowser(t), admin: await signedIn(app, 'admin', { name: 'Ines' }) }
}

t.test(
  'no part of the staff’s pages breaks WCAG 2.2 AA, in light and dark, on phone and desk, and all fit',
  async (t) => {
    const { browser, origin, admin } = await open(t)
    for (const [colorScheme, viewport] of [
      ['light', { width: 1280, height: 800 }],
      ['dark', phone],
    ] as const) {
      const page = await newPage(browser, { colorScheme, viewport }, true)
      const refused = refusals(page)
      for (const path of ['/audit/all', '/staff/sign-in?ended=here', '/staff/sign-in/none']) {
        if (path.startsWith('/staff/sign-in')) await page.context().clearCookies()
        else await giveSession(page.context(), origin, admin)
        await page.goto(`${origin}${path}`)
        t.same(await violationsOn(page), [], `${path}, ${colorScheme}, ${viewport.width}`)
        t.ok(await fitsSideways(page), `${path} needs no sideways scroll at ${viewport.width}`)
      }
      t.same(refused(), [], 'the policy refused nothing of ours, and nothing was asked of anybody else')
      await page.context().close()
    }
  },
)

t.test('a sign-in by mail needs a keyboard and nothing else', async (t) => {
  const { courier, parcels } = takingCourier()
  const app = await openApp(t, {}, { courier })
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  await addStaff(app.house, 'ines@fern.example', { role: 'auditor' })
  const page = await newPage(await openBrowser(t))
  await page.goto(`${origin}/audit`)
  const focused = () => page.evaluate<string>('document.activeElement.outerHTML')
  const enter = () => arrived(page, page.keyboard.press('Enter'))
  await page.keyboard.press('Tab')
  t.match(await focused(), 'class="skip"')
  await page.keyboard.press('Tab')
  t.match(await focused(), 'lang="ar"', 'another language comes before what it is about')
  await page.keyboard.press('Tab')
  t.match(await focused(), 'type="email"')
  await enter()
  t.match(await page.title(), /^Error: /)
  t.match(await focused(), 'role="alert"')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  t.match(await focused(), 'type="email"', 'the summary leads to the field')
  await page.keyboard.type('ines@fern.example')
  await enter()
  t.equal(await page.textContent('h1'), 'Look in your mailbox.')
  await answerDoors(app.house)
  await sendStaffMails(app.house)
  const { text = '' } = await PostalMime.parse(Buffer.from(parcels[0]?.mime ?? '', 'latin1'))
  await page.goto(`${origin}${/(\/staff\/sign-in\/\S+)/.exec(text)?.[1]}`)
  for (let tabs = 0; tabs < 3; tabs++) await page.keyboard.press('Tab')
  await enter()
  t.equal(new URL(page.url()).pathname, '/audit')
  t.equal(await page.textContent('h1'), 'Audit desk')
})

t.test('a browser comes back signed in from a provider at another site', async (t) => {
  let answerUrl = ''
  const late: { identity: IdentityProvider | null } = { identity: null }
  // The provider must know our address, and our pages must know the provider.
  const identity: IdentityProvider = {
    signInUrl: (attempt) => theProvider(late).signInUrl({ ...attempt, redirectUri: answerUrl }),
    answered: (attempt, answer) => theProvider(late).answered({ ...attempt, redirectUri: answerUrl }, answer),
  }
  const app = await openApp(t, { identity })
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  answerUrl = `${origin}/staff/sign-in/answer`
  late.identity = (await openProvider(t, answerUrl, { ines: { email: 'ines@fern.example', verified: true } })).identity
  await addStaff(app.house, 'ines@fern.example', { role: 'auditor' })
  const page = await newPage(await openBrowser(t))
  await page.goto(`${origin}/audit?at=2026-03-03`)
  await page.click('text=Go on to the sign-in')
  await page.fill('input[name=login]', 'ines')
  await page.fill('input[name=password]', 'any')
  await page.click('button[type=submit]')
  await page.click('button[type=submit]')
  // Without script the provider's answer waits for a press.
  if (page.url().startsWith('http://localhost')) await page.click('[type=submit]')
  t.equal(page.url(), `${origin}/audit?at=2026-03-03`)
  t.equal(await page.textContent('h1'), 'Audit desk')
})
