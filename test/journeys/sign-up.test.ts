import PostalMime from 'postal-mime'
import t from 'tap'
import { addTopic } from '../../src/actions/add-topic.ts'
import { answerDoors } from '../../src/actions/answer-doors.ts'
import { stopPerson } from '../../src/actions/people.ts'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import { parseAddress } from '../../src/domain/address.ts'
import { fingerprintOf } from '../../src/domain/keyring.ts'
import { renderWording } from '../../src/render.ts'
import { personByAddress } from '../../src/store/people.ts'
import { suppress } from '../../src/store/suppressions.ts'
import { insertTopic, lockTopics } from '../../src/store/topics.ts'
import { currentWordings, wordingText } from '../../src/store/wordings.ts'
import { choicesOf, entriesIn, tokenFor, visitor } from '../support/app.ts'
import { addPerson, bounce, castWording, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { openMailroom, type Mailroom } from '../support/mailroom.ts'
import { toMondayNoon } from '../support/sending.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

type T = Parameters<typeof openMailroom>[0]

/** Fills the sign-up page in and sends it. @returns the visitor, in front of the answer. */
async function ask(
  app: Mailroom,
  address: string,
  { topics = ['1'], pace = 'digest-weekly' }: { topics?: string[]; pace?: string } = {},
) {
  const visit = visitor(app.server)
  await visit.open('/start')
  for (const topic of topics) visit.tick('topic', topic, true)
  visit.tick('pace', pace, true)
  visit.type('address', address)
  await visit.press('Email me to confirm')
  return visit
}

async function personAt({ house }: Mailroom, address: string) {
  const parsed = parseAddress(address)
  const person = parsed.kind === 'address' ? await personByAddress(house.database.sql, parsed.canonical) : null
  if (!person) throw new Error(`nobody has ${address}`)
  return person
}

async function marked({ house }: Mailroom, address: string, reason: 'erased' | 'do_not_contact') {
  const fingerprint = fingerprintOf(house.keys, 'email', address)
  const at = new Date().toISOString()
  await house.database.sql.begin((tx) => suppress(tx, 'email', reason, 'test', [{ fingerprint, at }]))
}

t.test('she ticks, types, confirms by a mail and one last press, and is in', async (t) => {
  const app = await openMailroom(t)
  const visit = await ask(app, ' Ada@Example.com ', { topics: ['1', '2'] })
  t.equal(visit.status, 200)
  t.strictSame(visit.page.faults, [])
  t.equal(visit.page.headings[0], 'Check your inbox.')
  t.match(visit.page.text, 'A•••@Example.com')
  t.equal(await app.work(), 1)
  t.equal(app.parcels[0]?.to, 'Ada@example.com')
  const pending = await personAt(app, 'ada@example.com')
  t.match(pending.choices.topics, { 1: { answer: 'pending', basis: null }, 2: { answer: 'pending', basis: null } })
  await visit.open(await app.newestLink())
  t.equal(visit.page.headings[0], 'One last press.')
  t.match(visit.page.text, 'You’ll get one digest a week, on Fridays, about repairs and new patterns.')
  t.match((await choicesOf(app.house, pending.id)).topics, { 1: { answer: 'pending' } }, 'looking grants nothing')
  await visit.press('Yes, start')
  t.equal(visit.page.headings[0], 'You’re in.')
  t.strictSame(visit.page.faults, [])
  t.match(visit.page.text, 'You’ll get one digest a week, on Fridays, about repairs and new patterns.')
  t.match(visit.page.text, /First email: likely Friday \d+ \w+\./)
  const { choices, entry } = await personAt(app, 'ada@example.com')
  const wording = (await currentWordings(app.house.database.sql, 'sign-up')).get('en')
  const basis = { evidence: 'seen', wording }
  t.match(choices, {
    topics: { 1: { answer: 'yes', basis, entry, pace: null }, 2: { answer: 'yes', basis, entry } },
    pace: 'digest-weekly',
    paceChosen: true,
    channels: { email: 'yes' },
    language: 'en',
  })
  t.notOk(choices.topics[3], 'and to nothing else')
  await visit.follow('See all your choices')
  t.equal(visit.page.headings[0], 'Your choices for A•••@Example.com')
  await verifyWholeLedger(t, app.house)
})

t.test('the first email is on the day that the digest has', async (t) => {
  const app = await openMailroom(t)
  const monday = await toMondayNoon(app.house)
  const { server } = await openMailroomAt(t, app, monday)
  const visit = await ask({ ...app, server }, 'ada@example.com')
  await app.work()
  await visit.open(await app.newestLink())
  await visit.press('Yes, start')
  const friday = new Date(monday.getTime() + 4 * 86_400_000)
  const day = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
  t.match(visit.page.text, `First email: likely ${day.format(friday)}.`)
})

t.test('as it happens, no day is promised', async (t) => {
  const app = await openMailroom(t)
  const visit = await ask(app, 'ada@example.com', { pace: 'as-it-happens' })
  await app.work()
  await visit.open(await app.newestLink())
  await visit.press('Yes, start')
  t.notMatch(visit.page.text, 'First email')
})

t.test(
  'nothing is ticked for her: no topic, no pace; the order is another each time and the same for one seed',
  async (t) => {
    const { server } = await openMailroom(t)
    const orders = new Set<string>()
    for (let times = 0; times < 40; times++) {
      const visit = visitor(server)
      const page = await visit.open('/start')
      t.strictSame(page.faults, [])
      t.notMatch(visit.html, /checked|selected/)
      orders.add(page.forms[0]?.fields.filter(([name]) => name === 'shown').join(' ') ?? '')
    }
    t.equal(orders.size, 6, 'every order of three topics comes')
  },
)

t.test('there are never more topics than she is asked about: one too many is refused, whoever adds it', async (t) => {
  const { house, server } = await openMailroom(t)
  const add = async (n: number) => addTopic(house, { slug: `topic-${n}`, name: `Topic ${n}`, promise: 'One line.' })
  for (let n = 4; n < 12; n++) await add(n)
  const both = Promise.withResolvers<PromiseSettledResult<unknown>[]>()
  await house.database.sql.begin(async (tx) => {
    await lockTopics(tx)
    await insertTopic(tx, { slug: 'topic-12', name: 'Topic 12', promise: 'One line.' })
    // Begun while the twelfth is not there yet for anybody to see.
    void Promise.allSettled([add(13), add(14)]).then(both.resolve)
    await tx`select pg_sleep(0.2)`
  })
  for (const each of await both.promise) {
    const message = /^people choose from at most 12 topics, and there are 12, so topic-1\d was not added; .* repairs, /
    t.match(each, { status: 'rejected', reason: { code: 'conflict', message } })
  }
  await publishWordings(house, renderWording)
  const visit = visitor(server)
  await visit.open('/start')
  t.equal(visit.page.forms[0]?.inputs.filter(({ name }) => name === 'topic').length, 12)
})

t.test('what is missing is said once above and once beside its field, and all she entered stays', async (t) => {
  const app = await openMailroom(t)
  const visit = visitor(app.server)
  await visit.open('/start')
  const seed = visit.page.forms[0]?.fields.find(([name]) => name === 'seed')
  const order = visit.page.forms[0]?.fields.filter(([name]) => name === 'shown')
  visit.tick('topic', '2', true)
  visit.type('address', 'ada@example')
  await visit.press('Email me to confirm')
  t.equal(visit.status, 422)
  t.strictSame(visit.page.faults, [])
  t.match(visit.page.title, /^Error: /)
  t.match(visit.html, /<div class="problems" role="alert" tabindex="-1" autofocus>/)
  const targets = visit.page.links
    .filter(({ href }) => href.startsWith('#') && href !== '#page')
    .map(({ href }) => href)
  t.same(targets, ['#pace-as-it-happens', '#address'])
  for (const target of targets) t.match(visit.html, `id="${target.slice(1)}"`)
  const form = visit.page.forms[0]
  t.same(
    form?.fields.find(([name]) => name === 'seed'),
    seed,
  )
  t.same(
    form?.fields.filter(([name]) => name === 'shown'),
    order,
    'in the same order',
  )
  t.same(
    form?.fields.filter(([name]) => name === 'topic'),
    [['topic', '2']],
  )
  t.same(
    form?.fields.find(([name]) => name === 'address'),
    ['address', 'ada@example'],
  )
  visit.tick('pace', 'digest-monthly', true)
  visit.type('address', 'ada@example.com')
  await visit.press('Email me to confirm')
  t.equal(visit.page.headings[0], 'Check your inbox.')
  await visit.open('/start')
  await visit.press('Email me to confirm')
  t.match(visit.html, /href="#topic-\d"/)
})

t.test('a form that names what the page did not offer is refused', async (t) => {
  const app = await openMailroom(t)
  const wording = (await currentWordings(app.house.database.sql, 'sign-up')).get('en') ?? ''
  const hers = (await currentWordings(app.house.database.sql, 'preferences')).get('en') ?? ''
  const good = { wording, seed: '0'.repeat(16), language: 'en', shown: '1', topic: '1', pace: 'digest-weekly' }
  const wrong: Record<string, string>[] = [
    { wording: castWording },
    { wording: hers },
    { wording: '' },
    { seed: '' },
    { language: 'xx' },
    { language: '<b>' },
    { topic: '9', shown: '9' },
    { topic: '2' },
    { pace: 'digest-daily' },
    { pace: '31-per-day' },
  ]
  const post = async (more: Record<string, string>) =>
    app.server.inject({
      method: 'POST',
      url: '/start',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ ...good, address: 'ada@example.com', ...more }).toString(),
    })
  for (const each of wrong) t.equal((await post(each)).statusCode, 422, JSON.stringify(each))
  t.equal(await answerDoors(app.house), 0)
  t.equal((await post({})).statusCode, 200)
})

