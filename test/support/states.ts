import { erasePerson } from '../../src/actions/erase.ts'
import type { Choices } from '../../src/domain/choices.ts'
import { addPerson, bounce, yesTo } from './cast.ts'
import { minuteOf } from '../../src/domain/link-token.ts'
import { tokenFor, visitor, type App } from './app.ts'

/** A page in one of its states: what to call it, and where it is. */
export type State = { name: string; path: string }

const delivery = '0f8fad5b-d9cb-469f-a165-70867728950e'

/** Every page a customer can meet, in every state that looks different, each with somebody of its own. */
export async function pageStates(app: App): Promise<State[]> {
  let number = 0
  const somebody = async (choices: Choices, link: Parameters<typeof tokenFor>[2] = {}) => {
    const address = `person${++number}@example.com`
    const id = await addPerson(app.house, address, choices)
    return { id, address, token: tokenFor(app.house, id, link) }
  }
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
    { name: 'undo', path: (await pressed('', 'Stop everything')).undo },
    { name: 'stopped', path: (await pressed('', 'Stop everything')).path.replace(/\?.*/, '') },
    { name: 'paused', path: (await pressed('', 'Pause 30 days')).path.replace(/\?.*/, '') },
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

/** The pages by which she gets in, where no press has to come before. */
export async function doorStates(app: App): Promise<State[]> {
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
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
