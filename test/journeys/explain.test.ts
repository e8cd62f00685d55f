import t from 'tap'
import { Command } from 'commander'
import { changeChoices } from '../../src/actions/change-choices.ts'
import { explain, type Explanation } from '../../src/actions/explain.ts'
import type { House } from '../../src/actions/house.ts'
import type { CommandContext } from '../../src/cli/context.ts'
import { whyCommand } from '../../src/cli/why.ts'
import { pauseUntil, stopEverything, stopTopics } from '../../src/domain/choice-changes.ts'
import type { Choices } from '../../src/domain/choices.ts'
import { addCast, addPerson, addTopics, yesTo } from '../support/cast.ts'
import { moveClock } from '../support/database.ts'
import { openTestHouse } from '../support/house.ts'
import { sendNow, takingCourier, toMondayNoon, wakeDue, writeCampaign } from '../support/sending.ts'

/** Runs `courtesy why …` in this process. */
async function why(house: House, ...args: string[]): Promise<string> {
  const out: string[] = []
  const program = new Command().exitOverride()
  const context = {
    withHouse: (work: (house: House) => Promise<unknown>) => work(house),
    terminal: { out: (text: string) => void out.push(text) },
  }
  whyCommand(program, context as unknown as CommandContext)
  await program.parseAsync(['why', ...args], { from: 'user' })
  return out.join('\n')
}

async function change(house: House, person: string, to: (choices: Choices, at: string) => Choices): Promise<number> {
  const changed = await changeChoices(house, person, { way: 'page', wording: null }, to)
  if (changed.kind === 'unchanged') throw new Error('nothing changed')
  return changed.entry
}

t.test('each of the cast is told why, by the gate that sends, and on which entry it rests', async (t) => {
  const house = await openTestHouse(t)
  const cast = await addCast(house)
  await writeCampaign(house, 'darn')
  const entries = await house.database.sql<{ id: string; entry: string }[]>`select id, entry from people`
  const given = (id: string) => Number(entries.find((row) => row.id === id)?.entry)
  const expected: Record<string, Partial<Explanation>> = {
    ada: { verdict: 'now', reason: null, reasons: [], until: null, entry: given(cast.ada) },
    ben: { verdict: 'never', reason: 'stopped', reasons: ['stopped'], entry: given(cast.ben) },
    cyn: { verdict: 'never', reason: 'not_asked', reasons: ['not_asked'], entry: null },
    dov: { verdict: 'never', reason: 'bounced', reasons: ['bounced'], entry: null },
    eve: { verdict: 'later', reason: 'digest', reasons: ['digest'], entry: given(cast.eve) },
    finn: { verdict: 'never', reason: 'paused', reasons: ['paused'], entry: given(cast.finn) },
    gus: { verdict: 'never', reason: 'topic', reasons: ['topic'], entry: given(cast.gus) },
    hana: { verdict: 'never', reason: 'channel', reasons: ['channel'], entry: given(cast.hana) },
  }
  for (const [name, told] of Object.entries(expected)) {
    const address = `${name}@example.com`
    const explanation = await explain(house, address, 'darn')
    t.match(explanation, { address, campaign: 'darn', delivery: null, ...told }, name)
    t.same(explanation.reasons, told.reasons)
    t.match(explanation.sentence, /^(?:You|Your|We) ?/)
  }
  t.match((await explain(house, ' EVE@Example.com', 'darn')).until, /T08:00:00.000Z$|T09:00:00.000Z$/, 'Friday 09:00')
})

t.test('the entry is the one that says it, however many came after', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  await writeCampaign(house, 'darn')
  const ada = await addPerson(house, 'ada@example.com', yesTo([1, 2]))
  const of = async () => (await explain(house, 'ada@example.com', 'darn')).entry
  const said = await of()
  await change(house, ada, (choices, at) => stopTopics(choices, [2], at))
  t.equal(await of(), said, 'a no to another topic is not what it rests on')
  const paused = await change(house, ada, (choices, at) => pauseUntil(choices, '2099-01-01T00:00:00.000Z', at))
  t.equal(await of(), paused)
  await change(house, ada, (choices) => ({ ...choices, channels: { ...choices.channels, post: 'yes' } }))
  t.equal(await of(), paused)
  const mailOff = await change(house, ada, (choices) => ({ ...choices, channels: { email: 'no' } }))
  t.equal(await of(), mailOff)
  const stopped = await change(house, ada, (choices, at) => stopEverything(choices, at, 'herself', null))
  t.equal(await of(), stopped)
  t.same((await explain(house, 'ada@example.com', 'darn')).reasons, ['stopped', 'channel', 'paused'])
})