t.test(
  'the entry of the confirmation keeps the wording, the order, what she ticked, and that nothing was preset',
  async (t) => {
    const app = await openMailroom(t)
    const visit = await ask(app, 'ada@example.com', { topics: ['3'] })
    const fields = visit.page.forms[0]?.fields ?? []
    await app.work()
    await visit.open(await app.newestLink())
    await visit.press('Yes, start')
    const { id } = await personAt(app, 'ada@example.com')
    const rows = await app.house.database.sql<{ body: string; payload: string }[]>`
    select e.body, p.payload from entries e join payloads p using (number) where p.person = ${id} order by number`
    const [given, confirmed] = rows.map(({ body, payload }) => ({ ...JSON.parse(body), payload: JSON.parse(payload) }))
    const wording = (await currentWordings(app.house.database.sql, 'sign-up')).get('en')
    t.match(given, { kind: 'given', topics: [3], wording, payload: { before: null, evidence: { way: 'start' } } })
    const shown = fields
      .filter(([name]) => name === 'shown')
      .map(([, value]) => value)
      .join(',')
    t.match(confirmed, {
      kind: 'confirmed',
      topics: [3],
      wording,
      payload: {
        evidence: {
          way: 'confirm',
          link: { purpose: 'confirm' },
          details: {
            seed: fields.find(([name]) => name === 'seed')?.[1],
            shown,
            ticked: '3',
            preticked: '',
            preselectedPace: '',
            paces: 'as-it-happens,digest-weekly,digest-monthly',
            pace: 'digest-weekly',
          },
        },
      },
    })
    t.equal(rows.length, 2)
    for (const { body } of rows) {
      t.strictSame(Object.keys(JSON.parse(body)), ['at', 'commitment', 'kind', 'number', 'topics', 'v', 'wording'])
      t.notMatch(body, /ada@|"ada|seed/)
    }
  },
)

t.test('every word that the page says stands in its frozen wording', async (t) => {
  const app = await openMailroom(t)
  const visit = visitor(app.server)
  await visit.open('/start')
  const { sql } = app.house.database
  const hash = (await currentWordings(sql, 'sign-up')).get('en') ?? ''
  const body = (await wordingText(sql, 'sign-up', hash)) ?? ''
  t.match(visit.html, `name="wording" value="${hash}"`)
  const main = visit.html.slice(visit.html.indexOf('<h1>'), visit.html.indexOf('</main>'))
  const words = main
    .split(/<[^>]*>/)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '')
  t.ok(words.length > 15)
  t.same(
    words.filter((piece) => !piece.split(/(?<=\.) /).every((part) => body.includes(part))),
    [],
  )
})

