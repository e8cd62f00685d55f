import type { FastifyInstance } from 'fastify'
import type { House } from '../../src/actions/house.ts'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import type { Choices } from '../../src/domain/choices.ts'
import { dayOf, makeLink, type Link } from '../../src/domain/link-token.ts'
import { buildServer, type ServerOptions } from '../../src/http/server.ts'
import { renderWording } from '../../src/render.ts'
import { personById, type Person } from '../../src/store/people.ts'
import { insertTopic } from '../../src/store/topics.ts'
import { addTopics } from './cast.ts'
import { openTestHouse, type TestHouse, type TestHouseOptions } from './house.ts'
import { parsePage, type ParsedPage } from './html.ts'

type Test = { teardown(close: () => Promise<void>): unknown }

/** The pages of a house with three topics, published wordings, and everything that was logged. */
export type App = { house: TestHouse; server: FastifyInstance; log: string[]; wording: string }

export async function openApp(
  t: Test,
  options: Partial<ServerOptions> = {},
  houseOptions: TestHouseOptions = {},
): Promise<App> {
  const house = await openTestHouse(t, houseOptions)
  await addTopics(house)
  const events = { slug: 'events', name: 'Events near you', promise: 'Mending evenings and fairs.' }
  await house.database.sql.begin((tx) => insertTopic(tx, events))
  const { hash } = await publishWordings(house, renderWording)
  const log: string[] = []
  const stream = { write: (line: string) => void log.push(line) }
  const server = await buildServer(house, {
    logger: { level: 'trace', stream },
    development: false,
    mailbox: null,
    ...options,
  })
  t.teardown(() => server.close())
  return { house, server, log, wording: hash }
}

/** Erases a person for the purpose of a test: her row is gone, her entries stay. */
export async function forget(house: House, id: string): Promise<void> {
  await house.database.sql.begin(async (tx) => {
    await tx`delete from addresses where person = ${id}`
    await tx`delete from people where id = ${id}`
  })
}

/** A link of hers, made that many days ago. */
export function tokenFor(house: House, person: string, link: Partial<Link> & { daysAgo?: number } = {}): string {
  const { daysAgo = 0, ...more } = link
  const day = dayOf(new Date()) - daysAgo
  return makeLink(house.keys.links, {
    purpose: 'preferences',
    person,
    day,
    topics: [],
    delivery: null,
    entry: null,
    ...more,
  })
}

/** How many entries there are but those that tell of texts. */
export async function entriesIn(house: House): Promise<number> {
  const [row] = await house.database.sql<{ n: number }[]>`
    select count(*)::int as n from entries where body::jsonb ->> 'kind' <> 'wording-published'`
  return row?.n ?? 0
}

/** The number of the newest entry. */
export async function newestEntry(house: House): Promise<number> {
  const [row] = await house.database.sql<{ size: string }[]>`select size from ledger_head`
  return Number(row?.size)
}

export async function choicesOf(house: House, id: string): Promise<Choices> {
  const person: Person | null = await personById(house.database.sql, id)
  if (!person) throw new Error('she is not there')
  return person.choices
}

/** Somebody with a browser that has no script: opens, types, ticks and presses, keeps cookies, and counts her presses. */
export type Visitor = {
  cookies: Map<string, string>
  headers: Record<string, string>
  presses: number
  status: number
  url: string
  html: string
  page: ParsedPage
  open(url: string): Promise<ParsedPage>
  follow(label: string): Promise<ParsedPage>
  tick(name: string, value: string, on: boolean): void
  type(name: string, text: string): void
  /** Writes into the field of that name, in the form with that button where several have one. */
  write(name: string, words: string, button?: string): void
  press(label: string): Promise<ParsedPage>
}

export function visitor(server: FastifyInstance): Visitor {
  const her: Visitor = {
    cookies: new Map(),
    headers: {},
    presses: 0,
    status: 0,
    url: '',
    html: '',
    page: parsePage(''),
    async open(url) {
      her.presses++
      return load('GET', url)
    },
    async follow(label) {
      const link = her.page.links.find((each) => each.label === label)
      if (!link)
        throw new Error(
          `no link "${label}" on ${her.page.headings[0]}: ${her.page.links.map((each) => each.label).join(', ')}`,
        )
      return her.open(link.href)
    },
    tick(name, value, on) {
      const form = her.page.forms.find(({ inputs }) =>
        inputs.some((input) => input.name === name && input.kind !== 'hidden'),
      )
      const input = form?.inputs.find((each) => each.name === name && (each.kind === 'select' || each.value === value))
      if (!form || !input) throw new Error(`nothing to tick called ${name}=${value}`)
      her.presses++
      const alone = input.kind === 'radio' || input.kind === 'select'
      form.fields = form.fields.filter(([field, held]) => field !== name || (!alone && held !== value))
      if (on) form.fields.push([name, value])
    },
    type(name, text) {
      const form = her.page.forms.find(({ inputs }) => inputs.some((input) => input.name === name))
      if (!form) throw new Error(`nothing to type into called ${name}`)
      form.fields = [...form.fields.filter(([field]) => field !== name), [name, text]]
    },
    write(name, words, button) {
      const form = her.page.forms.find(
        ({ inputs, buttons }) =>
          inputs.some((input) => input.name === name && input.kind !== 'hidden') &&
          (button === undefined || buttons.includes(button)),
      )
      if (!form) throw new Error(`nothing to write into called ${name}`)
      form.fields = [...form.fields.filter(([field]) => field !== name), [name, words]]
    },
    async press(label) {
      const form = her.page.forms.find(({ buttons }) => buttons.includes(label))
      if (!form) {
        throw new Error(
          `no button "${label}" on ${her.page.headings[0]}: ${her.page.forms.flatMap(({ buttons }) => buttons).join(', ')}`,
        )
      }
      her.presses++
      return load('POST', form.action, new URLSearchParams(form.fields).toString())
    },
  }
  const load = async (method: 'GET' | 'POST', url: string, payload?: string): Promise<ParsedPage> => {
    const cookie = [...her.cookies].map((pair) => pair.join('=')).join('; ')
    const headers = {
      accept: 'text/html',
      ...(cookie === '' ? {} : { cookie }),
      ...her.headers,
      ...(payload === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    }
    const response = await server.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
    const { location, 'set-cookie': set } = response.headers
    for (const each of [set ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? []
      if (/Max-Age=0/.test(each)) her.cookies.delete(name)
      else her.cookies.set(name, value)
    }
    if (response.statusCode === 303 && location) return load('GET', location)
    Object.assign(her, { status: response.statusCode, url, html: response.body, page: parsePage(response.body) })
    return her.page
  }
  return her
}
