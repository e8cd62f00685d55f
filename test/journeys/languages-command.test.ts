import { Command } from 'commander'
import t from 'tap'
import type { House } from '../../src/actions/house.ts'
import { brandCommands } from '../../src/cli/brand.ts'
import { campaignCommands } from '../../src/cli/campaign.ts'
import type { CommandContext } from '../../src/cli/context.ts'
import { topicCommands } from '../../src/cli/topic.ts'
import { Problem } from '../../src/domain/problem.ts'
import { campaignBySlug } from '../../src/store/campaigns.ts'
import { currentWordings } from '../../src/store/wordings.ts'
import { addTopics } from '../support/cast.ts'
import { openTestHouse } from '../support/house.ts'

/** The commands in this process, on a house that stays open. @returns what one put out, and its words. */
function commandsOn(house: House): (...args: string[]) => Promise<{ out: string; words: string }> {
  return async (...args) => {
    const said = { out: '', words: '' }
    const terminal = {
      out: (text: string) => void (said.out += `${text}\n`),
      words: (text: string) => void (said.words += `${text}\n`),
    }
    const context = { terminal, withHouse: (work: (its: House) => unknown) => work(house) } as unknown as CommandContext
    const program = new Command().exitOverride()
    for (const add of [brandCommands, topicCommands, campaignCommands]) add(program, context)
    await program.parseAsync(args, { from: 'user' })
    return said
  }
}

const darn = [
  'create',
  'darn',
  '--topic',
  'repairs',
  '--subject',
  'Darn',
  '--in-short',
  'Darn.',
  '--body',
  'demo/darn.md',
]

t.test('a brand offers languages, a topic has words in them, a campaign is written in one', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const courtesy = commandsOn(house)
  t.match(JSON.parse((await courtesy('brand', 'set', '--languages', 'de, en', '--json')).out), {
    languages: ['de', 'en'],
  })
  t.same([...(await currentWordings(house.database.sql, 'preferences')).keys()].toSorted(), ['de', 'en'])
  t.match((await courtesy('brand', 'show')).out, /languages +\["de","en"\]/)
  const before = await currentWordings(house.database.sql, 'preferences')
  const german = ['--language', 'de', '--name', 'Reparaturen', '--promise', 'Wie man: flickt']
  t.match((await courtesy('topic', 'set', 'repairs', ...german)).words, 'Reparaturen')
  t.match((await courtesy('topic', 'list')).out, /^repairs +Repairs: How .*\n +de Reparaturen: Wie man: flickt$/m)
  t.match(JSON.parse((await courtesy('topic', 'list', '--json')).out), {
    topics: [{ name: 'Repairs', translations: { de: { name: 'Reparaturen', promise: 'Wie man: flickt' } } }, {}],
  })
  const after = await currentWordings(house.database.sql, 'preferences')
  t.not(after.get('de'), before.get('de'), 'the German page asks with new words')
  t.equal(after.get('en'), before.get('en'), 'the English one with those of before')
  await courtesy('campaign', ...darn, '--from', 'Fern <news@fern.example>', '--language', 'de')
  t.equal((await campaignBySlug(house.database.sql, 'darn'))?.language, 'de')
})

t.test('what cannot be is refused with what is right, and nothing is changed', async (t) => {
  const house = await openTestHouse(t)
  await addTopics(house)
  const courtesy = commandsOn(house)
  const wrong: [string[], RegExp][] = [
    [['brand', 'set', '--languages', 'en,cy'], /one or more of en, de, fr, es, ar/],
    [['topic', 'set', 'repairs', '--language', 'cy', '--name', 'Trwsio'], /one of en, de, fr, es, ar/],
    [['topic', 'set', 'repairs', '--language', 'de'], /--name, --promise or both/],
    [['topic', 'set', 'mending', '--name', 'Mending'], /no topic "mending"; known: repairs, new-patterns/],
    [['campaign', ...darn, '--from', 'Fern <news@fern.example>', '--language', 'de'], /offered in: en \(given: "de"\)/],
  ]
  for (const [args, words] of wrong) {
    const problem = await courtesy(...args).then(
      () => null,
      (error: unknown) => error,
    )
    t.ok(problem instanceof Problem, args.join(' '))
    t.match(problem instanceof Problem ? problem.message : '', words)
  }
  t.match(JSON.parse((await courtesy('brand', 'show', '--json')).out), { languages: ['en'] })
  t.equal(await campaignBySlug(house.database.sql, 'darn'), null)
})