t.test('the mail lists the topics and the pace, has one link, and nothing of what anybody typed', async (t) => {
  const app = await openMailroom(t)
  await ask(app, 'ada+<script>@example.com')
  await ask(app, 'ada@example.com', { topics: ['1', '3'] })
  await app.work()
  const mail = await PostalMime.parse(Buffer.from(app.parcels.at(-1)?.mime ?? '', 'latin1'))
  t.equal(app.parcels.length, 1)
  t.equal(mail.subject, 'Please confirm: emails from Fern')
  t.match(mail.text, 'About: repairs and events near you.')
  t.match(mail.text, 'How often: One digest a week, every Friday at 09:00.')
  t.equal(mail.text?.match(/https?:/g)?.length, 1)
  t.notMatch(app.parcels[0]?.mime, /List-Unsubscribe/i)
  t.notMatch(`${mail.text}${mail.html}`.replaceAll(/https?:[^\s"<]+/g, ''), /undefined|\{|ada/)
})

t.test(
  'of somebody we know nothing is changed before she confirms, and then only what she asked for grows',
  async (t) => {
    const app = await openMailroom(t)
    const id = await addPerson(app.house, 'ada@example.com', yesTo([1], 'digest-monthly'))
    const before = await choicesOf(app.house, id)
    const entries = await entriesIn(app.house)
    const visit = await ask(app, 'ada@example.com', { topics: ['2'], pace: 'as-it-happens' })
    t.equal(visit.page.headings[0], 'Check your inbox.')
    await app.work()
    t.strictSame(await choicesOf(app.house, id), before)
    t.equal(await entriesIn(app.house), entries)
    await visit.open(await app.newestLink())
    t.match(visit.page.text, 'You’ll get emails about new patterns as they happen.')
    t.notMatch(visit.page.text, /repairs/i, 'the link tells nothing else about her')
    await visit.press('Yes, start')
    const after = await choicesOf(app.house, id)
    t.strictSame(after.topics[1], before.topics[1])
    t.match(after, { pace: 'digest-monthly', topics: { 2: { answer: 'yes', pace: 'as-it-happens' } } })
    await verifyWholeLedger(t, app.house)
  },
)

t.test('the answer to a form is the same whoever has that address (I-25)', async (t) => {
  const app = await openMailroom(t)
  await addPerson(app.house, 'ada@example.com', yesTo([1]))
  await addPerson(app.house, 'dov@example.com', yesTo([1]))
  await bounce(app.house, 'dov@example.com')
  await marked(app, 'eve@example.com', 'erased')
  await marked(app, 'gus@example.com', 'do_not_contact')
  const pages = new Set<string>()
  for (const name of ['ada', 'dov', 'eve', 'gus', 'new']) {
    const { html, status } = await ask(app, `${name}@example.com`)
    const neutral = html
      .replaceAll(/value="[\da-f]{16}"/g, '')
      .replaceAll(/<input type="hidden" name="shown" value="\d">/g, '')
      .replaceAll(new RegExp(`${name}@|${name[0]}•••@`, 'g'), '@')
    pages.add(`${status}${neutral}`)
  }
  t.equal(pages.size, 1)
  await app.work()
  t.same(new Set(app.parcels.map(({ to }) => to.split('@')[0])), new Set(['ada', 'eve', 'new']))
})

t.test('a confirm link works once, of many at once too, for seven days', async (t) => {
  const app = await openMailroom(t)
  const visit = await ask(app, 'ada@example.com')
  await app.work()
  const link = await app.newestLink()
  for (let times = 0; times < 20; times++) t.equal((await app.server.inject(link)).statusCode, 200)
  const answers = await Promise.all(Array.from({ length: 8 }, () => app.server.inject({ method: 'POST', url: link })))
  t.equal(answers.filter(({ statusCode }) => statusCode === 303).length, 1)
  t.equal(answers.filter(({ statusCode }) => statusCode === 410).length, 7)
  t.equal(await entriesIn(app.house), 2, 'given and confirmed')
  await visit.open(link)
  t.equal(visit.status, 410)
  t.equal(visit.page.headings[0], 'This link was already used.')
  await visit.press('Send me a fresh link')
  t.equal(visit.page.headings[0], 'A fresh link is on its way.')
  t.match(await app.newestLink(), /^\/s\//)
  await ask(app, 'ben@example.com')
  await app.work()
  const late = await app.newestLink()
  await moveClock(app.house.database.url, '7 days')
  const entries = await entriesIn(app.house)
  t.equal((await app.server.inject({ method: 'POST', url: late })).statusCode, 410)
  await visit.open(late)
  t.equal(visit.page.headings[0], 'This link has had its time.')
  t.ok(visit.page.links.some(({ href }) => href === '/start'))
  t.equal(await entriesIn(app.house), entries)
})

t.test('a later stop beats an older confirm link, whoever stopped it; and a later no to one topic', async (t) => {
  const app = await openMailroom(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1], 'digest-weekly'))
  const visit = await ask(app, 'ada@example.com', { topics: ['2'] })
  await app.work()
  const link = await app.newestLink()
  await stopPerson(app.house, 'ada@example.com', {})
  const stopped = await choicesOf(app.house, id)
  await visit.open(link)
  await visit.press('Yes, start')
  t.equal(visit.status, 410)
  t.equal(visit.page.headings[0], 'You stopped after you asked for this.')
  t.strictSame(await choicesOf(app.house, id), stopped)

  const other = await addPerson(app.house, 'ben@example.com', yesTo([1, 2], 'digest-weekly'))
  await ask(app, 'ben@example.com', { topics: ['2', '3'] })
  await app.work()
  const ben = visitor(app.server)
  await ben.open(`/p/${tokenFor(app.house, other, { topics: [2] })}`)
  await ben.press('Stop “New patterns”')
  await ben.open(await app.newestLink())
  await ben.press('Yes, start')
  t.match((await choicesOf(app.house, other)).topics, { 2: { answer: 'no' }, 3: { answer: 'yes' } })
})

t.test('who had stopped and asks again gets what she asked for and nothing of what she had', async (t) => {
  const app = await openMailroom(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2], 'as-it-happens'))
  await stopPerson(app.house, 'ada@example.com', {})
  const visit = await ask(app, 'ada@example.com', { topics: ['3'], pace: 'digest-monthly' })
  await app.work()
  t.ok((await choicesOf(app.house, id)).stopped)
  await visit.open(await app.newestLink())
  await visit.press('Yes, start')
  t.match(visit.page.text, 'You’ll get one digest a month, on the first Friday, about events near you.')
  t.match(await choicesOf(app.house, id), {
    stopped: null,
    pace: 'digest-monthly',
    topics: { 1: { answer: 'no' }, 2: { answer: 'no' }, 3: { answer: 'yes' } },
  })
  await visit.press('Undo')
  t.ok((await choicesOf(app.house, id)).stopped, 'and Undo puts the stop back')
})

