import fc from 'fast-check'
import t from 'tap'
import { stopTopics } from '../../src/domain/choice-changes.ts'
import { notAsked, type Choices } from '../../src/domain/choices.ts'
import { changeChoices } from '../../src/actions/change-choices.ts'
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

t.test(
  'whatever people chose, check, send and report agree, person for person, and nobody else gets a mail',
  async (t) => {
    const runs = fc.sample(
      fc.record({
        people: fc.array(fc.oneof(arbitraryChoices(), arbitraryOpenChoices()).map(fitting), {
          minLength: 1,
          maxLength: 14,
        }),
        narrow: fc.option(fc.array(fc.nat({ max: 13 }), { minLength: 1, maxLength: 6 })),
        minds: fc.array(fc.nat({ max: 13 }), { maxLength: 3 }),
      }),
      { numRuns: 8, seed: 20_261_126 },
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
      const changed = new Set<string>()
      for (const n of minds) {
        const id = ids[n]
        if (id === undefined) continue
        const left = await changeChoices(house, id, { way: 'page', wording: null }, (choices, at) =>
          stopTopics(choices, [1], at),
        )
        const address = `p${n}@example.com`
        if (left.kind === 'changed' && [...planned, ...waiting].includes(address)) changed.add(address)
      }
      await standAt(house, '2026-12-01T12:01:01Z')
      await workOn(house, 'x')
      const got = parcels.map(({ to }) => to).toSorted()
      t.same(
        got,
        planned.filter((address) => !changed.has(address)),
        'who was listed got it, but for who changed their mind',
      )
      t.same(await listed(desk, 'x', 'state=sent'), got)
      t.same(
        await listed(desk, 'x', 'state=held'),
        waiting.filter((address) => !changed.has(address)),
      )
      t.same(await listed(desk, 'x', 'minds=changed'), [...changed].toSorted(), 'and those are listed')
      await visit.open('/admin/campaigns/x/report')
      const [, nows, laters] = /([\d,]+) now \+ ([\d,]+) later =/.exec(visit.page.text) ?? []
      t.equal(Number(nows) + Number(laters) + changed.size, now + later)
    }
  },
)
