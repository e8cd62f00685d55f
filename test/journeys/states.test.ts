// What she reads in each state that her pages can be in, each reached through the door as she reaches it.
import t from 'tap'
import { erasePerson } from '../../src/actions/erase.ts'
import { buildServer } from '../../src/http/server.ts'
import { openDatabase } from '../../src/store/database.ts'
import { tokenFor, visitor, type Visitor } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { openMailroom, type Mailroom } from '../support/mailroom.ts'
import { sendNow, writeCampaign } from '../support/sending.ts'

/** `says`: what the page's text holds; `offers`: what can be pressed on it, a button or a link. */
type Row = {
  state: string
  reach(her: Visitor, app: Mailroom): Promise<unknown>
  status?: number
  heading: string
  says: (string | RegExp)[]
  offers: string[]
}

const day = String.raw`\d{1,2} \w+ \d{4}`
const sentence = 'You’ll get emails about repairs and new patterns as they happen.'
const weekly = 'You’ll get one digest a week, on Fridays, about repairs and new patterns.'
const nothing = new RegExp(`You’ll get nothing from us\\. You decided this on ${day}\\.`)

let people = 0
/** Somebody new with two topics, and her link: of a mail about repairs, that many days ago. */
async function somebody({ house }: Mailroom, daysAgo = 0) {
  const address = `ada${++people}@example.com`
  const id = await addPerson(house, address, yesTo([1, 2]))
  return { id, address, url: `/p/${tokenFor(house, id, { topics: [1], daysAgo })}` }
}

async function signUp(her: Visitor, address = `new${++people}@example.com`) {
  await her.open('/start')
  for (const topic of ['1', '2']) her.tick('topic', topic, true)
  her.tick('pace', 'digest-weekly', true)
  her.type('address', address)
  await her.press('Email me to confirm')
}

/** Presses on her page, one after the other. */
const pressed =
  (...labels: string[]): Row['reach'] =>
  async (her, app) => {
    await her.open((await somebody(app)).url)
    for (const label of labels) await her.press(label)
  }