t.test('a stop and a confirmation at the same moment end in the stop', async (t) => {
  const app = await openMailroom(t)
  for (let round = 0; round < 6; round++) {
    const address = `p${round}@example.com`
    await ask(app, address)
    await app.work()
    const { id } = await personAt(app, address)
    const link = await app.newestLink()
    const stop = `/p/${tokenFor(app.house, id)}/stop`
    const posts = [link, stop].map((url) => app.server.inject({ method: 'POST', url }))
    await Promise.all(round % 2 ? posts : posts.toReversed())
    t.ok((await choicesOf(app.house, id)).stopped, `round ${round}`)
  }
  await verifyWholeLedger(t, app.house)
})

t.test('whoever had her address erased may come back: by her own press, and by nobody else’s', async (t) => {
  const app = await openMailroom(t)
  await marked(app, 'eve@example.com', 'erased')
  const visit = await ask(app, 'eve@example.com')
  await ask(app, 'eve@example.com')
  t.equal(await app.work(), 1, 'once a day')
  const reasons = async () => (await personAt(app, 'eve@example.com')).suppressions
  t.same(await reasons(), ['erased'], 'asking lifts nothing')
  await visit.open(await app.newestLink())
  t.match(visit.page.text, 'You’ll get one digest a week, on Fridays, about repairs.')
  await visit.press('Yes, start')
  t.equal(visit.page.headings[0], 'You’re in.')
  t.same(await reasons(), [])
  const { id } = await personAt(app, 'eve@example.com')
  const [entry] = await app.house.database.sql<{ payload: string }[]>`
    select payload from payloads where person = ${id} order by number desc limit 1`
  t.match(JSON.parse(entry?.payload ?? '{}'), { evidence: { details: { lifted: 'erased' } } })
})