t.test('what was decided and what became of it is told, also inside a digest', async (t) => {
  const { courier } = takingCourier()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await toMondayNoon(house)
  await addPerson(house, 'ada@example.com', yesTo([1, 2], 'digest-weekly', { timeZone: 'UTC' }))
  await addPerson(house, 'ben@example.com', yesTo([1, 2], '1-per-week', { timeZone: 'UTC' }))
  for (const [slug, topic] of [
    ['darn', 'repairs'],
    ['hats', 'new-patterns'],
  ] as const) {
    await writeCampaign(house, slug, { topic })
    await sendNow(house, slug)
  }
  const held = await explain(house, 'ada@example.com', 'darn')
  t.match(held, {
    verdict: 'later',
    reason: 'digest',
    last: null,
    delivery: { state: 'held', verdict: 'later', reason: 'digest', dueAt: held.until, digest: null },
  })
  t.match(await why(house, 'ada@example.com', 'darn'), /^later: they chose a digest\. Next slot Fri \d+ \w+ 09:00\./)
  const capped = await why(house, 'ben@example.com', 'hats')
  t.match(capped, /^later: already had as many as they chose \(last Repairs, Mon .*\)\. Room again Mon/)
  const had = await explain(house, 'ben@example.com', 'darn')
  t.match(had, { verdict: 'now', delivery: { state: 'sent', verdict: 'now' } }, 'having got it is no reason against it')
  t.match(await why(house, 'ben@example.com', 'darn'), /^sent Mon .* 12:00\./)

  await moveClock(house.database.url, '4 days')
  t.match(
    await explain(house, 'ada@example.com', 'darn'),
    { verdict: 'now', until: null, delivery: { state: 'held' } },
    'its slot has come, though no worker has yet',
  )
  await wakeDue(house)
  const sent = await explain(house, 'ada@example.com', 'darn')
  t.match(sent.delivery, { state: 'sent', verdict: 'later', digest: { items: 2 } })
  t.match(
    await why(house, 'ada@example.com', 'darn'),
    /^sent Fri .*, in a digest of 2\.\n[^]*Decided Mon .* 12:00: later\./,
  )

  await writeCampaign(house, 'socks')
  const more = await why(house, 'ada@example.com', 'socks')
  t.match(more, /^later: already had this week’s one \((?:Repairs|New patterns), Fri .*\)\. Next slot Fri .* 09:00\./)
  t.match(more, /You’ll get one digest a week/)
  t.match(more, /Rests on ledger entry \d+\./)
})

t.test('who was not reached by a campaign that is sent is told so, whatever the gate would say now', async (t) => {
  const { courier } = takingCourier()
  const house = await openTestHouse(t, { courier })
  await addTopics(house)
  await addPerson(house, 'ada@example.com', yesTo([1]))
  await writeCampaign(house, 'darn')
  await sendNow(house, 'darn')
  await addPerson(house, 'ben@example.com', yesTo([1]))
  t.match(await explain(house, 'ben@example.com', 'darn'), { verdict: 'now', state: 'sent', delivery: null })
  t.match(await why(house, 'ben@example.com', 'darn'), /The campaign was sent without them/)
  t.notMatch(await why(house, 'ada@example.com', 'darn'), /without them/)
})

t.test('one JSON object has the settled shape, and unknown names are clear errors', async (t) => {
  const house = await openTestHouse(t)
  await addCast(house)
  await writeCampaign(house, 'darn')
  const shown = JSON.parse(await why(house, 'ada@example.com', 'darn', '--json')) as object
  t.same(Object.keys(shown).slice(0, 8), [
    'address',
    'campaign',
    'verdict',
    'reason',
    'reasons',
    'until',
    'sentence',
    'entry',
  ])
  const at = (await explain(house, 'ada@example.com', 'darn')).at
  t.match(JSON.parse(await why(house, 'ada@example.com', 'darn', '--at', at, '--json')), { verdict: 'now', at })
  t.match(await why(house, 'ada@example.com', 'darn', '--at', at), /^As of \w+ \d+ \w+ \d\d:\d\d: now: /)
  const unknown = await why(house, 'ada@example.com', 'darn', '--at', '2001-01-01', '--json')
  t.match(JSON.parse(unknown), { verdict: 'could not check', reason: 'not known yet', reasons: [], entry: null })
  t.equal(process.exitCode, 1)
  t.equal(await why(house, 'ada@example.com', 'darn', '--at', '2001-01-01'), 'Could not check: not known yet.')
  process.exitCode = 0
  await t.rejects(why(house, 'nobody@example.com', 'darn'), { code: 'not-found', message: /nobody is stored/ })
  await t.rejects(why(house, 'ada@example.com', 'nothing'), { code: 'not-found', message: /no campaign "nothing"/ })
  await t.rejects(why(house, 'no address', 'darn'), { code: 'invalid-input' })
  await t.rejects(why(house, 'ada@example.com', 'darn', '--at', 'soon'), { code: 'invalid-input', message: /no time/ })
})

t.test('explaining writes nothing', async (t) => {
  const house = await openTestHouse(t)
  await addCast(house)
  await writeCampaign(house, 'darn')
  const readOnlyHouse = { ...house, database: { ...house.database, sql: house.database.readOnly } }
  t.match(await explain(readOnlyHouse, 'ada@example.com', 'darn'), { verdict: 'now' })
})