const rows: Row[] = [
  {
    state: 'saved',
    async reach(her, app) {
      await her.open((await somebody(app)).url)
      her.tick('pace', 'digest-weekly', true)
      await her.press('Save my choices')
    },
    heading: 'Saved.',
    says: [weekly, 'In force now. You can undo this for 24 hours.', `Before: ${sentence}`],
    offers: ['Undo', 'Keep a receipt'],
  },
  {
    state: 'stopped',
    reach: pressed('Stop everything'),
    heading: 'Stopped. You’ll get nothing more from us.',
    says: [nothing, 'In force now.', 'If you want to say why (optional)'],
    offers: ['Undo', 'Keep a receipt', 'Send'],
  },
  {
    state: 'stop page',
    reach: async (her, app) => her.open(`${(await somebody(app)).url}/stop`),
    heading: 'Stop emails from Fern',
    says: ['One press. Nothing else to fill in.'],
    offers: ['Stop everything', 'Only stop “Repairs”', 'See all your choices'],
  },
  {
    state: 'already stopped',
    async reach(her, app) {
      await pressed('Stop everything')(her, app)
      await her.open(her.url.replace(/\?.*/, '/stop'))
      await her.press('Stop everything')
    },
    heading: 'You’d already stopped.',
    says: [nothing, 'A fresh link, sent to your own address, lets you start again.'],
    offers: ['Send me a fresh link'],
  },
  {
    state: 'undone',
    reach: pressed('Stop everything', 'Undo'),
    heading: 'Put back.',
    says: [sentence, 'In force now.'],
    offers: ['Keep a receipt', 'See all your choices'],
  },
  {
    state: 'paused',
    async reach(her, app) {
      await pressed('Pause 30 days')(her, app)
      t.match(her.page.headings[0], new RegExp(`^Paused until ${day}\\.$`))
    },
    heading: 'Paused until ',
    says: ['We don’t save things up. You can start again any time from a recent email of ours.'],
    offers: ['Undo', 'Make it 3 months', 'Make it 6 months'],
  },
  {
    state: 'nothing changed',
    async reach(her, app) {
      await pressed('Save my choices')(her, app)
      await her.open(her.url.replace(/\?.*/, ''))
      await her.press('Save my choices')
    },
    heading: 'Nothing to save.',
    says: ['Your choices are as they were.', sentence],
    offers: ['See all your choices'],
  },
  {
    state: 'changed elsewhere',
    reach: changedElsewhere,
    status: 409,
    heading: 'Your choices changed meanwhile.',
    says: [
      new RegExp(`They changed on ${day} at \\d\\d:\\d\\d, after you opened this form,`),
      'You’ll get emails about new patterns as they happen.',
      `It would have said: ${weekly}`,
    ],
    offers: ['Use this one instead', 'Keep what holds now'],
  },
  {
    state: 'sign-up sent',
    reach: (her) => signUp(her, 'ben@example.com'),
    heading: 'Check your inbox.',
    says: ['b•••@example.com', 'we send nothing until you do. It works for 7 days.', 'Look among spam'],
    offers: ['Send again', 'A different address'],
  },
  {
    state: 'confirm page',
    reach: confirmPage,
    heading: 'One last press.',
    says: [weekly, 'Not you? Close this page: nothing will be sent.'],
    offers: ['Yes, start'],
  },
  {
    state: 'confirmed',
    async reach(her, app) {
      await confirmPage(her, app)
      await her.press('Yes, start')
    },
    heading: 'You’re in.',
    says: [weekly, /First email: likely Friday \d{1,2} \w+\./],
    offers: ['Undo', 'See all your choices'],
  },
  {
    state: 'old link',
    reach: async (her, app) => her.open((await somebody(app, 250)).url),
    heading: 'Your choices for a•••@example.com',
    says: [
      new RegExp(`This link is from ${day}\\. You can still stop, pause or slow down with it\\.`),
      'It goes to your own address and to no other.',
    ],
    offers: ['Stop “Repairs”', 'Pause 30 days', 'Stop everything', 'Send me a fresh link'],
  },
  {
    state: 'used link',
    async reach(her, app) {
      await pressed()(her, app)
      await her.follow('Get a private link')
      await her.press('Send me a fresh link')
      const link = await app.newestLink()
      await her.open(link)
      await her.press('Open my page')
      await her.open(link)
    },
    status: 410,
    heading: 'This link was already used.',
    says: ['Each private link works once, to protect you.'],
    offers: ['Send me a fresh link'],
  },
  {
    state: 'unknown link',
    reach: (her) => her.open('/p/1abc'),
    status: 404,
    heading: 'We don’t recognise this link.',
    says: ['Email apps sometimes cut long links short: try the link in the email again'],
    offers: ['Email me my link'],
  },
  {
    state: 'find',
    reach: (her) => find(her, 'nobody@example.com'),
    heading: 'If we know that address, a link is on its way.',
    says: ['within 60 minutes. Nothing after 5 minutes? Look among spam, or it may not be an address that we have.'],
    offers: ['Try another address'],
  },
  {
    state: 'too many tries',
    async reach(her) {
      for (let times = 0; times < 5; times++) await find(her, 'often@example.com')
    },
    status: 429,
    heading: 'Please wait.',
    says: [/You can ask again in \d+ minutes?\./, 'You can still stop with any email we sent you.'],
    offers: [],
  },
  {
    state: 'field error',
    reach: (her) => find(her, 'ada@'),
    status: 422,
    heading: 'Get your link by email',
    says: ['There is a problem', 'Type an email address like name@example.com'],
    offers: ['Email me my link', 'Type an email address like name@example.com'],
  },
  {
    state: 'erased',
    async reach(her, app) {
      const { id, url } = await somebody(app)
      await erasePerson(app.house, id, { way: 'page', by: null })
      await her.open(url)
    },
    status: 410,
    heading: 'We’ve erased what we knew about this address.',
    says: ['so that nobody can add you again by mistake. You can lift that by signing up again yourself.'],
    offers: ['Sign up again'],
  },
  {
    state: 'why',
    async reach(her, app) {
      const { id } = await somebody(app)
      await writeCampaign(app.house, 'darn', { subject: 'Five ways to darn' })
      await sendNow(app.house, 'darn')
      const [sent] = await app.house.database.sql<{ id: string }[]>`select id from deliveries where person = ${id}`
      await her.open(`/p/${tokenFor(app.house, id, { topics: [1], delivery: sent?.id ?? null })}/why`)
    },
    heading: 'Why you got “Five ways to darn”',
    says: [
      new RegExp(`We sent it on ${day}\\. It is about repairs: How to mend what you have\\.`),
      'On 14 January 2026 you said yes to repairs on our page.',
      sentence,
    ],
    offers: ['Stop “Repairs”', 'Stop everything', 'Change my choices', 'This wasn’t about “Repairs”'],
  },
  {
    state: 'no questions open',
    reach: async (her, app) => her.open(`${(await somebody(app)).url}/talk`),
    heading: 'Tell us (only if you like)',
    says: ['Nothing to ask you just now.', 'You can always tell us something'],
    offers: ['Send'],
  },
  {
    state: 'answered',
    async reach(her, app) {
      await her.open(`${(await somebody(app)).url}/talk`)
      her.write('words', 'For my grandson.')
      await her.press('Send')
    },
    heading: 'Thank you. Read by people, not scored.',
    says: ['Want a reply?', 'May we quote you?', 'Nothing chosen is no.'],
    offers: ['Save about a reply', 'Save about quoting'],
  },
  {
    state: 'the database is away',
    async reach(her, app) {
      const database = openDatabase('postgres://nobody@127.0.0.1:1/none')
      const options = { logger: { level: 'silent' }, development: false, mailbox: null }
      const away = await buildServer({ ...app.house, database }, options)
      const there = visitor(away)
      await there.open((await somebody(app)).url)
      Object.assign(her, there)
      await away.close()
      await database.close()
    },
    status: 503,
    heading: 'Sorry, we can’t answer just now.',
    says: ['Nothing was changed. Please try again in a minute.'],
    offers: ['Open your choices again'],
  },
  {
    // The last one: it takes a table away.
    state: 'server error',
    async reach(her, app) {
      const { url } = await somebody(app)
      await app.house.database.sql.unsafe('alter table topics rename to topics_gone')
      await her.open(url)
    },
    status: 500,
    heading: 'Sorry, that didn’t work.',
    says: ['Nothing was changed. Please try again in a minute.', 'Or write to hello@fern.example.'],
    offers: ['Open your choices again'],
  },
]