t.test('Send again sends it again, once; a different address begins anew', async (t) => {
  const app = await openMailroom(t)
  const visit = await ask(app, 'ada@example.com', { topics: ['1', '3'] })
  await app.work()
  const first = await app.newestLink()
  await visit.press('Send again')
  t.equal(visit.page.headings[0], 'Check your inbox.')
  t.equal(await app.work(), 1)
  const second = await app.newestLink()
  t.not(first, second)
  await visit.press('Send again')
  t.equal(await app.work(), 0, 'two a day are all')
  await visit.open(first)
  await visit.press('Yes, start')
  t.match((await personAt(app, 'ada@example.com')).choices.topics, { 1: { answer: 'yes' }, 3: { answer: 'yes' } })
  await visit.open('/start')
  t.notMatch(visit.html, 'ada@example.com')
})

t.test('a victim of many sign-ups gets two mails a day and three in all, whatever is typed', async (t) => {
  const app = await openMailroom(t)
  for (let day = 0; day < 5; day++) {
    for (let n = 0; n < 8; n++) await ask(app, 'victim@example.com')
    await app.work()
    await moveClock(app.house.database.url, '25 hours')
  }
  t.equal(app.parcels.length, 3)
})

t.test('spellings of one mailbox share its limit, and stay people of their own', async (t) => {
  const app = await openMailroom(t)
  for (const tag of ['', '+a', '+b', '+c']) await ask(app, `victim${tag}@example.com`)
  await app.work()
  t.same(new Set(app.parcels.map(({ to }) => to)), new Set(['victim@example.com', 'victim+a@example.com']))
})

