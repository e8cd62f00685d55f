import { randomBytes } from 'node:crypto'
import { changeChoices } from '../../src/actions/change-choices.ts'
import type { House } from '../../src/actions/house.ts'
import { savePreferences, stopSome } from '../../src/actions/preferences.ts'
import { pauseUntil, resume, type SaveForm } from '../../src/domain/choice-changes.ts'
import { dayOf, type Link } from '../../src/domain/link-token.ts'
import { makeSession } from '../../src/domain/session-cookie.ts'
import type { App } from './app.ts'
import { addPerson, yesTo } from './cast.ts'
import { moveClock } from './database.ts'
import { sendNow, toMondayNoon, wakeDue, writeCampaign } from './sending.ts'

const day = 86_400_000

/** The Cookie header of a session of hers that opened just now by the database's clock. */
export async function sessionOfHers(house: House, person: string): Promise<string> {
  const [row] = await house.database.sql<{ at: string }[]>`select instant() as at`
  const since = new Date(row?.at ?? '')
  const cookie = makeSession(house.keys.sessions, { person, since, id: randomBytes(16).toString('hex') })
  return `courtesy=${cookie}`
}

/**
 * Some weeks of one person: emails of their own, a digest of three, a pause in which she missed two, a no to a topic, and
 * what was never for her. The app's courier must take mail. @returns her id, and the instant (ISO) at which it ended.
 */
export async function liveSomeWeeks(app: App): Promise<{ id: string; now: string }> {
  const { house, wording } = app
  const { sql, url } = house.database
  await toMondayNoon(house)
  const id = await addPerson(house, 'ada@example.com', yesTo([1, 2], 'as-it-happens', { channels: { email: 'yes' } }))
  await addPerson(house, 'everything@example.com', yesTo([1, 2, 3]), 'Bea')
  const now = async () => {
    const [row] = await sql<{ at: string }[]>`select instant() as at`
    return new Date(row?.at ?? '')
  }
  const send = async (slug: string, subject: string, topic = 'repairs') => {
    await writeCampaign(house, slug, { topic, subject })
    await sendNow(house, slug)
    await moveClock(url, '2 days')
  }
  await send('darn', 'Five ways to darn')
  const [first] = await sql<{ id: string }[]>`select id from deliveries where person = ${id}`
  const link = async (): Promise<Link> => ({
    purpose: 'preferences',
    person: id,
    day: dayOf(await now()),
    topics: [1],
    delivery: first?.id ?? null,
    entry: null,
  })
  await send('fair', 'A mending fair near you', 'events')
  const form = {
    shown: [1, 2, 3],
    topics: new Set([1, 2]),
    pace: 'digest-weekly',
    topicPaces: new Map(),
    channelsShown: ['email'],
    channels: new Set(['email']),
  } as const satisfies SaveForm
  const [{ entry } = { entry: 0 }] = await sql<{ entry: string }[]>`select entry from people where id = ${id}`
  const sent = { form, wording, version: Number(entry) }
  await savePreferences(house, await link(), sent, await now())
  await send('sock', 'The sock that lasts')
  await send('yoke', 'A yoke for beginners', 'new-patterns')
  await send('hem', 'Hems, inside out')
  await moveClock(url, '8 days')
  await wakeDue(house)
  const until = new Date((await now()).getTime() + 20 * day).toISOString()
  const page = { way: 'page', wording: null } as const
  await changeChoices(house, id, page, (choices, at) => pauseUntil(choices, until, at))
  await send('moth', 'Against moths')
  await send('zip', 'A new zip in an hour')
  await changeChoices(house, id, page, (choices) => resume(choices))
  await stopSome(house, await link(), [2], await now())
  await send('lace', 'Lace without tears', 'new-patterns')
  await send('patch', 'A patch that shows')
  return { id, now: (await now()).toISOString() }
}
