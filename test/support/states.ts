import { publishChange } from '../../src/actions/conversation.ts'
import { openQuestion } from '../../src/actions/questions.ts'
import { erasePerson } from '../../src/actions/erase.ts'
import type { Choices } from '../../src/domain/choices.ts'
import { addPerson, bounce, yesTo } from './cast.ts'
import { minuteOf } from '../../src/domain/link-token.ts'
import { tokenFor, visitor, type App } from './app.ts'

/** A page in one of its states: what to call it, where it is (with its own `origin` where its house is another one), and the session it is shown in. */
export type State = { name: string; path: string; cookie?: string; origin?: string }

const delivery = '0f8fad5b-d9cb-469f-a165-70867728950e'

/** Every page a customer can meet, in every state that looks different, each with somebody of its own. */
export async function pageStates(app: App): Promise<State[]> {
  let number = 0
  const somebody = async (choices: Choices, link: Parameters<typeof tokenFor>[2] = {}) => {
    const address = `person${++number}@example.com`
    const id = await addPerson(app.house, address, choices)
    return { id, address, token: tokenFor(app.house, id, link) }
  }
  const question = {
    slug: 'use',
    text: 'How do you use what you make with our patterns?',
    why: 'It decides what we draw next.',
  }
  await openQuestion(app.house, question)
  const all = yesTo([1, 2], 'digest-weekly', { channels: { email: 'yes', phone: 'no', text: 'no' } })
  const pressed = async (path: string, button: string, choices = all, link: Parameters<typeof tokenFor>[2] = {}) => {
    const { token } = await somebody(choices, link)
    const visit = visitor(app.server)
    await visit.open(`/p/${token}${path}`)
    await visit.press(button)
    return { path: visit.url, undo: visit.page.forms.find(({ buttons }) => buttons[0] === 'Undo')?.action ?? '' }
  }
  const hers = await somebody(all)
  const bounced = await somebody(all)
  await bounce(app.house, bounced.address)
  const fromMail = await somebody(all, { topics: [1], delivery })
  await deliver(app, fromMail.id)
  const states: State[] = [
    { name: 'her-page', path: `/p/${hers.token}` },
    { name: 'her-page-from-a-mail', path: `/p/${fromMail.token}` },
    {
      name: 'her-page-unchosen-pace',
      path: `/p/${(await somebody({ ...all, pace: '3-per-week', paceChosen: false, choseAt: null })).token}`,
    },
    { name: 'her-page-own-paces', path: `/p/${(await somebody(withOwnPace(all))).token}` },
    {
      name: 'her-page-not-asked',
      path: `/p/${(await somebody({ ...all, topics: {}, channels: {}, choseAt: null })).token}`,
    },
    { name: 'her-page-bounced', path: `/p/${bounced.token}` },
    { name: 'her-page-old-link', path: `/p/${(await somebody(all, { daysAgo: 250, topics: [1] })).token}` },
    { name: 'stop', path: `/p/${fromMail.token}/stop` },
    { name: 'pause', path: `/p/${hers.token}/pause` },
    { name: 'why', path: `/p/${fromMail.token}/why` },
    {
      name: 'one-click',
      path: `/u/${tokenFor(app.house, hers.id, { purpose: 'unsubscribe', topics: [1], delivery })}`,
    },
    { name: 'unchanged', path: `/p/${hers.token}?unchanged` },
    { name: 'result-saved', path: (await pressed('', 'Save my choices', { ...all, choseAt: null })).path },
    { name: 'result-slower', path: (await pressed('', 'One digest a month')).path },
    { name: 'result-paused', path: (await pressed('', 'Pause 30 days')).path },
    { name: 'result-stopped', path: (await pressed('', 'Stop everything')).path },
    { name: 'result-old-link', path: (await pressed('', 'Stop “Repairs”', all, { daysAgo: 250 })).path },
    { name: 'result-stopped-topic', path: (await pressed('', 'Stop “Repairs”', all, { topics: [1], delivery })).path },
    { name: 'result-stopped-thanked', path: `${(await pressed('', 'Stop everything')).path}&thanked` },
    { name: 'undo', path: (await pressed('', 'Stop everything')).undo },
    { name: 'stopped', path: (await pressed('', 'Stop everything')).path.replace(/\?.*/, '') },
    { name: 'paused', path: (await pressed('', 'Pause 30 days')).path.replace(/\?.*/, '') },
    { name: 'talk-asked', path: `/p/${hers.token}/talk` },
    ...(await talkStates(app, await somebody(all), (await somebody(all, { daysAgo: 250 })).token)),
    { name: 'unknown-link', path: '/p/1abc' },
    { name: 'erased', path: `/p/${await erasedToken(app)}` },
    { name: 'privacy', path: '/privacy' },
    { name: 'about-these-emails', path: '/about-these-emails' },
    { name: 'home', path: '/' },
  ]
  return states
}