t.test('where the address is hers no longer, the link that went to it grants nothing', async (t) => {
  const app = await openMailroom(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const visit = await ask(app, 'ada@example.com', { topics: ['2'] })
  await app.work()
  const fingerprint = fingerprintOf(app.house.keys, 'email', 'new@example.com')
  await app.house.database.sql`
    update addresses set canonical = 'new@example.com', spelling = 'new@example.com', fingerprint = ${fingerprint} where person = ${id}`
  await visit.open(await app.newestLink())
  await visit.press('Yes, start')
  t.equal(visit.status, 410)
  t.notOk((await choicesOf(app.house, id)).topics[2])
})

t.test('two workers that meet the same new address make one person', async (t) => {
  const app = await openMailroom(t)
  for (let n = 0; n < 4; n++) await ask(app, 'ada@example.com')
  await Promise.all(Array.from({ length: 4 }, () => answerDoors(app.house)))
  await answerDoors(app.house)
  const [row] = await app.house.database.sql<{ n: number }[]>`select count(*)::int as n from people`
  t.equal(row?.n, 1)
  await app.work()
  t.equal(app.parcels.length, 2)
  await verifyWholeLedger(t, app.house)
})

t.test('it takes no more presses to stop than to start', async (t) => {
  const app = await openMailroom(t)
  const start = await ask(app, 'ada@example.com')
  await app.work()
  await start.open(await app.newestLink())
  await start.press('Yes, start')
  const { id } = await personAt(app, 'ada@example.com')
  for (const [path, button] of [
    ['', 'Stop everything'],
    ['/stop', 'Stop everything'],
    ['/stop', 'Only stop “Repairs”'],
    ['/pause', '30 days'],
  ] as const) {
    const stop = visitor(app.server)
    await stop.open(`/p/${tokenFor(app.house, id, { topics: [1] })}${path}`)
    t.ok(stop.page.forms.some(({ inputs }) => path === '' || inputs.every(({ kind }) => kind === 'hidden')))
    await stop.press(button)
    t.ok(stop.presses <= start.presses, `${button}: ${stop.presses} presses, and ${start.presses} to start`)
    t.ok(stop.presses <= 2)
  }
})

/** The same house with pages whose clock is the one of its database. */
async function openMailroomAt(t: T, { house }: Mailroom, now: Date) {
  const { buildServer } = await import('../../src/http/server.ts')
  const options = { logger: { level: 'silent' }, development: false, mailbox: null, now: () => now }
  const server = await buildServer(house, options)
  t.teardown(() => server.close())
  return { server }
}
