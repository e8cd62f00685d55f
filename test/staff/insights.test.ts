import { Command } from 'commander'
import t from 'tap'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { keepInsights } from '../../src/actions/keep-insights.ts'
import { readInsights, readPromises } from '../../src/actions/read-insights.ts'
import { setBrand } from '../../src/actions/set-brand.ts'
import { openQuestion } from '../../src/actions/questions.ts'
import type { CommandContext } from '../../src/cli/context.ts'
import { insightsCommand } from '../../src/cli/insights.ts'
import type { House } from '../../src/actions/house.ts'
import { stopEverything } from '../../src/domain/choice-changes.ts'
import { openApp, type App } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { tablesIn } from '../support/html-tables.ts'
import { sendNow, takingCourier, toMondayNoon, wakeDue, writeCampaign } from '../support/sending.ts'
import { signedIn } from '../support/staff.ts'

async function addPeople(app: App, count: number, choices = yesTo([1]), name = 'her'): Promise<string[]> {
  const people: string[] = []
  for (let n = 0; n < count; n++) people.push(await addPerson(app.house, `${name}${n}@example.com`, choices))
  return people
}

const stop = (app: App, person: string) =>
  changeChoices(app.house, person, { way: 'stop-page', wording: null }, (choices, at) =>
    stopEverything(choices, at, 'herself', null),
  )

t.test('a stop shows in the figures of the day, before any night and after it', async (t) => {
  const app = await openApp(t)
  const people = await addPeople(app, 25)
  const stops = async () => {
    const { visit } = await signedIn(app, 'marketer')
    await visit.open('/admin/insights')
    const tables = tablesIn(visit.html)
    return [
      tables.get('Promises kept')?.[2]?.[1],
      tables.get('How, and never')?.at(-1)?.[2],
      tables.get('From an address to a relationship')?.[1]?.[2],
    ]
  }
  t.same(await stops(), ['0', '0', '25'])
  for (const person of people.slice(0, 11)) await stop(app, person)
  t.same(await stops(), ['11', '11', '14'])
  await moveClock(app.house.database.url, '1 day')
  await keepInsights(app.house)
  await stop(app, people[11] ?? '')
  t.same(await stops(), ['12', '12', '13'], 'those of the night and the one since')
})

t.test('fewer than ten confirmed people are told nothing of; nobody else of the staff may look', async (t) => {
  const app = await openApp(t)
  await addPeople(app, 9)
  const { visit } = await signedIn(app, 'marketer')
  await visit.open('/admin/insights')
  t.match(visit.page.text, 'Not enough yet. This fills up after your first 10 confirmed people.')
  t.notMatch(visit.page.text, 'addresses.')
  t.same([...tablesIn(visit.html).keys()], ['From an address to a relationship'])
  t.ok((await signedIn(app, 'admin')).visit.open('/admin/insights'))
  const auditor = await signedIn(app, 'auditor')
  await auditor.visit.open('/admin/insights')
  t.equal(auditor.visit.status, 403)
  t.ok(app.log.some((line) => line.includes('"refused"') && line.includes(auditor.staff.id)))
})

t.test('a period stands in the address; one that is none is refused beside its fields', async (t) => {
  const app = await openApp(t)
  await addPeople(app, 12)
  const { visit } = await signedIn(app, 'marketer')
  await visit.open('/admin/insights?from=2026-01-05&until=2026-02-03')
  t.match(visit.html, 'value="2026-01-05"')
  t.match(visit.page.text, 'How people stood was not counted by then.')
  t.notOk(tablesIn(visit.html).has('How, and never'), 'and is not told as nobody')
  t.ok(tablesIn(visit.html).has('Promises kept'))
  for (const query of ['from=soon', 'from=2026-02-30', 'from=2026-03-01&until=2026-01-01']) {
    await visit.open(`/admin/insights?${query}`)
    t.equal(visit.status, 422, query)
    t.match(visit.page.title, /^Error:/)
    t.strictSame(visit.page.faults, [])
  }
})

t.test('what the gate let go breaks nothing: as it happens, in limits and in digests over two weeks', async (t) => {
  const { courier } = takingCourier()
  const app = await openApp(t, {}, { courier })
  await toMondayNoon(app.house)
  await addPeople(app, 4)
  await addPeople(app, 8, yesTo([1, 2], 'digest-weekly', { timeZone: 'Pacific/Apia' }), 'weekly')
  await addPeople(app, 2, yesTo([1, 2], 'digest-daily'), 'daily')
  await addPeople(app, 2, yesTo([1], 'digest-monthly'), 'monthly')
  await addPeople(app, 4, yesTo([1], '2-per-week'), 'limited')
  for (let day = 0; day < 15; day++) {
    await writeCampaign(app.house, `day-${day}`, { topic: day % 3 === 0 ? 'new-patterns' : 'repairs' })
    await sendNow(app.house, `day-${day}`)
    await moveClock(app.house.database.url, '1 day')
    await wakeDue(app.house)
  }
  t.equal((await keepInsights(app.house)).last?.length, 10)
  const { promises } = await readInsights(app.house)
  t.equal(promises.broken, 0)
  t.ok(typeof promises.checked === 'number' && promises.checked > 60, `${promises.checked} were checked`)
  t.ok(typeof promises.digests === 'number' && promises.digests >= 16, `${promises.digests} digests`)
})