async function changedElsewhere(her: Visitor, app: Mailroom) {
  const { url } = await somebody(app)
  await her.open(url)
  const elsewhere = visitor(app.server)
  await elsewhere.open(url)
  await elsewhere.press('Stop “Repairs”')
  her.tick('pace', 'digest-weekly', true)
  await her.press('Save my choices')
}

async function confirmPage(her: Visitor, app: Mailroom) {
  await signUp(her)
  await app.work()
  await her.open(await app.newestLink())
}

async function find(her: Visitor, address: string) {
  await her.open('/find')
  her.type('address', address)
  await her.press('Email me my link')
}

t.test('each state says what became of her choices, and what she can do now', async (t) => {
  const app = await openMailroom(t)
  for (const { state, reach, status = 200, heading, says, offers } of rows) {
    const her = visitor(app.server)
    await reach(her, app)
    const { page } = her
    t.equal(her.status, status, state)
    t.strictSame(page.faults, [], state)
    t.ok(page.headings[0]?.startsWith(heading), `${state}: ${page.headings[0]}`)
    if (status === 422) t.match(page.title, `Error: ${heading}`)
    for (const words of says) t.match(page.text, words, state)
    const pressable = [...page.forms.flatMap(({ buttons }) => buttons), ...page.links.map(({ label }) => label)]
    t.strictSame(
      offers.filter((each) => !pressable.includes(each)),
      [],
      `${state} offers all of it`,
    )
  }
})
