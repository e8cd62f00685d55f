import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { publishChange } from '../../src/actions/conversation.ts'
import type { SenderSetup } from '../../src/actions/doctor.ts'
import type { House } from '../../src/actions/house.ts'
import { listQuestions, openQuestion } from '../../src/actions/questions.ts'
import type { App } from './app.ts'
import { addPerson, castWording, yesTo } from './cast.ts'
import { signedIn } from './staff.ts'
import type { State } from './states.ts'
import { sendFiles } from './upload.ts'

export const mailchimpFiles = ['subscribed', 'unsubscribed', 'cleaned'].map((status) =>
  fileURLToPath(new URL(`../fixtures/mailchimp/${status}_members_export.csv`, import.meta.url)),
)

/** A DNS in which half of what a sender needs is there. */
export const halfSetUp: SenderSetup = {
  dkim: null,
  relaySigns: false,
  resolveTxt: async (name) => (name.startsWith('_dmarc') ? [] : [['v=spf1 include:relay.example -all']]),
}

type Said = { text: string; wants?: boolean; quote?: 'none' | 'first_name'; question?: string }

/** Keeps an answer of somebody as their own page does. @returns its id. */
export async function say(
  house: House,
  person: string,
  { text, wants = false, quote = 'none', question }: Said,
): Promise<string> {
  const id = randomUUID()
  await house.database.sql`
    insert into answers (id, person, text, question, wants_reply, reply_said_at, reply_wording, may_quote, quote_said_at, quote_wording)
    values (${id}, ${person}, ${text}, ${question ?? null}, ${wants}, instant(), ${castWording}, ${quote}, instant(), ${castWording})`
  return id
}

/** The pages at which people, topics, the conversation, the settings and the staff are kept, each in a state to be looked at. */
export async function officeStates(app: App): Promise<State[]> {
  const { house } = app
  const person = await addPerson(house, 'rosa@office.example', yesTo([1, 2], 'digest-weekly'), 'Rosa')
  if ((await listQuestions(house)).length === 0) {
    await openQuestion(house, { slug: 'size', text: 'Which sizes do you knit?', why: 'It decides what we draw next.' })
  }
  const asked = 'Can you mend zips?\n\nMine jams at the bottom, and the shop here says that nobody mends them any more.'
  const answer = await say(house, person, { text: asked, wants: true, quote: 'first_name' })
  await say(house, person, { text: 'The lilac one was lovely.' })
  await publishChange(house, { text: 'Zips too: you told us that nobody mends them.', answers: [answer] })
  const { visit, cookie, seal } = await signedIn(app, 'admin', { name: 'Ines' })
  await visit.open('/admin/people/do-not-contact')
  visit.write('address', 'never@office.example')
  await visit.press('Never write to this address')
  const fields = { seal, format: 'mailchimp', topicsColumn: 'About what?', words: 'Yes, write to me.' }
  const sent = await sendFiles(app, { cookie }, '/admin/people/import', { fields, files: mailchimpFiles })
  const page = (name: string, path: string) => ({
    name: `office-${name}`,
    path: path.startsWith('/') ? path : `/admin${path === '' ? '' : '/'}${path}`,
    cookie: `${cookie.name}=${cookie.value}`,
  })
  return [
    page('today', ''),
    page('insights', 'insights'),
    page('people', 'people'),
    page('person', `people/${person}`),
    page('record', `people/${person}/record`),
    page('import', 'people/import'),
    page('import-preview', String(sent.headers.location)),
    page('do-not-contact', 'people/do-not-contact'),
    page('topics', 'topics'),
    page('topic', 'topics/repairs'),
    page('wordings', 'topics/wordings'),
    page('conversation', 'conversation?show=all'),
    page('answer', `conversation/${answer}`),
    page('questions', 'conversation/questions'),
    page('changes', 'conversation/changes'),
    page('settings', 'settings'),
    page('logo', 'settings/logo'),
    page('senders', 'settings/senders'),
    page('service-mail', 'settings/service-mail'),
    page('staff', 'settings/staff'),
  ]
}

/** The desk of a house in which next to nothing is set up yet. */
export async function firstStepsState(app: App): Promise<State> {
  const { cookie } = await signedIn(app, 'admin', { name: 'Ines' })
  return { name: 'office-first-steps', path: '/admin', cookie: `${cookie.name}=${cookie.value}` }
}