t.test('what somebody was asked stays counted when the asking is forgotten; the summary names nobody', async (t) => {
  const app = await openApp(t)
  const { sql, url } = app.house.database
  const people = await addPeople(app, 12)
  await openQuestion(app.house, { slug: 'use', text: 'How?', why: 'To mend it.' })
  await sql`insert into askings (person, question) select unnest(${people}::uuid[]), 'use'`
  const asked = async () => (await readInsights(app.house)).questions[0]?.asked
  t.equal(await asked(), 12)
  await moveClock(url, '1 day')
  await keepInsights(app.house)
  await sql`delete from askings`
  t.equal(await asked(), 12)
  const columns = await sql<{ name: string }[]>`
    select column_name as name from information_schema.columns where table_name = 'insights' order by ordinal_position`
  t.same(
    columns.map(({ name }) => name),
    ['day', 'figure', 'key', 'n'],
  )
})

t.test('several at once count each day once', async (t) => {
  const app = await openApp(t)
  const people = await addPeople(app, 3)
  for (const person of people) await stop(app, person)
  await moveClock(app.house.database.url, '40 days')
  const kept = await Promise.all([1, 2, 3].map(() => keepInsights(app.house)))
  t.equal(
    kept.reduce((all, { days }) => all + days, 0),
    40,
  )
  const [row] = await app.house.database.sql`select sum(n)::int as n from insights where figure = 'stops'`
  t.equal(row?.['n'], 3)
})

t.test(
  'the promises page is one only where the brand switched it on, in her language, with no small number',
  async (t) => {
    const app = await openApp(t)
    const people = await addPeople(app, 24)
    t.equal((await app.server.inject('/promises')).statusCode, 404)
    t.equal((await app.server.inject('/promises')).body, (await app.server.inject('/promises-there-are-none')).body)
    for (const person of people.slice(0, 9)) await stop(app, person)
    await setBrand(app.house, { promises: true, languages: ['en', 'de', 'fr', 'es', 'ar'] })
    const { body, headers, statusCode } = await app.server.inject('/promises')
    t.equal(statusCode, 200)
    t.match(body, 'How we kept our word')
    t.match(body, 'People who stopped everything: fewer than 10.')
    t.equal(headers['cache-control'], 'public, max-age=300')
    t.equal(headers.vary, 'accept-language')
    t.notMatch(body, /@example\.com/)
    const german = await app.server.inject({ url: '/promises', headers: { 'accept-language': 'de' } })
    t.match(german.body, 'weniger als 10')
    t.match((await app.server.inject('/promises?lang=ar')).body, 'dir="rtl"')
    t.equal((await readPromises(app.house)).promises.broken, 0)
  },
)

t.test('an admin switches the promises page in the settings', async (t) => {
  const app = await openApp(t)
  const { visit } = await signedIn(app, 'admin')
  await visit.open('/admin/settings')
  visit.write('promises', 'on', 'Save')
  await visit.press('Save')
  t.equal((await app.server.inject('/promises')).statusCode, 200)
  await visit.open('/admin/settings')
  visit.write('promises', 'perhaps', 'Save')
  await visit.press('Save')
  t.equal(visit.status, 422)
})

t.test('the command says what the page says, and counts anew when it is told to', async (t) => {
  const app = await openApp(t)
  await addPeople(app, 12)
  const run = async (...args: string[]) => {
    const said: string[] = []
    const terminal = { out: (text: string) => void said.push(text), words: () => undefined }
    const withHouse = (work: (house: House) => unknown) => work(app.house)
    const program = new Command().exitOverride()
    insightsCommand(program, { terminal, withHouse } as unknown as CommandContext)
    await program.parseAsync(['insights', ...args], { from: 'user' })
    return said.join('\n')
  }
  const { now: _now, standingAt: _at, ...insights } = await readInsights(app.house)
  t.match(JSON.parse(await run('--json')), JSON.parse(JSON.stringify(insights)))
  t.match(await run('--refresh'), /Permission +12\n/)
  const [row] = await app.house.database.sql`select n::int from insights where figure = 'person'`
  t.equal(row?.['n'], 12)
  await t.rejects(run('--from', 'soon'), { code: 'invalid-input' })
})
