import fc from 'fast-check'
import t from 'tap'
import { erasePerson } from '../../src/actions/erase.ts'
import { notAsked, type Choices } from '../../src/domain/choices.ts'
import { tokenFor, visitor } from '../support/app.ts'
import { arbitraryChoices, arbitraryOpenChoices, someWording } from '../support/arbitrary-choices.ts'
import { addPerson, castWording } from '../support/cast.ts'
import { openDesk, workOn, type Desk } from '../support/campaign-desk.ts'
import { standAt, writeCampaign } from '../support/sending.ts'

/** The three topics that an app has, and the wording that it shows, in choices that know six and another one. */
function fitting(choices: Choices): Choices {
  const known = Object.entries(choices.topics).filter(([id]) => Number(id) <= 3)
  const topics = known.map(([id, said]) => {
    const basis = said.basis && {
      ...said.basis,
      wording: said.basis.wording === someWording ? castWording : said.basis.wording,
    }
    return [id, { ...said, basis }] as const
  })
  return { ...notAsked(), ...choices, topics: Object.fromEntries(topics) }
}

/** So often that among few people some get it. */
function often<T>(one: T): T[] {
  return [one, one, one, one]
}

/** Everybody in a list of the desk, over all of its pages. */
async function listed({ marketer: { visit } }: Desk, slug: string, query: string): Promise<string[]> {
  const found: string[] = []
  await visit.open(`/admin/campaigns/${slug}/people?${query}`)
  for (;;) {
    found.push(...[...visit.html.matchAll(/>([^\s<>]+@example\.com)</g)].map(([, address = '']) => address))
    if (!visit.page.links.some(({ label }) => label === 'Next')) return found.toSorted()
    await visit.follow('Next')
  }
}

/** The three numbers of a check page. */
function figuresOn(text: string): number[] {
  const found = /Of ([\d,]+) (?:person|people): get it now([\d,]+) get it later([\d,]+) not at all([\d,]+)/.exec(text)
  return (found ?? []).slice(1).map((each) => Number(each.replaceAll(',', '')))
}

/** Ways of changing one's mind, by the pages behind a link of hers; `back` takes back what it was. */
const ways = ['stop', 'topic', 'pause', 'slower', 'back', 'erase'] as const
type Way = (typeof ways)[number]

/** Presses on her pages. @returns whether there was anything to press. */
async function changeMind({ house, server }: Desk, id: string, way: Way): Promise<boolean> {
  if (way === 'erase') return erasePerson(house, id, { way: 'page', by: null }).then(() => true)
  const her = visitor(server)
  const token = tokenFor(house, id, { topics: [1] })
  const [path, ...labels] = {
    stop: ['/stop', 'Stop everything'],
    topic: ['/stop', 'Only stop “Repairs”'],
    pause: ['', 'Pause 30 days'],
    slower: ['', 'One digest a month'],
    back: ['', 'Pause 30 days', 'Start again now'],
  }[way] as [string, ...string[]]
  for (const label of labels) {
    await her.open(`/p/${token}${path}`)
    if (!her.page.forms.some(({ buttons }) => buttons.includes(label))) return false
    await her.press(label)
  }
  return true
}