async function erasedToken({ house }: App): Promise<string> {
  const id = await addPerson(house, 'erased@example.com', yesTo([1]))
  await erasePerson(house, id, { way: 'page', by: null })
  return tokenFor(house, id)
}

/** Her conversation: empty, full, one answer in each of its states, and by an old link. */
async function talkStates(app: App, { token }: { token: string }, old: string): Promise<State[]> {
  const visit = visitor(app.server)
  await visit.open(`/p/${token}/talk`)
  visit.write('words', 'For my grandson.\n\nHe wears it out in a week, and then I mend it.')
  await visit.press('Send')
  const said = visit.url
  visit.tick('reply', 'yes', true)
  await visit.press('Save about a reply')
  const saved = visit.url
  const id = saved.split(/[/?]/)[4] ?? ''
  visit.write('words', 'For my grandson. He wears it out in a week.')
  await visit.press('Save my words')
  const text = 'Sizes from one year up: you told us that children grow.'
  await publishChange(app.house, { text, answers: [id] })
  await visit.open(`/p/${token}/talk`)
  visit.write('words', 'Do you have patterns for left-handed people?')
  await visit.press('Send')
  await reply(app, id, 'Yes: since June every pattern also says how to turn it.')
  return [
    { name: 'talk', path: `/p/${token}/talk` },
    { name: 'talk-deleted', path: `/p/${token}/talk?deleted` },
    { name: 'answer-said', path: said },
    { name: 'answer-saved', path: saved },
    { name: 'answer-edited', path: `/p/${token}/talk/${id}?edited` },
    { name: 'answer', path: `/p/${token}/talk/${id}` },
    { name: 'talk-old-link', path: `/p/${old}/talk` },
    { name: 'talk-old-link-said', path: `/p/${old}/talk?said` },
  ]
}

/** Keeps a reply as if it had been mailed: pages are shown without a courier. */
async function reply({ house: { database } }: App, answer: string, text: string): Promise<void> {
  const [row] = await database.sql<{ person: string }[]>`select person from answers where id = ${answer}`
  await database.sql`
    insert into messages (id, service_kind, subject, in_short, sender, body)
    values (${answer}, 'receipt', 's', '', 'Fern <hello@fern.example>', '')`
  await database.sql`
    insert into deliveries (id, message, person, state, verdict, version)
    values (${answer}, ${answer}, ${row?.person ?? ''}, 'held', 'now', 1)`
  await database.sql`
    insert into replies (answer, person, text, delivery) values (${answer}, ${row?.person ?? ''}, ${text}, ${answer})`
}

/** The pages by which she gets in, where no press has to come before. */
export async function doorStates(app: App): Promise<State[]> {
  const id = await addPerson(app.house, 'doors@example.com', yesTo([1, 2]))
  const token = tokenFor(app.house, id)
  return [
    { name: 'fresh', path: `/p/${token}/fresh` },
    { name: 'fresh-sent', path: `/p/${token}/fresh?sent` },
    {
      name: 'session-link',
      path: `/s/${tokenFor(app.house, id, { purpose: 'session', ...minuteOf(new Date()) })}`,
    },
    {
      name: 'session-link-over',
      path: `/s/${tokenFor(app.house, id, { purpose: 'session', minute: 1, daysAgo: 2 })}`,
    },
    { name: 'session-closed', path: '/me' },
    { name: 'find', path: '/find' },
    { name: 'start', path: '/start' },
    { name: 'find-sent', path: '/find?sent' },
  ]
}

function withOwnPace(choices: Choices): Choices {
  const [first, second] = [choices.topics[1], choices.topics[2]]
  if (!first || !second) throw new Error('two topics are needed')
  return { ...choices, topics: { 1: first, 2: { ...second, pace: 'digest-monthly' } } }
}

async function deliver({ house }: App, person: string): Promise<void> {
  const { sql } = house.database
  await sql`
    insert into messages (id, topic, subject, in_short, sender, body)
    values (${delivery}, 1, 'Five ways to darn', 'Five ways to darn.', 'Fern <news@fern.example>', 'Hello')`
  await sql`
    insert into deliveries (id, message, person, state, verdict, version, attempt)
    values (${delivery}, ${delivery}, ${person}, 'released', 'now', 1, ${delivery})`
  await sql`update deliveries set state = 'sent', settled_at = instant() where id = ${delivery}`
}