t.test(
  'whatever people chose, check, send and report agree, person for person, and nobody else gets a mail',
  async (t) => {
    const seed = Number(process.env['SEED'] ?? 20_261_126)
    t.comment(`SEED=${seed}`)
    const runs = fc.sample(
      fc.record({
        people: fc.array(fc.oneof(arbitraryChoices(), ...often(arbitraryOpenChoices())).map(fitting), {
          minLength: 1,
          maxLength: 14,
        }),
        narrow: fc.option(fc.array(fc.nat({ max: 13 }), { minLength: 1, maxLength: 6 })),
        minds: fc.uniqueArray(fc.record({ n: fc.nat({ max: 13 }), way: fc.constantFrom(...ways) }), {
          maxLength: 6,
          selector: ({ n }) => n,
        }),
      }),
      { numRuns: 8, seed },
    )
    const reached = { now: 0, later: 0, never: 0, changed: 0 }
    for (const [run, { people, narrow, minds }] of runs.entries()) {
      const desk = await openDesk(t, {}, '2026-12-01T12:00:00Z')
      const { house, parcels, marketer } = desk
      const { visit } = marketer
      const ids: string[] = []
      for (const [n, choices] of people.entries()) ids.push(await addPerson(house, `p${n}@example.com`, choices))
      await writeCampaign(house, 'x')
      if (narrow) {
        await visit.open('/admin/campaigns/x/narrow')
        visit.write('addresses', narrow.map((n) => `p${n}@example.com`).join('\n'))
        await visit.press('Save and check again')
      }
      await visit.open('/admin/campaigns/x/check')
      const [all = 0, now = 0, later = 0, never = 0] = figuresOn(visit.page.text)
      t.equal(all, people.length, `run ${run}`)
      t.equal(all, now + later + never)
      reached.now += now
      reached.later += later
      reached.never += never
      const planned = await listed(desk, 'x', 'verdict=now')
      const waiting = await listed(desk, 'x', 'verdict=later')
      t.equal(planned.length, now)
      t.equal(waiting.length, later)
      t.equal((await listed(desk, 'x', 'verdict=never')).length, never)
      if (narrow) {
        const chosen = new Set(narrow.map((n) => `p${n}@example.com`))
        t.ok(
          [...planned, ...waiting].every((address) => chosen.has(address)),
          'a narrowing puts nobody in',
        )
      }
      await visit.open('/admin/campaigns/x/send')
      visit.write('confirm', String(now))
      await visit.press('Send')
      if (now + later === 0) {
        t.equal(visit.status, 403, 'there is no "send anyway"')
        continue
      }
      const reachable = new Set([...planned, ...waiting])
      const done = new Map<string, Way>()
      const everybody = ids.map((_, n) => `p${n}@example.com`)
      for (const { n, way } of minds) {
        // Most of them are people who would get it: those who would not, change nothing here.
        const among = n % 4 === 0 ? everybody : [...reachable]
        const address = among[n % Math.max(1, among.length)]
        const id = ids[everybody.indexOf(address ?? '')]
        if (address === undefined || id === undefined || done.has(address)) continue
        if (await changeMind(desk, id, way)) done.set(address, way)
      }
      const whose = (...which: Way[]) => [...done].flatMap(([one, way]) => (which.includes(way) ? [one] : []))
      const changed = whose('stop', 'topic', 'pause').filter((address) => reachable.has(address))
      const gone = new Set([...changed, ...whose('erase')])
      reached.changed += changed.length
      await standAt(house, '2026-12-01T12:01:01Z')
      await workOn(house, 'x')
      // Whoever ends a pause is told so by a mail of its own.
      const mails = parcels.filter(({ mime }) => mime.includes('Subject: About x'))
      const got = mails.map(({ to }) => to).toSorted()
      const slower = new Set(whose('slower'))
      const sure = (addresses: readonly string[]) => addresses.filter((one) => !gone.has(one) && !slower.has(one))
      t.same(sure(got), sure(planned), 'who was listed got it, but for who changed their mind')
      t.ok(got.every((address) => planned.includes(address)))
      const held = await listed(desk, 'x', 'state=held')
      t.same(sure(held), sure(waiting))
      t.same(
        [...got, ...held].toSorted(),
        [...reachable].filter((one) => !gone.has(one)).toSorted(),
        'each of them once',
      )
      t.same(await listed(desk, 'x', 'state=sent'), got)
      t.same(await listed(desk, 'x', 'minds=changed'), changed.toSorted(), 'and those are listed')
      await visit.open('/admin/campaigns/x/report')
      const { text } = visit.page
      const [, nows, laters] = /([\d,]+) now \+ ([\d,]+) later =/.exec(text) ?? []
      t.equal(Number(nows) + Number(laters), got.length + held.length)
      const [, total, left] = /Of ([\d,]+) (?:person|people) ([\d,]+) (?:was|were) left out/.exec(text) ?? []
      // Where nobody is left it is not begun at all, and counts nobody.
      t.equal(Number(total), got.length + held.length === 0 ? 0 : people.length - whose('erase').length)
      t.equal(Number(left), Number(total) - got.length - held.length)
      if (got.length > 0) t.match(text, `${got.length} handed over`)
      t.match(text, `Changed their mind before it reached them: ${changed.length}`)
    }
    t.ok(
      Object.values(reached).every((n) => n > 0),
      JSON.stringify(reached),
    )
  },
)
